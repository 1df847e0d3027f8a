//! Keys: what addresses one resource on AWS.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{borrow::Cow, collections::BTreeMap, fmt};

/// What a kind finds one of its resources by: a name, or several words each under a name of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Id {
    /// One text: the name of a bucket.
    Text(String),
    /// Several: the catalogue, the database and the name of a table.
    Words(BTreeMap<String, String>),
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        Id::Text(text.to_owned())
    }
}

impl From<String> for Id {
    fn from(text: String) -> Self {
        Id::Text(text)
    }
}

impl fmt::Display for Id {
    /// The words with dots between, in the order of their names: `123456789012.lake.events`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Id::Text(text) => f.write_str(text),
            Id::Words(words) => {
                f.write_str(&words.values().map(String::as_str).collect::<Vec<_>>().join("."))
            }
        }
    }
}

/// What addresses one resource on AWS, of whatever kind: small, and the same across releases. As JSON
/// `{"bucket": "events-store"}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    kind: Cow<'static, str>,
    id: Id,
}

impl Key {
    /// The key of a resource of a kind, by the kind's word.
    #[must_use]
    pub fn new(kind: impl Into<Cow<'static, str>>, id: impl Into<Id>) -> Self {
        Key { kind: kind.into(), id: id.into() }
    }

    /// The word of its kind.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What the kind finds it by.
    #[must_use]
    pub fn id(&self) -> &Id {
        &self.id
    }
}

impl fmt::Display for Key {
    /// As its id.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id.fmt(f)
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(&self.kind, &self.id)])
    }
}

impl JsonSchema for Key {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Key".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        BTreeMap::<String, Id>::json_schema(generator)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut entries = BTreeMap::<String, Id>::deserialize(deserializer)?.into_iter();
        match (entries.next(), entries.next()) {
            (Some((kind, id)), None) => Ok(Key { kind: kind.into(), id }),
            _ => Err(D::Error::custom("a key is one word of a kind and what the kind finds a resource by")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_key_comes_back_from_its_json() {
        let filter =
            json!({"filter": {"catalog": "1", "database": "lake", "name": "rows", "table": "events"}});
        for (json, told) in [(json!({"bucket": "store"}), "store"), (filter, "1.lake.rows.events")] {
            let key: Key = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(key.to_string(), told);
            assert_eq!(serde_json::to_value(&key).unwrap(), json);
        }
        for json in [json!({}), json!({"a": "1", "b": "2"}), json!("bucket"), json!({"bucket": 1})] {
            assert!(serde_json::from_value::<Key>(json.clone()).is_err(), "{json}");
        }
    }
}
