//! One generic comparison of what is wanted with what was found, for every kind.

use lake_api::path::FieldPath;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One field that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field's path below the settings, in the user's words.
    pub path: FieldPath,
    /// What AWS has; `None` when it has nothing there.
    pub was: Option<Value>,
    /// What is wanted; `None` when nothing is.
    pub wanted: Option<Value>,
}
