//! What one lake costs: calls, requests, and time.

use super::{Stage, Usage, bucket_lake, part_of, role_lake};
use crate::{Figure, median};
use lake_tests::{aws::Call, built::released, cluster::is_ready, operator::Operator};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant},
};

pub(crate) fn figures() -> Vec<Figure> {
    let stage = Stage::new("calls");
    let mut figures = vec![size(), start(&stage)];
    stage.aws.latency(20);
    let operator = stage.start();
    operator.until("it runs", Operator::is_ready);
    figures.push(Figure::new("resident memory with no lake", "≤ 30 MiB", Usage::of(&operator).text()));
    // Who it is, it asks once.
    create(&stage, &operator, role_lake(0));
    figures.push(Figure::new(
        "AWS calls to create a bucket lake (ACK: 28)",
        "≤ 16",
        told(&create(&stage, &operator, bucket_lake(1))),
    ));
    figures.push(Figure::new(
        "AWS calls to create a role lake (ACK: 23)",
        "≤ 7",
        told(&create(&stage, &operator, role_lake(1))),
    ));
    figures.push(first_call(&stage, &operator));
    drop(operator);
    figures.push(quiet_look(&stage));
    figures
}

fn size() -> Figure {
    let bytes = std::fs::metadata(released("lake-operator")).expect("the operator is built").len();
    Figure::new("binary of the operator", "≤ 30 MB", format!("{:.1} MB", bytes as f64 / 1e6))
}

fn start(stage: &Stage) -> Figure {
    let once = || {
        let started = Instant::now();
        let operator = stage.start();
        operator.until("it is ready", Operator::is_ready);
        started.elapsed().as_secs_f64() * 1000.0
    };
    let times = (0..part_of(10)).map(|_| once()).collect();
    Figure::new("start to ready, median", "≤ 1 s", format!("{:.0} ms", median(times)))
}

fn create(stage: &Stage, operator: &Operator, lake: Value) -> Vec<Call> {
    stage.aws.clear_journal();
    let name = format!("lake/{}", lake["metadata"]["name"].as_str().unwrap_or_default());
    let _ = stage.namespace.apply_object(&lake).ok();
    let _ = stage.namespace.until(&name, is_ready);
    stage.calls_when_idle(operator)
}

/// How many calls, and which.
fn told(calls: &[Call]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for call in calls {
        *counts.entry(&call.operation).or_default() += 1;
    }
    let list: Vec<String> = counts
        .iter()
        .map(|(name, count)| if *count == 1 { (*name).to_owned() } else { format!("{count} × {name}") })
        .collect();
    format!("{}: {}", calls.len(), list.join(", "))
}

/// From the moment at which a watch of our own tells the change to the first call.
fn first_call(stage: &Stage, operator: &Operator) -> Figure {
    let once = |number: usize| {
        let patch = json!({ "spec": { "tags": { "number": number.to_string() } } });
        stage.aws.faults(json!([{ "times": 1, "hold": "before" }]));
        let mut watch = stage.namespace.watch("lake/bucket-0001");
        let before = watch.until(|_| true).object["metadata"]["generation"].clone();
        let took = thread::scope(|scope| {
            let changed = scope.spawn(|| {
                let _ = watch.until(|seen| seen.object["metadata"]["generation"] != before);
                Instant::now()
            });
            let called = scope.spawn(|| {
                assert!(stage.aws.held(|| false));
                Instant::now()
            });
            let _ = stage.namespace.patch("lake/bucket-0001", &patch).ok();
            let (changed, called) =
                (changed.join().expect("it changes"), called.join().expect("it is called"));
            called.saturating_duration_since(changed).as_secs_f64() * 1000.0
        });
        stage.aws.faults(json!([]));
        let _ = stage.namespace.until("lake/bucket-0001", is_ready);
        let _ = stage.calls_when_idle(operator);
        took
    };
    let times = (0..part_of(10)).map(once).collect();
    Figure::new("spec change to first AWS call, median", "≤ 100 ms", format!("{:.0} ms", median(times)))
}

/// One look by itself, at the shortest interval.
fn quiet_look(stage: &Stage) -> Figure {
    let _ = stage.namespace.kubectl(&["delete", "lakes", "--all", "--wait=false"]).ok();
    let stage = &Stage::new("quiet");
    let operator = stage.start();
    let mut lake = bucket_lake(0);
    lake["spec"]["reconcile"] = json!({ "interval": "30s" });
    create(stage, &operator, lake);
    let audit = stage.cluster.audit();
    stage.aws.clear_journal();
    let rounds = || operator.sum("controller_runtime_reconcile_total");
    let before = rounds();
    operator.until("it looks again", |_| rounds() > before);
    thread::sleep(Duration::from_millis(200)); // whatever it might still ask
    let requests = audit.requests().into_iter().filter(|request| {
        request.namespace == stage.namespace.name()
            && !request.agent.starts_with("kubectl")
            && request.resource != "leases"
    });
    let calls = told(&stage.calls_when_idle(&operator));
    Figure::new(
        "AWS calls / Kubernetes requests of a look at a bucket lake that finds nothing (ACK: 21 / 2)",
        "≤ 11 / 0",
        format!("{calls} / {}", requests.count()),
    )
}
