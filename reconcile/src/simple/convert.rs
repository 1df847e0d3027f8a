//! Settings to AWS's words and back, and what a user refers to in its place: walks over one shape.

use super::{
    codec::{canonical_text, entries, items},
    shape::{Field, Off, Role, Shape},
};
use crate::{
    graph::NodeId,
    reference::{fact, facts, has_unknown},
};
use lake_api::{
    FieldPath,
    input::is_unknown,
    names::{Grammar, Target},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

#[cfg(test)]
mod tests;

/// A part of the settings that a call needs is not known yet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path} is not known yet")]
pub struct NotKnown {
    /// The path of that part, in the user's words.
    pub path: FieldPath,
}

/// Which fields a call takes, and by which paths.
#[derive(Clone, Copy, Debug)]
pub struct Spelling<'a> {
    /// Which fields it takes.
    pub takes: fn(Role) -> bool,
    /// Paths that it spells otherwise, and how; all below them are spelt so, too. The longest that fits counts.
    pub renamed: &'a [(&'a str, &'a str)],
}

impl Spelling<'_> {
    /// All fields, by their own paths.
    pub const WHOLE: Spelling<'static> = Spelling { takes: |_| true, renamed: &[] };

    /// The path as the call spells it.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        let below =
            |from: &str| path.strip_prefix(from).filter(|rest| rest.is_empty() || rest.starts_with('.'));
        let fitting = self.renamed.iter().filter_map(|(from, to)| Some((from.len(), to, below(from)?)));
        match fitting.max_by_key(|(length, ..)| *length) {
            Some((_, to, rest)) => join(to, rest.trim_start_matches('.')),
            None => path.to_owned(),
        }
    }
}

/// The input of a call for settings. `was` is what AWS has, `null` where there is nothing yet: what is off is told so only where
/// it was on.
///
/// # Errors
/// When a field that the call takes holds what is not known yet.
pub fn to_aws(
    shape: &Shape,
    settings: &Value,
    was: &Value,
    spelling: Spelling<'_>,
) -> Result<Value, NotKnown> {
    let mut writing = Writing { spelling, input: json!({}) };
    writing.fields(shape.fields(), settings, was, "", &FieldPath::default())?;
    Ok(writing.input)
}

struct Writing<'a> {
    spelling: Spelling<'a>,
    input: Value,
}

impl Writing<'_> {
    fn fields(
        &mut self,
        fields: &[Field],
        settings: &Value,
        was: &Value,
        above: &str,
        at: &FieldPath,
    ) -> Result<(), NotKnown> {
        let takes = self.spelling.takes;
        for field in fields.iter().filter(|field| takes(field.role)) {
            let (value, before) = (&settings[field.name], &was[field.name]);
            let (path, at) = (join(above, field.path), at.field(field.name));
            let is_off = |value: &Value| is_nothing(value) || field.is_off(value);
            match (field.off, field.shape) {
                _ if is_off(value) && is_off(before) => {}
                (Off::Flag(flag), _) if is_off(value) => {
                    let beside = path.rsplit_once('.').map_or("", |(beside, _)| beside);
                    self.put(&join(beside, flag), json!(true));
                }
                (Off::Empty(empty), _) if is_off(value) => self.put(&path, empty.json()),
                // What is off as a whole is off in its parts.
                (_, Shape::Object(parts)) if field.codec.is_none() && !stands_for_another(value) => {
                    self.fields(parts, value, before, &path, &at)?;
                }
                _ if value.is_null() => {}
                _ => {
                    let spelt = encode(field, value, &at)?;
                    self.put(&path, spelt);
                }
            }
        }
        Ok(())
    }

    fn put(&mut self, path: &str, value: Value) {
        put(&mut self.input, &self.spelling.path(path), value);
    }
}

/// A field's value as AWS spells it.
fn encode(field: &Field, value: &Value, at: &FieldPath) -> Result<Value, NotKnown> {
    let spelt = encode_by(field.shape, value, at)?;
    Ok(field.codec.map_or_else(|| spelt.clone(), |codec| codec.encode(&spelt)))
}

fn encode_by(shape: &Shape, value: &Value, at: &FieldPath) -> Result<Value, NotKnown> {
    if stands_for_another(value) {
        return Err(NotKnown { path: at.clone() });
    }
    Ok(match shape {
        Shape::Plain => match value {
            Value::Array(_) | Value::Object(_) if has_unknown(value) || !facts(value).is_empty() => {
                return Err(NotKnown { path: at.clone() });
            }
            value => value.clone(),
        },
        Shape::Text(text) if text.json => canonical_text(value),
        Shape::Text(_) => value.clone(),
        Shape::Words(words) => word(words, value, |(ours, aws)| (ours, aws)),
        Shape::Object(fields) => {
            let mut writing = Writing { spelling: Spelling::WHOLE, input: json!({}) };
            writing.fields(fields, value, &Value::Null, "", at)?;
            writing.input
        }
        Shape::List(item) | Shape::Set(item) => {
            let spelt = items(value).enumerate().map(|(n, value)| encode_by(item, value, &at.index(n)));
            Value::Array(spelt.collect::<Result<_, _>>()?)
        }
        Shape::Map(item) => {
            let spelt =
                entries(value).map(|(key, value)| Ok((key.clone(), encode_by(item, value, &at.key(key))?)));
            Value::Object(spelt.collect::<Result<_, _>>()?)
        }
    })
}

/// The settings that an answer tells, complete and canonical.
#[must_use]
pub fn from_aws(shape: &Shape, answer: &Value) -> Value {
    complete(shape, &read(shape.fields(), answer).unwrap_or_else(|| json!({})))
}

/// The fields that an answer tells; `None` where it tells none of them.
fn read(fields: &[Field], answer: &Value) -> Option<Value> {
    let told = fields.iter().filter_map(|field| {
        let found = at(answer, field.path).filter(|found| !found.is_null())?;
        let value = if field.is_off(found) { None } else { decode(field, found) };
        Some((field.name.to_owned(), value.filter(|value| !value.is_null())?))
    });
    let told: Map<_, _> = told.collect();
    (!told.is_empty()).then_some(Value::Object(told))
}

fn decode(field: &Field, found: &Value) -> Option<Value> {
    match field.codec {
        Some(codec) => decode_by(field.shape, &codec.decode(found)),
        None => decode_by(field.shape, found),
    }
}

/// The value; `None` for an object of which nothing is told.
fn decode_by(shape: &Shape, found: &Value) -> Option<Value> {
    Some(match (shape, found) {
        (Shape::Words(words), _) => word(words, found, |(ours, aws)| (aws, ours)),
        (Shape::Object(fields), Value::Object(_)) => return read(fields, found),
        (Shape::List(item) | Shape::Set(item), Value::Array(all)) => {
            all.iter().map(|found| decode_by(item, found).unwrap_or_else(|| json!({}))).collect()
        }
        (Shape::Map(item), Value::Object(all)) => {
            let told = all.iter().filter_map(|(key, found)| Some((key.clone(), decode_by(item, found)?)));
            told.collect::<Map<_, _>>().into()
        }
        (_, found) => found.clone(),
    })
}

/// A word of the other side. One that nobody knows stays as it is, so that it is shown as a difference.
fn word(
    words: &[(&'static str, &'static str)],
    value: &Value,
    way: fn((&'static str, &'static str)) -> (&'static str, &'static str),
) -> Value {
    let known = words.iter().map(|pair| way(*pair)).find(|(from, _)| value == from);
    known.map_or_else(|| value.clone(), |(_, to)| json!(to))
}

/// Settings with every default in its place, spelt in one way: without what is off, sets in order, documents by value. Two settings
/// that mean the same are equal then. To be done once more when references are resolved, since what stood for another value
/// has its place only now.
#[must_use]
pub fn complete(shape: &Shape, settings: &Value) -> Value {
    match (shape, settings) {
        (_, value) if stands_for_another(value) => value.clone(),
        (Shape::Object(fields), Value::Object(said)) => {
            let mut whole = said.clone();
            for field in *fields {
                let value = whole.remove(field.name).filter(|value| !value.is_null());
                let value = match (value, field.default) {
                    (Some(value), None) if is_nothing(&value) || field.is_off(&value) => None,
                    (Some(value), _) => Some(value),
                    (None, default) => default.map(|make| make()),
                };
                let value = value.map(|value| complete(field.shape, &value));
                whole.extend(
                    value.filter(|value| !value.is_null()).map(|value| (field.name.to_owned(), value)),
                );
            }
            Value::Object(whole)
        }
        (Shape::List(item), Value::Array(all)) => all.iter().map(|value| complete(item, value)).collect(),
        (Shape::Set(item), Value::Array(all)) => {
            let mut all: Vec<Value> = all.iter().map(|value| complete(item, value)).collect();
            all.sort_by_cached_key(Value::to_string);
            all.dedup();
            Value::Array(all)
        }
        (Shape::Map(item), Value::Object(all)) => {
            let all = all.iter().map(|(key, value)| (key.clone(), complete(item, value)));
            all.collect::<Map<_, _>>().into()
        }
        (Shape::Text(text), value) if text.json => canonical_text(value),
        (_, value) => value.clone(),
    }
}

/// What a user's references and templates mean in one lake.
pub trait Names {
    /// A text with its templates filled in.
    fn fill(&self, text: &str) -> String;

    /// A fact of a member of a section, `{"$fact": …}` while it is not known, and the member's node where it is this lake's.
    fn of_member(&self, section: &str, key: &str, fact: &str) -> (Value, Option<NodeId>);

    /// A fact of what an ARN names, that a member of a section could be.
    fn of_arn(&self, section: &str, arn: &str, fact: &str) -> Value;
}

/// Put what is meant in the place of what a user says; the nodes that are referred to are the answer.
pub fn resolve(shape: &Shape, settings: &mut Value, names: &dyn Names) -> BTreeSet<NodeId> {
    let mut nodes = BTreeSet::new();
    resolve_in(shape, "arn", settings, names, &mut nodes);
    nodes
}

fn resolve_in(shape: &Shape, fact: &str, value: &mut Value, names: &dyn Names, nodes: &mut BTreeSet<NodeId>) {
    if stands_for_another(value) {
        return;
    }
    match (shape, value) {
        (Shape::Text(text), value) => resolve_text(text, fact, value, names, nodes),
        (Shape::Object(fields), Value::Object(said)) => {
            for field in *fields {
                if let Some(value) = said.get_mut(field.name) {
                    resolve_in(field.shape, field.fact, value, names, nodes);
                }
            }
        }
        (Shape::List(item) | Shape::Set(item), Value::Array(all)) => {
            all.iter_mut().for_each(|value| resolve_in(item, fact, value, names, nodes));
        }
        (Shape::Map(item), Value::Object(all)) => {
            all.values_mut().for_each(|value| resolve_in(item, fact, value, names, nodes));
        }
        _ => {}
    }
}

fn resolve_text(
    text: &Grammar,
    fact: &str,
    value: &mut Value,
    names: &dyn Names,
    nodes: &mut BTreeSet<NodeId>,
) {
    let Some(said) = value.as_str() else { return };
    *value = match (text.member_of, Target::of(said)) {
        (Some(section), Target::Member(key)) => {
            let (meant, node) = names.of_member(section, key, fact);
            nodes.extend(node);
            meant
        }
        (Some(section), Target::Arn(arn)) => names.of_arn(section, &names.fill(arn), fact),
        (None, _) if text.template => json!(names.fill(said)),
        (None, _) => return,
    };
}

/// Whether a value stands for one that is not known yet.
fn stands_for_another(value: &Value) -> bool {
    is_unknown(value) || fact(value).is_some()
}

/// Whether a value says that nothing is there.
pub(super) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// The value at a path of AWS, if there is one.
#[must_use]
pub fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').filter(|step| !step.is_empty()).try_fold(value, |value, step| value.get(step))
}

/// Put a value at a path of AWS; objects on the way are made.
pub fn put(value: &mut Value, path: &str, new: Value) {
    let place = path.split('.').fold(value, |value, step| {
        if !value.is_object() {
            *value = json!({});
        }
        &mut value[step]
    });
    *place = new;
}

fn join(above: &str, path: &str) -> String {
    [above, path].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
}
