//! AWS refuses, throttles or is not there: the lake says why and when it is tried again, and goes on by itself.

use crate::{
    stage::{MissingKeys, Stage, condition, manifest, message},
    wire::Wire,
};
use lake_tests::{aws::REGION, cluster::Seen};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The longest pause between two attempts, and the second to which it is rounded.
const LONGEST: i64 = 121;

fn role() -> String {
    manifest(
        "unlucky",
        &json!({ "roles": { "etl": { "assumedBy": { "services": ["glue.amazonaws.com"] } } } }),
    )
}

/// Wait until the lake has been tried this often in vain, and check what it says.
fn tried_in_vain(stage: &Stage, reason: &str, times: usize) -> Value {
    let mut watch = stage.namespace.watch("lake/unlucky");
    let mut attempts = Vec::new();
    let last = watch.until(|Seen { object: lake, .. }| {
        let ready = condition(lake, "Ready");
        if ready["reason"] == reason {
            assert_eq!(ready["status"], "False");
            assert_eq!(condition(lake, "Reconciling")["status"], "True", "it is tried again: {lake:#}");
            assert_eq!(condition(lake, "Stalled")["status"], "False", "{lake:#}");
            let next = seconds(&lake["status"]["nextAttempt"]).expect("the next attempt is told");
            if attempts.last() != Some(&next) {
                attempts.push(next);
            }
        }
        attempts.len() >= times
    });
    for pause in attempts.windows(2).map(|pair| pair[1] - pair[0]) {
        assert!((0..=LONGEST).contains(&pause), "{attempts:?}");
    }
    last.object
}

/// Rounds that fail are counted where the chart's alerts look.
fn failing_rounds_are_counted(stage: &Stage, class: &str) {
    for series in [
        "controller_runtime_reconcile_errors_total{controller=\"lake\"}",
        "controller_runtime_reconcile_total{controller=\"lake\",result=\"error\"}",
        &format!("lake_errors_total{{class=\"{class}\"}}"),
    ] {
        let counted = stage.operator.metric(series).unwrap_or_default();
        assert!(counted >= 1.0, "{series} is {counted}");
    }
}

/// A moment of today, as seconds.
fn seconds(time: &Value) -> Option<i64> {
    let clock = time.as_str()?.split_once('T')?.1.trim_end_matches('Z').to_owned();
    clock.split(':').map(|part| part.parse::<i64>().ok()).try_fold(0, |sum, part| Some(sum * 60 + part?))
}

#[test]
fn throttled() {
    let stage = Stage::new("throttled");
    stage.aws.faults(
        json!([{ "service": "iam", "code": "Throttling", "message": "Rate exceeded", "status": 400 }]),
    );
    let _ = stage.namespace.apply(&role()).ok();
    let lake = tried_in_vain(&stage, "Throttled", 2);
    assert!(message(&lake).contains("Rate exceeded"), "{}", message(&lake));
    stage.aws.faults(json!([]));
    let lake = stage.ready("unlucky");
    assert_eq!(lake["status"]["nextAttempt"], json!(null));
}

#[test]
fn refused() {
    let stage = Stage::new("refused");
    stage.aws.faults(json!([{
        "service": "iam", "operation": "CreateRole", "code": "AccessDenied", "status": 403,
        "message": "User: lake is not authorized to perform: iam:CreateRole",
    }]));
    let _ = stage.namespace.apply(&role()).ok();
    let lake = tried_in_vain(&stage, "Refused", 2);
    assert!(message(&lake).starts_with("spec.roles.etl: Cannot create role etl"), "{}", message(&lake));
    assert!(message(&lake).contains("is not authorized to perform: iam:CreateRole"), "{}", message(&lake));
    assert_eq!(stage.events("unlucky", "Refused").len(), 1, "only the transition is an event");
    assert_eq!(stage.operator.metric("lake_lakes{state=\"Refused\"}"), Some(1.0));
    failing_rounds_are_counted(&stage, "Refused");
    stage.aws.faults(json!([]));
    let _ = stage.ready("unlucky");
}

#[test]
fn credentials_missing() {
    let keys = MissingKeys::new();
    let stage = Stage::with("credentials", |setting| keys.of(setting));
    let _ = stage.namespace.apply(&role()).ok();
    let _ = tried_in_vain(&stage, "NoCredentials", 2);
    assert_eq!(stage.aws.journal(), []);
    assert!(stage.operator.is_ready(), "the operator itself is well");
    failing_rounds_are_counted(&stage, "NoCredentials");
    keys.come();
    let _ = stage.ready("unlucky");
}

#[test]
fn credentials_rotated() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("credentials");
    let write = |id: &str| {
        let keys = format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = wJalrXUtnFEMI\n");
        std::fs::write(&file, keys).expect("the folder can be written");
    };
    write("AKIAOFYESTERDAY");
    let stage = Stage::with("rotated", |setting| {
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            setting.variables.push((name.to_owned(), String::new()));
        }
        setting.variables.push(("AWS_SHARED_CREDENTIALS_FILE".to_owned(), file.display().to_string()));
    });
    let _ = stage.namespace.apply(&role()).ok();
    let _ = stage.ready("unlucky");
    let keys =
        || -> BTreeSet<String> { stage.aws.journal().into_iter().map(|call| call.access_key).collect() };
    assert_eq!(keys(), BTreeSet::from(["AKIAOFYESTERDAY".to_owned()]));
    write("AKIAOFTODAY");
    stage.aws.clear_journal();
    let _ = stage.look("unlucky", "rotated");
    assert_eq!(keys(), BTreeSet::from(["AKIAOFTODAY".to_owned()]));
}

#[test]
fn no_region() {
    let stage = Stage::with("no-region", |setting| {
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            setting.variables.push((name.to_owned(), String::new()));
        }
        setting.variables.push(("AWS_CONFIG_FILE".to_owned(), "/dev/null".to_owned()));
    });
    let _ = stage.namespace.apply(&role()).ok();
    let _ = tried_in_vain(&stage, "NoRegion", 1);
    let _ = stage.namespace.patch("lake/unlucky", &json!({ "spec": { "region": REGION } })).ok();
    let _ = stage.ready("unlucky");
}

#[test]
fn aws_is_down_at_first_and_later() {
    let wire = Wire::new();
    let stage = Stage::with("down", |setting| {
        setting.variables.push(("AWS_ENDPOINT_URL".to_owned(), wire.url()));
    });
    let here = role().replace("\"roles\":", &format!("\"region\":\"{REGION}\",\"roles\":"));
    let _ = stage.namespace.apply(&here).ok();
    let _ = tried_in_vain(&stage, "NoAnswer", 2);
    wire.lead_to(Some(&stage.aws.url));
    let _ = stage.ready("unlucky");

    wire.lead_to(None);
    let _ =
        stage.namespace.kubectl(&["annotate", "lake/unlucky", "lake.dev/reconcile-requested-at=down"]).ok();
    let lake = tried_in_vain(&stage, "Unanswered", 1);
    assert_eq!(lake["status"]["resources"]["role/etl"]["state"], "Unreadable", "it is not said to be gone");
    wire.lead_to(Some(&stage.aws.url));
    let _ = stage.ready("unlucky");
    assert_eq!(stage.aws.writes().iter().filter(|call| call.operation == "CreateRole").count(), 1);
}

#[test]
fn a_silent_peer_of_some_lakes_keeps_no_other_waiting() {
    let stage = Stage::with("silent", |setting| {
        setting.arguments.extend(["--concurrency=2", "--call-timeout=1s"].map(str::to_owned));
    });
    let role = |name: &str| {
        manifest(
            name,
            &json!({ "roles": { "r": { "name": name, "assumedBy": { "services": ["glue.amazonaws.com"] } } } }),
        )
    };
    stage.aws.faults(json!([{ "resource": "^hg", "operation": ".*", "hold": "before" }]));
    for name in ["hg0", "hg1"] {
        let _ = stage.namespace.apply(&role(name)).ok();
    }
    assert!(stage.aws.held(|| false));
    let _ = stage.namespace.apply(&role("free")).ok();
    let _ = stage.ready("free");
    for name in ["hg0", "hg1"] {
        let lake = stage
            .namespace
            .until(&format!("lake/{name}"), |lake| condition(lake, "Ready")["reason"] == "Unanswered");
        assert!(message(&lake).contains("no answer came within"), "{}", message(&lake));
    }
    stage.aws.faults(json!([]));
    for name in ["hg0", "hg1"] {
        let _ = stage.ready(name);
    }
}
