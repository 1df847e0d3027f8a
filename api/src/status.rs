//! What a user is told: the same two maps in both doors, and what only Kubernetes adds.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use schemars::JsonSchema;
use serde::{
    Deserialize, Serialize,
    de::{
        IntoDeserializer,
        value::{Error, StrDeserializer},
    },
};

/// What a lake tells its user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LakeStatus {
    /// Facts that AWS decided, by node (`accessPoint/analysts`) and name (`alias`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, BTreeMap<String, String>>,

    /// What is true on AWS of each node (`bucket/store`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub resources: BTreeMap<String, ResourceStatus>,

    /// Ready, Reconciling and Stalled, as kstatus understands them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,

    /// The generation of the spec that this status speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,

    /// The annotation `lake.dev/reconcile-requested-at` as it was when the lake was last looked at: a request is heard
    /// once both are equal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_handled_reconcile_at: Option<String>,

    /// How many of the wanted resources are there, `7/8`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<String>,

    /// How many resources differ from what is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub drifted: Option<i64>,

    /// What would be done, while it waits for approval (`reconcile.mode: Plan`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanStatus>,

    /// When the lake is tried again; only while something failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_attempt: Option<Time>,

    /// Where the lake lives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceStatus>,

    /// The Lease of the operator that works on the lake, `namespace/name`. Another installation leaves the lake alone while
    /// it is renewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease: Option<String>,

    /// What the lake remembers of its resources, as a JSON document, written before the first change on AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
}

impl LakeStatus {
    /// The condition Ready, once it has been told.
    #[must_use]
    pub fn ready(&self) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.type_ == "Ready")
    }

    /// Whether all is as wanted.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.ready().is_some_and(|ready| ready.status == "True")
    }
}

/// A plan that waits for approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanStatus {
    /// What the annotation `lake.dev/approve` must say for exactly this plan to be carried out.
    pub id: String,
    /// How many resources it changes.
    #[schemars(range(min = 0))]
    pub changes: i64,
    /// The plan, a line for each resource and each setting that changes.
    pub text: String,
}

/// Where a lake lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlaceStatus {
    /// The partition of AWS, `aws`.
    pub partition: String,
    /// The region, `eu-west-1`.
    pub region: String,
    /// The account, 12 digits.
    pub account: String,
}

/// What is true on AWS of one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourceStatus {
    /// Whether it is there.
    pub state: State,
    /// Where it differs from what is wanted: the path below the member, and both values (`aws:kms, wanted AES256`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub drift: BTreeMap<String, String>,
}

/// Whether a resource is there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub enum State {
    /// It is there.
    Present,
    /// It is not there.
    Absent,
    /// It waits for something that others bring.
    Waiting,
    /// AWS is still at it.
    Settling,
    /// It cannot be looked at.
    Unreadable,
    /// It wears somebody else's mark.
    Foreign,
    /// A later release has told of it by this word, which is kept as it is.
    #[serde(untagged)]
    #[schemars(skip)]
    Unknown(String),
}

impl State {
    /// The state that a word names, in whichever release.
    #[must_use]
    pub fn of(word: &str) -> Self {
        let word: StrDeserializer<'_, Error> = word.into_deserializer();
        State::deserialize(word).expect("every word is a state")
    }

    /// The word that names it.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            State::Present => "Present",
            State::Absent => "Absent",
            State::Waiting => "Waiting",
            State::Settling => "Settling",
            State::Unreadable => "Unreadable",
            State::Foreign => "Foreign",
            State::Unknown(word) => word,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_a_later_release_is_kept_and_is_none_of_ours() {
        for word in ["Present", "Absent", "Waiting", "Settling", "Unreadable", "Foreign", "Novel"] {
            let state = State::of(word);
            assert_eq!(matches!(state, State::Unknown(_)), word == "Novel");
            assert_eq!(state.word(), word);
            assert_eq!(serde_json::to_value(&state).unwrap(), word);
            assert_eq!(serde_json::from_value::<State>(word.into()).unwrap(), state);
        }
        assert!(serde_json::from_value::<State>(7.into()).is_err());
    }
}
