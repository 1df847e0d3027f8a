//! Ownership: whose mark a resource wears.
//!
//! The mark is some tags (or table parameters, or object metadata) that are written with the create call:
//! `lake.dev/owner = <door>/<instance>/<lake>`, `lake.dev/node = <kind>/<name>` and `lake.dev/lineage`, which tells two
//! lakes of one owner and name apart; on what is one for all regions (roles) also `lake.dev/region`. Marks never show
//! among a user's tags; system tags (`aws:*`) are neither shown nor touched.

use crate::{graph::NodeId, kind::Traits, place::Place};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeMap, fmt};

/// The tag that names the owner.
pub const OWNER: &str = "lake.dev/owner";
/// The tag that names the node.
pub const NODE: &str = "lake.dev/node";
/// The tag of an anchor whose lake is still being created; its value is the lineage.
pub const CREATING: &str = "lake.dev/creating";
/// The tag that names the lineage: which of all lakes of this owner and name.
pub const LINEAGE: &str = "lake.dev/lineage";
/// The tag that names the region of the lake, on what is one for all regions.
pub const REGION: &str = "lake.dev/region";
/// All tags of a mark.
const TAGS: [&str; 5] = [OWNER, NODE, CREATING, LINEAGE, REGION];
/// The owner of what another account has, under a name that all accounts share: AWS does not say whose it is.
pub const ANOTHER_ACCOUNT: &str = "another AWS account";
/// The owner of what wears our own owner's mark without what tells its lakes apart, and no record names.
pub const UNKNOWN_LAKE: &str =
    "a lake of this owner that cannot be told: its mark names no lineage or region";
/// What stands before the owner of a resource that left its lake with `onDelete: Retain`.
const RETAINED: &str = "retained:";

/// Whose a lake is: the door, the door's instance, and the lake's name there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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

/// Which of all lakes of one owner and name a lake is, as Terraform's states have a lineage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lineage {
    /// This one: what another lineage has made is another lake's.
    Compared(String),
    /// This one is written, and none is compared. The owner's value names the very object (Kubernetes, whose status may
    /// be lost at any time).
    Written(String),
    /// None is known yet, and marks of any are this owner's: a look that finds out which there are.
    Any,
}

impl Lineage {
    /// The one that it names.
    pub(crate) fn own(&self) -> Option<&str> {
        match self {
            Lineage::Compared(own) | Lineage::Written(own) => Some(own),
            Lineage::Any => None,
        }
    }
}

/// Who one lake is when it writes and reads marks: its owner, its region and its lineage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Whose the lake is.
    pub owner: Owner,
    /// Where it lives.
    pub region: String,
    /// Which of that owner's lakes of this name it is.
    pub lineage: Lineage,
}

impl Identity {
    /// The identity of an owner's lake at a place.
    #[must_use]
    pub fn new(owner: &Owner, place: &Place, lineage: Lineage) -> Self {
        Identity { owner: owner.clone(), region: place.region.clone(), lineage }
    }

    /// The mark of a node of this lake, whose kind is of these traits.
    #[must_use]
    pub fn mark(&self, node: &NodeId, traits: &Traits, creating: bool) -> Worn {
        let lineage = match &self.lineage {
            Lineage::Compared(lineage) | Lineage::Written(lineage) => Some(lineage.clone()),
            Lineage::Any => None,
        };
        Worn {
            owner: self.owner.to_string(),
            node: node.to_string(),
            creating,
            lineage,
            region: traits.global.then(|| self.region.clone()),
        }
    }

    /// The mark of what leaves this lake and stays on AWS. It carries no lineage: whoever makes the lake anew takes up what
    /// stayed.
    #[must_use]
    pub fn retained(&self, node: &NodeId, traits: &Traits) -> Worn {
        Worn::retained(&self.owner, node, traits.global.then(|| self.region.clone()))
    }

    /// What a mark means to this lake. `traits` are those of the kind that wears it.
    #[must_use]
    pub fn reads(&self, worn: &Worn, traits: &Traits) -> Mark {
        let me = self.owner.to_string();
        let node = || NodeId::from(worn.node.clone());
        let elsewhere = worn.region.as_ref().filter(|region| traits.global && **region != self.region);
        if let Some(was) = worn.owner.strip_prefix(RETAINED) {
            return match elsewhere {
                None if was == me => Mark::Retained(node()),
                Some(region) if was == me => Mark::Left(format!("{was} in {region}")),
                _ => Mark::Left(was.to_owned()),
            };
        }
        if worn.owner != me {
            return Mark::Other(worn.owner.clone());
        }
        let mine =
            matches!((&self.lineage, &worn.lineage), (Lineage::Compared(mine), Some(worn)) if mine == worn);
        match (elsewhere, &self.lineage, &worn.lineage) {
            // A lineage is one lake's alone: a falsified region is mended.
            _ if mine => Mark::Ours(node()),
            (Some(region), ..) => Mark::Other(format!("{me} in {region}")),
            (None, ..) if traits.global && worn.region.is_none() => Mark::Incomplete(node()),
            (None, Lineage::Compared(_), Some(other)) => Mark::Other(format!("{me}@{other}")),
            (None, Lineage::Compared(_), None) => Mark::Incomplete(node()),
            (None, Lineage::Written(_) | Lineage::Any, _) => Mark::Ours(node()),
        }
    }

    /// Whether a mark of this lake is not to the letter what it writes. Where no lineage is compared none is mended.
    #[must_use]
    pub fn is_stale(&self, worn: &Worn, traits: &Traits) -> bool {
        let written = self.mark(&NodeId::from(worn.node.clone()), traits, worn.creating);
        worn.region != written.region
            || (matches!(self.lineage, Lineage::Compared(_)) && worn.lineage != written.lineage)
    }
}

/// The mark as it is worn on AWS, uninterpreted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Worn {
    /// The owner, with `retained:` before it when the resource was left behind.
    pub owner: String,
    /// The node that the resource is, as `kind/name`.
    pub node: String,
    /// Whether this is the anchor of a lake that is still being created.
    pub creating: bool,
    /// The lineage of the lake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lineage: Option<String>,
    /// The region of the lake, on what is one for all regions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

impl Worn {
    /// The mark of what an owner left behind.
    #[must_use]
    pub fn retained(owner: &Owner, node: &NodeId, region: Option<String>) -> Self {
        Worn { owner: format!("{RETAINED}{owner}"), node: node.to_string(), region, ..Worn::default() }
    }

    /// The mark as tags.
    #[must_use]
    pub fn tags(&self) -> BTreeMap<String, String> {
        let mut tags =
            BTreeMap::from([(OWNER.to_owned(), self.owner.clone()), (NODE.to_owned(), self.node.clone())]);
        let lineage = self.lineage.as_deref();
        let more = [
            (CREATING, self.creating.then(|| lineage.unwrap_or("true"))),
            (LINEAGE, lineage),
            (REGION, self.region.as_deref()),
        ];
        tags.extend(more.into_iter().filter_map(|(tag, value)| Some((tag.to_owned(), value?.to_owned()))));
        tags
    }

    /// The tags of a resource with this mark in place of any other; all else stays.
    #[must_use]
    pub fn put_on(&self, tags: BTreeMap<String, String>) -> BTreeMap<String, String> {
        Marking::of(self).over(tags)
    }

    /// Part the tags of a resource: the user's own, and the mark if one is worn. System tags are dropped.
    #[must_use]
    pub fn part(tags: BTreeMap<String, String>) -> (BTreeMap<String, String>, Option<Worn>) {
        let worn = tags.get(OWNER).map(|owner| Worn {
            owner: owner.clone(),
            node: tags.get(NODE).cloned().unwrap_or_default(),
            creating: tags.contains_key(CREATING),
            lineage: tags.get(LINEAGE).cloned(),
            region: tags.get(REGION).cloned(),
        });
        let own =
            tags.into_iter().filter(|(k, _)| !k.starts_with("aws:") && !TAGS.contains(&k.as_str())).collect();
        (own, worn)
    }

    /// Whether it says that the resource was left behind.
    #[must_use]
    pub fn is_retained(&self) -> bool {
        self.owner.starts_with(RETAINED)
    }

    /// Whether an owner has put this mark on, of whatever lineage and region, or has left the resource behind.
    #[must_use]
    pub fn is_of(&self, owner: &Owner) -> bool {
        self.owner_name() == owner.to_string()
    }

    /// The owner, also of what was left behind.
    #[must_use]
    pub fn owner_name(&self) -> &str {
        self.owner.strip_prefix(RETAINED).unwrap_or(&self.owner)
    }
}

/// What is done to the tags of a resource so that it wears another mark, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marking {
    /// Tags that are put on.
    pub put: BTreeMap<String, String>,
    /// Tags that are taken off, where they are worn.
    pub take: Vec<String>,
}

impl Marking {
    /// Put this mark in the place of any other.
    #[must_use]
    pub fn of(mark: &Worn) -> Self {
        let mut take: Vec<&str> = Vec::new();
        if !mark.creating {
            take.push(CREATING);
        }
        if mark.lineage.is_none() {
            take.push(LINEAGE);
        }
        // What is no one for all regions never wears it.
        if mark.lineage.is_none() && mark.region.is_none() {
            take.push(REGION);
        }
        Marking { put: mark.tags(), take: take.into_iter().map(str::to_owned).collect() }
    }

    /// Take every mark off.
    #[must_use]
    pub fn off() -> Self {
        Marking { put: BTreeMap::new(), take: TAGS.map(str::to_owned).to_vec() }
    }

    /// The mark that is worn once this is done.
    #[must_use]
    pub fn worn(&self) -> Option<Worn> {
        Worn::part(self.put.clone()).1
    }

    /// The tags of a resource once this is done.
    #[must_use]
    pub fn over(&self, mut tags: BTreeMap<String, String>) -> BTreeMap<String, String> {
        tags.retain(|key, _| !TAGS.contains(&key.as_str()));
        tags.extend(self.put.clone());
        tags
    }
}

/// Whose a resource is, seen from one lake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Mark {
    /// It wears this lake's mark, for this node.
    Ours(NodeId),
    /// It wears this owner's mark for this node, without a lineage or, where one is due, a region: ours where the record
    /// names it.
    Incomplete(NodeId),
    /// This lake left it behind with `onDelete: Retain`, when it was this node.
    Retained(NodeId),
    /// It wears the mark of this owner; `<owner>@<lineage>` for another lake of our own owner and name, `<owner> in <region>`
    /// for one in another region.
    Other(String),
    /// This owner left it behind: it is nobody's.
    Left(String),
    /// It wears no mark.
    Nobody,
    /// Its kind can wear no mark.
    CannotWear,
}

/// Whether `adoptFrom` can name an owner as a mark told it.
#[must_use]
pub fn can_be_named(owner: &str) -> bool {
    !owner.contains(['@', ' '])
}

/// The words for an owner as a mark told it: another lake of our own name is told by what it is.
#[must_use]
pub fn spelt(owner: &str) -> Cow<'_, str> {
    match owner.split_once('@') {
        Some((owner, lineage)) => {
            format!("{owner} of another lineage ({lineage}), created anew since this state was saved").into()
        }
        None => owner.into(),
    }
}
