//! The inventory: what was found on AWS, and what could not be looked at.

use crate::{
    error::CloudError,
    graph::NodeId,
    key::Key,
    kind::{Traits, Wears},
    owner::{Identity, Mark, Owner, Worn},
    settings::Settings,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What AWS decides about a resource: its ARN, its id, its URL.
pub type Facts = BTreeMap<String, String>;

/// What `read` brings of one key. `S` is the kind's settings.
#[derive(Clone, Debug)]
pub enum Sight<S> {
    /// Its own service says that it does not exist.
    Absent,
    /// It exists.
    Present(Seen<S>),
    /// It is on its way from one state to another, for this reason; come again.
    Settling(String),
    /// It could not be read. That is not absence.
    Unreadable(CloudError),
}

/// A resource as AWS has it, in the words in which it is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen<S> {
    /// What is set, normalised into the user's words.
    pub settings: S,
    /// What AWS decided.
    pub facts: Facts,
    /// The ownership mark on it, if one is there.
    pub worn: Option<Worn>,
    /// What AWS set once, when it was made (a date in RFC 3339, or an id that is never given twice), where it tells that:
    /// the same birth is the same resource. It is no fact.
    pub birth: Option<String>,
}

impl<S> Sight<S> {
    /// The same sight with other settings.
    pub fn map<T>(self, f: impl FnOnce(S) -> T) -> Sight<T> {
        match self {
            Sight::Absent => Sight::Absent,
            Sight::Present(Seen { settings, facts, worn, birth }) => {
                Sight::Present(Seen { settings: f(settings), facts, worn, birth })
            }
            Sight::Settling(reason) => Sight::Settling(reason),
            Sight::Unreadable(error) => Sight::Unreadable(error),
        }
    }
}

/// What was found under one key, seen by one owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Presence {
    /// It does not exist.
    Absent,
    /// It exists.
    #[serde(rename_all = "camelCase")]
    Present {
        /// What is set.
        settings: Settings,
        /// What AWS decided.
        facts: Facts,
        /// Whose it is.
        mark: Mark,
        /// Whether it wears the sign of a lake that is still being created.
        creating: bool,
        /// The lineage that its mark names.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lineage: Option<String>,
        /// Whether its mark is this lake's and yet not what this lake writes: it has to be written anew.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        stale_mark: bool,
        /// What AWS set once, when it was made, where it tells that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        birth: Option<String>,
    },
    /// It is on its way, for this reason (which carries no time and no count).
    Settling(String),
    /// It could not be read. Nothing is created on a guess.
    Unreadable(CloudError),
}

impl Presence {
    /// The node that its mark names, where it is this lake's and wears the sign of one that is still being created.
    #[must_use]
    pub fn signed(&self) -> Option<&NodeId> {
        match self {
            Presence::Present { mark: Mark::Ours(node), creating: true, .. } => Some(node),
            _ => None,
        }
    }

    /// Take the sign of a lake that is being created off what was found.
    pub(crate) fn sign_off(&mut self) {
        if let Presence::Present { creating, .. } = self {
            *creating = false;
        }
    }

    /// Take a look that compared no lineages for one by a lake of this lineage: what another one made is another lake's.
    pub(crate) fn claim(&mut self, owner: &Owner, mine: &str) {
        let Presence::Present { mark, lineage, .. } = self else { return };
        if let Mark::Ours(node) = mark {
            match lineage {
                Some(lineage) if lineage == mine => {}
                Some(other) => *mark = Mark::Other(format!("{owner}@{other}")),
                None => *mark = Mark::Incomplete(node.clone()),
            }
        }
    }

    /// Whether it wears this lake's mark, be it left behind, or may do so as far as can be told.
    #[must_use]
    pub fn may_be_ours(&self) -> bool {
        match self {
            Presence::Absent => false,
            Presence::Present { mark, .. } => {
                matches!(mark, Mark::Ours(_) | Mark::Incomplete(_) | Mark::Retained(_))
            }
            Presence::Settling(_) | Presence::Unreadable(_) => true,
        }
    }

    /// A sight, seen by one lake. `traits` are those of the kind.
    #[must_use]
    pub fn of(sight: Sight<Settings>, identity: &Identity, traits: &Traits) -> Self {
        match sight {
            Sight::Absent => Presence::Absent,
            Sight::Present(Seen { settings, facts, worn, birth }) => {
                let mark = match (traits.wears, &worn) {
                    (Wears::Nothing, _) => Mark::CannotWear,
                    (_, Some(worn)) => identity.reads(worn, traits),
                    (_, None) => Mark::Nobody,
                };
                Presence::Present {
                    settings,
                    facts,
                    birth,
                    creating: worn.as_ref().is_some_and(|worn| worn.creating),
                    stale_mark: match (&mark, &worn) {
                        (Mark::Ours(_), Some(worn)) => identity.is_stale(worn, traits),
                        _ => false,
                    },
                    lineage: worn.and_then(|worn| worn.lineage),
                    mark,
                }
            }
            Sight::Settling(reason) => Presence::Settling(reason),
            Sight::Unreadable(error) => Presence::Unreadable(error),
        }
    }
}

/// What was found, by node and key. No entry: not looked at, which is not absence.
pub type Inventory = BTreeMap<NodeId, BTreeMap<Key, Presence>>;
