//! The graph made ready to be worked through: each node after what it needs, its references found.

use crate::{
    graph::{Graph, Node, NodeId},
    inventory::{Facts, Inventory, Presence},
    key::Key,
    kind::Kinds,
    place::Place,
    reference,
    settings::Settings,
};
use serde_json::Value;
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

/// A node of the graph, and what it needs.
#[derive(Clone, Debug)]
pub(crate) struct Wish<'g> {
    kinds: Kinds,
    pub(crate) id: &'g NodeId,
    pub(crate) node: &'g Node,
    /// What is wanted, references still in it; `None` for a veiled member.
    pub(crate) json: Option<&'g Value>,
    /// The facts that the settings speak of.
    pub(crate) facts: BTreeSet<(NodeId, String)>,
    /// Wanted nodes that must be there before it.
    pub(crate) needs: BTreeSet<NodeId>,
}

/// All nodes of a graph, each after what it needs, otherwise in the order of their names.
#[derive(Clone, Debug)]
pub(crate) struct Wishes<'g> {
    kinds: Kinds,
    pub(crate) ordered: Vec<Wish<'g>>,
    /// Nodes that need themselves, directly or through others.
    pub(crate) circular: Vec<Wish<'g>>,
}

impl<'g> Wishes<'g> {
    pub(crate) fn of(kinds: Kinds, graph: &'g Graph) -> Self {
        let mut open: BTreeMap<&NodeId, Wish<'g>> =
            graph.iter().map(|(id, node)| (id, Wish::of(kinds, id, node, graph))).collect();
        let mut waiting: BTreeMap<&NodeId, usize> =
            open.iter().map(|(id, wish)| (*id, wish.needs.len())).collect();
        let mut needed_by: BTreeMap<&NodeId, Vec<&'g NodeId>> = BTreeMap::new();
        for (id, wish) in &open {
            for need in &wish.needs {
                let (need, _) = graph.get_key_value(need).expect("needs are nodes of the graph");
                needed_by.entry(need).or_default().push(id);
            }
        }
        let mut ready: BTreeSet<&NodeId> =
            waiting.iter().filter(|(_, needs)| **needs == 0).map(|(id, _)| *id).collect();
        let mut ordered = Vec::with_capacity(graph.len());
        while let Some(id) = ready.pop_first() {
            ordered.extend(open.remove(id));
            for dependent in needed_by.get(id).into_iter().flatten() {
                if let Some(needs) = waiting.get_mut(dependent) {
                    *needs -= 1;
                    if *needs == 0 {
                        ready.insert(dependent);
                    }
                }
            }
        }
        Wishes { kinds, ordered, circular: open.into_values().collect() }
    }

    /// The wanted key of every node, as far as predictions and what was found make it known.
    pub(crate) fn keys(&self, place: &Place, inventory: &Inventory) -> Vec<(NodeId, Key)> {
        let mut facts: BTreeMap<&NodeId, Facts> = BTreeMap::new();
        let mut keys = Vec::with_capacity(self.ordered.len());
        for wish in &self.ordered {
            let known = |node: &NodeId, name: &str| facts.get(node)?.get(name).cloned();
            let Some(settings) = wish.resolve(&known) else { continue };
            let mut told = self.kinds.predict(&settings, place);
            if let Some(key) = self.kinds.key(&settings, place) {
                if let Some(Presence::Present { facts, .. }) = found(inventory, wish.id, &key) {
                    told.extend(facts.clone());
                }
                keys.push((wish.id.clone(), key));
            }
            facts.insert(wish.id, told);
        }
        keys
    }
}

impl<'g> Wish<'g> {
    fn of(kinds: Kinds, id: &'g NodeId, node: &'g Node, graph: &Graph) -> Self {
        let json = node.settings.as_ref().map(Settings::json);
        let facts = json.map(reference::facts).unwrap_or_default();
        let needs = node
            .after
            .iter()
            .chain(facts.iter().map(|(node, _)| node))
            .filter(|need| graph.contains_key(need))
            .cloned()
            .collect();
        Wish { kinds, id, node, json, facts, needs }
    }

    /// What is wanted, with the known facts in their places; `None` for a veiled member.
    pub(crate) fn resolve(
        &self,
        known: &impl Fn(&NodeId, &str) -> Option<String>,
    ) -> Option<Cow<'_, Settings>> {
        let settings = self.node.settings.as_ref()?;
        if self.facts.is_empty() {
            return Some(Cow::Borrowed(settings));
        }
        let resolved = reference::resolve(settings.json(), known);
        // Spelt anew: a set is ordered by what its facts turned out to be.
        let settings = self.kinds.settings(settings.kind(), resolved);
        Some(Cow::Owned(settings.expect("a reference stands only where a text or an unknown may")))
    }
}

/// What was found under a key of a node.
pub(crate) fn found<'i>(inventory: &'i Inventory, node: &NodeId, key: &Key) -> Option<&'i Presence> {
    inventory.get(node)?.get(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        graph::{Hold, Open, Treatment},
        toys::TOYS,
    };

    fn graph(edges: &[(&str, &[&str])]) -> Graph {
        let node = |after: &[&str]| Node {
            settings: None,
            after: after.iter().map(|id| NodeId::from(*id)).collect(),
            origin: Default::default(),
            hold: Hold::Own,
            treatment: Treatment::default(),
            brought_by: BTreeSet::new(),
            open: Open::Nothing,
            aliases: Default::default(),
        };
        edges.iter().map(|(id, after)| (NodeId::from(*id), node(after))).collect()
    }

    #[test]
    fn every_node_stands_after_what_it_needs() {
        let graph = graph(&[("a/1", &["b/1"]), ("b/1", &["c/1"]), ("c/1", &[]), ("d/1", &["gone/1"])]);
        let wishes = Wishes::of(TOYS, &graph);
        let order: Vec<_> = wishes.ordered.iter().map(|wish| wish.id.as_str()).collect();
        assert_eq!(order, ["c/1", "b/1", "a/1", "d/1"]);
    }

    #[test]
    fn what_needs_itself_is_set_apart() {
        let graph = graph(&[("a/1", &["b/1"]), ("b/1", &["a/1"]), ("c/1", &["a/1"]), ("d/1", &[])]);
        let wishes = Wishes::of(TOYS, &graph);
        assert_eq!(wishes.ordered.len(), 1);
        assert_eq!(wishes.circular.len(), 3);
    }
}
