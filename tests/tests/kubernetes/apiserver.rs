//! An API server that goes away, forgets, or lets others write where the operator does: it goes on.

use lake_tests::{
    aws::Endpoint,
    cluster::{Cluster, is_ready},
    example,
    operator::{Operator, Setting},
};
use serde_json::json;

/// How many rounds have failed.
fn failed_rounds(operator: &Operator) -> f64 {
    let name = "controller_runtime_reconcile_total{controller=\"lake\",result=\"error\"}";
    operator.metric(name).unwrap_or_default()
}

#[test]
fn nothing_is_made_that_cannot_be_remembered_and_all_is_made_in_the_end() {
    let cluster = Cluster::start();
    let aws = Endpoint::start();
    let namespace = cluster.namespace("away");
    let setting = Setting::of(&cluster, "away").argument("--lease-duration=10m");
    let operator = Operator::start(&setting, &aws);

    // The API server goes before anything could be remembered.
    aws.faults(json!([{ "times": 1, "hold": "before" }]));
    let _ = namespace.apply_object(&example::first_lake_not_retained()).ok();
    assert!(aws.held(|| false));
    cluster.kill_apiserver();
    aws.faults(json!([]));
    operator.until("it has tried", |it| failed_rounds(it) >= 1.0);
    assert_eq!(aws.writes(), [], "the record is kept first");

    // It goes again while what is remembered is being made.
    aws.faults(json!([{ "mutating": true, "times": 1, "hold": "after" }]));
    cluster.start_apiserver();
    assert!(aws.held(|| false));
    let before = failed_rounds(&operator);
    cluster.kill_apiserver();
    aws.faults(json!([]));
    operator.until("it has gone on as far as it can", |it| failed_rounds(it) > before);
    cluster.start_apiserver();
    let made = aws.writes().into_iter().filter(|call| call.operation.starts_with("Create"));
    let kept = namespace.get("lake/first").expect("the lake");
    let record = kept["status"]["record"].as_str().expect("a record");
    for call in made {
        let name = call.resource.rsplit('/').next().unwrap_or_default();
        assert!(record.contains(name), "{call:?} was made and is not in {record}");
    }
    let _ = namespace.until("lake/first", is_ready);
    aws.assert_nothing_made_twice();
    aws.assert_all_emulated();
}

#[test]
fn it_goes_on_when_the_api_server_restarts_and_has_forgotten_what_was() {
    let cluster = Cluster::start();
    let aws = Endpoint::start();
    let namespace = cluster.namespace("forgotten");
    let operator = Operator::start(&Setting::of(&cluster, "forgotten").replica("only"), &aws);
    let _ = namespace.apply_object(&example::first_lake_not_retained()).ok();
    let ready = namespace.until("lake/first", is_ready);
    aws.clear_journal();

    // What the operator saw last is older than all that the store remembers: 410 Gone.
    let audit = cluster.audit();
    cluster.stop_apiserver();
    cluster.start_apiserver();
    for number in 0..3 {
        let _ = namespace.kubectl(&["create", "configmap", &format!("later-{number}")]).ok();
    }
    cluster.compact();
    cluster.restart_apiserver();
    let _ = namespace.patch("lake/first", &json!({ "spec": { "tags": { "stage": "second" } } })).ok();
    let changed = namespace.until("lake/first", is_ready);
    assert!(changed["metadata"]["generation"].as_i64() > ready["metadata"]["generation"].as_i64());
    assert!(!aws.writes().is_empty());
    let lists = audit.requests().into_iter().filter(|request| {
        request.verb == "list" && request.resource == "lakes" && !request.agent.starts_with("kubectl")
    });
    assert!(lists.count() > 0, "the operator has listed its lakes anew");
    assert!(operator.is_ready());
    let _ = namespace.kubectl(&["delete", "lake/first", "--timeout=60s"]).ok();
}

#[test]
fn what_another_writes_into_the_status_is_put_right() {
    let cluster = Cluster::shared();
    let aws = Endpoint::start();
    let namespace = cluster.namespace("meddled");
    let _operator = Operator::start(&Setting::of(cluster, "meddled"), &aws);
    let _ = namespace.apply_object(&example::first_lake_not_retained()).ok();
    let ready = namespace.until("lake/first", is_ready);
    aws.clear_journal();

    let meddling = json!({
        "apiVersion": "lake.dev/v1alpha1",
        "kind": "Lake",
        "metadata": { "name": "first" },
        "status": { "members": "0/0", "drifted": 77, "record": "nonsense" },
    });
    let file = cluster.folder().join("meddling.json");
    std::fs::write(&file, meddling.to_string()).expect("the cluster's folder can be written");
    let mut watch = namespace.watch("lake/first");
    let meddled = namespace.kubectl(&[
        "apply",
        "--server-side",
        "--force-conflicts",
        "--subresource=status",
        "--field-manager=meddler",
        "--filename",
        &file.to_string_lossy(),
    ]);
    let _ = meddled.ok();
    let _ = watch.until(|seen| seen.object["status"]["record"] == "nonsense");
    let _ = watch.until(|seen| seen.object["status"] == ready["status"]);
    assert_eq!(aws.writes(), [], "words change nothing on AWS");
}
