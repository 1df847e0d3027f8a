//! What is known of the nodes of a plan while it is done, and what others wait for.

use crate::{
    failure::Cause,
    graph::NodeId,
    inventory::Facts,
    kind::Kinds,
    plan::{Plan, Step},
    reference,
    settings::Settings,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The facts that are known by now, and those that are asked for.
pub(super) struct Known<'p> {
    kinds: Kinds,
    /// What is known of each node.
    facts: BTreeMap<NodeId, Facts>,
    /// Facts of each node that somebody waits for.
    asked: BTreeMap<NodeId, BTreeSet<String>>,
    /// Nodes of which a step was done.
    settled: BTreeSet<&'p NodeId>,
}

impl<'p> Known<'p> {
    /// What a plan knows before any of it is done; `made` are its steps that make or change something.
    pub(super) fn of<'s>(kinds: Kinds, plan: &Plan, made: impl Iterator<Item = &'s Step>) -> Self {
        let mut facts: BTreeMap<NodeId, Facts> = BTreeMap::new();
        for step in &plan.steps {
            let known =
                step.facts.iter().filter_map(|(name, fact)| Some((name.clone(), fact.known()?.clone())));
            facts.entry(step.node.clone()).or_default().extend(known);
        }
        let mut asked: BTreeMap<NodeId, BTreeSet<String>> = BTreeMap::new();
        for wanted in made.filter_map(|step| step.wanted.as_ref()) {
            for (node, name) in reference::facts(wanted) {
                asked.entry(node).or_default().insert(name);
            }
        }
        Known { kinds, facts, asked, settled: BTreeSet::new() }
    }

    /// Whether somebody waits for facts of a node that are not known.
    pub(super) fn asks_of(&self, node: &NodeId) -> bool {
        let known = self.facts.get(node);
        let is_known = |name: &String| known.is_some_and(|facts| facts.contains_key(name));
        self.asked.get(node).is_some_and(|names| !names.iter().all(is_known))
    }

    /// Facts that a look has brought.
    pub(super) fn learn(&mut self, node: &NodeId, facts: Facts) {
        self.facts.entry(node.clone()).or_default().extend(facts);
    }

    /// A step of a node was done.
    pub(super) fn settle(&mut self, node: &'p NodeId) {
        self.settled.insert(node);
    }

    /// What is wanted, with every fact in its place.
    pub(super) fn settings(&self, step: &Step) -> Result<Settings, Cause> {
        let wanted = step.wanted.as_ref().unwrap_or(&Value::Null);
        let fact = |node: &NodeId, name: &str| self.facts.get(node)?.get(name).cloned();
        let wants = reference::resolve(wanted, &fact);
        if reference::has_unknown(&wants) {
            let missing =
                reference::facts(wanted).into_iter().find(|(node, name)| fact(node, name).is_none());
            return Err(match missing {
                Some((node, name)) if self.settled.contains(&node) => {
                    Cause::Unsettled(format!("{node} was made moments ago and its {name} cannot be seen yet"))
                }
                Some((node, name)) => Cause::Unknown(format!("the {name} of {node}")),
                None => Cause::Unknown("a part of it".to_owned()),
            });
        }
        // Spelt anew: a set is ordered by what its facts turned out to be.
        let settings = self.kinds.settings(step.node.kind(), wants);
        settings.map_err(|error| Cause::Unknown(format!("a part of it ({error})")))
    }
}
