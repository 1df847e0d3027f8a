//! What a spec with mistakes of form may mean, so that the rest of it can be looked at.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map as Json, Value, json};

use super::shape::{Number, Object, Shape};
use super::{Contract, check_against};
use crate::FieldPath;
use crate::input::{is_unknown, unknown};
use crate::names::EXTERNAL;
use crate::rule::Rule;

/// The most values that are tried for one field.
const TRIES: usize = 8;

/// What a spec may mean: once as it is where the types can hold it, else once for each of several values that the broken
/// fields could have.
#[derive(Debug)]
pub struct Readings<T> {
    /// The specs, all with another value in the fields that are broken.
    pub specs: Vec<T>,
    /// The fields that are broken.
    pub broken: BTreeSet<FieldPath>,
}

/// Reads a spec that may be wrong in form: see [`Contract::readings`].
pub(super) fn readings<T: JsonSchema + DeserializeOwned>(
    contract: &Contract<T>,
    spec: &Value,
) -> Readings<T> {
    let mut broken = BTreeSet::new();
    let specs = (0..TRIES)
        .map_while(|turn| {
            let mut reading = Reading { turn, broken: BTreeSet::new() };
            let read = reading.value(contract.shape(), spec, &FieldPath::root());
            // What is whole has one reading.
            let again = turn == 0 || !reading.broken.is_empty();
            broken.append(&mut reading.broken);
            again.then_some(read)
        })
        .filter_map(|read| serde_json::from_value(contract.complete(contract.veil(read))).ok())
        .collect();
    Readings { specs, broken }
}

struct Reading {
    turn: usize,
    broken: BTreeSet<FieldPath>,
}

impl Reading {
    fn value(&mut self, shape: &Shape, value: &Value, path: &FieldPath) -> Value {
        if is_unknown(value) {
            return value.clone();
        }
        match (shape, value) {
            (Shape::Object(object), Value::Object(fields)) => self.object(object, fields, path),
            (Shape::Map(map), Value::Object(entries)) => entries
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key.clone(), self.value(&map.entry, value, &path.key(key))))
                .collect(),
            (Shape::List(_) | Shape::Set(_), Value::Array(items)) => match shape.entry() {
                Some(entry) => {
                    let items = items.iter().enumerate();
                    items.map(|(index, item)| self.value(entry, item, &path.index(index))).collect()
                }
                None => value.clone(),
            },
            (shape, value) if check_against(shape, value, path).is_empty() => value.clone(),
            (shape, _) => {
                self.broken.insert(path.clone());
                instead(shape, self.turn)
            }
        }
    }

    fn object(&mut self, object: &Object, fields: &Json<String, Value>, path: &FieldPath) -> Value {
        let given = |name: &str| fields.get(name).is_some_and(|value| !value.is_null());
        let mut whole = Json::new();
        for (name, field) in &object.fields {
            let path = path.field(name);
            let own = Rule::RequiredOfOwn(name.clone());
            let required = field.required || (object.rules.contains(&own) && !given(EXTERNAL));
            if given(name) {
                whole.insert(name.clone(), self.value(&field.shape, &fields[name], &path));
            } else if required {
                self.broken.insert(path);
                whole.insert(name.clone(), instead(&field.shape, self.turn));
            }
        }
        Value::Object(whole)
    }
}

/// A value that a field of this form could have, another one at each turn.
fn instead(shape: &Shape, turn: usize) -> Value {
    let number = |bounds: &Number| match turn % 2 {
        0 => bounds.min.unwrap_or(0.0),
        _ => bounds.max.unwrap_or(1_000_000.0),
    };
    match shape {
        Shape::Text(text) if text.words.is_empty() => unknown(),
        Shape::Text(text) => json!(text.words[turn % text.words.len()]),
        Shape::Bool => json!(turn.is_multiple_of(2)),
        Shape::Integer(bounds) => json!(number(bounds) as i64),
        Shape::Number(bounds) => json!(number(bounds)),
        Shape::Map(_) => json!({}),
        Shape::List(_) | Shape::Set(_) if turn.is_multiple_of(2) => json!([]),
        Shape::List(_) | Shape::Set(_) => {
            shape.entry().map(|entry| instead(entry, turn)).into_iter().collect()
        }
        Shape::Object(object) => {
            let own = |name: &String| object.rules.contains(&Rule::RequiredOfOwn(name.clone()));
            let required = object.fields.iter().filter(|(name, field)| field.required || own(name));
            required.map(|(name, field)| (name.clone(), instead(&field.shape, turn))).collect()
        }
    }
}
