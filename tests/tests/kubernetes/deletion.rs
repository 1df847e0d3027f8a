//! Lakes that leave, at any time and in any way.

use crate::stage::{Stage, condition};
use lake_tests::{
    aws::{Call, Endpoint},
    cluster::Cluster,
    example,
};
use serde_json::json;

/// first-lake, of which nothing is retained.
fn leaving_nothing() -> String {
    let mut text = example::first_lake_manifest();
    for (member, policy) in [
        ("    store:\n      versioning", "    store:\n      onDelete: Empty\n      versioning"),
        ("    lake:\n      name", "    lake:\n      onDelete: Delete\n      name"),
        ("    events:\n      database", "    events:\n      onDelete: Delete\n      database"),
    ] {
        assert!(text.contains(member), "{member}");
        text = text.replace(member, policy);
    }
    text
}

fn nothing_is_left(aws: &Endpoint) {
    let world = aws.hand().world();
    for section in ["buckets", "accessPoints", "roles", "databases", "jobs", "crawlers", "filters"] {
        assert_eq!(world[section], json!({}), "{section}");
    }
}

/// Each of these calls was made, the first of a pair before the second.
fn in_order(aws: &Endpoint, pairs: &[(&str, &str)]) {
    let writes: Vec<String> = aws.writes().iter().map(Call::name).collect();
    let at = |name: &str| {
        writes.iter().position(|call| call == name).unwrap_or_else(|| panic!("{name} of {writes:?}"))
    };
    for (earlier, later) in pairs {
        assert!(at(earlier) < at(later), "{earlier} before {later}: {writes:?}");
    }
}

/// A lake of which nothing is retained, as it lives.
fn alive(stage: &Stage) {
    let _ = stage.namespace.apply(&leaving_nothing()).ok();
    let _ = stage.ready("first");
}

#[test]
fn in_order_and_what_holds_data_is_kept_and_told() {
    let stage = Stage::new("deletion");
    let _ = stage.namespace.apply(&example::first_lake_manifest()).ok();
    let _ = stage.ready("first");
    stage.aws.clear_journal();
    let _ = stage.namespace.delete("lake/first").ok();
    stage.gone("first");
    in_order(
        &stage.aws,
        &[
            ("glue:DeleteCrawler", "iam:DeleteRole"),
            ("glue:DeleteJob", "iam:DeleteRole"),
            ("s3control:DeleteAccessPoint", "iam:DeleteRole"),
        ],
    );
    let retained = stage.events("first", "Retained").join("\n");
    for node in ["bucket/store", "database/lake", "table/events"] {
        assert!(retained.contains(node), "{node} is not in {retained}");
    }
    let world = stage.aws.hand().world();
    assert!(world["buckets"][example::first_bucket()].is_object());
    assert!(world["databases"]["first_lake"]["tables"]["events"].is_object());
    for section in ["accessPoints", "roles", "jobs", "crawlers", "filters"] {
        assert_eq!(world[section], json!({}), "{section}");
    }
    assert_eq!(stage.operator.metric("lake_lost_total"), Some(0.0), "it went as it should");

    // The same lake takes up again what it left.
    alive(&stage);
    stage.aws.clear_journal();
    let _ = stage.namespace.delete("lake/first").ok();
    stage.gone("first");
    nothing_is_left(&stage.aws);
    in_order(
        &stage.aws,
        &[
            ("glue:DeleteTable", "glue:DeleteDatabase"),
            ("lakeformation:DeleteDataCellsFilter", "glue:DeleteTable"),
            ("s3control:DeleteAccessPoint", "s3:DeleteBucket"),
        ],
    );
}

#[test]
fn while_it_is_being_made() {
    let stage = Stage::new("unfinished");
    stage.aws.faults(json!([{ "operation": "CreateJob", "hold": "before", "times": 1 }]));
    let _ = stage.namespace.apply(&leaving_nothing()).ok();
    assert!(stage.aws.held(|| false));
    let _ = stage.namespace.delete("lake/first").ok();
    stage.aws.faults(json!([]));
    stage.gone("first");
    nothing_is_left(&stage.aws);
}

#[test]
fn before_anything_was_made() {
    let stage = Stage::new("unbegun");
    let wrong = example::first_lake_manifest().replace("      role: etl\n", "      role: nobody\n");
    let _ = stage.namespace.apply(&wrong).ok();
    let lake = stage.standing("first", "False", "InvalidSpec");
    assert_eq!(lake["metadata"]["finalizers"], json!(null), "nothing holds a lake that has made nothing");
    let _ = stage.namespace.delete("lake/first").ok();
    stage.gone("first");
    assert_eq!(stage.aws.journal(), []);
}

#[test]
fn with_its_namespace() {
    let cluster = Cluster::shared();
    let system = cluster.namespace("with-namespace-system");
    // The lease stands elsewhere: the namespace controller takes what stands in the one that goes.
    let stage = Stage::with("with-namespace", |setting| {
        setting.arguments = vec!["--lease-namespace".to_owned(), system.name().to_owned()];
    });
    alive(&stage);
    let _ = cluster.kubectl(&["delete", "namespace", "with-namespace", "--timeout=120s"]).ok();
    nothing_is_left(&stage.aws);
}

#[test]
fn while_no_operator_is_there() {
    let stage = Stage::new("absent");
    alive(&stage);
    let stage = stage.without_operator(|namespace, aws| {
        let _ = namespace.delete("lake/first").ok();
        let lake = namespace.get("lake/first").expect("its finalizer holds it");
        assert!(lake["metadata"]["deletionTimestamp"].is_string());
        assert!(aws.hand().world()["crawlers"]["first-processed"].is_object());
    });
    stage.gone("first");
    nothing_is_left(&stage.aws);
}

#[test]
fn what_aws_refuses_to_delete_is_told_until_it_goes() {
    let stage = Stage::new("undeletable");
    alive(&stage);
    stage.aws.faults(json!([{
        "operation": "DeleteCrawler", "code": "AccessDeniedException", "message": "not authorized to perform: glue:DeleteCrawler",
        "status": 400,
    }]));
    let _ = stage.namespace.delete("lake/first").ok();
    let lake = stage.namespace.until("lake/first", |lake| condition(lake, "Ready")["reason"] == "Refused");
    let said = condition(&lake, "Ready")["message"].as_str().unwrap();
    assert!(said.contains("glue:DeleteCrawler"), "{said}");
    assert!(
        stage.aws.hand().world()["roles"]["first-etl-eu-west-1"].is_object(),
        "the crawler's role goes after it"
    );
    stage.aws.faults(json!([]));
    stage.gone("first");
    nothing_is_left(&stage.aws);
}

#[test]
fn a_finalizer_taken_off_by_hand_comes_back_and_a_lost_lake_is_told() {
    let stage = Stage::new("lost");
    alive(&stage);
    let take_off = || {
        let _ = stage.namespace.patch("lake/first", &json!({ "metadata": { "finalizers": null } })).ok();
    };
    take_off();
    let _ = stage
        .namespace
        .until("lake/first", |lake| lake["metadata"]["finalizers"] == json!(["lake.dev/lake"]));

    stage.aws.faults(json!([{ "operation": "DeleteCrawler", "hold": "before", "times": 1 }]));
    let _ = stage.namespace.delete("lake/first").ok();
    assert!(stage.aws.held(|| false));
    take_off();
    stage.gone("first");
    while stage.operator.metric("lake_lost_total") != Some(1.0) {}
    stage.aws.faults(json!([]));
}
