//! One pass: observe what is not known, plan, apply.

use super::{Engine, Outcome, fence::Fence};
use crate::{
    apply::{self, Applied, Task},
    failure::{Action, Cause, Failure},
    graph::{Graph, Node, NodeId},
    inventory::Presence,
    key::Key,
    observe::Observed,
    plan::{self, Change, Note, Plan, Step},
    record::{Got, Record},
    secrets::Secrets,
};
use std::collections::{BTreeMap, BTreeSet};

/// A step, the same in every plan.
pub(super) type StepId = (NodeId, Option<Key>);

/// How often a step that has been done may turn up again before AWS is said not to keep what is set.
const REPEATS: usize = 5;

/// A lake being worked on, over one or more passes.
pub(super) struct Work<'a> {
    pub(super) engine: &'a Engine,
    graph: &'a Graph,
    /// What the user was shown, where there is a plan.
    pub(super) fence: Option<Fence<'a>>,
    pub(super) record: Record,
    pub(super) observed: Observed,
    creating: bool,
    /// Whether the record named nothing when the work began, and the lineage that it named then.
    new: Option<Option<String>>,
    /// What the user should be told, once and in its order.
    notes: Vec<Note>,
    noted: BTreeSet<Note>,
    /// Steps that will not be tried again.
    given_up: BTreeMap<StepId, Failure>,
    /// Steps that were done, what they changed last, and how often they were done.
    repeats: BTreeMap<StepId, (String, usize)>,
    /// How many looks each step that turned up again has been given to see what was done.
    looks: BTreeMap<StepId, usize>,
}

/// What came of a pass.
pub(super) struct Passed {
    pub(super) failures: BTreeMap<StepId, Failure>,
    /// Steps that were done.
    pub(super) done: BTreeSet<StepId>,
}

impl<'a> Work<'a> {
    /// Take up a lake: look at all of it.
    pub(super) async fn begin(engine: &'a Engine, graph: &'a Graph, mut record: Record) -> Self {
        let new = record.nodes.is_empty() && !graph.is_empty();
        let planned = record.lineage.clone();
        let observed = engine.observe(graph, &mut record).await;
        record.owner = Some(engine.owner.to_string());
        Work {
            engine,
            graph,
            fence: None,
            new: new.then_some(planned),
            creating: (new && engine.memory.is_none()) || record.anchor.is_some() || observed.is_unfinished(),
            record,
            observed,
            notes: Vec::new(),
            noted: BTreeSet::new(),
            given_up: BTreeMap::new(),
            repeats: BTreeMap::new(),
            looks: BTreeMap::new(),
        }
    }

    /// List once more what wears the lake's mark: that failed.
    pub(super) async fn list(&mut self) {
        if let Some(planned) = &self.new {
            // Which lineages there are decides what all that was seen means.
            self.record.lineage.clone_from(planned);
            self.observed = self.engine.observe(self.graph, &mut self.record).await;
            self.creating |= self.observed.is_unfinished();
            return;
        }
        let (leftovers, mut unlisted) = self.engine.leftovers(self.graph, &mut self.record).await;
        let secrets = self.secrets();
        unlisted.iter_mut().for_each(|error| secrets.censor(error));
        self.observed.leftovers.extend(leftovers);
        self.observed.unlisted = unlisted;
        self.look().await;
        self.creating |= self.observed.is_unfinished();
    }

    async fn look(&mut self) {
        self.engine.observe_missing(self.graph, &self.record, &mut self.observed.inventory).await;
    }

    /// What could not be read has to be looked at again.
    pub(super) fn look_again(&mut self) {
        for found in self.observed.inventory.values_mut() {
            found.retain(|_, presence| !matches!(presence, Presence::Unreadable(_)));
        }
    }

    /// Look at what is not known, and plan. The record learns what the look taught.
    pub(super) async fn plan(&mut self) -> Plan {
        self.look().await;
        let kinds = self.engine.kinds();
        let plan = plan::plan(kinds, self.graph, &self.record, &self.observed.inventory);
        for (node, key) in &plan.forget {
            self.record.forget(node, key);
        }
        for (node, key) in &plan.left {
            if let Some(keeping) = self.record.nodes.get_mut(node).and_then(|it| it.keys.get_mut(key)) {
                keeping.got = Got::Found;
            }
        }
        for ((node, key), got) in &plan.remember {
            let on_delete = self.graph[node].treatment.on_delete;
            self.record.remember(node, key.clone(), *got, on_delete);
        }
        for step in &plan.steps {
            if let (Change::Keep, Some(wanted), Some(remembered)) =
                (&step.change, &step.wanted, self.record.nodes.get_mut(&step.node))
            {
                remembered.owned = apply::owned(kinds, &step.node, wanted);
                if let Some(Node { settings: Some(settings), treatment, .. }) = self.graph.get(&step.node) {
                    self.record.show(kinds, &step.node, wanted, settings.json(), &treatment.secret);
                }
            }
        }
        self.record.heed(kinds, &plan, self.graph);
        self.record.learn_births(self.engine.kinds(), &self.observed.inventory);
        for note in &plan.notes {
            if self.noted.insert(note.clone()) {
                self.notes.push(note.clone());
            }
        }
        plan
    }

    /// One pass: do what the plan that was just made says.
    pub(super) async fn pass(&mut self, plan: &Plan) -> Passed {
        let barred = self.barred(plan);
        let policies = self.graph.iter().map(|(id, node)| (id, node.treatment.on_delete)).collect();
        let task = Task {
            kinds: self.engine.kinds(),
            plan,
            inventory: &self.observed.inventory,
            region: &self.engine.place.region,
            policies,
            barred,
            creating: self.creating,
        };
        let identity = self.engine.identity(&self.record);
        let secrets = self.secrets();
        let mut applied = apply::apply(self.engine.tools(&identity), task, &mut self.record).await;
        applied.failures.values_mut().for_each(|failure| secrets.censor_failure(failure));
        self.learn(plan, &applied);
        let id = |at: &usize| id(&plan.steps[*at]);
        Passed {
            failures: applied.failures.iter().map(|(at, failure)| (id(at), failure.clone())).collect(),
            done: applied.done.iter().map(id).collect(),
        }
    }

    /// What came of all, once nothing more is done. `plan` is what is left.
    pub(super) fn end(self, plan: Plan, failures: BTreeMap<StepId, Failure>) -> Outcome {
        Outcome {
            plan,
            record: self.record,
            inventory: self.observed.inventory,
            failures: failures.into_values().collect(),
            notes: self.notes,
            unlisted: self.observed.unlisted,
            rivals: self.observed.rivals,
            stopped: self.engine.stop.is_stopped(),
        }
    }

    /// The values that are never told.
    fn secrets(&self) -> Secrets {
        Secrets::of(self.engine.kinds(), self.graph, &self.record, &self.observed.inventory)
    }

    /// Remember when what was written to was made, where a list tells it and a look does not.
    pub(super) async fn remember_births(&mut self) {
        let written = self.repeats.keys().filter_map(|(_, key)| key.clone()).collect();
        self.engine.list_births(written, &mut self.record).await;
    }

    /// Do not try this step again.
    pub(super) fn give_up(&mut self, id: StepId, failure: Failure) {
        self.given_up.insert(id, failure);
    }

    /// The creation is at its end: take its sign off, as the very last call.
    pub(super) async fn finish(&mut self) -> BTreeMap<StepId, Failure> {
        // A key that moved from one node to another is found under both: it is signed off once, as the node that its mark
        // names.
        let found = self.observed.inventory.values().flatten();
        let signed: BTreeMap<Key, NodeId> =
            found.filter_map(|(key, presence)| Some((key.clone(), presence.signed()?.clone()))).collect();
        let mut failures = BTreeMap::new();
        let identity = self.engine.identity(&self.record);
        let secrets = self.secrets();
        for (key, node) in signed {
            let found = self.observed.inventory.values_mut();
            if let Err(cause) = apply::sign(self.engine.tools(&identity), &node, &key, false).await {
                let origin = self.graph.get(&node).map(|node| node.origin.clone()).unwrap_or_default();
                let (action, done) = (Action::Update, None);
                let mut failure = Failure { node: node.clone(), origin, action, cause, done };
                secrets.censor_failure(&mut failure);
                found.for_each(|keys| keys.retain(|it, _| *it != key));
                failures.insert((node, Some(key)), failure);
            } else {
                found.filter_map(|keys| keys.get_mut(&key)).for_each(Presence::sign_off);
            }
        }
        if failures.is_empty() {
            self.record.anchor = None;
            self.creating = false;
        }
        failures
    }

    /// Steps that are not done in this pass.
    fn barred(&mut self, plan: &Plan) -> BTreeMap<usize, Option<Cause>> {
        let mut barred = BTreeMap::new();
        let leftovers: BTreeSet<&Key> = self.observed.leftovers.iter().map(|(_, key)| key).collect();
        for (at, step) in plan.steps.iter().enumerate().filter(|(_, step)| step.change.writes()) {
            let id = id(step);
            if self.fence.as_ref().is_some_and(|fence| fence.leaves_out(step)) {
                barred.insert(at, None);
            } else if let Some(failure) = self.given_up.get(&id) {
                barred.insert(at, Some(failure.cause.clone()));
            } else if self.fence.as_ref().is_some_and(|fence| fence.forbids(step, &leftovers)) {
                barred.insert(at, Some(Cause::Unplanned));
            } else if self
                .repeats
                .get(&id)
                .is_some_and(|(what, times)| *what == signature(step) || *times >= REPEATS)
            {
                // Done already. Perhaps the look was too early: look again some times before it is done again.
                let (_, times) = &self.repeats[&id];
                let looks = self.looks.entry(id).or_default();
                *looks += 1;
                if !looks.is_multiple_of(3) || *times >= REPEATS {
                    barred.insert(at, Some(Cause::Unsteady(what(step))));
                }
            }
        }
        barred
    }

    /// What was touched has to be looked at again, and so has what is on its way, with what that hangs on: whose it is may
    /// follow from that.
    fn learn(&mut self, plan: &Plan, applied: &Applied) {
        self.engine.remember_making(&applied.made, &applied.removed);
        let mut stale = applied.touched.clone();
        for (at, step) in plan.steps.iter().enumerate() {
            if applied.done.contains(&at) {
                let entry = self.repeats.entry(id(step)).or_default();
                *entry = (signature(step), entry.1 + 1);
            } else if !step.is_quiet() {
                let old = match &step.change {
                    Change::Replace { old, .. } => Some(old),
                    _ => None,
                };
                for key in step.key.iter().chain(old) {
                    stale.insert(key.clone());
                    stale.extend(self.engine.kinds().hangs_on(key));
                }
            }
        }
        for found in self.observed.inventory.values_mut() {
            found.retain(|key, _| !stale.contains(key));
        }
        self.observed.inventory.retain(|_, found| !found.is_empty());
    }
}

pub(super) fn id(step: &Step) -> StepId {
    (step.node.clone(), step.key.clone())
}

/// What a step does, to know it again.
fn signature(step: &Step) -> String {
    let verb = match &step.change {
        Change::Create => "create",
        Change::Update(_) => "update",
        Change::Replace { .. } => "replace",
        Change::Delete(_) => "delete",
        _ => "other",
    };
    format!("{verb} {}", what(step))
}

/// The fields that a step changes.
fn what(step: &Step) -> String {
    match step.change.fields() {
        [] => "it".to_owned(),
        changes => changes.iter().map(|change| step.told(change).to_string()).collect::<Vec<_>>().join(", "),
    }
}
