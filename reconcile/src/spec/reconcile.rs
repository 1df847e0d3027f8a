//! How the operator goes about a lake.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use lake_api::Input;
use lake_api::names::Interval;

/// How the operator goes about a lake.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reconcile {
    /// How long after a quiet round the lake is looked at again, to find drift; a little more or less, so that lakes do
    /// not all come at once. At least `30s`, at most `999h`.
    #[serde(default = "five_minutes")]
    pub interval: Interval,

    /// Whether the lake is left alone: nothing is read on AWS and nothing written until this is off again.
    #[serde(default)]
    pub suspend: bool,

    /// Whether a plan is carried out, or only told until somebody approves it.
    #[serde(default)]
    pub mode: Mode,
}

/// How often drift is looked for.
fn five_minutes() -> Interval {
    Interval(Input::from("5m"))
}

impl Default for Reconcile {
    fn default() -> Self {
        Self { interval: five_minutes(), suspend: false, mode: Mode::Apply }
    }
}

/// Whether a plan is carried out, or only told until somebody approves it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Mode {
    /// Plans are carried out.
    #[default]
    Apply,
    /// The plan is told in `status.plan`, and carried out once the annotation `lake.dev/approve` says its id.
    Plan,
}
