//! Ownership: whose mark a resource wears.
//!
//! The mark is two tags (or table parameters, or object metadata) that are written with the create call:
//! `lake.dev/owner = <door>/<instance>/<lake>` and `lake.dev/node = <kind>/<name>`. Marks never show among a
//! user's tags; system tags (`aws:*`) are neither shown nor touched.

use crate::graph::NodeId;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// The tag that names the owner.
pub const OWNER: &str = "lake.dev/owner";
/// The tag that names the node.
pub const NODE: &str = "lake.dev/node";
/// The tag of an anchor whose lake is still being created.
pub const CREATING: &str = "lake.dev/creating";
/// The owner of what another account has, under a name that all accounts share: AWS does not say whose it is.
pub const ANOTHER_ACCOUNT: &str = "another AWS account";
/// What stands before the owner of a resource that left its lake with `onDelete: Retain`.
const RETAINED: &str = "retained:";

/// Whose a lake is: the door, the door's instance, and the lake's name there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Owner {
    /// `terraform` or `kubernetes`.
    pub door: String,
    /// The provider's `owner` argument, or the cluster.
    pub instance: String,
    /// The lake's name; in Kubernetes `namespace/name`.
    pub lake: String,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.door, self.instance, self.lake)
    }
}

/// The mark as it is worn on AWS, uninterpreted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worn {
    /// The owner, with `retained:` before it when the resource was left behind.
    pub owner: String,
    /// The node that the resource is, as `kind/name`.
    pub node: String,
    /// Whether this is the anchor of a lake that is still being created.
    pub creating: bool,
}

impl Worn {
    /// The mark of a node of an owner's lake.
    #[must_use]
    pub fn new(owner: &Owner, node: &NodeId, creating: bool) -> Self {
        Worn { owner: owner.to_string(), node: node.to_string(), creating }
    }

    /// The mark of what leaves the lake and stays on AWS.
    #[must_use]
    pub fn retained(owner: &Owner, node: &NodeId) -> Self {
        Worn { owner: format!("{RETAINED}{owner}"), node: node.to_string(), creating: false }
    }

    /// The mark as tags.
    #[must_use]
    pub fn tags(&self) -> BTreeMap<String, String> {
        let mut tags =
            BTreeMap::from([(OWNER.to_owned(), self.owner.clone()), (NODE.to_owned(), self.node.clone())]);
        if self.creating {
            tags.insert(CREATING.to_owned(), "true".to_owned());
        }
        tags
    }

    /// The tags of a resource with this mark in place of any other; all else stays.
    #[must_use]
    pub fn put_on(&self, mut tags: BTreeMap<String, String>) -> BTreeMap<String, String> {
        tags.retain(|key, _| ![OWNER, NODE, CREATING].contains(&key.as_str()));
        tags.extend(self.tags());
        tags
    }

    /// Part the tags of a resource: the user's own, and the mark if one is worn. System tags are dropped.
    #[must_use]
    pub fn part(tags: BTreeMap<String, String>) -> (BTreeMap<String, String>, Option<Worn>) {
        let worn = tags.get(OWNER).map(|owner| Worn {
            owner: owner.clone(),
            node: tags.get(NODE).cloned().unwrap_or_default(),
            creating: tags.contains_key(CREATING),
        });
        let own = tags
            .into_iter()
            .filter(|(k, _)| !k.starts_with("aws:") && ![OWNER, NODE, CREATING].contains(&k.as_str()))
            .collect();
        (own, worn)
    }

    /// What this mark means to an owner.
    #[must_use]
    pub fn seen_by(&self, owner: &Owner) -> Mark {
        let me = owner.to_string();
        match self.owner.strip_prefix(RETAINED) {
            Some(was) if was == me => Mark::Retained(NodeId::from(self.node.clone())),
            Some(was) => Mark::Left(was.to_owned()),
            None if self.owner == me => Mark::Ours(NodeId::from(self.node.clone())),
            None => Mark::Other(self.owner.clone()),
        }
    }
}

/// Whose a resource is, seen from one lake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mark {
    /// It wears this lake's mark, for this node.
    Ours(NodeId),
    /// This lake left it behind with `onDelete: Retain`, when it was this node.
    Retained(NodeId),
    /// It wears the mark of this owner.
    Other(String),
    /// This owner left it behind: it is nobody's.
    Left(String),
    /// It wears no mark.
    Nobody,
    /// Its kind can wear no mark.
    CannotWear,
}
