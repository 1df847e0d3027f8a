//! Where unknowns hide more than a text.

use serde_json::{Map, Value};

use super::shape::Shape;
use crate::FieldPath;
use crate::input::{is_unknown, unknown};
use crate::names::EXTERNAL;
use crate::rule::Rule;

/// Puts a veil over each member that holds an unknown which is no text: see [`Contract::veil`](super::Contract::veil).
pub(super) fn veil(shape: &Shape, spec: Value) -> Value {
    let (Shape::Object(object), Value::Object(fields)) = (shape, spec) else { return unknown() };
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
        let sections = whole
            .iter_mut()
            .filter(|(name, _)| object.fields.get(*name).is_some_and(|field| holds_members(&field.shape)));
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

/// The spec without its unknowns, but for texts: which members there are and what they refer to can be told from it, and
/// nothing else. A member stays veiled where that does not suffice: what it must say is not known, or which of several
/// things it says.
pub(super) fn sketch(shape: &Shape, spec: Value) -> Value {
    sketched(shape, spec).unwrap_or_default()
}

fn sketched(shape: &Shape, value: Value) -> Option<Value> {
    if is_unknown(&value) {
        return Some(value).filter(|_| is_text(shape));
    }
    match (shape, value) {
        (Shape::Object(object), Value::Object(fields)) => {
            if object.rules.iter().any(|rule| is_open_choice(rule, &fields)) {
                return None;
            }
            let mut whole = Map::new();
            for (name, value) in fields {
                let Some(field) = object.fields.get(&name) else { continue };
                let must = field.required || object.rules.contains(&Rule::RequiredOfOwn(name.clone()));
                match sketched(&field.shape, value) {
                    Some(value) => _ = whole.insert(name, value),
                    None if must || holds_members(&field.shape) => return None,
                    None => {}
                }
            }
            Some(Value::Object(whole))
        }
        (Shape::Map(map), Value::Object(entries)) => {
            let entries = entries.into_iter().filter_map(|(key, value)| match sketched(&map.entry, value) {
                None if map.members => Some((key, unknown())),
                entry => Some((key, entry?)),
            });
            Some(entries.collect())
        }
        (Shape::List(_) | Shape::Set(_), Value::Array(items)) => {
            let entry = shape.entry()?;
            Some(items.into_iter().filter_map(|item| sketched(entry, item)).collect())
        }
        (_, value) => Some(value),
    }
}

/// Whether several fields are given of which at most one may be: unknowns among them will be null, and decide.
fn is_open_choice(rule: &Rule, fields: &Map<String, Value>) -> bool {
    let given = |field: &str| fields.get(field).is_some_and(|value| !value.is_null());
    match rule {
        Rule::ExactlyOne(names) | Rule::AtMostOne(names) => {
            names.iter().filter(|name| given(name)).count() > 1
        }
        Rule::ExternalAlone(names) => given(EXTERNAL) && names.iter().any(|name| given(name)),
        Rule::OfOwn(rule) => is_open_choice(rule, fields),
        _ => false,
    }
}

/// The paths of the members that refer to something not known yet. Those in a veiled member are its own.
pub(super) fn open_references(shape: &Shape, spec: &Value) -> Vec<FieldPath> {
    let (Shape::Object(object), Value::Object(fields)) = (shape, spec) else { return Vec::new() };
    let mut open = Vec::new();
    for (name, section) in fields {
        let Some(Shape::Map(map)) = object.fields.get(name).map(|field| &field.shape) else { continue };
        let members = section.as_object().filter(|_| map.members).into_iter().flatten();
        let path = FieldPath::root().field(name);
        open.extend(members.filter(|(_, member)| is_open(&map.entry, member)).map(|(key, _)| path.key(key)));
    }
    open
}

/// Whether a value refers to something not known yet, or may.
fn is_open(shape: &Shape, value: &Value) -> bool {
    if is_unknown(value) {
        return refers(shape);
    }
    match (shape, value) {
        (Shape::Object(object), Value::Object(fields)) => fields
            .iter()
            .any(|(name, value)| object.fields.get(name).is_some_and(|field| is_open(&field.shape, value))),
        (Shape::Map(_), Value::Object(entries)) => {
            shape.entry().is_some_and(|entry| entries.values().any(|value| is_open(entry, value)))
        }
        (Shape::List(_) | Shape::Set(_), Value::Array(items)) => {
            shape.entry().is_some_and(|entry| items.iter().any(|value| is_open(entry, value)))
        }
        _ => false,
    }
}

/// Whether there are references in values of a form.
fn refers(shape: &Shape) -> bool {
    match shape {
        Shape::Object(object) => object.fields.values().any(|field| refers(&field.shape)),
        Shape::Text(text) => text.member_of.is_some(),
        shape => shape.entry().is_some_and(refers),
    }
}

fn holds_members(shape: &Shape) -> bool {
    matches!(shape, Shape::Map(map) if map.members)
}

/// Whether unknown texts of this form may stand in a spec.
fn is_text(shape: &Shape) -> bool {
    matches!(shape, Shape::Text(text) if text.words.is_empty())
}

/// The value with its veils, or nothing where the veil lies over what holds it.
fn veiled(shape: &Shape, value: Value) -> Option<Value> {
    if is_unknown(&value) {
        return Some(value).filter(|_| is_text(shape));
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
