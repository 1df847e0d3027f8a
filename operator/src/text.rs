//! What is kept of thousands of lakes, kept small.

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::Value;

/// JSON as text, a tenth of what the same takes as a tree.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text(Box<str>);

impl Text {
    /// What can be written as JSON.
    pub(crate) fn of(value: &impl Serialize) -> Self {
        Text(serde_json::to_string(value).unwrap_or_default().into())
    }

    /// What was written, if it can be read as such.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(&self.0).ok()
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Text::of(&Value::deserialize(deserializer)?))
    }
}
