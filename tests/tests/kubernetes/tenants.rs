//! What one tenant may not do to another.

use crate::stage::{Stage, condition, manifest, message};
use lake_tests::cluster::{Cluster, is_ready};
use serde_json::json;

fn bucket(name: &str) -> serde_json::Value {
    json!({ "buckets": { "store": { "name": name, "onDelete": "Delete" } } })
}

#[test]
fn a_namespace_that_the_tenants_do_not_name_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("tenants.yaml");
    let role = "arn:aws:iam::210987654321:role/lake-team-a";
    let tenants = format!("namespaces:\n  tenants-named: {{ roleArn: '{role}', externalId: secret-word }}\n");
    std::fs::write(&file, &tenants).expect("the folder can be written");
    let stage = Stage::with("tenants-named", |setting| {
        setting.namespaces.push("tenants-unnamed".to_owned());
        setting.arguments.extend(["--tenants".to_owned(), file.display().to_string()]);
    });
    let unnamed = Cluster::shared().namespace("tenants-unnamed");
    let _ = unnamed.apply(&manifest("theirs", &bucket("tenants-theirs"))).ok();
    let lake = unnamed.until("lake/theirs", |lake| condition(lake, "Ready")["reason"] == "NoTenant");
    assert_eq!(condition(&lake, "Stalled")["status"], "True");
    assert!(message(&lake).contains("tenants-unnamed"), "{}", message(&lake));
    assert_eq!(stage.aws.journal(), []);

    // The one that is named works in the account of its role, whoever the operator is.
    let _ = stage.namespace.apply(&manifest("mine", &bucket("tenants-mine"))).ok();
    let lake = stage.ready("mine");
    assert_eq!(lake["status"]["place"]["account"], "210987654321");
    assert_eq!(stage.aws.hand().world()["buckets"], json!({}), "the operator's own account is not touched");

    // Who is added while the operator runs has its turn with the next look.
    let added =
        tenants.clone() + "  tenants-unnamed: { roleArn: 'arn:aws:iam::109876543210:role/lake-team-b' }\n";
    std::fs::write(&file, added).expect("the folder can be written");
    let _ = unnamed.kubectl(&["annotate", "lake/theirs", "lake.dev/reconcile-requested-at=added"]).ok();
    let lake = unnamed.until("lake/theirs", is_ready);
    assert_eq!(lake["status"]["place"]["account"], "109876543210");
}

#[test]
fn what_another_lake_owns_is_not_touched_and_is_free_when_that_leaves() {
    let stage = Stage::with("tenants-a", |setting| setting.namespaces.push("tenants-b".to_owned()));
    let other = Cluster::shared().namespace("tenants-b");
    let spec = json!({
        "buckets": { "store": { "name": "tenants-one-name", "onDelete": "Delete" } },
        "roles": { "etl": { "name": "tenants-one-role", "assumedBy": { "services": ["glue.amazonaws.com"] } } },
    });
    let _ = stage.namespace.apply(&manifest("mine", &spec)).ok();
    let _ = stage.ready("mine");
    let world = stage.aws.hand().world();

    stage.aws.clear_journal();
    let mut greedy = spec.clone();
    greedy["buckets"]["store"]["adopt"] = json!("Unowned"); // theirs is not unowned
    greedy["tags"] = json!({ "team": "b" });
    let _ = other.apply(&manifest("theirs", &greedy)).ok();
    let lake = other.until("lake/theirs", |lake| condition(lake, "Stalled")["status"] == "True");
    for path in ["spec.buckets.store: ", "spec.roles.etl: "] {
        assert!(message(&lake).contains(path), "{path} is not in {}", message(&lake));
    }
    assert!(message(&lake).contains("/tenants-a/mine"), "the owner is named: {}", message(&lake));
    assert_eq!(stage.aws.writes(), []);
    assert_eq!(stage.aws.hand().world(), world);
    let _ = stage.look("mine", "untouched");
    let _ = stage.ready("mine");

    let _ = stage.namespace.delete("lake/mine").ok();
    stage.gone("mine");
    let _ = other.wait("lake/theirs", "condition=Ready").ok();
    assert_eq!(stage.aws.hand().world()["buckets"].as_object().map(serde_json::Map::len), Some(1));
}

#[test]
fn a_lake_that_makes_nothing_takes_nothing_with_it() {
    let stage = Stage::with("tenants-c", |setting| setting.namespaces.push("tenants-d".to_owned()));
    let other = Cluster::shared().namespace("tenants-d");
    let _ = stage.namespace.apply(&manifest("mine", &bucket("tenants-kept"))).ok();
    let _ = stage.ready("mine");
    let _ = other.apply(&manifest("theirs", &bucket("tenants-kept"))).ok();
    let _ = other.until("lake/theirs", |lake| condition(lake, "Stalled")["status"] == "True");
    stage.aws.clear_journal();
    let _ = other.kubectl(&["delete", "lake/theirs", "--timeout=60s"]).ok();
    assert_eq!(stage.aws.writes(), []);
    assert!(stage.aws.hand().world()["buckets"]["tenants-kept"].is_object());
}

#[test]
fn another_namespace_s_lake_is_not_taken_over_and_emptied() {
    let stage = Stage::with("tenants-e", |setting| {
        setting.namespaces.push("tenants-f".to_owned());
        setting.arguments.extend(["--instance".to_owned(), "prod".to_owned()]);
    });
    let other = Cluster::shared().namespace("tenants-f");
    let retained = json!({ "buckets": { "store": { "name": "tenants-data", "onDelete": "Retain" } } });
    let _ = stage.namespace.apply(&manifest("mine", &retained)).ok();
    let _ = stage.ready("mine");
    let world = stage.aws.hand().world();
    stage.aws.clear_journal();

    let greedy = json!({
        "adoptFrom": "kubernetes/prod/tenants-e/mine",
        "buckets": { "store": { "name": "tenants-data", "onDelete": "Empty", "adopt": "Any" } },
    });
    let _ = other.apply(&manifest("theirs", &greedy)).ok();
    let lake = other.until("lake/theirs", |lake| condition(lake, "Stalled")["status"] == "True");
    assert_eq!(condition(&lake, "Ready")["reason"], "InvalidSpec");
    assert!(
        message(&lake).contains("spec.adoptFrom: ") && message(&lake).contains("tenants file"),
        "{}",
        message(&lake)
    );

    let mut silent = greedy.clone();
    silent.as_object_mut().expect("a spec").remove("adoptFrom");
    let _ = other.apply(&manifest("theirs", &silent)).ok();
    let blocked = |lake: &serde_json::Value| condition(lake, "Ready")["reason"] == "Blocked";
    let lake = other.until("lake/theirs", blocked);
    assert!(
        message(&lake).contains("may not take over from kubernetes/prod/tenants-e/mine"),
        "{}",
        message(&lake)
    );
    let _ = other.kubectl(&["delete", "lake/theirs", "--timeout=60s"]).ok();
    assert_eq!(stage.aws.writes(), []);
    assert_eq!(stage.aws.hand().world(), world);
}
