//! A value that may not be known yet.
//!
//! Terraform plans with values that only an apply will bring; the engine plans with facts that only a create will
//! bring. Both are said here and nowhere by a sentinel text.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

/// The key of the JSON object that stands for a value not known yet: `{"$unknown": true}`.
pub const UNKNOWN: &str = "$unknown";

/// The key of the JSON object that stands for a fact of another node: `{"$fact": {"node": …, "name": …}}`.
pub const FACT: &str = "$fact";

/// A value, or the promise of one.
///
/// In a spec only `Known` and `Unknown` occur; `Fact` is what a reference to another member becomes in settings.
/// In JSON a known value is itself; the other two are objects with the single key [`UNKNOWN`] or [`FACT`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Input<T> {
    /// The value.
    Known(T),
    /// Known only when Terraform applies.
    Unknown,
    /// A fact of another node, known once that node exists.
    Fact {
        /// The node, `role/etl`.
        node: String,
        /// The fact, `arn`.
        name: String,
    },
}

impl<T> Input<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Input::Known(value) => Some(value),
            Input::Unknown | Input::Fact { .. } => None,
        }
    }

    /// The value, if it is known.
    pub fn into_known(self) -> Option<T> {
        match self {
            Input::Known(value) => Some(value),
            Input::Unknown | Input::Fact { .. } => None,
        }
    }

    /// Whether the value is known.
    pub fn is_known(&self) -> bool {
        self.known().is_some()
    }

    /// The same promise of another value. What is made from a fact is no fact itself but unknown.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Input<U> {
        match self {
            Input::Known(value) => Input::Known(make(value)),
            Input::Unknown | Input::Fact { .. } => Input::Unknown,
        }
    }

    /// The value behind a reference.
    pub fn as_ref(&self) -> Input<&T> {
        match self {
            Input::Known(value) => Input::Known(value),
            Input::Unknown => Input::Unknown,
            Input::Fact { node, name } => Input::Fact { node: node.clone(), name: name.clone() },
        }
    }
}

impl Input<String> {
    /// One text of several; unknown as soon as one part is.
    pub fn concat<'a>(parts: impl IntoIterator<Item = &'a Input<String>>) -> Self {
        let mut whole = String::new();
        for part in parts {
            match part.known() {
                Some(text) => whole.push_str(text),
                None => return Input::Unknown,
            }
        }
        Input::Known(whole)
    }

    /// The text, if it is known.
    pub fn text(&self) -> Option<&str> {
        self.known().map(String::as_str)
    }
}

impl<T: Default> Default for Input<T> {
    fn default() -> Self {
        Input::Known(T::default())
    }
}

impl<T> From<T> for Input<T> {
    fn from(value: T) -> Self {
        Input::Known(value)
    }
}

impl From<&str> for Input<String> {
    fn from(value: &str) -> Self {
        Input::Known(value.to_owned())
    }
}

/// Whether a JSON value stands for one that is not known yet.
pub fn is_unknown(value: &Value) -> bool {
    value
        .as_object()
        .is_some_and(|object| object.len() == 1 && object.get(UNKNOWN) == Some(&Value::Bool(true)))
}

/// The JSON value that stands for one that is not known yet.
pub fn unknown() -> Value {
    json!({ UNKNOWN: true })
}

impl<T: Serialize> Serialize for Input<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Input::Known(value) => value.serialize(serializer),
            Input::Unknown => unknown().serialize(serializer),
            Input::Fact { node, name } => {
                json!({ FACT: { "node": node, "name": name } }).serialize(serializer)
            }
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Input<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if is_unknown(&value) {
            return Ok(Input::Unknown);
        }
        if let Some(fact) =
            value.as_object().filter(|object| object.len() == 1).and_then(|object| object.get(FACT))
        {
            let word = |key: &str| fact.get(key).and_then(Value::as_str).map(str::to_owned);
            return match (word("node"), word("name")) {
                (Some(node), Some(name)) => Ok(Input::Fact { node, name }),
                _ => Err(de::Error::custom(format!("`{FACT}` needs the texts `node` and `name`"))),
            };
        }
        serde_json::from_value(value).map(Input::Known).map_err(de::Error::custom)
    }
}

impl<T: JsonSchema> JsonSchema for Input<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_survives_json() {
        for (input, text) in [
            (Input::Known("a".to_owned()), json!("a")),
            (Input::Unknown, json!({"$unknown": true})),
            (
                Input::Fact { node: "role/etl".into(), name: "arn".into() },
                json!({"$fact": {"node": "role/etl", "name": "arn"}}),
            ),
        ] {
            assert_eq!(serde_json::to_value(&input).unwrap(), text);
            assert_eq!(serde_json::from_value::<Input<String>>(text).unwrap(), input);
        }
        assert!(serde_json::from_value::<Input<String>>(json!({"$fact": {"node": 1}})).is_err());
    }

    #[test]
    fn a_text_built_from_an_unknown_is_unknown() {
        let part = |text: &str| Input::Known(text.to_owned());
        assert_eq!(Input::concat([&part("s3://"), &part("a")]), part("s3://a"));
        assert_eq!(Input::concat([&part("s3://"), &Input::Unknown]), Input::Unknown);
    }
}
