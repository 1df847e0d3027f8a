//! One generator for the closed vocabulary of keywords that schemas of settings use. A keyword that it does not know
//! is an error, so that no constraint is overlooked.

use super::place;
use lake_reconcile::settings::Settings;
use lake_reconcile::{
    kind::Traits,
    kinds::{KINDS, RegisteredSettings as _},
};
use proptest::{collection::vec, prelude::*, strategy::Union, string::string_regex};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Keywords that say nothing about which values are allowed.
const SILENT: &[&str] =
    &["title", "description", "default", "$schema", "$defs", "format", "examples", "deprecated"];
/// Below this depth only what is required is generated.
const DEPTH: usize = 5;

/// Random settings of a kind, in the spelling in which they are kept, with a name: an expansion leaves none out.
pub(crate) fn settings(kind: &'static Traits) -> BoxedStrategy<Settings> {
    let root: Value = (kind.schema)().into();
    let root = Arc::new(root);
    value(&root, &root, 0)
        .prop_filter_map("a kind refuses what its schema allows", move |json| {
            KINDS.settings(kind.name, json).ok().filter(|settings| settings.key(&place()).is_some())
        })
        .boxed()
}

fn value(schema: &Value, root: &Arc<Value>, depth: usize) -> BoxedStrategy<Value> {
    let object = match schema {
        Value::Bool(true) => return Just(json!({})).boxed(),
        Value::Object(object) => object,
        other => panic!("no schema: {other}"),
    };
    known(object);
    if let Some(target) = object.get("$ref").and_then(Value::as_str) {
        let target = target.strip_prefix("#/$defs/").expect("references lead into $defs");
        return value(&root["$defs"][target], root, depth + 1);
    }
    if let Some(only) = object.get("const") {
        return Just(only.clone()).boxed();
    }
    if let Some(choices) = object.get("enum").and_then(Value::as_array) {
        return proptest::sample::select(choices.clone()).boxed();
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(choices) = object.get(choice).and_then(Value::as_array) {
            let all: Vec<_> = choices.iter().map(|choice| value(choice, root, depth + 1)).collect();
            let base = object.get("properties").map(|_| fields(object, root, depth));
            return match base {
                None => Union::new(all).boxed(),
                Some(base) => (base, Union::new(all)).prop_map(|(base, choice)| merged(base, choice)).boxed(),
            };
        }
    }
    if let Some(parts) = object.get("allOf").and_then(Value::as_array) {
        let all: Vec<_> = parts.iter().map(|part| value(part, root, depth + 1)).collect();
        return all.prop_map(|parts| parts.into_iter().fold(json!({}), merged)).boxed();
    }
    let kinds: Vec<&str> = match &object["type"] {
        Value::String(kind) => vec![kind.as_str()],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return Just(json!({})).boxed(),
    };
    Union::new(kinds.into_iter().map(|kind| typed(kind, object, root, depth))).boxed()
}

fn typed(kind: &str, schema: &Map<String, Value>, root: &Arc<Value>, depth: usize) -> BoxedStrategy<Value> {
    let number = |name: &str| schema.get(name).and_then(Value::as_i64);
    match kind {
        "null" => Just(Value::Null).boxed(),
        "boolean" => any::<bool>().prop_map(Value::from).boxed(),
        "integer" => {
            let least = number("minimum").unwrap_or(0);
            (least..=number("maximum").unwrap_or(least + 1000)).prop_map(Value::from).boxed()
        }
        "number" => {
            // Tenths: what is written is read back as it was.
            let tenths =
                |name: &str| schema.get(name).and_then(Value::as_f64).map(|bound| (bound * 10.0) as i64);
            let least = tenths("minimum").unwrap_or(0);
            let most = tenths("maximum").unwrap_or(least + 1000);
            (least..=most).prop_map(|tenth| json!(tenth as f64 / 10.0)).boxed()
        }
        "string" => text(schema),
        "array" => {
            let least = number("minItems").unwrap_or(0) as usize;
            let most = number("maxItems").unwrap_or(100).min(least as i64 + 2) as usize;
            let most = if depth > DEPTH { least } else { most };
            match schema.get("items") {
                Some(items) => {
                    let unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
                    let items = vec(value(items, root, depth + 1), least..=most);
                    items
                        .prop_map(move |items| Value::from(if unique { distinct(items) } else { items }))
                        .boxed()
                }
                None => Just(json!([])).boxed(),
            }
        }
        "object" => fields(schema, root, depth),
        other => panic!("no type {other}"),
    }
}

fn text(schema: &Map<String, Value>) -> BoxedStrategy<Value> {
    let bound = |name: &str| schema.get(name).and_then(Value::as_u64).map(|bound| bound as usize);
    let least = bound("minLength").unwrap_or(1);
    let most = bound("maxLength").unwrap_or(least.max(12));
    match schema.get("pattern").and_then(Value::as_str) {
        None => {
            let most = most.min(least + 12);
            string_regex(&format!("[a-z]{{{least},{most}}}"))
                .expect("a pattern")
                .prop_map(Value::from)
                .boxed()
        }
        Some(pattern) => matching(pattern)
            .prop_filter("length", move |text| (least..=most).contains(&text.chars().count()))
            .prop_map(Value::from)
            .boxed(),
    }
}

/// Texts that match a pattern as a whole.
fn matching(pattern: &str) -> BoxedStrategy<String> {
    let bare = pattern.trim_start_matches('^').trim_end_matches('$');
    string_regex(bare).unwrap_or_else(|error| panic!("{pattern}: {error}")).boxed()
}

fn distinct(items: Vec<Value>) -> Vec<Value> {
    let mut seen = std::collections::BTreeSet::new();
    items.into_iter().filter(|item| seen.insert(item.to_string())).collect()
}

fn fields(schema: &Map<String, Value>, root: &Arc<Value>, depth: usize) -> BoxedStrategy<Value> {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let none = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let known: Vec<BoxedStrategy<Option<(String, Value)>>> = properties
        .iter()
        .filter(|(name, _)| required.contains(&name.as_str()) || depth <= DEPTH)
        .map(|(name, schema)| {
            let name = name.clone();
            let needed = required.contains(&name.as_str());
            let some = value(schema, root, depth + 1).prop_map(move |value| Some((name.clone(), value)));
            if needed { some.boxed() } else { prop_oneof![Just(None), some].boxed() }
        })
        .collect();
    let by_pattern =
        schema.get("patternProperties").and_then(Value::as_object).and_then(|all| all.iter().next());
    let more: BoxedStrategy<Vec<(String, Value)>> = match (by_pattern, schema.get("additionalProperties")) {
        (Some((pattern, entry)), _) if depth <= DEPTH => {
            vec((matching(pattern), value(entry, root, depth + 1)), 0..3).boxed()
        }
        (None, Some(entry @ Value::Object(_))) if depth <= DEPTH => {
            let names =
                schema.get("propertyNames").and_then(|names| names.get("pattern")).and_then(Value::as_str);
            vec((matching(names.unwrap_or("[a-z]{1,8}")), value(entry, root, depth + 1)), 0..3).boxed()
        }
        _ => Just(Vec::new()).boxed(),
    };
    (known, more)
        .prop_map(|(known, more)| Value::Object(known.into_iter().flatten().chain(more).collect()))
        .boxed()
}

/// Fail on a keyword that nothing here takes account of.
fn known(schema: &Map<String, Value>) {
    const KNOWN: &[&str] = &[
        "$ref",
        "const",
        "enum",
        "oneOf",
        "anyOf",
        "allOf",
        "type",
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "pattern",
        "minItems",
        "maxItems",
        "items",
        "properties",
        "required",
        "additionalProperties",
        "maxProperties",
        "minProperties",
        "uniqueItems",
        "patternProperties",
        "propertyNames",
    ];
    for keyword in schema.keys() {
        let silent = SILENT.contains(&keyword.as_str()) || keyword.starts_with("x-");
        assert!(silent || KNOWN.contains(&keyword.as_str()), "the keyword {keyword} is not generated for");
    }
}

fn merged(mut one: Value, other: Value) -> Value {
    if let (Value::Object(one), Value::Object(other)) = (&mut one, other) {
        one.extend(other);
    }
    one
}
