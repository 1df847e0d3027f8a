//! The two computed attributes: `resources`, what is true on AWS of each resource, and `outputs`, what AWS decided
//! about it.
//!
//! [`found`] tells what was looked at, [`planned`] what will be. A planned value that is known must come true to the
//! letter, so what only the apply can tell is unknown: facts that a step makes anew, and all of a node that hangs on
//! something nobody has looked at.

use crate::{spec, spelling};
use lake_api::status::{ResourceStatus, State};
use lake_reconcile::{
    graph::{Hold, NodeId, Open},
    inventory::{Inventory, Presence},
    kinds::KINDS,
    plan::{Change, Later, Plan, Step},
    reference::has_unknown,
    report::report,
};
use std::collections::{BTreeMap, BTreeSet};
use tfplug::Value;

/// A fact: known to be there, known not to be, or known only after apply.
pub type Fact = Later<Option<String>>;

/// The two attributes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// By node: what is true of it.
    pub resources: BTreeMap<NodeId, Later<ResourceStatus>>,
    /// By node and name: what AWS decided.
    pub outputs: BTreeMap<NodeId, BTreeMap<String, Fact>>,
}

/// What was looked at. `plan` is made of this inventory.
#[must_use]
pub fn found(plan: &Plan, inventory: &Inventory) -> Told {
    let mut told = Told::default();
    let steps = plan.by_node();
    for (node, status) in report(plan).resources {
        let node = NodeId::from(node);
        let Some(step) = steps.get(&node) else { continue };
        let presence = step.key.as_ref().and_then(|key| inventory.get(&node)?.get(key));
        let facts = match (&status.state, presence) {
            (State::Waiting, Some(Presence::Present { .. })) => settled(&step.facts),
            (State::Waiting, _) => listed(node.kind(), |_| None),
            (_, Some(Presence::Present { facts, .. })) if step.wanted.is_none() => {
                let mut all = listed(node.kind(), |_| None);
                all.extend(
                    facts.iter().map(|(name, value)| (name.clone(), Later::Known(Some(value.clone())))),
                );
                all
            }
            _ => settled(&step.facts),
        };
        let status = ResourceStatus { drift: spelt(step, status.drift), ..status };
        told.resources.insert(node.clone(), Later::Known(status));
        told.outputs.insert(node, facts);
    }
    told
}

/// Drift by the paths of the configuration: in Terraform's words, for a member that blocks tell.
fn spelt(step: &Step, drift: BTreeMap<String, String>) -> BTreeMap<String, String> {
    if spec::argument(&step.origin).is_some() {
        return drift;
    }
    let spelt = |path: String| match path.parse() {
        Ok(path) => spelling::below_member(step.node.kind(), &path).to_string(),
        Err(_) => path,
    };
    drift.into_iter().map(|(path, said)| (spelt(path), said)).collect()
}

/// What will be once a plan is done. `prior` is what the last look told, `unchanged` whether a node is wanted as it
/// was, `open` what may yet turn out otherwise.
#[must_use]
pub fn planned(
    plan: &Plan,
    prior: &Told,
    unchanged: impl Fn(&NodeId) -> bool,
    open: impl Fn(&NodeId) -> Open,
) -> Told {
    let unseen = unseen(plan, open);
    let mut told = Told::default();
    for step in plan.steps.iter().filter(|step| step.wanted.is_some()) {
        let id = &step.node;
        let (status, facts) = if unseen.contains(id) {
            (Later::Later, listed_later(step))
        } else {
            will_be(step, prior, unchanged(id))
        };
        told.resources.insert(id.clone(), status);
        told.outputs.insert(id.clone(), facts);
    }
    told
}

fn will_be(step: &Step, prior: &Told, unchanged: bool) -> (Later<ResourceStatus>, BTreeMap<String, Fact>) {
    let id = &step.node;
    let is = |state| Later::Known(ResourceStatus { state, drift: BTreeMap::new() });
    let was = || prior.outputs.get(id).cloned().unwrap_or_default();
    match &step.change {
        Change::Keep => (is(State::Present), settled(&step.facts)),
        // Whether the part that waits still does is known only then.
        Change::Update(_) if step.waits.is_some() => (Later::Later, listed_later(step)),
        Change::Create | Change::CreateUnseen | Change::Update(_) | Change::Replace { .. } => {
            (is(State::Present), opened(&step.facts))
        }
        // What is only referred to is taken as there, and stays unread.
        Change::Unreadable(_) if step.hold == Hold::LookAt => (is(State::Unreadable), settled(&step.facts)),
        Change::Wait(_) => {
            let mut facts = listed(id.kind(), |_| None);
            facts.extend(was());
            (is(State::Waiting), facts)
        }
        Change::Settle(_) if unchanged => match prior.resources.get(id) {
            Some(status) => (status.clone(), was()),
            None => (Later::Later, listed_later(step)),
        },
        _ => (Later::Later, listed_later(step)),
    }
}

/// Nodes that nobody looked at because they are not ours, or may turn out to be; those that wait while it is not known
/// what is wanted of them; and all that hangs on them.
fn unseen(plan: &Plan, open: impl Fn(&NodeId) -> Open) -> BTreeSet<&NodeId> {
    let is_undecided = |step: &Step| match step.change {
        Change::Unseen => true,
        Change::Unknown(_) => step.hold == Hold::LookAt,
        // What is only looked at says no more than its name.
        Change::Wait(_) => step.hold == Hold::Own && step.wanted.as_ref().is_some_and(has_unknown),
        _ => false,
    };
    let undecided = |step: &Step| is_undecided(step) || open(&step.node) == Open::Hold;
    // There is something that others may come to wait for.
    let any = plan.steps.iter().any(|step| undecided(step) || matches!(step.change, Change::Wait(_)));
    let may_wait =
        |step: &Step| any && (open(&step.node) == Open::Needs || matches!(step.change, Change::Unknown(_)));
    let mut unseen: BTreeSet<&NodeId> = BTreeSet::new();
    // Each step stands after what it needs.
    for step in &plan.steps {
        if undecided(step) || may_wait(step) || step.after.iter().any(|need| unseen.contains(need)) {
            unseen.insert(&step.node);
        }
    }
    unseen
}

/// What is not known now will not be known later either.
fn settled(facts: &BTreeMap<String, Later<String>>) -> BTreeMap<String, Fact> {
    facts.iter().map(|(name, fact)| (name.clone(), Later::Known(fact.known().cloned()))).collect()
}

fn opened(facts: &BTreeMap<String, Later<String>>) -> BTreeMap<String, Fact> {
    let opened = |fact: &Later<String>| match fact {
        Later::Known(value) => Later::Known(Some(value.clone())),
        Later::Later => Later::Later,
    };
    facts.iter().map(|(name, fact)| (name.clone(), opened(fact))).collect()
}

fn listed(kind: &str, value: impl Fn(&str) -> Option<String>) -> BTreeMap<String, Fact> {
    let names = KINDS.traits(kind).map(|kind| kind.facts).unwrap_or_default();
    names.iter().map(|name| ((*name).to_owned(), Later::Known(value(name)))).collect()
}

fn listed_later(step: &Step) -> BTreeMap<String, Fact> {
    let mut all = listed(step.node.kind(), |_| None);
    all.extend(opened(&step.facts));
    all.values_mut().for_each(|fact| *fact = Later::Later);
    all
}

impl Told {
    /// The two attributes of a state.
    #[must_use]
    pub fn of(lake: &Value) -> Self {
        let status = |status: &Value| {
            let state = State::of(status.get("state").as_str()?);
            let drift = status.get("drift").entries();
            let drift = drift.filter_map(|(path, said)| Some((path.to_owned(), said.as_str()?.to_owned())));
            Some(ResourceStatus { state, drift: drift.collect() })
        };
        let facts = |facts: &Value| {
            let fact = |fact: &Value| match fact {
                Value::Unknown(_) => Later::Later,
                fact => Later::Known(fact.as_str().map(str::to_owned)),
            };
            facts.entries().map(|(name, value)| (name.to_owned(), fact(value))).collect()
        };
        let resources = lake.get("resources").entries();
        let outputs = lake.get("outputs").entries();
        Told {
            resources: resources
                .map(|(node, it)| (NodeId::from(node), status(it).map_or(Later::Later, Later::Known)))
                .collect(),
            outputs: outputs.map(|(node, it)| (NodeId::from(node), facts(it))).collect(),
        }
    }

    /// Whether a node was told to be waiting.
    #[must_use]
    pub fn is_waiting(&self, node: &str) -> bool {
        let status = self.resources.get(&NodeId::from(node)).and_then(Later::known);
        status.is_some_and(|status| status.state == State::Waiting)
    }

    /// Put both attributes into a lake.
    pub fn put(&self, lake: &mut Value) {
        let resources = self.resources.iter().map(|(node, it)| (node.as_str(), status_value(it)));
        lake.set("resources", Value::map(resources));
        let outputs = self.outputs.iter().map(|(node, facts)| {
            (node.as_str(), Value::map(facts.iter().map(|(name, fact)| (name.as_str(), fact_value(fact)))))
        });
        lake.set("outputs", Value::map(outputs));
    }

    /// What was planned, with its unknowns filled by what came true.
    #[must_use]
    pub fn filled(mut self, truth: &Told) -> Self {
        for (node, status) in self.resources.iter_mut().filter(|(_, it)| it.known().is_none()) {
            let absent = ResourceStatus { state: State::Absent, drift: BTreeMap::new() };
            *status = truth.resources.get(node).cloned().unwrap_or(Later::Known(absent));
        }
        for (node, facts) in &mut self.outputs {
            for (name, fact) in facts.iter_mut().filter(|(_, it)| it.known().is_none()) {
                let came = truth.outputs.get(node).and_then(|facts| facts.get(name));
                *fact = came.cloned().unwrap_or(Later::Known(None));
            }
        }
        self
    }
}

fn status_value(status: &Later<ResourceStatus>) -> Value {
    match status.known() {
        Some(ResourceStatus { state, drift }) => Value::map([
            ("state", Value::from(state.word())),
            ("drift", Value::strings(drift.iter().map(|(path, said)| (path.clone(), said.clone())))),
        ]),
        None => Value::map([("state", Value::UNKNOWN), ("drift", Value::UNKNOWN)]),
    }
}

fn fact_value(fact: &Fact) -> Value {
    match fact {
        Later::Known(value) => value.clone().into(),
        Later::Later => Value::UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(state: Later<ResourceStatus>, alias: Fact) -> Told {
        let node = NodeId::new("accessPoint", "analysts");
        Told {
            resources: BTreeMap::from([(node.clone(), state)]),
            outputs: BTreeMap::from([(node, BTreeMap::from([("alias".to_owned(), alias)]))]),
        }
    }

    fn drifted() -> Later<ResourceStatus> {
        let drift = BTreeMap::from([("tags.team".to_owned(), "somebody, wanted nothing".to_owned())]);
        Later::Known(ResourceStatus { state: State::Present, drift })
    }

    #[test]
    fn what_is_told_survives_the_state() {
        for told in [
            told(drifted(), Later::Known(Some("a-s3alias".to_owned()))),
            told(Later::Later, Later::Later),
            told(drifted(), Later::Known(None)),
        ] {
            let mut lake = Value::map::<&str>([]);
            told.put(&mut lake);
            assert_eq!(Told::of(&lake), told);
        }
    }

    #[test]
    fn unknowns_are_filled_and_nothing_else() {
        let truth = told(drifted(), Later::Known(Some("a-s3alias".to_owned())));
        assert_eq!(told(Later::Later, Later::Later).filled(&truth), truth);
        let known = told(drifted(), Later::Known(Some("other".to_owned())));
        assert_eq!(known.clone().filled(&truth), known);
        assert_eq!(
            told(Later::Later, Later::Later).filled(&Told::default()).outputs.values().next().unwrap()["alias"],
            Later::Known(None)
        );
    }
}
