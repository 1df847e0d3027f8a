//! What is secret is told nowhere: not in status, events, metrics, plans, policies, nor in logs at any level.

use crate::stage::{Stage, manifest, message};
use lake_tests::{
    aws::ACCOUNT,
    canary::canary,
    cluster::{Cluster, User},
    operator::verb,
};
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A lake with a job, and what of it is secret.
fn lake(secret: bool) -> Value {
    let mut lake = json!({
        "buckets": { "store": { "name": "secrets-store", "onDelete": "Empty" } },
        "roles": { "etl": { "assumedBy": { "services": ["glue.amazonaws.com"] } } },
        "jobs": { "etl": { "role": "etl", "script": { "bucket": "store", "key": "etl.py", "content": "print()" } } },
    });
    if secret {
        lake["buckets"]["store"]["objects"] = json!({
            "text": { "key": "text", "secretContent": canary("secret-content") },
            // canary-bird-secret-content-base64
            "bytes": { "key": "bytes", "secretContentBase64": "Y2FuYXJ5LWJpcmQtc2VjcmV0LWNvbnRlbnQtYmFzZTY0" },
            "kept": { "key": "kept", "contentFrom": { "secretKeyRef": { "name": "kept", "key": "content" } } },
        });
        lake["jobs"]["etl"]["secretArguments"] = json!({ "--salt": canary("secret-arguments") });
        lake["jobs"]["etl"]["secretArgumentsFrom"] =
            json!({ "--pepper": { "secretKeyRef": { "name": "kept", "key": "pepper" } } });
    }
    lake
}

#[test]
fn a_secret_is_told_nowhere() {
    let stage = Stage::with("secrets", |setting| {
        setting.variables.push(("RUST_LOG".to_owned(), "trace".to_owned()));
    });
    let kept = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "kept" },
        "stringData": { "content": canary("kept-content"), "pepper": canary("kept-pepper") },
    });
    let _ = stage.namespace.apply(&format!("---\n{kept}")).ok();
    let _ = stage.namespace.apply(&manifest("quiet", &lake(true))).ok();
    let _ = stage.ready("quiet");

    // AWS quotes what it was sent, and the removal of all secrets fails.
    let quoted = format!("The value '{}' of --pepper cannot be removed", canary("kept-pepper"));
    stage.aws.faults(json!([
        { "operation": "UpdateJob", "code": "InvalidInputException", "status": 400, "message": quoted },
    ]));
    let bare = manifest("quiet", &lake(false));
    let _ = stage.namespace.apply(&bare).ok();
    let failed = stage.standing("quiet", "False", "Refused");
    assert!(message(&failed).contains("The value '(secret)' of --pepper"), "{}", message(&failed));
    let drift = failed["status"]["resources"]["job/etl"]["drift"].to_string();
    assert!(drift.contains("(secret, differs)"), "{drift}");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("lake.yaml");
    let kubeconfig = Cluster::shared().kubeconfig(User::Admin);
    // What it prints is searched.
    for secret in [false, true] {
        std::fs::write(&file, manifest("quiet", &lake(secret))).expect("the folder can be written");
        let file = file.display().to_string();
        let planned = verb(&["plan", "--namespace", "secrets", &file], &kubeconfig, &stage.aws);
        assert!(secret || planned.code == 2, "the removal of all secrets is left to do: {}", planned.text);
        let policy = ["policy", "--namespace", "secrets", "--account", ACCOUNT, &file];
        let _ = verb(&policy, &kubeconfig, &stage.aws).ok();
    }
    stage.aws.faults(json!([]));
    let _ = stage.look("quiet", "again");
    let _ = stage.ready("quiet");
    // What it has told and logged is searched when it ends.
    assert!(stage.operator.end().success());
}

#[test]
fn the_fixture_finds_a_secret_wherever_an_operator_tells_one() {
    let stage = Stage::new("secrets-told");
    let _ = stage.namespace.apply(&manifest("bare", &lake(false))).ok();
    let _ = stage.ready("bare");
    stage.operator.tells_no_secret();
    let tells = || catch_unwind(AssertUnwindSafe(|| stage.operator.tells_no_secret())).is_err();
    let event = json!({
        "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": { "name": "told" },
        "eventTime": "2026-01-01T00:00:00.000000Z", "reportingController": "tests", "reportingInstance": "tests",
        "action": "Told", "reason": "Told", "type": "Normal", "note": canary("event"),
        "regarding": { "kind": "Lake", "name": "bare", "namespace": "secrets-told" },
    });
    let _ = stage.namespace.apply_object(&event).ok();
    assert!(tells(), "an event");
    let _ = stage.namespace.delete("event.events.k8s.io/told").ok();
    stage.operator.tells_no_secret();
}
