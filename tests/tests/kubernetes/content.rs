//! Contents that stand in config maps and secrets beside the lake.

use crate::stage::{Stage, manifest, message};
use lake_tests::cluster::Cluster;
use serde_json::{Value, json};

fn lake() -> Value {
    json!({ "buckets": { "store": { "name": "content-from", "objects": { "etl": {
        "key": "etl.py",
        "contentFrom": { "configMapKeyRef": { "name": "scripts", "key": "etl.py" } },
    } } } } })
}

#[test]
fn a_config_map_that_comes_or_changes_is_seen_at_once() {
    let stage = Stage::new("content");
    let elsewhere = Cluster::shared().namespace("content-elsewhere");
    let script = |text: &str| {
        json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "scripts" }, "data": { "etl.py": text },
        })
    };
    // One of another namespace is none.
    let _ = elsewhere.apply(&format!("---\n{}", script("theirs"))).ok();
    let _ = stage.namespace.apply(&manifest("scripted", &lake())).ok();
    let missing = stage.standing("scripted", "False", "ContentMissing");
    let path = "spec.buckets.store.objects.etl.contentFrom";
    assert!(
        message(&missing).contains(path) && message(&missing).contains("scripts"),
        "{}",
        message(&missing)
    );
    assert!(missing["status"]["nextAttempt"].is_string(), "{missing:#}");
    assert_eq!(stage.aws.writes(), []);

    let _ = stage.namespace.apply(&format!("---\n{}", script("first"))).ok();
    let _ = stage.ready("scripted");
    let length = |stage: &Stage| {
        let object = json!({ "Bucket": "content-from", "Key": "etl.py" });
        stage.aws.hand().call("s3", "head_object", object)["ContentLength"].clone()
    };
    assert_eq!(length(&stage), 5);

    stage.aws.faults(json!([{ "operation": "PutObject", "hold": "after", "times": 1 }]));
    let _ = stage.namespace.apply(&format!("---\n{}", script("second"))).ok();
    assert!(stage.aws.held(|| false));
    stage.aws.faults(json!([]));
    assert_eq!(length(&stage), 6);
}

#[test]
fn another_namespace_cannot_be_named() {
    let stage = Stage::new("content-named");
    let mut named = lake();
    named["buckets"]["store"]["objects"]["etl"]["contentFrom"]["configMapKeyRef"]["namespace"] =
        json!("content");
    let _ = stage
        .namespace
        .apply(&manifest("named", &named))
        .failed()
        .says("namespace: field not declared in schema");
}
