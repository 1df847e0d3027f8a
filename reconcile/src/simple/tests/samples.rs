//! What can be tried of a kind, from the schema of its settings.

use crate::{
    graph::NodeId,
    simple::{
        Simple,
        convert::{Names, resolve},
        shape::Role,
    },
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Settings, and what of them is tried.
pub(super) struct Sample {
    /// `limit = 5`.
    pub(super) of: String,
    /// All settings.
    pub(super) settings: Value,
}

/// What can be tried of a kind.
pub(super) struct Samples {
    /// What has to be said, and nothing else.
    pub(super) least: Value,
    /// The least with one thing more: each example, each word, the other way of each switch. Where that makes no sense, the thing
    /// is tried beside nothing but the key.
    pub(super) each: Vec<Sample>,
    /// What cannot be tried.
    pub(super) untold: Vec<String>,
}

/// What can be tried of a kind. Fields that only go together are told in examples of the whole struct, and are tried so alone.
/// `named` is the least that no schema tells: the key.
pub(super) fn of(kind: &Simple, named: &Value, makes_sense: &dyn Fn(&Value) -> bool) -> Samples {
    let schema = (kind.schema)().to_value();
    let required: BTreeSet<&str> = texts(&schema["required"]).collect();
    let fields: Vec<_> = kind.shape.fields().iter().filter(|field| field.role != Role::Key).collect();
    let mut untold = Vec::new();
    let mut least = named.clone();
    for field in fields.iter().filter(|field| required.contains(field.name) && named[field.name].is_null()) {
        match values(&schema["properties"][field.name], &schema).into_iter().next() {
            Some(value) => least[field.name] = value,
            None => untold.push(format!("{} has no example", field.name)),
        }
    }
    let together: Vec<&Value> = schema["examples"].as_array().into_iter().flatten().collect();
    let mut each: Vec<(String, Value)> =
        together.iter().map(|example| (example.to_string(), (*example).clone())).collect();
    for field in fields {
        if together.iter().any(|example| example.get(field.name).is_some()) {
            continue;
        }
        let tried = values(&schema["properties"][field.name], &schema);
        if tried.is_empty() {
            untold.push(format!("{} has no example", field.name));
        }
        let alone = |value: Value| (format!("{} = {value}", field.name), json!({ field.name: value }));
        each.extend(tried.into_iter().map(alone));
    }
    let keys = kind.shape.fields().iter().filter(|field| field.role == Role::Key);
    let key: Value =
        keys.map(|field| (field.name.to_owned(), named[field.name].clone())).collect::<Map<_, _>>().into();
    let whole = |mut settings: Value| {
        resolve(kind.shape, &mut settings, &Lake);
        kind.complete(&settings)
    };
    let first = whole(least.clone());
    let mut samples = Vec::new();
    for (of, more) in each {
        match [&least, &key].map(|base| both(base, &more)).into_iter().find(|settings| makes_sense(settings))
        {
            Some(settings) => samples.push(Sample { of, settings: whole(settings) }),
            None => untold.push(format!("{of} makes no sense")),
        }
    }
    samples.retain(|sample| sample.settings != first);
    Samples { each: samples, least: first, untold }
}

/// The members of one object with those of another.
fn both(one: &Value, other: &Value) -> Value {
    let members = [one, other].into_iter().filter_map(Value::as_object).flatten();
    members.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into()
}

/// The values that a schema tells of.
fn values(schema: &Value, root: &Value) -> Vec<Value> {
    if let Some(path) = schema["$ref"].as_str() {
        return values(root.pointer(path.trim_start_matches('#')).unwrap_or(&Value::Null), root);
    }
    let list = |key: &str| schema[key].as_array().cloned().unwrap_or_default();
    let some = |values: Vec<Value>| Some(values).filter(|values| !values.is_empty());
    let words = || list("enum").into_iter().filter(|word| !word.is_null()).collect();
    let within = || {
        let parts = ["anyOf", "oneOf", "allOf"].into_iter().flat_map(list);
        parts.flat_map(|part| values(&part, root)).collect()
    };
    let only = || Some(vec![schema["const"].clone()]).filter(|_| !schema["const"].is_null());
    let told = some(list("examples")).or_else(|| some(words())).or_else(only).or_else(|| some(within()));
    told.unwrap_or_else(|| match schema["type"].as_str().or_else(|| schema["type"][0].as_str()) {
        Some("boolean") => vec![json!(schema["default"] != json!(true))],
        Some("object") if schema["properties"].is_object() => objects(schema, root),
        Some("object") => vec![json!({ "team": "data" })],
        _ => Vec::new(),
    })
}

/// The first value of each part together, then each other value of each part.
fn objects(schema: &Value, root: &Value) -> Vec<Value> {
    let parts = schema["properties"].as_object().into_iter().flatten();
    let parts: Vec<_> = parts.map(|(name, part)| (name, values(part, root))).collect();
    let first = parts.iter().filter_map(|(name, values)| Some(((*name).clone(), values.first()?.clone())));
    let first: Value = first.collect::<Map<_, _>>().into();
    let others =
        parts.iter().flat_map(|(name, values)| values.iter().skip(1).map(move |value| (name, value)));
    let others: Vec<_> = others.map(|(name, value)| both(&first, &json!({ name.as_str(): value }))).collect();
    [first].into_iter().chain(others).collect()
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// A lake of which all members are known.
struct Lake;

impl Names for Lake {
    fn fill(&self, text: &str) -> String {
        let word = |word: &str| if word == "account" { "123456789012" } else { word }.to_owned();
        lake_api::template::fill(text, word).unwrap_or_else(|_| text.to_owned())
    }

    fn of_member(&self, section: &str, key: &str, fact: &str) -> (Value, Option<NodeId>) {
        let meant = match (section, fact) {
            ("roles", "arn") => format!("arn:aws:iam::123456789012:role/{key}"),
            (_, "arn") => format!("arn:aws:{section}:eu-west-1:123456789012:{key}"),
            _ => key.to_owned(),
        };
        (json!(meant), None)
    }

    fn of_arn(&self, _section: &str, arn: &str, _fact: &str) -> Value {
        json!(arn)
    }
}
