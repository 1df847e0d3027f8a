//! What kstatus, and so whoever waits for any object by its rules (Flux, Helm, kpt), makes of a lake's status at every moment
//! of its life: told by the library itself (`go-harness/kstatus`).

use crate::stage::{Stage, condition, is_of_this_spec};
use lake_tests::{
    cluster::{Cluster, Seen},
    example,
    part::part,
};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    io::Write,
    process::{Command, Stdio},
};

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
    let verdicts = kstatus(&history);
    let (untold, told): (Vec<_>, Vec<_>) =
        history.iter().zip(&verdicts).partition(|(lake, _)| lake["status"]["conditions"].is_null());
    assert!(!untold.is_empty(), "the watch has seen it as its user made it");
    for (lake, verdict) in untold {
        assert_eq!(verdict.status, "InProgress", "nobody has looked at it: {verdict:?} of {lake:#}");
    }
    let mut told = told.into_iter();
    let (mut before, verdict) = told.next().expect("the lake was told of");
    one_by_one(before, verdict);
    for (lake, verdict) in told {
        one_by_one(lake, verdict);
        one_after_the_other(before, lake);
        before = lake;
    }
    let lives: BTreeSet<&str> = verdicts.iter().map(|verdict| &*verdict.status).collect();
    assert_eq!(lives, BTreeSet::from(["Current", "InProgress", "Terminating"]));
    let generations: BTreeSet<i64> = generations(&history);
    assert_eq!(generations, BTreeSet::from([1, 2, 3]), "the user's two, and that of the deletion");
    for reason in history.iter().map(|lake| &condition(lake, "Ready")["reason"]).filter(|it| !it.is_null()) {
        assert!(["Progressing", "Reconciled", "Deleting"].contains(&reason.as_str().unwrap()), "{reason}");
    }
}

fn generations(history: &[Value]) -> BTreeSet<i64> {
    history.iter().filter_map(|lake| lake["metadata"]["generation"].as_i64()).collect()
}

/// What holds of a lake at any moment.
fn one_by_one(lake: &Value, verdict: &Verdict) {
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
        assert_eq!(verdict.status, "Current", "{verdict:?} of {lake:#}");
    } else {
        assert_ne!(verdict.status, "Current", "{verdict:?} of {lake:#}");
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

/// What the library says of an object.
#[derive(Debug)]
struct Verdict {
    status: String,
    #[allow(dead_code, reason = "a failure prints it")]
    message: String,
}

/// The library's verdict on each of these objects.
fn kstatus(objects: &[Value]) -> Vec<Verdict> {
    let mut library = Command::new(part("kstatus"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let question = Value::from(objects.to_vec()).to_string();
    let mut stdin = library.stdin.take().expect("stdin is piped");
    stdin.write_all(question.as_bytes()).expect("it reads all before it answers");
    drop(stdin);
    let told = library.wait_with_output().expect("it ends");
    assert!(told.status.success(), "its reason stands above");
    let verdicts: Vec<Value> = serde_json::from_slice(&told.stdout).expect("it answers in JSON");
    assert_eq!(verdicts.len(), objects.len());
    let said = |verdict: &Value, word: &str| verdict[word].as_str().unwrap_or_default().to_owned();
    verdicts.iter().map(|it| Verdict { status: said(it, "status"), message: said(it, "message") }).collect()
}

/// Where a user or AWS is in the way, and where nothing goes on, the library says what is so.
#[test]
fn each_standing_of_a_lake_has_its_word() {
    let lake = |conditions: [(&str, &str); 3], observed: i64| {
        let told = conditions.map(|(of, status)| json!({ "type": of, "status": status, "reason": "Told" }));
        json!({
            "apiVersion": "lake.dev/v1alpha1", "kind": "Lake", "metadata": { "name": "events", "generation": 2 },
            "spec": {}, "status": { "observedGeneration": observed, "conditions": told },
        })
    };
    let standing = |ready, reconciling, stalled| {
        lake([("Ready", ready), ("Reconciling", reconciling), ("Stalled", stalled)], 2)
    };
    let old = lake([("Ready", "True"), ("Reconciling", "False"), ("Stalled", "False")], 1);
    let of = [
        (standing("True", "False", "False"), "Current"),
        (standing("False", "True", "False"), "InProgress"),
        (standing("False", "False", "True"), "Failed"),
        (standing("False", "False", "False"), "InProgress"), // it waits for an approval
        (old, "InProgress"),
    ];
    let verdicts = kstatus(&of.clone().map(|(lake, _)| lake));
    for ((lake, word), verdict) in of.iter().zip(&verdicts) {
        assert_eq!(verdict.status, *word, "{verdict:?} of {lake:#}");
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
