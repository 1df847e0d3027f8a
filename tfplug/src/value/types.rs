//! Types of values, and their JSON notation on the wire.

use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// True or false.
    Bool,
    /// A number of any size.
    Number,
    /// Text.
    String,
    /// Whatever the value itself says.
    Dynamic,
    /// A list of one type.
    List(Box<Type>),
    /// A set of one type.
    Set(Box<Type>),
    /// A map of one type.
    Map(Box<Type>),
    /// An object with these attributes, all of them always there.
    Object(BTreeMap<String, Type>),
    /// A list of a type for each place.
    Tuple(Vec<Type>),
}

impl Type {
    /// A list of this type.
    #[must_use]
    pub fn list(item: Type) -> Self {
        Type::List(Box::new(item))
    }

    /// A set of this type.
    #[must_use]
    pub fn set(item: Type) -> Self {
        Type::Set(Box::new(item))
    }

    /// A map of this type.
    #[must_use]
    pub fn map(item: Type) -> Self {
        Type::Map(Box::new(item))
    }

    /// The notation in which schemas tell types: `["list", "string"]`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Type::Bool => json!("bool"),
            Type::Number => json!("number"),
            Type::String => json!("string"),
            Type::Dynamic => json!("dynamic"),
            Type::List(item) => json!(["list", item.to_json()]),
            Type::Set(item) => json!(["set", item.to_json()]),
            Type::Map(item) => json!(["map", item.to_json()]),
            Type::Object(fields) => {
                let fields: serde_json::Map<_, _> =
                    fields.iter().map(|(name, field)| (name.clone(), field.to_json())).collect();
                json!(["object", fields])
            }
            Type::Tuple(items) => json!(["tuple", items.iter().map(Type::to_json).collect::<Vec<_>>()]),
        }
    }

    /// The type that a notation tells, if it tells one.
    #[must_use]
    pub fn from_json(json: &Json) -> Option<Type> {
        if let Some(word) = json.as_str() {
            return match word {
                "bool" => Some(Type::Bool),
                "number" => Some(Type::Number),
                "string" => Some(Type::String),
                "dynamic" => Some(Type::Dynamic),
                _ => None,
            };
        }
        let [word, of, ..] = json.as_array()?.as_slice() else { return None };
        Some(match (word.as_str()?, of) {
            ("list", item) => Type::list(Type::from_json(item)?),
            ("set", item) => Type::set(Type::from_json(item)?),
            ("map", item) => Type::map(Type::from_json(item)?),
            ("object", Json::Object(fields)) => {
                let field = |(name, json): (&String, &Json)| Some((name.clone(), Type::from_json(json)?));
                Type::Object(fields.iter().map(field).collect::<Option<_>>()?)
            }
            ("tuple", Json::Array(items)) => {
                Type::Tuple(items.iter().map(Type::from_json).collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }
}
