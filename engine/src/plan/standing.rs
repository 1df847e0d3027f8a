//! Whose a resource is, seen from one node.

use super::Taking;
use crate::{
    graph::NodeId,
    inventory::{Inventory, Presence},
    key::Key,
    kind::{Kinds, Wears},
    owner::{ANOTHER_ACCOUNT, Mark, UNKNOWN_LAKE},
    record::{Got, Keeping, Record},
};
use std::collections::{BTreeMap, BTreeSet};

/// What there is to decide by, indexed.
pub(super) struct Scene<'a> {
    pub(super) kinds: Kinds,
    pub(super) record: &'a Record,
    pub(super) inventory: &'a Inventory,
    /// Which nodes of our own want each key.
    pub(super) wanted_by: BTreeMap<&'a Key, BTreeSet<&'a NodeId>>,
    found: BTreeMap<&'a Key, &'a Presence>,
    remembered: BTreeMap<&'a Key, Vec<(&'a NodeId, &'a Keeping)>>,
    /// Who has taken the whole lake over, if somebody has.
    heir: Option<&'a str>,
}

/// Whose a resource is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Standing {
    /// This node's.
    Ours,
    /// Another node's of this lake.
    OursAs(NodeId),
    /// This node's, and its mark was taken off, or is not what this lake writes.
    Unmarked,
    /// Another node's of this lake, and its mark was taken off.
    UnmarkedAs,
    /// Nobody's: what the record names was deleted, and somebody made this in its place. When it was made, and whether that
    /// can be told from an edit of the old one.
    Anew { birth: Option<String>, sure: bool },
    /// It can wear no mark, and what it hangs on was made anew by somebody: so was this, as far as can be told.
    OnAnew(Key),
    /// This lake left it behind.
    Retained,
    /// This owner's.
    Other(String),
    /// Nobody's since this owner left it behind.
    Left(String),
    /// Nobody's, though its kind can wear a mark.
    Nobody,
    /// It can wear no mark, hangs on nothing of ours, and was not made by us; whether it is used already, and whose what
    /// it hangs on is, if that wears a mark.
    Loose { used: bool, of: Option<String> },
}

impl<'a> Scene<'a> {
    pub(super) fn new(
        kinds: Kinds,
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
            for (key, keeping) in &of_node.keys {
                remembered.entry(key).or_default().push((node, keeping));
            }
        }
        let heir = heir(kinds, record, &found);
        Scene { kinds, record, inventory, wanted_by, found, remembered, heir }
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

    /// How this lake came by a key, as a node or as another one.
    pub(super) fn got(&self, node: &NodeId, key: &Key) -> Option<Got> {
        let mut by = self.remembered.get(key).into_iter().flatten();
        self.record.got(node, key).or_else(|| by.next().map(|(_, kept)| kept.got))
    }

    /// How the mark of what goes gets by, if it was taken off.
    pub(super) fn remarked(&self, node: &NodeId, key: &Key) -> Option<Taking> {
        let standing = self.standing(node, key, self.presence(node, key)?);
        (standing == Some(Standing::Unmarked)).then_some(Taking::Remark)
    }

    /// Whether another node of our own wants a key.
    pub(super) fn is_wanted_by_another(&self, node: &NodeId, key: &Key) -> bool {
        self.wanted_by.get(key).is_some_and(|nodes| nodes.iter().any(|other| *other != node))
    }

    /// Whose what was found under a key is, seen from a node; `None` where nothing is there, as far as is known.
    pub(super) fn standing(&self, node: &NodeId, key: &Key, found: &Presence) -> Option<Standing> {
        let Presence::Present { mark, birth, stale_mark, .. } = found else { return None };
        Some(match mark {
            Mark::Ours(worn) if worn == node && *stale_mark => Standing::Unmarked,
            Mark::Ours(worn) if worn == node => Standing::Ours,
            Mark::Ours(worn) => Standing::OursAs(worn.clone()),
            Mark::Incomplete(worn) if worn == node && self.is_remembered(key) => Standing::Unmarked,
            Mark::Incomplete(worn) if self.is_remembered(key) => Standing::OursAs(worn.clone()),
            Mark::Incomplete(_) => Standing::Other(UNKNOWN_LAKE.to_owned()),
            Mark::Retained(_) => Standing::Retained,
            Mark::Other(owner) => Standing::Other(owner.clone()),
            Mark::Left(owner) => Standing::Left(owner.clone()),
            Mark::Nobody => self.unclaimed(node, key, birth.as_deref()),
            Mark::CannotWear => self.unmarked(node, key),
        })
    }

    /// Whether the record names a key as this lake's, of whatever node.
    fn is_remembered(&self, key: &Key) -> bool {
        self.remembered.get(key).is_some_and(|by| by.iter().any(|(_, kept)| kept.got != Got::Found))
    }

    /// What wears no mark and could: ours where it is the very resource that the record names, for only on that a mark can
    /// be lost; else somebody made it anew. Of whichever node the record names it: a move may have come in between.
    fn unclaimed(&self, node: &NodeId, key: &Key, birth: Option<&str>) -> Standing {
        let remembered = self.remembered.get(key).into_iter().flatten();
        let ours = remembered.filter(|(_, kept)| kept.got != Got::Found);
        let Some((by, kept)) = ours.min_by_key(|(by, _)| *by != node) else { return Standing::Nobody };
        let is_the_same = match (&kept.birth, birth) {
            (Some(was), Some(is)) => was == is,
            // It has no birth of its own, and lies in what is the same.
            (None, None) => self.hangs_on_ours(key),
            _ => false,
        };
        if is_the_same {
            return if *by == node { Standing::Unmarked } else { Standing::UnmarkedAs };
        }
        Standing::Anew {
            sure: kept.birth.is_some() && self.kinds.of(key).birth.is_some(),
            birth: birth.map(str::to_owned),
        }
    }

    /// What can wear no mark belongs to whom the record says, or to what it hangs on; what we made goes with the rest to
    /// whoever takes that over.
    fn unmarked(&self, node: &NodeId, key: &Key) -> Standing {
        let remembered = self.remembered.get(key).map(Vec::as_slice).unwrap_or_default();
        let mine = remembered.iter().find(|(by, _)| *by == node).map(|(_, kept)| kept.got);
        let other = remembered.iter().find(|(by, kept)| *by != node && kept.got != Got::Found);
        let is_mine = matches!(mine, Some(Got::Made | Got::Adopted));
        let lost = if is_mine || other.is_some() { self.lost_with_holder(key) } else { None };
        if let Some(lost) = lost {
            return lost;
        }
        match (mine, other) {
            _ if is_mine => Standing::Ours,
            (_, Some((by, _))) => Standing::OursAs((*by).clone()),
            _ if self.hangs_on_ours(key) => Standing::Ours,
            (mine, None) => Standing::Loose { used: mine.is_some(), of: self.hangs_on_others(key) },
        }
    }

    /// Whether what a key names hangs on what is this lake's.
    pub(super) fn hangs_on_ours(&self, key: &Key) -> bool {
        self.kinds.hangs_on(key).is_some_and(|parent| self.is_ours(&parent))
    }

    /// Whose is what we made and can wear no mark, if what it hangs on, and the record names as this lake's, became somebody
    /// else's; if it hangs on nothing of the kind, who took over the whole lake.
    pub(super) fn lost_with_holder(&self, key: &Key) -> Option<Standing> {
        let Some(holder) = self.kinds.hangs_on(key).filter(|holder| self.is_remembered(holder)) else {
            return self.heir.map(|owner| Standing::Other(owner.to_owned()));
        };
        match self.found.get(&holder)? {
            Presence::Present { mark: Mark::Other(owner), .. } => Some(Standing::Other(owner.clone())),
            Presence::Present { mark: Mark::Left(owner), .. } => Some(Standing::Left(owner.clone())),
            Presence::Present { mark: Mark::Nobody, .. } if !self.is_ours(&holder) => {
                Some(Standing::OnAnew(holder))
            }
            _ => None,
        }
    }

    /// Whether what a key names hangs on what the record names and no member wants any more.
    pub(super) fn hangs_on_what_left(&self, key: &Key) -> bool {
        let holder = self.kinds.hangs_on(key).filter(|holder| self.is_remembered(holder));
        holder.is_some_and(|holder| !self.wanted_by.contains_key(&holder))
    }

    /// Whose what a key hangs on is or was, if it wears somebody else's mark.
    fn hangs_on_others(&self, key: &Key) -> Option<String> {
        match self.found.get(&self.kinds.hangs_on(key)?)? {
            Presence::Present { mark: Mark::Other(owner) | Mark::Left(owner), .. } => Some(owner.clone()),
            _ => None,
        }
    }

    /// Whether what a key names hangs on what is this lake's, or may: what could not be read is not known to be
    /// another's.
    pub(super) fn may_hang_on_ours(&self, key: &Key) -> bool {
        self.kinds.hangs_on(key).is_some_and(|parent| {
            let found = self.found.get(&parent);
            matches!(found, Some(Presence::Settling(_) | Presence::Unreadable(_))) || self.is_ours(&parent)
        })
    }

    /// Whether what a key names is this lake's, whichever node it is.
    fn is_ours(&self, key: &Key) -> bool {
        match self.found.get(key) {
            Some(Presence::Present { mark: Mark::CannotWear, .. }) | None => {
                self.is_remembered(key) || self.hangs_on_ours(key)
            }
            Some(Presence::Present { mark: Mark::Ours(_), .. }) => true,
            // Its mark was taken off: the node by which the record names it tells whether it is the same.
            Some(found @ Presence::Present { mark: Mark::Nobody | Mark::Incomplete(_), .. }) => {
                let nodes = self.remembered.get(key).into_iter().flatten();
                nodes.into_iter().any(|(node, _)| self.standing(node, key, found) == Some(Standing::Unmarked))
            }
            Some(_) => false,
        }
    }
}

/// The one owner whose mark everything wears that we marked and that is there still. Somebody else's account has nothing
/// of ours: it only has the name. Nor has who made something anew under it.
fn heir<'a>(kinds: Kinds, record: &Record, found: &BTreeMap<&'a Key, &'a Presence>) -> Option<&'a str> {
    let mut heirs = BTreeSet::new();
    let kept = record.nodes.values().flat_map(|it| &it.keys);
    for (key, keeping) in kept.filter(|(key, _)| kinds.of(key).wears != Wears::Nothing) {
        match found.get(key) {
            Some(Presence::Present { birth: Some(birth), .. })
                if keeping.birth.as_ref().is_some_and(|was| was != birth) => {}
            Some(Presence::Present { mark: Mark::Other(owner), .. }) if owner != ANOTHER_ACCOUNT => {
                heirs.insert(owner.as_str());
            }
            Some(Presence::Present { .. }) => return None,
            _ => {}
        }
    }
    heirs.pop_first().filter(|_| heirs.is_empty())
}
