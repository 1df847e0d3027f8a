//! Settings: what a user decides about one resource.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::Value;
use std::borrow::Cow;

/// The field beside the settings that holds the kind's word.
const KIND: &str = "kind";

/// The settings of one resource, of whatever kind: JSON in the user's words, with every default filled in and *off* as
/// absence. What of them is not known yet is `$fact` or `$unknown`.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    kind: Cow<'static, str>,
    json: Value,
}

impl Settings {
    /// The settings of a resource of a kind, by the kind's word, as the kind itself spells them: see `Kinds::settings`.
    #[must_use]
    pub fn new(kind: impl Into<Cow<'static, str>>, json: Value) -> Self {
        Settings { kind: kind.into(), json }
    }

    /// The word of the kind.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The settings as JSON, without the kind's word.
    #[must_use]
    pub fn json(&self) -> &Value {
        &self.json
    }
}

impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.json.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value));
        let kind = Value::from(self.kind());
        serializer.collect_map(std::iter::once((KIND, &kind)).chain(fields))
    }
}

impl JsonSchema for Settings {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Settings".into()
    }

    /// The kind's word; what stands beside it each kind says.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "properties": { KIND: { "type": "string" } } })
    }
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut json = Value::deserialize(deserializer)?;
        match json.as_object_mut().and_then(|fields| fields.remove(KIND)) {
            Some(Value::String(kind)) => Ok(Settings { kind: kind.into(), json }),
            _ => Err(D::Error::custom("settings without the word of a kind")),
        }
    }
}
