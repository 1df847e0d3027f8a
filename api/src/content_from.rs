//! What stands beside the lake in the cluster: config maps and secrets of its own namespace.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::names::{DataKey, KubernetesName};
use crate::rule;

/// Content that stands in a config map or a secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [rule::exactly_one(&["configMapKeyRef", "secretKeyRef"])]))]
pub struct ContentFrom {
    /// A key of a config map, of its `data` or its `binaryData`.
    pub config_map_key_ref: Option<KeyRef>,
    /// A key of a secret. The content is never shown.
    pub secret_key_ref: Option<KeyRef>,
}

/// A text that stands in a secret and is never shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecretFrom {
    /// A key of a secret.
    pub secret_key_ref: KeyRef,
}

/// A key of a config map or a secret in the lake's own namespace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyRef {
    /// The name of the config map or the secret. It is one of the lake's own namespace.
    pub name: KubernetesName,
    /// The key in it.
    pub key: DataKey,
}
