//! Every text of a spec, with what the schema says of it.

use crate::{FieldPath, LakeSpec};
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// The schema of a spec with its `x-lake-*` keys.
static SCHEMA: LazyLock<Value> = LazyLock::new(|| schemars::schema_for!(LakeSpec).to_value());

/// Call `see` with the place, the schema and the value of every known text of a spec.
pub(super) fn each(spec: &LakeSpec, see: &mut dyn FnMut(&FieldPath, &Map<String, Value>, &str)) {
    // A spec that cannot be told as JSON came from none; its fields are checked where they are typed.
    if let Ok(value) = serde_json::to_value(spec) {
        walk(&SCHEMA, &value, &FieldPath::root(), see);
    }
}

fn walk(
    schema: &Value,
    value: &Value,
    path: &FieldPath,
    see: &mut dyn FnMut(&FieldPath, &Map<String, Value>, &str),
) {
    let Some(rules) = schema.as_object() else { return };
    if let Some(name) = rules.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix("#/$defs/")) {
        return walk(&SCHEMA["$defs"][name], value, path, see);
    }
    // An optional object: the schema beside `null` is the one that matters.
    for choices in ["anyOf", "oneOf", "allOf"].iter().filter_map(|key| rules.get(*key)?.as_array()) {
        for choice in choices {
            walk(choice, value, path, see);
        }
    }
    match value {
        Value::String(text) => see(path, rules, text),
        Value::Array(items) => {
            if let Some(of) = rules.get("items") {
                for (index, item) in items.iter().enumerate() {
                    walk(of, item, &path.index(index), see);
                }
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                if let Some(of) = rules.get("properties").and_then(|of| of.get(name)) {
                    walk(of, field, &path.field(name), see);
                } else if let Some(of) = rules.get("additionalProperties") {
                    walk(of, field, &path.key(name), see);
                }
            }
        }
        _ => {}
    }
}
