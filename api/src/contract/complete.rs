//! The defaults, filled in.

use serde_json::{Map, Value};

use super::shape::{Object, Shape};

/// A value of any form with the defaults of what is absent: see [`Contract::complete`](super::Contract::complete).
pub fn complete_against(shape: &Shape, value: Value) -> Value {
    match (shape, value) {
        (Shape::Object(object), Value::Object(fields)) if !is_promise(&fields) => {
            Value::Object(complete_object(object, fields))
        }
        (Shape::Map(map), Value::Object(entries)) if !is_promise(&entries) => Value::Object(
            entries
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key, complete_against(&map.entry, value)))
                .collect(),
        ),
        (Shape::List(_) | Shape::Set(_), Value::Array(items)) => match shape.entry() {
            Some(entry) => items.into_iter().map(|item| complete_against(entry, item)).collect(),
            None => Value::Array(items),
        },
        (_, value) => value,
    }
}

fn complete_object(object: &Object, fields: Map<String, Value>) -> Map<String, Value> {
    let mut whole: Map<String, Value> = fields
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| match object.fields.get(&name) {
            Some(field) => (name, complete_against(&field.shape, value)),
            None => (name, value),
        })
        .collect();
    for (name, field) in &object.fields {
        if let Some(default) = field.default.as_ref().filter(|_| !whole.contains_key(name)) {
            whole.insert(name.clone(), complete_against(&field.shape, default.clone()));
        }
    }
    whole
}

/// Whether a JSON object stands for a value that is not known yet, here or as a fact.
fn is_promise(object: &Map<String, Value>) -> bool {
    object.len() == 1 && object.keys().all(|key| key == crate::input::UNKNOWN || key == crate::input::FACT)
}
