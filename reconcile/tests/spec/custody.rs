//! What becomes of resources: what guards them, and what lets them go.

use expect_test::expect;
use lake_api::contract::Shape;
use lake_reconcile::CONTRACT;
use lake_reconcile::lint::lint;
use serde_json::{Value, json};

/// What the contract finds, and lint where it finds nothing.
fn told(spec: Value) -> String {
    let findings = match CONTRACT.decode(spec) {
        Ok(spec) => lint(&spec, "events"),
        Err(findings) => findings,
    };
    findings.iter().map(|finding| format!("{finding}\n")).collect()
}

#[test]
fn the_members_that_hold_data_have_a_guard_of_their_own() {
    let sections = CONTRACT.shape().object().unwrap().fields.iter();
    let guarded: Vec<&str> = sections
        .filter_map(|(name, field)| match &field.shape {
            Shape::Map(map) if map.members => Some((name.as_str(), map.entry.object()?)),
            _ => None,
        })
        .filter(|(_, member)| member.fields.contains_key("deletionProtection"))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(guarded, ["buckets", "databases", "logGroups", "streams", "tables"]);
}

#[test]
fn a_guard_that_is_not_given_is_the_lakes() {
    let spec = CONTRACT
        .decode(json!({
            "deletionProtection": true,
            "buckets": { "store": {}, "scratch": { "deletionProtection": false } },
        }))
        .unwrap();
    assert!(spec.deletion_protection);
    let of = |key: &str| spec.buckets[key].own().unwrap().custody.deletion_protection;
    assert_eq!((of("store"), of("scratch")), (None, Some(false)));
    assert!(!CONTRACT.decode(json!({})).unwrap().deletion_protection);
}

#[test]
fn what_is_not_ours_has_no_guard() {
    let findings = CONTRACT.check(&json!({
        "buckets": { "theirs": { "external": "theirs", "deletionProtection": true } },
        "roles": { "etl": { "external": "etl", "ignoreDrift": ["tags"] } },
        "jobs": { "etl": { "external": "etl", "deletionProtection": true } },
    }));
    let found: Vec<String> = findings.iter().map(|it| format!("{}: {}", it.path, it.summary)).collect();
    expect![[r#"
        [
            "buckets.theirs: `external` stands alone: what is not this lake's has no settings here",
            "jobs.etl.deletionProtection: there is no field \"deletionProtection\" here",
            "roles.etl: `external` stands alone: what is not this lake's has no settings here",
        ]
    "#]]
    .assert_debug_eq(&found);
}

#[test]
fn what_is_released_is_not_declared() {
    let spec = json!({
        "release": ["bucket/store", "object/store.script", "object/store.gone", "job/old", "accessPoint/door", "topic/a.b"],
        "buckets": { "store": { "objects": { "script": { "key": "a.py", "content": "" } } } },
        "accessPoints": { "door": { "external": "door" } },
    });
    expect![[r#"
        error: release: accessPoint/door is declared and released at once
          Remove `accessPoints.door` to let it go, or remove this entry to keep it.
        error: release: bucket/store is declared and released at once
          Remove `buckets.store` to let it go, or remove this entry to keep it.
        error: release: object/store.script is declared and released at once
          Remove `buckets.store.objects.script` to let it go, or remove this entry to keep it.
    "#]]
    .assert_eq(&told(spec));
}

#[test]
fn a_release_names_nodes() {
    for (node, fits) in [
        ("job/old", true),
        ("object/store.script", true),
        ("permission/bucket:store:index", true),
        ("logGroup/function:etl", true),
        ("jobs.old", false),
        ("old", false),
        ("job/", false),
        ("job/Old", false),
        ("Job/old", false),
        ("job/old.", false),
    ] {
        assert_eq!(CONTRACT.check(&json!({ "release": [node] })).is_empty(), fits, "{node}");
    }
}
