//! Values of the Terraform language (`cty`), and their types.

mod fit;
mod json;
mod msgpack;
mod number;
mod types;

pub use json::parse_exactly;
pub use msgpack::DecodeError;
pub use number::Number;
pub use types::Type;

use crate::path::{Path, Step};
use std::collections::BTreeMap;

/// A value. What it is worth is told together with its [`Type`]: a list, a set and a tuple all are [`Value::List`], a
/// map and an object both are [`Value::Map`].
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing is set.
    #[default]
    Null,
    /// Terraform will know it after apply.
    Unknown(Unknown),
    /// True or false.
    Bool(bool),
    /// A number of any size.
    Number(Number),
    /// Text.
    String(String),
    /// A list, a set (in any order) or a tuple.
    List(Vec<Value>),
    /// A map or an object.
    Map(BTreeMap<String, Value>),
    /// A value that carries its own type, where the schema says "dynamic".
    Dynamic(Box<(Type, Value)>),
}

/// What is known of an unknown value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unknown {
    /// It will not be null.
    pub not_null: bool,
    /// What its text will start with.
    pub prefix: Option<String>,
}

impl Unknown {
    /// An unknown value that will not be null.
    #[must_use]
    pub fn not_null() -> Self {
        Unknown { not_null: true, prefix: None }
    }

    /// An unknown text that will start with this.
    #[must_use]
    pub fn starting_with(prefix: impl Into<String>) -> Self {
        Unknown { not_null: true, prefix: Some(prefix.into()) }
    }

    /// What was promised and is not kept by what the value has become, in one sentence.
    pub(crate) fn broken_by(&self, now: &Value) -> Option<String> {
        match now {
            Value::Null if self.not_null => Some("promised not to be null, and it is".to_owned()),
            Value::String(text) => {
                let prefix = self.prefix.as_ref().filter(|prefix| !text.starts_with(prefix.as_str()))?;
                Some(format!("promised to start with {prefix:?}, and it does not"))
            }
            _ => None,
        }
    }
}

impl Value {
    /// An unknown value of which nothing is known.
    pub const UNKNOWN: Value = Value::Unknown(Unknown { not_null: false, prefix: None });

    /// An object or a map of these entries.
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// A map of texts.
    pub fn strings<K: Into<String>, V: Into<String>>(entries: impl IntoIterator<Item = (K, V)>) -> Value {
        Value::map(entries.into_iter().map(|(key, value)| (key, Value::from(value.into()))))
    }

    /// Whether nothing is set.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Whether Terraform does not know it yet. What it holds may still be unknown when it is not.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Value::Unknown(_))
    }

    /// Whether no part of it is unknown.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Value::Unknown(_) => false,
            Value::List(items) => items.iter().all(Value::is_wholly_known),
            Value::Map(entries) => entries.values().all(Value::is_wholly_known),
            Value::Dynamic(typed) => typed.1.is_wholly_known(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        }
    }

    /// An entry of a map or an object; null where there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &Value {
        match self {
            Value::Map(entries) => entries.get(name).unwrap_or(&Value::Null),
            _ => &Value::Null,
        }
    }

    /// What is at a path; none where it leads nowhere.
    #[must_use]
    pub fn at(&self, path: &Path) -> Option<&Value> {
        path.0.iter().try_fold(self, |value, step| match (step, value) {
            (Step::Attribute(name) | Step::Key(name), Value::Map(entries)) => entries.get(name),
            (Step::Index(index), Value::List(items)) => items.get(*index),
            _ => None,
        })
    }

    /// Visit the value and all that it holds, each with its path, outer ones first. The type tells attributes from map
    /// keys, and passes over what does not fit it; elements of sets, which have no paths, are visited under their
    /// place.
    pub fn walk<'v>(&'v self, of: &Type, visit: &mut dyn FnMut(&Path, &'v Value)) {
        self.walk_from(of, &mut Path::default(), visit);
    }

    fn walk_from<'v>(&'v self, of: &Type, at: &mut Path, visit: &mut dyn FnMut(&Path, &'v Value)) {
        visit(at, self);
        let mut inner = |of: &Type, step: Step, value: &'v Value| {
            at.0.push(step);
            value.walk_from(of, at, visit);
            at.0.pop();
        };
        match (of, self) {
            (Type::List(of) | Type::Set(of), Value::List(items)) => {
                items.iter().enumerate().for_each(|(index, item)| inner(of, Step::Index(index), item));
            }
            (Type::Tuple(types), Value::List(items)) => {
                types
                    .iter()
                    .zip(items)
                    .enumerate()
                    .for_each(|(index, (of, it))| inner(of, Step::Index(index), it));
            }
            (Type::Map(of), Value::Map(entries)) => {
                entries.iter().for_each(|(key, entry)| inner(of, Step::Key(key.clone()), entry));
            }
            (Type::Object(fields), Value::Map(entries)) => {
                for (name, of) in fields {
                    if let Some(entry) = entries.get(name) {
                        inner(of, Step::Attribute(name.clone()), entry);
                    }
                }
            }
            (Type::Dynamic, Value::Dynamic(typed)) => typed.1.walk_from(&typed.0, at, visit),
            _ => {}
        }
    }

    /// Put an entry into a map or an object. Nothing else takes entries.
    pub fn set(&mut self, name: impl Into<String>, value: Value) {
        if let Value::Map(entries) = self {
            entries.insert(name.into(), value);
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// True or false.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(bool) => Some(*bool),
            _ => None,
        }
    }

    /// The whole number.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    /// The items of a list, a set or a tuple.
    #[must_use]
    pub fn items(&self) -> &[Value] {
        match self {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The entries of a map or an object, by name.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Value)> {
        let entries = match self {
            Value::Map(entries) => Some(entries),
            _ => None,
        };
        entries.into_iter().flatten().map(|(name, value)| (name.as_str(), value))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text)
    }
}

impl From<bool> for Value {
    fn from(bool: bool) -> Self {
        Value::Bool(bool)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Number(Number::Int(number))
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_visited_with_the_path_it_is_found_at() {
        let member = Type::Object([("names".to_owned(), Type::list(Type::String))].into());
        let of = Type::Object(
            [("bucket".to_owned(), Type::map(member)), ("any".to_owned(), Type::Dynamic)].into(),
        );
        let names = Value::List(vec![Value::from("a"), Value::UNKNOWN]);
        let value = Value::map([
            ("bucket", Value::map([("store", Value::map([("names", names)]))])),
            ("any", Value::Dynamic(Box::new((Type::Bool, Value::Bool(true))))),
        ]);
        let mut visited = Vec::new();
        value.walk(&of, &mut |path, found| {
            if !matches!(found, Value::Bool(_)) {
                assert_eq!(value.at(path), Some(found));
            }
            visited.push(path.to_string());
        });
        let expected = [
            "",
            "any",
            "any",
            "bucket",
            "bucket[\"store\"]",
            "bucket[\"store\"].names",
            "bucket[\"store\"].names[0]",
            "bucket[\"store\"].names[1]",
        ];
        assert_eq!(visited, expected);
        assert_eq!(value.at(&Path::root("bucket").key("raw")), None);
    }
}
