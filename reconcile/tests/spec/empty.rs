//! Given and empty is never absent: whatever may be empty says nothing by it, all else is refused at its place.

use std::collections::BTreeSet;

use lake_api::contract::Shape;
use lake_api::testing::{json, pointers};
use lake_api::{FieldPath, Step};
use lake_reconcile::{CONTRACT, LakeSpec};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

/// The paths of all collections of the schema, with `*` for each key and place, and whether they may be empty.
fn collections() -> Vec<(String, bool)> {
    fn visit(shape: &Shape, at: &str, found: &mut Vec<(String, bool)>) {
        match shape {
            Shape::Object(object) => {
                object
                    .fields
                    .iter()
                    .for_each(|(name, field)| visit(&field.shape, &format!("{at}/{name}"), found));
            }
            Shape::Map(map) => found.push((at.to_owned(), map.min == 0)),
            Shape::List(list) => found.push((at.to_owned(), list.min == 0)),
            Shape::Set(set) => found.push((at.to_owned(), set.min == 0)),
            _ => {}
        }
        if let Some(entry) = shape.entry() {
            visit(entry, &format!("{at}/*"), found);
        }
    }
    let mut found = Vec::new();
    visit(CONTRACT.shape(), "", &mut found);
    found
}

/// A pointer into a spec as a path of the schema, and as a path of the spec.
fn place(pointer: &str) -> Option<(String, FieldPath)> {
    let mut shape = CONTRACT.shape();
    let mut of_schema = String::new();
    let mut path = FieldPath::root();
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        let step = match shape {
            Shape::List(_) | Shape::Set(_) => Step::Index(part.parse().ok()?),
            _ => Step::Field(part.clone()),
        };
        of_schema = match shape {
            Shape::Object(_) => format!("{of_schema}/{part}"),
            _ => format!("{of_schema}/*"),
        };
        path = match &step {
            Step::Index(index) => path.index(*index),
            _ => path.field(&part),
        };
        shape = CONTRACT.shape().at(&path)?;
    }
    shape.entry()?;
    Some((of_schema, path))
}

fn read(spec: &Value) -> Option<LakeSpec> {
    CONTRACT.decode(spec.clone()).ok()
}

#[test]
fn what_may_be_empty_says_no_more_than_what_is_not_given() {
    let all = collections();
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..400 {
        let spec = json(CONTRACT.shape()).new_tree(&mut runner).unwrap().current();
        for pointer in pointers(&spec) {
            let Some((at, path)) = place(&pointer) else { continue };
            let may = all.iter().find(|(one, _)| *one == at).unwrap_or_else(|| panic!("{at}")).1;
            let mut empty = spec.clone();
            let value = empty.pointer_mut(&pointer).unwrap();
            *value = if value.is_array() { json!([]) } else { json!({}) };
            seen.insert(at.clone());
            if !may {
                let told = CONTRACT
                    .check(&empty)
                    .into_iter()
                    .any(|it| it.path == path && it.summary.contains("is empty"));
                assert!(told, "nobody says that {at} is empty");
                continue;
            }
            let mut absent = spec.clone();
            let (holder, name) = pointer.rsplit_once('/').unwrap();
            if let Some(fields) = absent.pointer_mut(holder).unwrap().as_object_mut() {
                fields.remove(&name.replace("~1", "/").replace("~0", "~"));
            }
            // Where one of several must be given, it is for lint to say that all of them are empty.
            if let Some(absent) = read(&absent) {
                assert_eq!(read(&empty), Some(absent), "{at} is not the same when it is empty");
            }
        }
    }
    let unseen: Vec<&String> = all.iter().map(|(at, _)| at).filter(|at| !seen.contains(*at)).collect();
    assert!(unseen.len() * 20 < all.len(), "{} of {} were never tried: {unseen:#?}", unseen.len(), all.len());
}

#[test]
fn what_opens_or_narrows_is_never_empty() {
    let narrow = [
        "/actions",
        "/notActions",
        "/resources",
        "/notResources",
        "/principals/aws",
        "/principals/services",
        "/principals/federated",
        "/notPrincipals/aws",
        "/conditions",
        "/conditions/*",
        "/conditions/*/*",
        "/passRole/services",
        "/allow/*/roles",
        "/columns/only",
        "/columns/except",
        "/lifecycleRules/*/tags",
        "/requestMetrics/*/tags",
        "/catalog/*/tables",
        "/catalog/*/tableNames",
        "/inlinePolicies/*/statements",
    ];
    for end in narrow {
        let found: Vec<(String, bool)> =
            collections().into_iter().filter(|(at, _)| at.ends_with(end)).collect();
        assert!(!found.is_empty(), "nothing is called {end}");
        let wrong: Vec<&(String, bool)> = found.iter().filter(|(_, may)| *may).collect();
        assert_eq!(wrong, Vec::<&(String, bool)>::new());
    }
}

#[test]
fn an_empty_list_of_resources_is_told_at_its_place() {
    let spec = json!({ "buckets": { "store": { "policy": { "statements": [{
        "actions": ["s3:GetObject"], "resources": [], "principals": { "aws": ["210987654321"] },
        "conditions": { "StringEquals": {} },
    }] } } } });
    let told: Vec<String> =
        CONTRACT.check(&spec).iter().map(|it| format!("{}: {}", it.path, it.summary)).collect();
    assert_eq!(
        told,
        [
            "buckets.store.policy.statements[0].conditions.StringEquals: `StringEquals` is empty",
            "buckets.store.policy.statements[0].resources: `resources` is empty",
        ]
    );
}

#[test]
fn empty_texts_that_aws_takes_are_taken() {
    let spec = json!({
        "tables": { "t": {
            "database": "d", "format": "Csv", "location": { "bucket": "b" },
            "serde": { "parameters": { "serialization.null.format": "" } },
            "parameters": { "a": "" },
            "columns": [{ "name": "a", "type": "string", "parameters": { "a": "" } }],
        } },
        "databases": { "d": { "parameters": { "a": "" } } },
        "jobs": { "j": {
            "role": "r", "script": { "bucket": "b", "key": "k" },
            "arguments": { "--suffix": "" }, "nonOverridableArguments": { "--a": "" }, "secretArguments": { "--b": "" },
        } },
        "roles": { "r": { "assumedBy": { "statements": [{
            "actions": ["sts:AssumeRole"], "principals": { "federated": ["accounts.google.com"] },
            "conditions": { "StringNotEquals": { "aws:PrincipalTag/team": [""] } },
        }] } } },
    });
    assert_eq!(CONTRACT.check(&spec), vec![]);
}
