//! The operations of a plan, and what each waits for.

use super::{Task, anchor::Anchor};
use crate::{
    graph::NodeId,
    kind::Replace,
    kinds::Key,
    plan::{Change, Plan, Step, goes_before, rank},
};
use std::collections::{BTreeMap, BTreeSet};

/// An operation, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Op(usize);

/// What an operation does.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// Make, change or take over what the step wants.
    Make {
        /// Whether it wears the sign of a lake that is being created.
        creating: bool,
    },
    /// Delete what this key names.
    Remove(Key),
    /// Mark it as left behind.
    Retain,
    /// Put the sign of a lake that is being created on something that is there.
    Sign { node: NodeId, key: Key, creating: bool },
}

struct Entry {
    /// The place of its step in the plan.
    at: usize,
    what: What,
    waits_for: BTreeSet<Op>,
}

/// The operations of a plan.
pub(super) struct Ops<'p> {
    plan: &'p Plan,
    entries: Vec<Entry>,
    waited_for_by: BTreeMap<Op, Vec<Op>>,
    /// What waits for nothing any more.
    ready: BTreeSet<Op>,
    /// What was not begun yet.
    open: BTreeSet<Op>,
    /// What needs a node whose step cannot be done, and that node.
    doomed: Vec<(Op, NodeId)>,
}

impl<'p> Ops<'p> {
    pub(super) fn of(task: &Task<'p>, anchor: &Anchor) -> Self {
        let mut ops = Ops {
            plan: task.plan,
            entries: Vec::new(),
            waited_for_by: BTreeMap::new(),
            ready: BTreeSet::new(),
            open: BTreeSet::new(),
            doomed: Vec::new(),
        };
        let hindered = ops.enter(task, anchor);
        ops.tie(anchor);
        for (at, entry) in ops.entries.iter().enumerate() {
            let step = &ops.plan.steps[entry.at];
            let makes = matches!(entry.what, What::Make { .. });
            if let Some(need) = step.after.iter().find(|need| makes && hindered.contains(need)) {
                ops.doomed.push((Op(at), need.clone()));
            }
        }
        ops
    }

    /// An operation for each write; the nodes whose steps cannot be done.
    fn enter(&mut self, task: &Task<'p>, anchor: &Anchor) -> BTreeSet<&'p NodeId> {
        if let Anchor::HandOver { node, key } = anchor {
            let at = self.plan.steps.iter().position(|step| &step.node == node).unwrap_or_default();
            self.add(at, What::Sign { node: node.clone(), key: key.clone(), creating: true });
        }
        let mut hindered = BTreeSet::new();
        for (at, step) in self.plan.steps.iter().enumerate() {
            let barred = task.barred.get(&at);
            if (matches!(barred, Some(Some(_))) || super::hindrance(&step.change).is_some()) && !step.leaves()
            {
                hindered.insert(&step.node);
            }
            if barred.is_some() {
                continue;
            }
            let creating = matches!(anchor, Anchor::Make { at: first, .. } if *first == at);
            match &step.change {
                Change::Replace { old, .. } => {
                    self.add(at, What::Remove(old.clone()));
                    self.add(at, What::Make { creating });
                }
                Change::Delete(_) => {
                    self.add(at, What::Remove(step.key.clone().expect("what goes has a key")))
                }
                Change::Retain => self.add(at, What::Retain),
                Change::Create | Change::Update(_) => self.add(at, What::Make { creating }),
                _ => {}
            }
        }
        hindered
    }

    fn add(&mut self, at: usize, what: What) {
        let op = Op(self.entries.len());
        self.entries.push(Entry { at, what, waits_for: BTreeSet::new() });
        self.open.insert(op);
    }

    /// Say what each operation waits for.
    fn tie(&mut self, anchor: &Anchor) {
        let make_of: BTreeMap<&NodeId, Op> = self.which(|what| matches!(what, What::Make { .. }));
        let gives_way: BTreeMap<&NodeId, Op> = self
            .all()
            .filter(|op| matches!(self.what(*op), What::Remove(_)) && self.goes_first(*op))
            .map(|op| (&self.step(op).node, op))
            .collect();
        // Nodes that are made only after something has given way to its successor.
        let mut late: BTreeSet<&NodeId> = gives_way.keys().copied().collect();
        for step in &self.plan.steps {
            if step.after.iter().any(|need| late.contains(need)) {
                late.insert(&step.node);
            }
        }
        let first = match anchor {
            Anchor::Stands => None,
            Anchor::HandOver { .. } => Some(Op(0)),
            Anchor::Make { node, .. } => make_of.get(node).copied(),
        };
        for op in self.all().collect::<Vec<_>>() {
            let step = self.step(op);
            let mut waits: BTreeSet<Op> = match self.what(op) {
                What::Make { .. } => {
                    let needs = step.after.iter().filter_map(|need| make_of.get(need));
                    needs.chain(gives_way.get(&step.node)).copied().collect()
                }
                What::Remove(_) if self.goes_first(op) => {
                    let needs = step.after.iter().filter(|need| !late.contains(need));
                    let needs = needs.filter_map(|need| make_of.get(need)).copied();
                    needs.chain(self.before(op).filter(|before| self.goes_first(*before))).collect()
                }
                What::Remove(_) => {
                    make_of.get(&step.node).copied().into_iter().chain(self.before(op)).collect()
                }
                What::Retain | What::Sign { .. } => BTreeSet::new(),
            };
            waits.extend(first);
            waits.remove(&op);
            for before in &waits {
                self.waited_for_by.entry(*before).or_default().push(op);
            }
            if waits.is_empty() {
                self.ready.insert(op);
            }
            self.entries[op.0].waits_for = waits;
        }
    }

    fn which(&self, is: impl Fn(&What) -> bool) -> BTreeMap<&'p NodeId, Op> {
        self.all().filter(|op| is(self.what(*op))).map(|op| (&self.step(op).node, op)).collect()
    }

    /// Whether a removal waits for no successor: what is dropped, and what gives way to one of the same name.
    fn goes_first(&self, op: Op) -> bool {
        matches!(self.what(op), What::Remove(_))
            && match &self.step(op).change {
                Change::Replace { old, order, .. } => {
                    *order == Replace::DeleteFirst || Some(old) == self.step(op).key.as_ref()
                }
                change => matches!(change, Change::Delete(_)) && self.step(op).after.is_empty(),
            }
    }

    /// Operations on kinds that go before this one's kind.
    fn before(&self, op: Op) -> impl Iterator<Item = Op> + '_ {
        let kind = self.step(op).node.kind();
        self.all().filter(move |other| {
            matches!(self.what(*other), What::Make { .. } | What::Remove(_))
                && goes_before(self.step(*other).node.kind(), kind)
        })
    }

    fn all(&self) -> impl Iterator<Item = Op> + use<'p> {
        (0..self.entries.len()).map(Op)
    }

    pub(super) fn step(&self, op: Op) -> &'p Step {
        &self.plan.steps[self.entries[op.0].at]
    }

    /// The place of an operation's step in the plan.
    pub(super) fn place(&self, op: Op) -> usize {
        self.entries[op.0].at
    }

    pub(super) fn what(&self, op: Op) -> &What {
        &self.entries[op.0].what
    }

    pub(super) fn node(&self, op: Op) -> &NodeId {
        match self.what(op) {
            What::Sign { node, .. } => node,
            _ => &self.step(op).node,
        }
    }

    /// The steps that make or change something and were not begun yet, with their places in the plan.
    pub(super) fn makes(&self) -> impl Iterator<Item = (usize, &'p Step)> + '_ {
        let makes = self.open.iter().filter(|op| matches!(self.what(**op), What::Make { .. }));
        makes.map(|op| (self.place(*op), self.step(*op)))
    }

    pub(super) fn doomed(&mut self) -> Vec<(Op, NodeId)> {
        std::mem::take(&mut self.doomed)
    }

    /// Begin the next operation that waits for nothing.
    pub(super) fn next(&mut self) -> Option<Op> {
        let op = self.ready.pop_first()?;
        self.open.remove(&op);
        Some(op)
    }

    pub(super) fn done(&mut self, op: Op) {
        for waiting in self.waited_for_by.remove(&op).unwrap_or_default() {
            let waits_for = &mut self.entries[waiting.0].waits_for;
            waits_for.remove(&op);
            if waits_for.is_empty() && self.open.contains(&waiting) {
                self.ready.insert(waiting);
            }
        }
    }

    /// All that waited for an operation that failed, directly or not; none of it will be begun.
    pub(super) fn failed(&mut self, op: Op) -> BTreeSet<Op> {
        self.drop(op);
        let mut lost = BTreeSet::new();
        let mut failed = vec![op];
        while let Some(op) = failed.pop() {
            for waiting in self.waited_for_by.remove(&op).unwrap_or_default() {
                if self.open.contains(&waiting) {
                    self.drop(waiting);
                    lost.insert(waiting);
                    failed.push(waiting);
                }
            }
        }
        lost
    }

    fn drop(&mut self, op: Op) {
        self.open.remove(&op);
        self.ready.remove(&op);
    }

    pub(super) fn is_through(&self) -> bool {
        self.open.is_empty()
    }

    /// What was never begun.
    pub(super) fn rest(&self) -> Vec<Op> {
        self.open.iter().copied().collect()
    }

    /// Let the removal that may go soonest go, though what it waited for has not come: where two need each other's
    /// end, AWS's own refusal decides, and the next round comes back to it.
    pub(super) fn release_one(&mut self) {
        let soonest = self.open.iter().copied().min_by_key(|op| {
            (matches!(self.what(*op), What::Make { .. }), rank(self.step(*op).node.kind()), *op)
        });
        if let Some(op) = soonest {
            self.entries[op.0].waits_for.clear();
            self.ready.insert(op);
        }
    }
}
