//! Where unknowns hide more than a text.

use serde_json::{Map, Value};

use super::schema;
use super::shape::Shape;
use crate::input::{is_unknown, unknown};

/// Puts a veil over each member that holds an unknown which is no text: the member stays, what it says is known only when
/// Terraform applies. The innermost member is veiled. What stands outside of any member (the lake's tags) goes into
/// every one of them, so an unknown there veils them all.
pub fn veil(spec: Value) -> Value {
    let (Shape::Object(object), Value::Object(fields)) = (schema(), spec) else { return unknown() };
    let mut whole = Map::new();
    let mut all = false;
    for (name, value) in fields {
        let value = match object.fields.get(&name) {
            Some(field) => veiled(&field.shape, value),
            None => Some(value),
        };
        match value {
            Some(value) => _ = whole.insert(name, value),
            None => all = true,
        }
    }
    if all {
        let sections = whole.iter_mut().filter(|(name, _)| {
            object
                .fields
                .get(*name)
                .is_some_and(|field| matches!(&field.shape, Shape::Map(map) if map.members))
        });
        for (_, section) in sections {
            section
                .as_object_mut()
                .into_iter()
                .flat_map(Map::values_mut)
                .for_each(|member| *member = unknown());
        }
    }
    Value::Object(whole)
}

/// The value with its veils, or nothing where the veil lies over what holds it.
fn veiled(shape: &Shape, value: Value) -> Option<Value> {
    if is_unknown(&value) {
        return match shape {
            Shape::Text(text) if text.words.is_empty() => Some(value),
            _ => None,
        };
    }
    match (shape, value) {
        (Shape::Object(object), Value::Object(fields)) => {
            let whole: Option<Map<String, Value>> = fields
                .into_iter()
                .map(|(name, value)| match object.fields.get(&name) {
                    Some(field) => Some((name, veiled(&field.shape, value)?)),
                    None => Some((name, value)),
                })
                .collect();
            whole.map(Value::Object)
        }
        (Shape::Map(map), Value::Object(entries)) => {
            let whole: Option<Map<String, Value>> = entries
                .into_iter()
                .map(|(key, value)| match veiled(&map.entry, value) {
                    None if map.members => Some((key, unknown())),
                    entry => Some((key, entry?)),
                })
                .collect();
            whole.map(Value::Object)
        }
        (Shape::List(_) | Shape::Set(_), Value::Array(items)) => {
            let entry = shape.entry()?;
            items.into_iter().map(|item| veiled(entry, item)).collect::<Option<Vec<_>>>().map(Value::Array)
        }
        (_, value) => Some(value),
    }
}
