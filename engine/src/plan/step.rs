//! What a plan is made of.

use crate::{
    aliases::Aliases,
    diff::FieldChange,
    error::CloudError,
    graph::{Hold, NodeId},
    key::Key,
    kind::{Data, Replace},
    record::Got,
};
use lake_api::FieldPath;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// All that is to be done about a lake, so exact that nothing is left to decide when it is done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The steps: first the wanted nodes, each after what it needs, then what leaves, in the order in which it may.
    /// A node can have several: one for the key that is wanted, one for each key that is left over.
    pub steps: Vec<Step>,
    /// What the user should be told.
    pub notes: Vec<Note>,
    /// Keys that the record should name, and how we came by them: what is there already.
    pub remember: BTreeMap<(NodeId, Key), Got>,
    /// Keys that the record should name no more: what is gone, moved, or not ours.
    pub forget: BTreeSet<(NodeId, Key)>,
    /// Keys that the record should name as found and not as made: what was left behind and can wear no mark that
    /// says so, though it hangs on what is ours.
    pub left: BTreeSet<(NodeId, Key)>,
}

/// What is to be done about one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Whose step it is.
    pub node: NodeId,
    /// The key that it is about; `None` while a part of it is not known.
    pub key: Option<Key>,
    /// What is done.
    pub change: Change,
    /// How something that exists already comes to be this node's; of what goes, `Remark` where its mark was taken off.
    pub taking: Option<Taking>,
    /// The node's facts once the step is done.
    pub facts: BTreeMap<String, Later<String>>,
    /// The path in the spec that caused it; the root for what the spec names no more.
    pub origin: FieldPath,
    /// Whether it is ours, or only looked at.
    pub hold: Hold,
    /// What a part of it waits for, though the rest is done.
    pub waits: Option<String>,
    /// Keys of the node that are to be gone and are there still, in words.
    pub superseded: BTreeSet<String>,
    /// Wanted nodes that must be done before it.
    pub after: BTreeSet<NodeId>,
    /// What is wanted, references still in it, and with AWS's own values where those are left alone; `null` while it
    /// is not known, `None` for what leaves.
    pub wanted: Option<Value>,
    /// Paths below the settings whose values are never shown.
    pub secret: BTreeSet<FieldPath>,
    /// Paths that the member and its settings call differently.
    pub aliases: Aliases,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Nothing: it is as wanted.
    Keep,
    /// It is made.
    Create,
    /// It was not looked at: it would be made if it is not there. Only shown; never done.
    CreateUnseen,
    /// It is not ours and was not looked at.
    Unseen,
    /// These fields are changed. None when only the mark is rewritten.
    Update(Vec<FieldChange>),
    /// It is made anew, since AWS does not change these fields.
    Replace {
        /// What differs.
        changes: Vec<FieldChange>,
        /// The key of the one that goes; the same as the step's where the name stays.
        old: Key,
        /// Which of the two comes first.
        order: Replace,
    },
    /// What is wanted is not known yet, and so neither is what will be done.
    Unknown(Vec<FieldChange>),
    /// It is deleted.
    Delete(Data),
    /// It leaves the lake and stays on AWS; its mark says so.
    Retain,
    /// It waits for something that others bring.
    Wait(String),
    /// AWS is still at it.
    Settle(String),
    /// It could not be looked at.
    Unreadable(CloudError),
    /// It was ours and now belongs to this owner: not touched.
    Foreign(String),
    /// It was ours and is gone, and somebody made this in its place: not touched. What is known of that, in one clause.
    Anew(String),
    /// It holds data that is protected from deletion: nothing is done before the protection is lifted.
    Protected(Reason),
    /// It leaves the lake and stays on AWS as it is, without a mark: its user releases it.
    Release,
    /// It cannot be done until the user changes something.
    Blocked(Reason),
}

/// How something that exists already comes to be a node's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taking {
    /// It was this node of the same lake: only the mark is rewritten.
    Move(NodeId),
    /// It is this node's already, and its mark was taken off or changed: only the mark is written anew.
    Remark,
    /// It left this lake with `onDelete: Retain` and is taken up again.
    Resume,
    /// It is taken over from this owner, or from nobody.
    Adopt(Option<String>),
    /// It can wear no mark and is exactly what is wanted: it is used and never changed.
    Found,
}

/// Why something cannot be done, and what helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Why, in one sentence without a full stop.
    pub why: String,
    /// What to do, in whole sentences.
    pub remedy: String,
}

/// Something the user should be told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// What it is about.
    pub node: NodeId,
    /// The path in the spec; the root for what the spec names no more.
    pub origin: FieldPath,
    /// What happens to it as one PascalCase word: event reason.
    pub word: &'static str,
    /// What is told, in one sentence without a full stop.
    pub said: String,
}

/// A value that is known now, or will be after the step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Later<T> {
    /// The value.
    Known(T),
    /// Known after the step.
    Later,
}

impl<T> Later<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Later::Known(value) => Some(value),
            Later::Later => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl Change {
    /// Whether the step asks AWS for a write.
    #[must_use]
    pub fn writes(&self) -> bool {
        matches!(
            self,
            Change::Create
                | Change::Update(_)
                | Change::Replace { .. }
                | Change::Delete(_)
                | Change::Retain
                | Change::Release
        )
    }

    /// Whether something on AWS is lost by it.
    #[must_use]
    pub fn destroys(&self) -> bool {
        matches!(self, Change::Delete(_) | Change::Replace { .. })
    }

    /// The fields that differ.
    #[must_use]
    pub fn fields(&self) -> &[FieldChange] {
        match self {
            Change::Update(changes) | Change::Unknown(changes) | Change::Replace { changes, .. } => changes,
            _ => &[],
        }
    }
}

impl Step {
    /// A step of a node of the lake's own that wants nothing and knows no key.
    pub(crate) fn bare(node: &NodeId, change: Change) -> Self {
        Step {
            node: node.clone(),
            key: None,
            change,
            taking: None,
            facts: BTreeMap::new(),
            origin: FieldPath::root(),
            after: BTreeSet::new(),
            hold: Hold::Own,
            waits: None,
            superseded: BTreeSet::new(),
            wanted: None,
            secret: BTreeSet::new(),
            aliases: Aliases::default(),
        }
    }

    /// The path below the member by which its user knows a field that differs.
    #[must_use]
    pub fn told(&self, change: &FieldChange) -> FieldPath {
        self.aliases.in_member(&change.path)
    }

    /// Whether the step is about something that the spec names no more, or under a key that it names no more.
    #[must_use]
    pub fn leaves(&self) -> bool {
        matches!(self.change, Change::Delete(_) | Change::Retain | Change::Release) || self.wanted.is_none()
    }

    /// The key whose resource is deleted by the step.
    #[must_use]
    pub fn ends(&self) -> Option<&Key> {
        match &self.change {
            Change::Delete(_) => self.key.as_ref(),
            Change::Replace { old, .. } => Some(old),
            _ => None,
        }
    }

    /// Whether nothing is to be done: neither on AWS nor in the record.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        match &self.change {
            Change::Keep | Change::Wait(_) => true,
            // What is only referred to is taken as there.
            Change::Unreadable(_) => self.hold == Hold::LookAt,
            _ => false,
        }
    }
}

impl Plan {
    /// Whether all is as wanted, or waits for others.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.steps.iter().all(Step::is_quiet)
    }

    /// The steps that ask AWS for a write.
    pub fn writes(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.change.writes())
    }

    /// The steps about what could not be looked at, and why it could not.
    pub fn unreadable(&self) -> impl Iterator<Item = (&Step, &CloudError)> {
        self.steps.iter().filter_map(|step| match &step.change {
            Change::Unreadable(error) => Some((step, error)),
            _ => None,
        })
    }

    /// The step of a wanted node, or of one that leaves, about the key that is wanted of it.
    #[must_use]
    pub fn step(&self, node: &NodeId) -> Option<&Step> {
        self.steps.iter().find(|step| &step.node == node)
    }

    /// The steps of all nodes, as [`step`](Self::step) tells them one by one.
    #[must_use]
    pub fn by_node(&self) -> BTreeMap<&NodeId, &Step> {
        self.steps.iter().rev().map(|step| (&step.node, step)).collect()
    }

    /// The steps that cannot be done until the user changes something, each with its reason.
    pub fn blocked(&self) -> impl Iterator<Item = (&Step, &Reason)> {
        self.steps.iter().filter_map(|step| match &step.change {
            Change::Blocked(reason) | Change::Protected(reason) => Some((step, reason)),
            _ => None,
        })
    }

    /// Whether all that another plan writes is in this one too, by the same verb on the same resource: the other is this
    /// one, or what is left of it.
    #[must_use]
    pub fn covers(&self, other: &Plan) -> bool {
        let mut of_node: BTreeMap<&NodeId, Vec<&Step>> = BTreeMap::new();
        self.steps.iter().for_each(|step| of_node.entry(&step.node).or_default().push(step));
        other.writes().all(|step| {
            of_node.get(&step.node).into_iter().flatten().any(|mine| {
                (mine.key.is_none() || mine.key == step.key)
                    && std::mem::discriminant(&mine.change) == std::mem::discriminant(&step.change)
            })
        })
    }

    /// Whether this plan, shown to a user, has told that what a key names will go.
    #[must_use]
    pub fn tells_end_of(&self, key: &Key) -> bool {
        self.steps.iter().any(|step| step.ends() == Some(key))
    }
}
