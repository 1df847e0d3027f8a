//! How the operator goes about a lake.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Input;
use crate::names::Duration;

/// How the operator goes about a lake.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reconcile {
    /// How long after a quiet round the lake is looked at again, to find drift.
    #[serde(default = "ten_minutes")]
    pub interval: Duration,

    /// Whether the lake is left alone: nothing is read and nothing written.
    #[serde(default)]
    pub suspend: bool,

    /// Whether a plan is carried out or only told.
    #[serde(default)]
    pub mode: Mode,
}

/// How often drift is looked for.
fn ten_minutes() -> Duration {
    Duration(Input::from("10m"))
}

impl Default for Reconcile {
    fn default() -> Self {
        Self { interval: ten_minutes(), suspend: false, mode: Mode::Apply }
    }
}

/// Whether a plan is carried out.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Mode {
    /// Plans are carried out.
    #[default]
    Apply,
    /// Plans are told in the status and not carried out.
    Plan,
}
