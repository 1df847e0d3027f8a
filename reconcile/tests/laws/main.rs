//! The laws: what holds for every kind, over random lakes and random misfortune, in a simulated cloud.
//!
//! A kind is under all of them by being registered: its settings are made from its own schema. Every run tries other
//! lakes; a failure leaves its seed in `proptest-regressions`, to be committed, and deserves a case in `cases.rs` that
//! says what went wrong. `PROPTEST_CASES` and `PROPTEST_RNG_SEED` say how many, and which.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod anew;
mod cases;
mod convergence;
mod far;
mod memory;
mod misfortune;
#[path = "../random/mod.rs"]
mod random;
mod rivals;
mod rounds;
mod safety;
mod secrets;
mod sign;
#[path = "../sim/mod.rs"]
mod sim;
mod succession;

use lake_api::member::OnDelete;
use lake_reconcile::{
    CONTRACT,
    engine::{Engine, Memory, Outcome},
    error::CloudError,
    expand::{Scope, expand},
    failure::{Cause, Failure},
    graph::{Graph, NodeId},
    key::Key,
    kinds::RegisteredSettings as _,
    owner::{Lineage, Owner},
    record::Record,
};
use proptest::prelude::*;
use random::place;
use sim::{Faults, Rng, Sim};
use std::{
    collections::BTreeSet,
    future::Future,
    sync::{Arc, Mutex},
    time::Duration,
};

/// How long a lake may take; time is simulated.
const LONG: Duration = Duration::from_secs(2 * 3600);
const MEMBERS: usize = 8;
/// The lineage of lakes that are made.
const LINEAGE: &str = "0123456789abcdef0123456789abcdef";

fn owner() -> Owner {
    Owner { door: "terraform".into(), instance: "laws".into(), lake: "lake".into() }
}

/// What a spec asks for.
fn graph(yaml: &str) -> Graph {
    let spec = CONTRACT.decode(serde_saphyr::from_str(yaml).unwrap()).unwrap();
    let scope = Scope { place: place(), owner: owner(), lake: "lake".into(), namespace: String::new() };
    expand(&spec, &scope)
}

fn a_sim() -> Arc<Sim> {
    Arc::new(Sim::new(place(), owner()))
}

fn a_record() -> Record {
    Record::new(place())
}

fn in_time<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime without threads").block_on(future)
}

fn engine(sim: &Arc<Sim>) -> Engine {
    Engine::new(sim.clone(), owner(), place(), Lineage::Compared(LINEAGE.into()))
}

/// How long after one process the next begins: what AWS shows late it shows by then.
const LATER: Duration = Duration::from_secs(300);

/// Calls that are refused, answers that are lost and looks that come too early, so many of a hundred.
fn misfortunes() -> impl Strategy<Value = Faults> {
    (0_u64..50, 0_u64..30, 0_u64..30, any::<u64>()).prop_map(|(throttled, lost, stale, seed)| Faults {
        throttled,
        lost,
        stale,
        rng: Rng::new(seed),
        ..Faults::default()
    })
}

/// Make a lake as wanted, in an undisturbed process.
async fn settle(sim: &Arc<Sim>, graph: &Graph, record: Record) -> Outcome {
    tokio::time::sleep(LATER).await;
    sim.want(graph);
    engine(sim).settle(graph, record, LONG, None).await
}

/// A memory that outlives the process.
struct Kept(Mutex<Record>);

impl Kept {
    fn new() -> Arc<Self> {
        Arc::new(Kept(Mutex::new(a_record())))
    }

    fn record(&self) -> Record {
        self.0.lock().unwrap().clone()
    }

    fn set(&self, record: Record) {
        *self.0.lock().unwrap() = record;
    }
}

impl Memory for Kept {
    fn keep<'a>(&'a self, record: &'a Record) -> futures::future::BoxFuture<'a, Result<(), CloudError>> {
        self.set(record.clone());
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Make a lake as wanted in a process that is killed with the answer to a call. What it remembers then: what was kept
/// if a memory keeps it (Kubernetes), else what it knew before (Terraform).
async fn killed(sim: &Arc<Sim>, graph: &Graph, record: Record, after: u64, keeps: bool) -> Record {
    sim.want(graph);
    let last = sim.world(|world| world.faults.calls + after);
    sim.world(|world| world.faults.kill_after = Some(last));
    let kept = Kept::new();
    kept.set(record.clone());
    let engine = if keeps { engine(sim).with_memory(kept.clone()) } else { engine(sim) };
    let remembered = tokio::select! {
        outcome = engine.settle(graph, record, LONG, None) => outcome.record,
        () = sim.killed() => kept.record(),
    };
    sim.world(|world| world.faults.kill_after = None);
    remembered
}

/// The policies of a lake that was applied in part: what may be deleted though it holds data.
fn expend(sim: &Sim, graph: &Graph) {
    let (expendable, _) = policies(graph);
    sim.world(|world| world.expendable.extend(expendable));
}

/// The policies of a lake that was applied: they hold for all that it names.
fn applied(sim: &Sim, graph: &Graph) {
    let (expendable, retained) = policies(graph);
    sim.world(|world| {
        world.expendable.retain(|key| !retained.contains(key));
        world.expendable.extend(expendable);
    });
}

/// What goes when its member leaves, and what stays.
fn policies(graph: &Graph) -> (BTreeSet<Key>, BTreeSet<Key>) {
    let stays = |id: &NodeId| graph[id].treatment.on_delete == OnDelete::Retain;
    let (stays, goes): (Vec<_>, Vec<_>) = keys(graph).into_iter().partition(|(id, _)| stays(id));
    let keys = |some: Vec<(&NodeId, Key)>| some.into_iter().map(|(_, key)| key).collect();
    (keys(goes), keys(stays))
}

/// Failures that only the user can mend; what hangs on such a node is skipped with it.
fn is_for_the_user(failure: &Failure) -> bool {
    matches!(failure.cause, Cause::Blocked(_) | Cause::Skipped(_))
}

fn writes(sim: &Sim) -> usize {
    sim.world(|world| world.events.len())
}

fn no_crime(sim: &Sim) -> Result<(), TestCaseError> {
    sim.world(|world| {
        prop_assert!(world.crimes.is_empty(), "{:#?}", world.crimes);
        Ok(())
    })
}

/// Two clouds hold the same.
fn same_world(hit: &Sim, calm: &Sim, told: impl Fn() -> String) -> Result<(), TestCaseError> {
    let (hit, calm) = (hit.snapshot(), calm.snapshot());
    let keys: BTreeSet<&Key> = hit.keys().chain(calm.keys()).collect();
    let differ: Vec<String> = keys
        .into_iter()
        .filter(|key| hit.get(key) != calm.get(key))
        .map(|key| format!("{} {key}: {:?}, in calm {:?}", key.kind(), hit.get(key), calm.get(key)))
        .collect();
    prop_assert!(differ.is_empty(), "{}\n{}", differ.join("\n"), told());
    Ok(())
}

fn told(outcome: &Outcome) -> String {
    let failures: Vec<String> = outcome.failures.iter().map(ToString::to_string).collect();
    format!("{}\n{}", failures.join("\n"), lake_reconcile::render::render(&outcome.plan))
}

fn keys(graph: &Graph) -> Vec<(&NodeId, Key)> {
    let key = |node: &lake_reconcile::graph::Node| node.settings.as_ref()?.key(&place());
    graph.iter().filter_map(|(id, node)| Some((id, key(node)?))).collect()
}
