//! Reads only: graph × record → inventory.
//!
//! Every wanted key and every remembered one is looked at, all of them in one batch. Keys that hang on facts which
//! only a look can bring (an id that AWS chose) follow in a second batch.

use crate::{
    cloud::Cloud,
    engine::Rivals,
    error::CloudError,
    graph::{Graph, Node, NodeId},
    inventory::{Inventory, Presence},
    key::Key,
    kind::{Kinds, Traits},
    owner::{Identity, Mark, Worn},
    record::{Got, Record},
    wish::Wishes,
};
use lake_api::member::OnDelete;
use std::collections::{BTreeMap, BTreeSet};

/// What was found, and what the record learnt by it.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// What was found under each key.
    pub inventory: Inventory,
    /// What wears this lake's mark, or hangs on what does, and the record did not name: it does now.
    pub leftovers: BTreeSet<(NodeId, Key)>,
    /// Why lists of what wears the mark failed, one for each that did: leftovers may have been overlooked.
    pub unlisted: Vec<CloudError>,
    /// Other lakes of this owner and name that a new one has met.
    pub rivals: Option<Rivals>,
}

impl Observed {
    /// Whether something wears the sign of a lake whose creation never came to its end.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        self.inventory.values().flat_map(BTreeMap::values).any(|presence| presence.signed().is_some())
    }
}

/// Look at what is wanted or remembered and is not in the inventory yet. `fresh` are keys that were made moments
/// ago: where a read does not see them yet, AWS is still at it.
pub async fn observe(
    cloud: &dyn Cloud,
    identity: &Identity,
    graph: &Graph,
    record: &Record,
    fresh: &BTreeSet<Key>,
    inventory: &mut Inventory,
) {
    let wishes = Wishes::of(cloud.kinds(), graph);
    loop {
        let mut asked: BTreeMap<Key, BTreeSet<NodeId>> = BTreeMap::new();
        let remembered = record.nodes.iter().flat_map(|(node, remembered)| {
            remembered.keys.keys().map(move |key| (node.clone(), key.clone()))
        });
        for (node, key) in wishes.keys(&record.place, inventory).into_iter().chain(remembered) {
            if !inventory.get(&node).is_some_and(|found| found.contains_key(&key)) {
                asked.entry(key).or_default().insert(node);
            }
        }
        if asked.is_empty() {
            return;
        }
        for (key, sight) in cloud.read(asked.keys().cloned().collect()).await {
            let presence = match Presence::of(sight, identity, cloud.kinds().of(&key)) {
                Presence::Absent if fresh.contains(&key) => {
                    Presence::Settling("it was made moments ago and cannot be seen yet".to_owned())
                }
                presence => presence,
            };
            for node in asked.remove(&key).unwrap_or_default() {
                inventory.entry(node).or_default().insert(key.clone(), presence.clone());
            }
        }
        // A cloud answers every key. Should it not, nothing is concluded from its silence, and nobody asks for ever.
        for (key, nodes) in asked {
            let error = CloudError::refused(&format!("{}:Read", key.kind()), "no answer for this key");
            for node in nodes {
                let unread = Presence::Unreadable(error.clone());
                inventory.entry(node).or_default().insert(key.clone(), unread);
            }
        }
    }
}

/// Ask a list when what the record names and wears no mark was made, where a look does not tell it and the record does: only
/// on the same resource can a mark be lost. A list that is refused tells nothing.
pub(crate) async fn births_of_unmarked(cloud: &dyn Cloud, record: &Record, inventory: &mut Inventory) {
    let kept = |node: &NodeId, key: &Key| record.nodes.get(node)?.keys.get(key)?.birth.clone();
    let is_open =
        |presence: &Presence| matches!(presence, Presence::Present { mark: Mark::Nobody, birth: None, .. });
    let unknown: Vec<Key> = inventory
        .iter()
        .flat_map(|(node, found)| found.iter().map(move |(key, presence)| (node, key, presence)))
        .filter(|(node, key, presence)| is_open(presence) && kept(node, key).is_some())
        .map(|(_, key, _)| key.clone())
        .collect();
    if unknown.is_empty() {
        return;
    }
    let Ok(births) = cloud.births(&unknown).await else { return };
    for (key, presence) in inventory.values_mut().flatten() {
        if let Presence::Present { mark: Mark::Nobody, birth: birth @ None, .. } = presence {
            *birth = births.get(key).cloned();
        }
    }
}

/// Let what wears this lake's mark, or hangs on what does, join the record; tell what was new in it, and which lists failed:
/// what the others tell counts all the same. The listing may lag: what it names and its own service does not know is forgotten again with the first look.
pub async fn leftovers(
    cloud: &dyn Cloud,
    identity: &Identity,
    graph: &Graph,
    record: &mut Record,
) -> (BTreeSet<(NodeId, Key)>, Vec<CloudError>) {
    let mut new = BTreeSet::new();
    // Of several nodes that name one key, the first in the order of names counts: it is put in last.
    let remembered = record.nodes.values().rev().flat_map(|it| &it.keys);
    let mut policies: BTreeMap<Key, OnDelete> =
        remembered.map(|(key, keeping)| (key.clone(), keeping.on_delete)).collect();
    let mut parents: Vec<Key> = policies.keys().cloned().collect();
    let kinds = cloud.kinds();
    let key = |node: &Node| kinds.key(node.settings.as_ref()?, &record.place);
    let wanted: BTreeMap<Key, &NodeId> =
        graph.iter().rev().filter_map(|(id, node)| Some((key(node)?, id))).collect();
    loop {
        let mut found = BTreeSet::new();
        let listed = cloud.marked(&identity.owner, &parents).await;
        for (key, worn) in listed.marked {
            let policy = policies.get(&key).copied();
            let Some(node) = node_of(kinds, &key, worn.as_ref(), identity, &wanted) else { continue };
            match policy {
                None => {
                    let policy = default_policy(kinds.of(&key));
                    record.remember(&node, key.clone(), Got::Made, policy);
                    policies.insert(key.clone(), policy);
                    found.insert((node, key));
                }
                // Remembered, but as another node: a move was done and not remembered.
                Some(policy) if worn.is_some() && record.got(&node, &key).is_none() => {
                    record.remember(&node, key, Got::Made, policy);
                }
                Some(_) => {}
            }
        }
        if found.is_empty() {
            return (new, listed.failed);
        }
        // What was found may be what others hang on.
        parents.extend(found.iter().map(|(_, key)| key.clone()));
        new.extend(found);
    }
}

/// The node that a listed key is: its mark says so. What can wear none is the node that wants the key, or one named
/// after it.
fn node_of(
    kinds: Kinds,
    key: &Key,
    worn: Option<&Worn>,
    identity: &Identity,
    wanted: &BTreeMap<Key, &NodeId>,
) -> Option<NodeId> {
    match worn.map(|worn| identity.reads(worn, kinds.of(key))) {
        // A mark of another kind of thing was copied there by somebody.
        Some(Mark::Ours(node)) => (node.kind() == key.kind()).then_some(node),
        // What was retained is looked at when a node wants it, and not before.
        Some(_) => None,
        None => Some(wanted.get(key).map_or_else(|| named_after(key), |node| (*node).clone())),
    }
}

/// A name for what can wear none: the words of its key.
fn named_after(key: &Key) -> NodeId {
    NodeId::new(key.kind(), &key.to_string())
}

/// What becomes of a thing of which no spec says it: data stays.
fn default_policy(kind: &Traits) -> OnDelete {
    if kind.holds_data { OnDelete::Retain } else { OnDelete::Delete }
}
