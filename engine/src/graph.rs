//! The graph: what ought to be on AWS, a node for each resource.

use crate::{aliases::Aliases, settings::Settings};
use lake_api::{
    member::{Adopt, OnDelete},
    path::FieldPath,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// The name of a node, `kind/name`: `bucket/store`, `object/store.script`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct NodeId(String);

impl NodeId {
    /// The node of a member.
    #[must_use]
    pub fn new(kind: &str, name: &str) -> Self {
        NodeId(format!("{kind}/{name}"))
    }

    /// The word of its kind, `bucket`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.0.split_once('/').map_or("", |(kind, _)| kind)
    }

    /// The member's key, or for a nested member the outer and the inner key with a dot between.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or(self.0.as_str(), |(_, name)| name)
    }

    /// Kind and name as one text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for NodeId {
    fn from(text: &str) -> Self {
        NodeId(text.to_owned())
    }
}

impl From<String> for NodeId {
    fn from(text: String) -> Self {
        NodeId(text)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a node is the lake's own, or only looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Created, kept as wanted and deleted by us.
    Own,
    /// Somebody else's, never written: an `external` member, a table that a crawl brings, a script object.
    LookAt,
    /// Ours so far: it leaves the record and loses its mark, and nothing else of it is touched.
    Release,
}

/// The owners from whom something may be taken over at all. `adopt` and `adoptFrom` are words of whoever writes the lake;
/// this is one of whoever runs what works on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// All owners.
    #[default]
    All,
    /// Some owners.
    Only {
        /// Owners, or what theirs begin with, part by part: `terraform/analytics` is also `terraform/analytics/events`.
        owners: BTreeSet<String>,
        /// What no owner outside begins with, where all those outside are within reach too: `kubernetes/prod`.
        outside: Option<String>,
        /// What lets it reach further, as a sentence for who is refused.
        further: String,
    },
}

impl Reach {
    /// What has to be done first before something of an owner's may be taken over, if anything has.
    #[must_use]
    pub fn refuses(&self, owner: &str) -> Option<&str> {
        let within = |start: &str| {
            let rest = owner.strip_prefix(start.trim_end_matches('/'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match self {
            Reach::All => None,
            Reach::Only { owners, outside, further } => {
                let reaches = owners.iter().any(|start| within(start))
                    || outside.as_ref().is_some_and(|inside| !within(inside));
                (!reaches).then_some(further)
            }
        }
    }
}

/// What the user said about how a node may be treated.
#[derive(Clone, Debug, PartialEq)]
pub struct Treatment {
    /// What becomes of it when its member leaves.
    pub on_delete: OnDelete,
    /// What may be taken over.
    pub adopt: Adopt,
    /// Whether its data must neither be deleted nor emptied; `None` where the member does not say so.
    pub protected: Option<bool>,
    /// The one owner, as its mark spells it, from whom it may be taken over.
    pub adopt_from: Option<String>,
    /// From whom it may be taken over at all, whatever `adopt` and `adopt_from` say.
    pub reach: Reach,
    /// Paths below the settings whose drift is left alone, in the settings' words: `encryption`.
    pub ignore_drift: BTreeSet<FieldPath>,
    /// Paths below the settings whose values are never shown.
    pub secret: BTreeSet<FieldPath>,
}

impl Default for Treatment {
    /// The careful treatment: nothing is taken over, nothing is deleted.
    fn default() -> Self {
        Treatment {
            on_delete: OnDelete::Retain,
            protected: None,
            adopt: Adopt::Never,
            adopt_from: None,
            reach: Reach::default(),
            ignore_drift: BTreeSet::new(),
            secret: BTreeSet::new(),
        }
    }
}

/// One wanted resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What is wanted of it; `None` when Terraform does not know it yet (a veiled member).
    pub settings: Option<Settings>,
    /// What must exist before it is created or updated.
    pub after: BTreeSet<NodeId>,
    /// The path in the spec that caused it: the settings' paths are relative to it.
    pub origin: FieldPath,
    /// Whether it is ours.
    pub hold: Hold,
    /// How it may be treated.
    pub treatment: Treatment,
    /// Who brings it, when it is looked at and not there yet: `crawler/processed`.
    pub brought_by: BTreeSet<NodeId>,
    /// What of all this may yet turn out otherwise.
    pub open: Open,
    /// Paths that its member and its settings call differently.
    pub aliases: Aliases,
}

/// How much of a node may yet turn out otherwise, because what Terraform does not know decides it. The settings say for
/// themselves what of them is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Open {
    /// Nothing.
    #[default]
    Nothing,
    /// What it hangs on: any other node, perhaps.
    Needs,
    /// Whether it is ours.
    Hold,
    /// Whether there will be just this node, of this name.
    Node,
}

/// All that is wanted.
pub type Graph = BTreeMap<NodeId, Node>;
