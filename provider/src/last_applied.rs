//! The inventory where nobody has looked (`-refresh=false`): all is as it was last applied, but for what was then
//! known to differ.

use crate::told::Told;
use lake_api::status::State;
use lake_reconcile::{
    error::CloudError,
    graph::{Graph, Hold, Node, NodeId},
    inventory::{Facts, Inventory, Presence},
    key::Key,
    kind::Wears,
    kinds::{KINDS, RegisteredSettings as _},
    owner::Mark,
    record::Record,
    reference,
    settings::Settings,
};
use std::collections::BTreeMap;

/// What a prior state tells: of each node its state, and of each its facts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prior {
    /// `resources`, without the drift: whatever drifted is mended by an apply that looks.
    pub states: BTreeMap<NodeId, State>,
    /// `outputs`.
    pub facts: BTreeMap<NodeId, Facts>,
}

impl From<&Told> for Prior {
    fn from(told: &Told) -> Self {
        let states = told
            .resources
            .iter()
            .filter_map(|(node, status)| Some((node.clone(), status.known()?.state.clone())));
        let facts = told.outputs.iter().map(|(node, facts)| {
            let known = facts.iter().filter_map(|(name, fact)| Some((name.clone(), fact.known()?.clone()?)));
            (node.clone(), known.collect())
        });
        Prior { states: states.collect(), facts: facts.collect() }
    }
}

/// What would be found if nothing had happened since the last apply. `graph` is that of the prior spec.
///
/// What the record names and the prior spec does not is left out: nobody looked at it.
#[must_use]
pub fn last_applied(graph: &Graph, record: &Record, prior: &Prior) -> Inventory {
    let mut inventory = Inventory::new();
    for (id, node) in graph {
        let Some(settings) = settings(node, prior) else { continue };
        let mut keys: Vec<Key> =
            record.nodes.get(id).into_iter().flat_map(|remembered| remembered.keys.keys().cloned()).collect();
        if keys.is_empty() {
            keys.extend(settings.key(&record.place));
        }
        let found = keys.into_iter().map(|key| (key, presence(id, node, &settings, prior)));
        inventory.insert(id.clone(), found.collect());
    }
    inventory
}

fn presence(id: &NodeId, node: &Node, settings: &Settings, prior: &Prior) -> Presence {
    let present = |mark| Presence::Present {
        settings: settings.clone(),
        facts: prior.facts.get(id).cloned().unwrap_or_default(),
        mark,
        creating: false,
        lineage: None,
        stale_mark: false,
        birth: None,
    };
    let mark = match (node.hold, settings.traits().wears) {
        (Hold::LookAt | Hold::Release, _) => Mark::Nobody,
        (Hold::Own, Wears::Nothing) => Mark::CannotWear,
        (Hold::Own, Wears::Tags | Wears::Parameters) => Mark::Ours(id.clone()),
    };
    match prior.states.get(id) {
        Some(State::Present) | None => present(mark),
        Some(State::Absent | State::Waiting) => Presence::Absent,
        Some(State::Settling) => {
            Presence::Settling("AWS was still at it when it was last looked at".to_owned())
        }
        Some(State::Unreadable) => Presence::Unreadable(CloudError::refused(
            &format!("{}:Read", id.kind()),
            "it could not be read when it was last looked at",
        )),
        Some(State::Unknown(word)) => Presence::Unreadable(CloudError::refused(
            &format!("{}:Read", id.kind()),
            format!("a later release told of it as {word}"),
        )),
        Some(State::Foreign) => present(Mark::Other("another owner".to_owned())),
    }
}

/// The settings with the facts of the last apply in their places.
fn settings(node: &Node, prior: &Prior) -> Option<Settings> {
    let settings = node.settings.as_ref()?;
    let known = |node: &NodeId, name: &str| prior.facts.get(node)?.get(name).cloned();
    KINDS.settings(settings.kind(), reference::resolve(settings.json(), &known)).ok()
}
