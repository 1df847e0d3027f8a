//! What is counted, under the names that dashboards of other operators know.

use crate::queue::Priority;
use lake_reconcile::{
    aws::{Called, Meter},
    kinds::KINDS,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError, atomic::AtomicU64},
    time::Duration,
};

/// Everything that is counted.
pub struct Metrics {
    registry: Mutex<Registry>,
    reconciles: Family<Result, Counter>,
    failures: Family<Controller, Counter>,
    took: Family<Controller, Histogram, fn() -> Histogram>,
    workers: Family<Controller, Gauge>,
    depth: Family<InLane, Gauge>,
    leads: Family<Lease, Gauge>,
    calls: Family<Call, Counter>,
    waits: Family<Service, Counter<f64, AtomicU64>>,
    drift: Family<Kind, Counter>,
    lakes: Family<State, Gauge>,
    errors: Family<Class, Counter>,
    lost: Counter,
}

/// The one controller of this process.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Controller {
    controller: &'static str,
}

/// What came of a round, in controller-runtime's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// The lake waits for a change of its object.
    Success,
    /// It has its next round at once.
    Requeue,
    /// It has its next round at its time.
    RequeueAfter,
    /// Something failed.
    Error,
}

impl Came {
    const ALL: [Came; 4] = [Came::Success, Came::Requeue, Came::RequeueAfter, Came::Error];

    fn word(self) -> &'static str {
        match self {
            Came::Success => "success",
            Came::Requeue => "requeue",
            Came::RequeueAfter => "requeue_after",
            Came::Error => "error",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Result {
    controller: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InLane {
    lane: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Lease {
    name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    service: &'static str,
    operation: String,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Service {
    service: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Class {
    class: String,
}

/// The classes that alerts ask for.
const ALERTED: [&str; 2] = ["NoCredentials", "Refused"];

const LAKE: Controller = Controller { controller: "lake" };

/// From a look that found nothing to a create of a large lake, in seconds.
fn durations() -> Histogram {
    Histogram::new([0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0])
}

impl Metrics {
    /// Nothing counted yet. What alerts ask for stands at 0: of a series that begins with its first count, a rate does not
    /// see that count.
    #[must_use]
    pub fn new() -> Self {
        let mut all = Metrics {
            registry: Mutex::default(),
            reconciles: Family::default(),
            failures: Family::default(),
            took: Family::new_with_constructor(durations),
            workers: Family::default(),
            depth: Family::default(),
            leads: Family::default(),
            calls: Family::default(),
            waits: Family::default(),
            drift: Family::default(),
            lakes: Family::default(),
            errors: Family::default(),
            lost: Counter::default(),
        };
        let mut told = Registry::default();
        told.register("controller_runtime_reconcile", "Rounds, by what came of them", all.reconciles.clone());
        told.register(
            "controller_runtime_reconcile_errors",
            "Rounds in which something failed",
            all.failures.clone(),
        );
        told.register("controller_runtime_reconcile_time_seconds", "How long rounds took", all.took.clone());
        told.register("controller_runtime_active_workers", "Lakes being worked on", all.workers.clone());
        told.register("workqueue_depth", "Lakes that are due and wait for room", all.depth.clone());
        told.register("leader_election_master_status", "1 while this replica leads", all.leads.clone());
        told.register("lake_aws_requests", "Attempts of AWS calls", all.calls.clone());
        told.register(
            "lake_aws_throttle_wait_seconds",
            "How long calls waited within this process so that AWS is not asked too fast",
            all.waits.clone(),
        );
        told.register("lake_drift", "Resources found otherwise than they were left", all.drift.clone());
        told.register("lake_lakes", "Lakes, by the reason of their condition Ready", all.lakes.clone());
        told.register(
            "lake_errors",
            "Failures of steps, and of rounds before their first step, by class",
            all.errors.clone(),
        );
        told.register(
            "lake_lost",
            "Lakes whose object vanished before their resources, by a finalizer that somebody removed",
            all.lost.clone(),
        );
        all.registry = Mutex::new(told);
        for came in Came::ALL {
            let _ = all.reconciles.get_or_create(&Result { controller: "lake", result: came.word() });
        }
        let _ = all.failures.get_or_create(&LAKE);
        for class in ALERTED {
            let _ = all.errors.get_or_create(&Class { class: class.to_owned() });
        }
        for kind in KINDS.all() {
            let _ = all.drift.get_or_create(&Kind { kind: kind.name.to_owned() });
        }
        all
    }

    /// A round begins.
    pub fn begins(&self) {
        self.workers.get_or_create(&LAKE).inc();
    }

    /// A round is over.
    pub fn ends(&self, came: Came, took: Duration) {
        self.workers.get_or_create(&LAKE).dec();
        self.reconciles.get_or_create(&Result { controller: "lake", result: came.word() }).inc();
        if came == Came::Error {
            self.failures.get_or_create(&LAKE).inc();
        }
        self.took.get_or_create(&LAKE).observe(took.as_secs_f64());
    }

    /// A step failed, or a round before its first step.
    pub fn failed(&self, class: &str) {
        self.errors.get_or_create(&Class { class: class.to_owned() }).inc();
    }

    /// A resource was found otherwise than it was left.
    pub fn drifted(&self, kind: &str) {
        self.drift.get_or_create(&Kind { kind: kind.to_owned() }).inc();
    }

    /// A lake's object vanished before its resources.
    pub fn lost(&self) {
        self.lost.inc();
    }

    /// This replica leads, or no longer.
    pub fn leads(&self, lease: &str, leads: bool) {
        self.leads.get_or_create(&Lease { name: lease.to_owned() }).set(leads.into());
    }

    /// All that was counted as OpenMetrics, with what the queue holds and how the lakes stand at this moment.
    #[must_use]
    pub fn text(&self, depth: impl Fn(Priority) -> (usize, usize), lakes: BTreeMap<String, i64>) -> String {
        self.lakes.clear();
        for (state, count) in lakes {
            self.lakes.get_or_create(&State { state }).set(count);
        }
        for (priority, name) in [(Priority::Changed, "changed"), (Priority::Routine, "routine")] {
            let (due, _) = depth(priority);
            self.depth.get_or_create(&InLane { lane: name }).set(due.try_into().unwrap_or(i64::MAX));
        }
        let mut text = String::new();
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        encode(&mut text, &registry).expect("a text takes all that is written to it");
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Metrics::new()
    }
}

impl Meter for Metrics {
    fn called(&self, called: &Called<'_>) {
        let call =
            Call { service: called.service, operation: called.operation.to_owned(), result: called.result() };
        self.calls.get_or_create(&call).inc();
    }

    fn waited(&self, service: &'static str, waited: Duration) {
        self.waits.get_or_create(&Service { service }).inc_by(waited.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashboards_find_the_names_they_know() {
        let metrics = Metrics::new();
        metrics.begins();
        metrics.ends(Came::Error, Duration::from_millis(30));
        metrics.called(&Called {
            service: "s3",
            operation: "PutBucketTagging",
            failed: None,
            took: Duration::from_millis(20),
        });
        metrics.leads("lake-operator", true);
        let text = metrics.text(|_| (3, 1), BTreeMap::from([("Reconciled".to_owned(), 7)]));
        for line in [
            "controller_runtime_reconcile_total{controller=\"lake\",result=\"error\"} 1",
            "controller_runtime_reconcile_errors_total{controller=\"lake\"} 1",
            "controller_runtime_active_workers{controller=\"lake\"} 0",
            "controller_runtime_reconcile_time_seconds_count{controller=\"lake\"} 1",
            "workqueue_depth{lane=\"changed\"} 3",
            "lake_lakes{state=\"Reconciled\"} 7",
            "leader_election_master_status{name=\"lake-operator\"} 1",
            "lake_aws_requests_total{service=\"s3\",operation=\"PutBucketTagging\",result=\"Done\"} 1",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}
