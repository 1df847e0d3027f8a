//! References: facts of other nodes inside settings, `{"$fact": {"node": "role/etl", "name": "arn"}}`.

use crate::graph::NodeId;
use lake_api::input::{FACT, is_unknown, unknown};
use serde_json::Value;
use std::collections::BTreeSet;

/// The fact that a JSON value stands for, if it stands for one.
#[must_use]
pub fn fact(value: &Value) -> Option<(NodeId, &str)> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    let fact = object.get(FACT)?;
    Some((NodeId::from(fact.get("node")?.as_str()?), fact.get("name")?.as_str()?))
}

/// Every fact that settings speak of.
#[must_use]
pub fn facts(settings: &Value) -> BTreeSet<(NodeId, String)> {
    let mut found = BTreeSet::new();
    collect(settings, &mut found);
    found
}

fn collect(value: &Value, found: &mut BTreeSet<(NodeId, String)>) {
    if let Some((node, name)) = fact(value) {
        found.insert((node, name.to_owned()));
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, found)),
        _ => {}
    }
}

/// Settings with every known fact in its place, and `$unknown` where it is not known yet.
#[must_use]
pub fn resolve(settings: &Value, known: &impl Fn(&NodeId, &str) -> Option<String>) -> Value {
    if let Some((node, name)) = fact(settings) {
        return known(&node, name).map_or_else(unknown, Value::String);
    }
    match settings {
        Value::Array(items) => items.iter().map(|item| resolve(item, known)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, field)| (name.clone(), resolve(field, known))).collect()
        }
        other => other.clone(),
    }
}

/// Whether a part of resolved settings is not known yet.
#[must_use]
pub fn has_unknown(settings: &Value) -> bool {
    is_unknown(settings)
        || match settings {
            Value::Array(items) => items.iter().any(has_unknown),
            Value::Object(fields) => fields.values().any(has_unknown),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn facts_are_found_at_every_depth_and_put_in_place() {
        let settings = json!({
            "role": {"$fact": {"node": "role/etl", "name": "arn"}},
            "targets": [{"queue": {"$fact": {"node": "queue/q", "name": "arn"}}}],
        });
        let known =
            |node: &NodeId, _: &str| (node.kind() == "role").then(|| "arn:aws:iam::1:role/etl".to_owned());
        assert_eq!(facts(&settings).len(), 2);
        let resolved = resolve(&settings, &known);
        assert_eq!(resolved["role"], json!("arn:aws:iam::1:role/etl"));
        assert!(has_unknown(&resolved));
        assert!(!has_unknown(&resolved["role"]));
    }
}
