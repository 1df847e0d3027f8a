//! What a user is told: the same two maps in both doors, and what only Kubernetes adds.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

    /// What the lake remembers of its resources, as a JSON document, written before the first change on AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
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
}
