//! The record: the one memory of both doors. Terraform keeps it in a resource's private bytes, Kubernetes in
//! `status.record`.

use crate::{graph::NodeId, kinds::Key, place::Place};
use lake_api::spec::OnDelete;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The version that this release writes. Changes within a version are additive only.
pub const VERSION: u32 = 1;

/// What a lake remembers of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The format's version; an unknown one is an error that names the release to use.
    pub v: u32,
    /// Where the lake lives.
    pub place: Place,
    /// The node that wears `lake.dev/creating` while the lake is being created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<NodeId>,
    /// What is known of each node.
    pub nodes: BTreeMap<NodeId, Remembered>,
}

/// What is remembered of one node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Remembered {
    /// Every key under which the node may be found, and how we came by it.
    #[serde(with = "pairs")]
    pub keys: BTreeMap<Key, Got>,
    /// The names of the entries that we put into maps which others write into, as `parameters.classification`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub owned: BTreeSet<String>,
    /// What becomes of it when its member leaves, as last applied.
    #[serde(default)]
    pub on_delete: OnDelete,
}

/// How a resource came into the lake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Got {
    /// We made it.
    Made,
    /// It existed and was taken over.
    Adopted,
    /// It existed, is exactly what is wanted and can wear no mark: used, never changed or deleted.
    Found,
}

impl Record {
    /// The record of a lake of which nothing exists yet.
    #[must_use]
    pub fn new(place: Place) -> Self {
        Record { v: VERSION, place, anchor: None, nodes: BTreeMap::new() }
    }
}

/// Keys are structures, which JSON objects cannot be keyed by: a list of pairs.
mod pairs {
    use super::{Got, Key};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::collections::BTreeMap;

    pub(super) fn serialize<S: Serializer>(map: &BTreeMap<Key, Got>, s: S) -> Result<S::Ok, S::Error> {
        map.iter().collect::<Vec<_>>().serialize(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<BTreeMap<Key, Got>, D::Error> {
        Ok(Vec::<(Key, Got)>::deserialize(d)?.into_iter().collect())
    }
}
