//! Two installations of the operator that work on one namespace: each lake is worked on by one of them.

use lake_tests::{
    aws::Endpoint,
    cluster::{Cluster, Namespace, Seen, is_ready},
    operator::{Operator, Setting},
};
use serde_json::{Value, json};

/// An installation of this name, whose Lease runs out soon and stands in a namespace of its own.
fn install(cluster: &Cluster, name: &str, works_on: &str, aws: &Endpoint) -> Operator {
    let setting = Setting {
        arguments: vec![format!("--lease-namespace={name}"), "--lease-duration=3s".to_owned()],
        ..Setting::of(cluster, works_on)
    };
    Operator::start(&setting.replica(name), aws)
}

fn lake(name: &str, tags: &Value) -> Value {
    json!({
        "apiVersion": "lake.dev/v1alpha1", "kind": "Lake", "metadata": { "name": name },
        "spec": {
            "buckets": { "store": { "onDelete": "Empty" } },
            "roles": { "etl": { "assumedBy": { "services": ["glue.amazonaws.com"] } } },
            "tags": tags,
        },
    })
}

/// The installation that each lake names.
fn works(namespace: &Namespace<'_>, name: &str) -> String {
    let lake = namespace.get(&format!("lake/{name}")).expect("the lake is there");
    lake["status"]["lease"].as_str().expect("an installation works on it").to_owned()
}

fn apply(namespace: &Namespace<'_>, names: &[String], tags: &Value) {
    for name in names {
        let _ = namespace.apply_object(&lake(name, tags)).ok();
    }
}

#[test]
fn nothing_is_made_twice_and_when_one_is_gone_the_other_goes_on() {
    let cluster = Cluster::shared();
    let aws = Endpoint::start();
    let namespace = cluster.namespace("overlapping");
    let names = ["overlap-a", "overlap-b"];
    let _homes = names.map(|name| cluster.namespace(name));
    let lakes: Vec<String> = (0..6).map(|number| format!("lake-{number}")).collect();

    // The second one finds a lake of the first one, says so, and is not ready.
    let first = install(cluster, names[0], namespace.name(), &aws);
    apply(&namespace, &lakes[..1], &json!({}));
    let _ = namespace.until("lake/lake-0", is_ready);
    assert_eq!(works(&namespace, "lake-0"), "overlap-a/lake-operator");
    let second = install(cluster, names[1], namespace.name(), &aws);
    second.until("it is not ready", |second| !second.is_ready());
    let told = |event: &Seen| {
        event.object["reason"] == "OtherInstallation" && event.object["regarding"]["name"] == "lake-0"
    };
    let event = namespace.watch("events.events.k8s.io").until(told).object;
    let note = event["note"].as_str().expect("an event has a note");
    assert!(note.contains("overlap-a/lake-operator") && note.contains("overlap-b/lake-operator"), "{note}");

    // What is new belongs to whoever names itself first; the other one has made nothing of it.
    apply(&namespace, &lakes[1..], &json!({}));
    for name in &lakes {
        let _ = namespace.until(&format!("lake/{name}"), is_ready);
    }
    aws.assert_nothing_made_twice();
    let writes = aws.writes_of_provider();
    let made = writes.iter().filter(|call| call.operation == "CreateBucket");
    assert_eq!(made.count(), lakes.len(), "each bucket is asked for once");
    assert_eq!(writes.iter().find(|call| call.status == 409), None);
    for name in &lakes {
        let by = works(&namespace, name).split('/').next().map(Setting::access_key);
        for call in writes.iter().filter(|call| call.resource.contains(name.as_str())) {
            assert_eq!(Some(&call.access_key), by.as_ref(), "{name}: {call:?}");
        }
    }

    // The first one vanishes as in a power cut.
    first.kill();
    apply(&namespace, &lakes, &json!({ "stage": "second" }));
    for name in &lakes {
        let is_taken_up = |lake: &Value| lake["status"]["lease"] == "overlap-b/lake-operator";
        let _ = namespace.until(&format!("lake/{name}"), |lake| is_ready(lake) && is_taken_up(lake));
    }
    second.until("nothing is another's any more", Operator::is_ready);
}
