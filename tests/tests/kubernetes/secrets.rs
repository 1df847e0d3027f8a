//! What is secret is told nowhere: not in status, events, metrics, plans, policies, nor in logs at any level.

use crate::stage::{Stage, manifest, message};
use lake_tests::{
    built,
    canary::{canary, none_in},
    cluster::{Cluster, User},
};
use serde_json::{Value, json};
use std::process::Command;

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
    none_in("status", &failed["status"].to_string());
    for verb in ["plan", "policy"] {
        none_in(verb, &said(&stage, verb, &bare));
    }
    none_in("metrics", &stage.operator.metrics());
    stage.aws.faults(json!([]));
    let _ = stage.look("quiet", "again");
    let ready = stage.ready("quiet");
    none_in("status", &ready["status"].to_string());
    let events = stage.namespace.list("events.events.k8s.io");
    assert!(!events.is_empty());
    none_in("events", &Value::from(events).to_string());
    // Its log is looked through when it ends.
    assert!(stage.operator.end().success());
}

/// What a verb of the operator's program prints about a lake.
fn said(stage: &Stage, verb: &str, manifest: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("lake.yaml");
    std::fs::write(&file, manifest).expect("the folder can be written");
    let said = Command::new(built::tested("lake-operator"))
        .args([verb, "--namespace", "secrets"])
        .arg(&file)
        .envs(stage.aws.variables())
        .env("KUBECONFIG", Cluster::shared().kubeconfig(User::Admin))
        .env("RUST_LOG", "trace")
        .output()
        .expect("the operator starts");
    format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr))
}
