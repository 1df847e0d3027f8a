//! Many lakes at once, and many of them after the same buckets.

use lake_tests::{
    aws::Endpoint,
    cluster::{Cluster, condition, is_ready},
    is_long,
    operator::{Operator, Setting},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// So many buckets, each wanted by two lakes.
fn buckets() -> usize {
    if is_long() { 1_000 } else { 100 }
}

/// How long two thousand lakes may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(900);

fn lake(number: usize, who: &str) -> Value {
    json!({
        "apiVersion": "lake.dev/v1alpha1",
        "kind": "Lake",
        "metadata": { "name": format!("{who}-{number:04}") },
        "spec": { "buckets": { "store": { "name": bucket(number) } } },
    })
}

fn bucket(number: usize) -> String {
    format!("wanted-by-two-{number:04}")
}

/// How a lake stands, once that is decided: the reason of its condition Ready.
fn decided(lake: &Value) -> bool {
    is_ready(lake) || condition(lake, "Stalled")["status"] == "True"
}

fn name(lake: &Value) -> &str {
    lake["metadata"]["name"].as_str().expect("it has a name")
}

#[test]
fn of_two_lakes_after_one_bucket_one_has_it_and_the_other_is_told() {
    let cluster = Cluster::shared();
    let aws = Endpoint::start();
    let namespace = cluster.namespace("many");
    let setting = Setting::of(cluster, "many").replica("only");
    let lakes: Vec<String> = (0..buckets())
        .flat_map(|number| [lake(number, "one"), lake(number, "other")])
        .map(|lake| lake.to_string())
        .collect();
    // kubectl holds all of one call in memory, several times. The operator meets them all at once.
    for some in lakes.chunks(100) {
        let _ = namespace.apply(&format!("---\n{}", some.join("\n---\n"))).ok();
    }
    let operator = Operator::start(&setting, &aws);
    let mut last: BTreeMap<String, Value> = BTreeMap::new();
    let mut open: BTreeSet<String> = BTreeSet::new();
    let all = namespace.follow("lakes", PATIENCE, |seen| {
        let name = name(&seen.object).to_owned();
        if decided(&seen.object) {
            open.remove(&name)
        } else {
            open.insert(name.clone())
        };
        last.insert(name, seen.object.clone());
        last.len() == lakes.len() && open.is_empty()
    });
    assert!(all, "not decided within {PATIENCE:?}: {open:?}");

    let instance =
        cluster.json(&["get", "namespace", "kube-system", "--output=json"])["metadata"]["uid"].clone();
    for number in 0..buckets() {
        let (one, other) = (&last[&format!("one-{number:04}")], &last[&format!("other-{number:04}")]);
        let (owner, told) = if is_ready(one) { (one, other) } else { (other, one) };
        assert!(is_ready(owner), "one of the two has it: {owner:#}");
        let stalled = condition(told, "Stalled");
        assert!(
            ["Foreign", "Blocked"].contains(&stalled["reason"].as_str().unwrap_or_default()),
            "{stalled:#}"
        );
        let mark = format!("kubernetes/{}/many/{}", instance.as_str().expect("a uid"), name(owner));
        assert!(
            stalled["message"].as_str().unwrap_or_default().contains(&mark),
            "{mark} is not in {stalled:#}"
        );
    }

    // Whoever looks at them anew lays no hand on anything, and has nothing to tell.
    drop(operator);
    aws.clear_journal();
    let audit = cluster.audit();
    let operator = Operator::start(&setting, &aws);
    operator.until("all have been looked at", |it| {
        it.sum("controller_runtime_reconcile_total") >= lakes.len() as f64
    });
    assert_eq!(aws.writes(), []);
    let told =
        audit.requests().into_iter().filter(|it| it.namespace == "many" && it.resource == "lakes/status");
    assert_eq!(told.collect::<Vec<_>>(), []);
    assert!(operator.is_ready());
    aws.assert_all_emulated();
}
