//! What kstatus, and so `kubectl wait`, Flux and ArgoCD, make of a lake's status at every moment of its life.

use crate::stage::{Stage, condition, is_of_this_spec};
use lake_tests::{
    cluster::{Cluster, Seen},
    example,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn its_rules_hold_from_the_first_event_to_the_last() {
    let stage = Stage::new("kstatus");
    let mut watch = stage.namespace.watch("lakes");
    let _ = stage.namespace.apply(&example::first_lake_manifest()).ok();
    let _ = stage.namespace.wait("lake/first", "condition=Ready").ok();
    let _ = stage.namespace.kubectl(&["label", "lake/first", "team=analytics"]).ok();
    let more = json!({ "spec": { "jobs": { "etl": { "workers": { "count": 3 } } } } });
    let _ = stage.namespace.patch("lake/first", &more).ok();
    let _ = stage.ready("first");
    let _ = stage.namespace.delete("lake/first").ok();
    watch.until(Seen::deleted);

    let history: Vec<Value> = watch.history().iter().map(|seen| seen.object.clone()).collect();
    let mut told = history.iter().filter(|lake| !lake["status"]["conditions"].is_null());
    let mut before = told.next().expect("the lake was told of");
    one_by_one(before);
    for lake in told {
        one_by_one(lake);
        one_after_the_other(before, lake);
        before = lake;
    }
    let lives: BTreeSet<&str> = history.iter().map(kstatus).collect();
    assert_eq!(lives, BTreeSet::from(["Current", "InProgress", "Terminating"]));
    let generations: BTreeSet<i64> = generations(&history);
    assert_eq!(generations, BTreeSet::from([1, 2, 3]), "the user's two, and that of the deletion");
    for reason in history.iter().map(|lake| &condition(lake, "Ready")["reason"]).filter(|it| !it.is_null()) {
        assert!(["Progressing", "AsWanted", "Deleting"].contains(&reason.as_str().unwrap()), "{reason}");
    }
}

fn generations(history: &[Value]) -> BTreeSet<i64> {
    history.iter().filter_map(|lake| lake["metadata"]["generation"].as_i64()).collect()
}

/// What holds of a lake at any moment.
fn one_by_one(lake: &Value) {
    let status = |type_: &str| condition(lake, type_)["status"].as_str().unwrap_or_default();
    for type_ in ["Ready", "Reconciling", "Stalled"] {
        let told = condition(lake, type_);
        assert!(["True", "False"].contains(&status(type_)), "{type_} of {lake:#}");
        assert!(told["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{told}");
        assert!(told["lastTransitionTime"].is_string(), "{told}");
        assert_eq!(told["observedGeneration"], lake["status"]["observedGeneration"], "{told}");
    }
    let (ready, reconciling, stalled) = (status("Ready"), status("Reconciling"), status("Stalled"));
    assert_eq!([ready, reconciling, stalled].iter().filter(|it| **it == "True").count(), 1, "{lake:#}");
    if ready == "True" && is_of_this_spec(lake) && lake["metadata"]["deletionTimestamp"].is_null() {
        assert_eq!(kstatus(lake), "Current");
    } else {
        assert_ne!(kstatus(lake), "Current", "{lake:#}");
    }
}

/// What holds between two moments.
fn one_after_the_other(before: &Value, after: &Value) {
    for type_ in ["Ready", "Reconciling", "Stalled"] {
        let (was, is) = (condition(before, type_), condition(after, type_));
        let (since, now) = (was["lastTransitionTime"].as_str(), is["lastTransitionTime"].as_str());
        if was["status"] == is["status"] {
            assert_eq!(since, now, "the time of {type_} moves only with its status");
        } else {
            assert!(since <= now, "{type_}: {since:?} {now:?}");
        }
    }
    if before["metadata"]["generation"] == after["metadata"]["generation"] {
        assert_eq!(before["spec"], after["spec"], "the spec is the user's");
    }
    let said = |lake: &Value| lake["status"]["observedGeneration"].as_i64();
    assert!(said(before) <= said(after), "{after:#}");
}

/// kstatus' verdict (sigs.k8s.io/cli-utils/pkg/kstatus), which reads all objects alike.
fn kstatus(lake: &Value) -> &'static str {
    let is = |type_: &str, status: &str| condition(lake, type_)["status"] == status;
    match () {
        () if !lake["metadata"]["deletionTimestamp"].is_null() => "Terminating",
        () if !is_of_this_spec(lake) => "InProgress",
        () if is("Reconciling", "True") => "InProgress",
        () if is("Stalled", "True") => "Failed",
        () if is("Ready", "True") => "Current",
        () => "InProgress",
    }
}

#[test]
fn the_operator_writes_the_status_and_its_finalizer_and_no_more() {
    let stage = Stage::new("fields");
    let labelled = example::first_lake_manifest()
        .replace("  name: first\n", "  name: first\n  labels: { team: analytics }\n");
    let _ = stage.namespace.apply(&labelled).ok();
    let _ = stage.ready("first");
    let shown =
        stage.namespace.kubectl(&["get", "lake/first", "--show-managed-fields", "--output=json"]).ok();
    let lake: Value = serde_json::from_str(&shown.text).unwrap();
    assert_eq!(lake["metadata"]["labels"], json!({ "team": "analytics" }));
    let mut written = BTreeSet::new();
    for fields in lake["metadata"]["managedFields"].as_array().unwrap() {
        if fields["manager"] == "lake-operator" {
            leaves("", &fields["fieldsV1"], &mut written);
        }
    }
    assert!(written.iter().any(|path| path.starts_with("/status/conditions")), "{written:#?}");
    for path in &written {
        assert!(path.starts_with("/status") || path.starts_with("/metadata/finalizers"), "{path}");
    }
}

/// The paths of a set of fields (FieldsV1).
fn leaves(at: &str, fields: &Value, found: &mut BTreeSet<String>) {
    match fields.as_object().filter(|fields| !fields.is_empty()) {
        None => {
            found.insert(at.to_owned());
        }
        Some(fields) => {
            for (name, below) in fields {
                leaves(&format!("{at}/{}", name.trim_start_matches("f:")), below, found);
            }
        }
    }
}

#[test]
fn a_look_that_finds_nothing_writes_at_most_the_echo_of_its_request() {
    let stage = Stage::new("quiet");
    let often = example::first_lake_manifest().replace("spec:\n", "spec:\n  reconcile: { interval: 30s }\n");
    let _ = stage.namespace.apply(&often).ok();
    let _ = stage.ready("first");
    let audit = Cluster::shared().audit();
    let asked = || -> Vec<String> {
        let own = |request: &lake_tests::cluster::Request| {
            request.namespace == "quiet"
                && request.resource != "leases"
                && !request.agent.starts_with("kubectl")
                && !request.agent.starts_with("kube-controller-manager")
        };
        let requests = audit.requests().into_iter().filter(own);
        requests.map(|request| format!("{} {}", request.verb, request.resource)).collect()
    };

    // The interval's look: its first call is held, so that the test knows of it.
    stage.aws.faults(json!([{ "hold": "before", "times": 1 }]));
    stage.aws.held(|| false);
    stage.aws.faults(json!([]));
    let counted = || stage.operator.metric("controller_runtime_active_workers{controller=\"lake\"}");
    while counted() != Some(0.0) {}
    assert_eq!(asked(), Vec::<String>::new());

    let _ = stage.look("first", "now");
    assert_eq!(asked(), ["patch lakes/status"]);
}
