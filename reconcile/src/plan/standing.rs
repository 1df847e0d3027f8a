//! Whose a resource is, seen from one node.

use crate::{
    graph::NodeId,
    inventory::{Inventory, Presence},
    kinds::Key,
    owner::Mark,
    record::{Got, Record},
};
use std::collections::{BTreeMap, BTreeSet};

/// What there is to decide by, indexed.
pub(super) struct Scene<'a> {
    pub(super) record: &'a Record,
    pub(super) inventory: &'a Inventory,
    /// Which nodes of our own want each key.
    pub(super) wanted_by: BTreeMap<&'a Key, BTreeSet<&'a NodeId>>,
    found: BTreeMap<&'a Key, &'a Presence>,
    remembered: BTreeMap<&'a Key, Vec<(&'a NodeId, Got)>>,
}

/// Whose a resource is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Standing {
    /// This node's.
    Ours,
    /// Another node's of this lake.
    OursAs(NodeId),
    /// This lake left it behind.
    Retained,
    /// This owner's.
    Other(String),
    /// Nobody's, though its kind can wear a mark.
    Nobody,
    /// It can wear no mark, hangs on nothing of ours, and was not made by us; whether it is used already, and whose what
    /// it hangs on is, if that wears a mark.
    Loose { used: bool, of: Option<String> },
}

impl<'a> Scene<'a> {
    pub(super) fn new(
        record: &'a Record,
        inventory: &'a Inventory,
        wanted: impl Iterator<Item = (&'a NodeId, &'a Key)>,
    ) -> Self {
        let mut wanted_by: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (node, key) in wanted {
            wanted_by.entry(key).or_default().insert(node);
        }
        let found = inventory.values().flatten().collect();
        let mut remembered: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (node, of_node) in &record.nodes {
            for (key, got) in &of_node.keys {
                remembered.entry(key).or_default().push((node, *got));
            }
        }
        Scene { record, inventory, wanted_by, found, remembered }
    }

    /// What was found under a key of a node; `None` when nobody looked.
    pub(super) fn presence(&self, node: &NodeId, key: &Key) -> Option<&'a Presence> {
        self.inventory.get(node).and_then(|found| found.get(key)).or_else(|| self.found.get(key).copied())
    }

    /// Every key under which a node is remembered or was found.
    pub(super) fn keys(&self, node: &NodeId) -> BTreeSet<&'a Key> {
        let remembered = self.record.nodes.get(node).into_iter().flat_map(|it| it.keys.keys());
        remembered.chain(self.inventory.get(node).into_iter().flat_map(BTreeMap::keys)).collect()
    }

    /// Whether another node of our own wants a key.
    pub(super) fn is_wanted_by_another(&self, node: &NodeId, key: &Key) -> bool {
        self.wanted_by.get(key).is_some_and(|nodes| nodes.iter().any(|other| *other != node))
    }

    pub(super) fn standing(&self, node: &NodeId, key: &Key, mark: &Mark) -> Standing {
        match mark {
            Mark::Ours(worn) if worn == node => Standing::Ours,
            Mark::Ours(worn) => Standing::OursAs(worn.clone()),
            Mark::Retained(_) => Standing::Retained,
            Mark::Other(owner) => Standing::Other(owner.clone()),
            Mark::Nobody => Standing::Nobody,
            Mark::CannotWear => self.unmarked(node, key),
        }
    }

    /// What can wear no mark belongs to whom the record says, or to what it hangs on.
    fn unmarked(&self, node: &NodeId, key: &Key) -> Standing {
        let remembered = self.remembered.get(key).map(Vec::as_slice).unwrap_or_default();
        let mine = remembered.iter().find(|(by, _)| *by == node).map(|(_, got)| *got);
        let other = remembered.iter().find(|(by, got)| *by != node && *got != Got::Found);
        match (mine, other) {
            (Some(Got::Made | Got::Adopted), _) => Standing::Ours,
            (_, Some((by, _))) => Standing::OursAs((*by).clone()),
            _ if self.hangs_on_ours(key) => Standing::Ours,
            (mine, None) => Standing::Loose { used: mine.is_some(), of: self.hangs_on_others(key) },
        }
    }

    /// Whether what a key names hangs on what is this lake's.
    pub(super) fn hangs_on_ours(&self, key: &Key) -> bool {
        key.hangs_on().is_some_and(|parent| self.is_ours(&parent))
    }

    /// Whose what a key hangs on is, if it wears somebody else's mark.
    fn hangs_on_others(&self, key: &Key) -> Option<String> {
        match self.found.get(&key.hangs_on()?)? {
            Presence::Present { mark: Mark::Other(owner), .. } => Some(owner.clone()),
            _ => None,
        }
    }

    /// Whether what a key names is this lake's, whichever node it is.
    fn is_ours(&self, key: &Key) -> bool {
        match self.found.get(key) {
            Some(Presence::Present { mark: Mark::CannotWear, .. }) | None => {
                let made =
                    self.remembered.get(key).is_some_and(|by| by.iter().any(|(_, got)| *got != Got::Found));
                made || self.hangs_on_ours(key)
            }
            Some(Presence::Present { mark, .. }) => matches!(mark, Mark::Ours(_)),
            Some(_) => false,
        }
    }
}
