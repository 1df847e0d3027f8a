//! What a kind says of itself when it is registered makes sense.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use lake_api::{FieldPath, Step};
use lake_reconcile::{
    CONTRACT, LakeSpec,
    expand::{Scope, expand},
    graph::{Graph, Hold},
    kinds::{self, Examples, KINDS, RegisteredSettings as _, SimpleKind},
    owner::Owner,
    place::Place,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Kinds whose end must come before this one's, directly or not.
fn before(kind: &str, seen: &mut BTreeSet<&'static str>) {
    for other in KINDS.all().filter(|other| other.goes_before.contains(&kind)) {
        if seen.insert(other.name) {
            before(other.name, seen);
        }
    }
}

#[test]
fn no_kind_goes_before_itself() {
    for kind in KINDS.all() {
        let mut seen = BTreeSet::new();
        before(kind.name, &mut seen);
        assert!(!seen.contains(kind.name), "{} goes before itself, through {seen:?}", kind.name);
        for later in kind.goes_before {
            assert!(KINDS.traits(later).is_some(), "{} goes before {later}, which is no kind", kind.name);
        }
    }
}

#[test]
fn every_path_that_a_kind_names_is_in_its_settings() {
    for kind in KINDS.all() {
        let schema: Value = (kind.schema)().into();
        let left = kind.left_to_aws.iter().map(|(path, _)| path);
        let said = kind.fixed.iter().chain(kind.shared).chain(kind.unread).chain(kind.secret);
        for path in said.chain(left) {
            // `[]` is any entry of a list.
            let steps: FieldPath =
                path.replace("[]", "[0]").parse().unwrap_or_else(|error| panic!("{}: {error}", kind.name));
            assert!(holds(&schema, &schema, steps.steps()), "{} has no {path}", kind.name);
        }
    }
}

/// Whether a schema, or one of the schemas that it is made of, has a field at a path.
fn holds(schema: &Value, root: &Value, path: &[Step]) -> bool {
    let Some((first, rest)) = path.split_first() else { return true };
    let target = schema["$ref"].as_str().and_then(|target| target.strip_prefix("#/$defs/"));
    let parts = ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|word| schema[word].as_array()).flatten();
    let here = first.name().map_or(&schema["items"], |name| &schema["properties"][name]);
    let here = Some(here).filter(|field| !field.is_null());
    here.is_some_and(|field| holds(field, root, rest))
        || target.is_some_and(|target| holds(&root["$defs"][target], root, path))
        || parts.into_iter().any(|part| holds(part, root, path))
}

#[test]
fn kinds_and_facts_are_camel_case_words() {
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let mut names = BTreeSet::new();
    for kind in KINDS.all() {
        assert!(names.insert(kind.name), "{} is registered twice", kind.name);
        for word in kind.facts.iter().chain([&kind.name]) {
            assert!(is_word(word), "{} is no camelCase word", word);
        }
    }
}

#[test]
fn what_is_left_to_aws_is_left_for_a_reason() {
    for kind in KINDS.all() {
        for (path, reason) in kind.left_to_aws {
            assert!(
                reason.split_whitespace().count() >= 3,
                "{}: {path} is left to AWS without a reason",
                kind.name
            );
        }
    }
}

/// A map that is empty is there, so that a path into it is the same whether others put something there or not.
#[test]
fn no_map_of_settings_is_left_out_when_it_is_empty() {
    for (kind, settings) in least() {
        let schema: Value = (KINDS.traits(kind).unwrap().schema)().into();
        let fields = schema["properties"].as_object().unwrap();
        for (name, field) in fields {
            let is_map =
                field["type"] == "object" && field.get("additionalProperties").is_some_and(|it| *it != false);
            assert!(!is_map || settings.get(name).is_some_and(Value::is_object), "{kind} leaves {name} out");
        }
    }
}

/// What differs is told by a path that the user can look up, and `ignoreDrift` of that path leaves it alone.
#[test]
fn every_path_of_settings_is_known_by_one_of_the_spec() {
    let spec = "{ buckets: {
             store: {
               policy: { statements: [ { sid: Read, effect: Deny, principals: { aws: ['*'] }, actions: ['s3:GetObject'] } ] },
               lifecycleRules: [ { id: old, expire: { days: 9 } }, { prefix: tmp/, expire: { days: 3 } } ],
               requestMetrics: { all: { name: EntireBucket } },
               objects: { it: { key: k, secretContent: c }, other: { key: o, contentBase64: Yw== } } },
             shared: { policy: { keepOthers: true, statements: [ { sid: Read, effect: Deny, principals: { aws: ['*'] }, actions: ['s3:GetObject'] } ] } } },
           roles: { etl: {
             assumedBy: { services: [glue.amazonaws.com] }, allow: [ { read: { bucket: store } } ], managedPolicies: [arn:aws:iam::aws:policy/ReadOnlyAccess],
             inlinePolicies: { more: { name: More, statements: [ { actions: ['s3:ListAllMyBuckets'], resources: ['*'] } ] } } } },
           databases: { lake: {} },
           tables: {
             parquet: { database: lake, location: { bucket: store }, format: Parquet, parameters: { owner: us } },
             projected: { database: lake, location: { bucket: store }, format: Json, serde: { parameters: { a: b } },
               projection: { columns: { day: { type: Integer, range: '1,31' } } } } },
           jobs: { it: { role: etl, arguments: { '--plain': a }, secretArguments: { '--token': b }, script: { bucket: store, key: s } } },
           crawlers: { it: { role: etl, database: lake, targets: { s3: [ { bucket: store } ] } } },
           filters: { it: { database: lake, tableName: t }, other: { table: parquet } },
           accessPoints: { door: { bucket: store, allow: [ { roles: [etl], read: {} } ] } } }";
    let mut kinds_seen = BTreeSet::new();
    for (id, node) in with_examples(spec, |examples| examples.full) {
        let (Some(settings), Hold::Own) = (node.settings, node.hold) else { continue };
        kinds_seen.insert(settings.kind().to_owned());
        let traits = settings.traits();
        // Parts of the key, which never differ.
        let of_the_key = if settings.kind() == "object" { "bucket" } else { "catalog" };
        for path in paths(settings.json()) {
            let first = path.steps()[0].name().unwrap();
            if traits.unread.contains(&first) || first == of_the_key {
                continue;
            }
            let told = node.aliases.in_member(&path);
            let at = node.origin.join(&told);
            assert!(CONTRACT.shape().at(&at).is_some(), "{id}: {path} is told as {at}");
            let meant = node.aliases.in_settings(&told);
            assert!(
                meant.iter().any(|meant| path.starts_with(meant)),
                "{id}: {told} means {meant:?} and not {path}"
            );
        }
    }
    assert_eq!(kinds_seen.len(), KINDS.all().count(), "each kind");
}

/// All places in a value but its root.
fn paths(value: &Value) -> Vec<FieldPath> {
    fn walk(value: &Value, at: &FieldPath, found: &mut Vec<FieldPath>) {
        let below: Vec<(FieldPath, &Value)> = match value {
            // It stands for a text.
            Value::Object(fields) if fields.contains_key("$fact") => Vec::new(),
            Value::Object(fields) => {
                fields.iter().map(|(name, value)| (at.field(name.as_str()), value)).collect()
            }
            Value::Array(items) => {
                items.iter().enumerate().map(|(place, item)| (at.index(place), item)).collect()
            }
            _ => Vec::new(),
        };
        for (at, value) in below {
            walk(value, &at, found);
            found.push(at);
        }
    }
    let mut found = Vec::new();
    walk(value, &FieldPath::root(), &mut found);
    found
}

/// What a lake asks for of each kind, where it says nothing that it need not.
fn least() -> BTreeMap<&'static str, Value> {
    let graph = with_examples(
        "{ buckets: { store: { objects: { it: { key: k, content: c } } } },
           roles: { etl: { assumedBy: { services: [glue.amazonaws.com] } } },
           databases: { lake: {} },
           tables: { it: { database: lake, location: { bucket: store }, format: Parquet } },
           jobs: { it: { role: etl, script: { bucket: store, key: s } } },
           crawlers: { it: { role: etl, database: lake, targets: { s3: [ { bucket: store } ] } } },
           filters: { it: { database: lake, tableName: t } },
           accessPoints: { door: { bucket: store } } }",
        |examples| examples.small,
    );
    let settings = graph.into_values().filter_map(|node| node.settings);
    let all: BTreeMap<_, _> =
        settings.map(|settings| (settings.traits().name, settings.json().clone())).collect();
    assert_eq!(all.len(), KINDS.all().count(), "each kind once");
    all
}

/// What a lake asks for, with the examples of all kinds that are data beside it.
fn with_examples(spec: &str, which: fn(Examples) -> fn() -> Value) -> Graph {
    let mut spec: Value = serde_saphyr::from_str(spec).unwrap();
    for (section, examples) in kinds::simple().map(SimpleKind::examples) {
        spec[section] = which(examples)();
    }
    let spec: LakeSpec = serde_json::from_value(spec).unwrap();
    let place = Place { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() };
    let owner = Owner { door: "terraform".into(), instance: "t".into(), lake: "l".into() };
    expand(&spec, &Scope { place, owner, lake: "l".into(), namespace: String::new() })
}
