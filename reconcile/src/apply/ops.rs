//! The operations of a plan, and what each waits for.

use super::{
    Task,
    anchor::Anchor,
    verdict::{hinders_others, hindrance},
};
use crate::{
    graph::NodeId,
    inventory::Presence,
    kind::Replace,
    kinds::Key,
    owner::Mark,
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
    /// Take its mark off.
    Release,
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
    /// What comes after a step that cannot be done, and the node of that step.
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
        ops.enter(task, anchor);
        ops.tie(anchor);
        ops.doomed = ops.all().filter_map(|op| Some((op, ops.hindrance(task, op)?.clone()))).collect();
        ops
    }

    /// An operation for each write.
    fn enter(&mut self, task: &Task<'p>, anchor: &Anchor) {
        if let Anchor::HandOver { node, key, .. } = anchor {
            let at = self.plan.steps.iter().position(|step| &step.node == node).unwrap_or_default();
            self.add(at, What::Sign { node: node.clone(), key: key.clone(), creating: true });
        }
        for (at, step) in self.plan.steps.iter().enumerate() {
            if task.barred.contains_key(&at) {
                continue;
            }
            // What wears the sign, or gets it now, keeps it when it is marked anew as another node.
            let creating = match anchor {
                Anchor::Make { at: first, .. } => *first == at,
                Anchor::HandOver { key, goes, .. } => *goes || step.key.as_ref() == Some(key),
                Anchor::Stands => is_signed(task, step),
            };
            match &step.change {
                Change::Replace { old, .. } => {
                    self.add(at, What::Remove(old.clone()));
                    self.add(at, What::Make { creating });
                }
                Change::Delete(_) => {
                    self.add(at, What::Remove(step.key.clone().expect("what goes has a key")))
                }
                Change::Retain => self.add(at, What::Retain),
                Change::Release => self.add(at, What::Release),
                Change::Create | Change::Update(_) => self.add(at, What::Make { creating }),
                _ => {}
            }
        }
    }

    /// The node of a step that cannot be done and that this operation comes after.
    fn hindrance(&self, task: &Task<'p>, op: Op) -> Option<&'p NodeId> {
        let step = self.step(op);
        let hindered = |(at, other): &(usize, &'p Step)| match self.what(op) {
            What::Make { .. } => {
                let barred = matches!(task.barred.get(at), Some(Some(_)));
                let fails = barred || hinders_others(other);
                fails && !other.leaves() && step.after.contains(&other.node)
            }
            // What is not changed as wanted, or does not go, may use what goes.
            What::Remove(_) => {
                // What only waits does not hold it back: nothing has failed, and AWS refuses what is still used.
                let undone = task.barred.contains_key(at) || hindrance(other).is_some();
                let leaves = other.leaves() || !self.is_anew(op);
                undone && leaves && goes_before(other.node.kind(), step.node.kind()) && lives(task, other)
            }
            What::Retain | What::Release | What::Sign { .. } => false,
        };
        self.plan.steps.iter().enumerate().find(hindered).map(|(_, other)| &other.node)
    }

    fn add(&mut self, at: usize, what: What) {
        let op = Op(self.entries.len());
        self.entries.push(Entry { at, what, waits_for: BTreeSet::new() });
        self.open.insert(op);
    }

    /// Say what each operation waits for: what is made for what it needs, what goes for all that may use it.
    fn tie(&mut self, anchor: &Anchor) {
        let make_of: BTreeMap<&NodeId, Op> = self.which(|ops, op| matches!(ops.what(op), What::Make { .. }));
        let gives_way: BTreeMap<&NodeId, Op> = self.which(Ops::gives_way);
        let mut waits: BTreeMap<Op, BTreeSet<Op>> = BTreeMap::new();
        // What is made only after something has given way, and what goes after that: nothing that gives way waits
        // for it.
        let mut late: BTreeSet<Op> = BTreeSet::new();
        for (node, op) in self.plan.steps.iter().filter_map(|step| make_of.get_key_value(&step.node)) {
            let needs = self.step(*op).after.iter().filter_map(|need| make_of.get(need)).copied();
            let needs: BTreeSet<Op> = needs.chain(gives_way.get(node).copied()).collect();
            if gives_way.contains_key(node) || needs.iter().any(|need| late.contains(need)) {
                late.insert(*op);
            }
            waits.insert(*op, needs);
        }
        let mut removals: Vec<Op> =
            self.all().filter(|op| matches!(self.what(*op), What::Remove(_))).collect();
        removals.sort_by_key(|op| rank(self.step(*op).node.kind()));
        for op in removals {
            let mut before: BTreeSet<Op> = self.users(op).collect();
            if self.gives_way(op) {
                before.extend(self.step(op).after.iter().filter_map(|need| make_of.get(need)));
                before.retain(|op| !late.contains(op));
            } else {
                before.extend(make_of.get(&self.step(op).node).filter(|_| self.has_heir(op)));
                if before.iter().any(|before| late.contains(before)) {
                    late.insert(op);
                }
            }
            waits.insert(op, before);
        }
        let first = match anchor {
            Anchor::Stands => None,
            Anchor::HandOver { .. } => Some(Op(0)),
            Anchor::Make { node, .. } => make_of.get(node).copied(),
        };
        if let Anchor::HandOver { key, goes: true, .. } = anchor {
            self.goes_last(key, &mut waits);
        }
        let before_first = first.map(|first| closure(&waits, first)).unwrap_or_default();
        for op in self.all().collect::<Vec<_>>() {
            let mut waits = waits.remove(&op).unwrap_or_default();
            waits.extend(first.filter(|_| !before_first.contains(&op)));
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

    /// Let what wears the sign go after all else that goes, but for what waits for its end.
    fn goes_last(&self, key: &Key, waits: &mut BTreeMap<Op, BTreeSet<Op>>) {
        let removals = || self.all().filter_map(|op| Some((op, self.removed(op)?)));
        let Some((last, _)) = removals().find(|(_, removed)| *removed == key) else { return };
        let others: Vec<Op> =
            removals().map(|(op, _)| op).filter(|op| !closure(waits, *op).contains(&last)).collect();
        waits.entry(last).or_default().extend(others);
    }

    /// What an operation takes away from the lake.
    fn removed(&self, op: Op) -> Option<&Key> {
        match self.what(op) {
            What::Remove(key) => Some(key),
            What::Retain | What::Release => self.step(op).key.as_ref(),
            What::Make { .. } | What::Sign { .. } => None,
        }
    }

    /// The operations of a sort, by node.
    fn which(&self, is: impl Fn(&Self, Op) -> bool) -> BTreeMap<&'p NodeId, Op> {
        self.all().filter(|op| is(self, *op)).map(|op| (&self.step(op).node, op)).collect()
    }

    /// Whether a removal comes before its successor is made.
    fn gives_way(&self, op: Op) -> bool {
        let first = matches!(self.step(op).change, Change::Replace { order: Replace::DeleteFirst, .. });
        matches!(self.what(op), What::Remove(_)) && (first || self.is_anew(op))
    }

    /// Whether what a removal takes away is made anew under the same name: who uses it goes on using it.
    fn is_anew(&self, op: Op) -> bool {
        matches!(&self.step(op).change, Change::Replace { old, .. } if Some(old) == self.step(op).key.as_ref())
    }

    /// Whether something comes in the place of what a removal takes away.
    fn has_heir(&self, op: Op) -> bool {
        matches!(self.step(op).change, Change::Replace { .. }) || !self.step(op).after.is_empty()
    }

    /// Operations on what is there, may use what a removal takes away, and is changed or goes before that.
    fn users(&self, op: Op) -> impl Iterator<Item = Op> + '_ {
        let kind = self.step(op).node.kind();
        self.all().filter(move |other| {
            let step = self.step(*other);
            let is_there = match self.what(*other) {
                What::Make { .. } => matches!(step.change, Change::Update(_)) && !self.is_anew(op),
                What::Remove(_) | What::Retain | What::Release => true,
                What::Sign { .. } => false,
            };
            is_there && goes_before(step.node.kind(), kind)
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

    /// All that waited for an operation that failed, directly or not, and what would give way to it; none of it will
    /// be begun.
    pub(super) fn failed(&mut self, op: Op) -> BTreeSet<Op> {
        self.drop(op);
        let mut lost = BTreeSet::new();
        let mut failed = vec![op];
        while let Some(op) = failed.pop() {
            let waiting = self.waited_for_by.remove(&op).unwrap_or_default();
            for other in waiting.into_iter().chain(self.gives_way_to(op)) {
                if self.open.contains(&other) {
                    self.drop(other);
                    lost.insert(other);
                    failed.push(other);
                }
            }
        }
        lost
    }

    /// The removal that comes before something is made in its place.
    fn gives_way_to(&self, op: Op) -> Option<Op> {
        let removal = Op(op.0.checked_sub(1)?);
        (self.place(removal) == self.place(op) && self.gives_way(removal)).then_some(removal)
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

/// All that an operation waits for, directly or not, and itself.
fn closure(waits: &BTreeMap<Op, BTreeSet<Op>>, of: Op) -> BTreeSet<Op> {
    let mut all = BTreeSet::new();
    let mut open = vec![of];
    while let Some(op) = open.pop() {
        if all.insert(op) {
            open.extend(waits.get(&op).into_iter().flatten());
        }
    }
    all
}

/// Whether what a step is about wears the sign of a creation.
fn is_signed(task: &Task<'_>, step: &Step) -> bool {
    let Some(key) = &step.key else { return false };
    task.creating && task.inventory.values().filter_map(|found| found.get(key)).any(Presence::is_signed)
}

/// Whether what a step is about is there and this lake's, as far as anybody knows.
fn lives(task: &Task<'_>, step: &Step) -> bool {
    let found = task.inventory.get(&step.node).into_iter().flatten();
    found.filter(|(key, _)| !step.leaves() || step.key.as_ref() == Some(*key)).any(|(_, presence)| {
        match presence {
            Presence::Absent => false,
            Presence::Present { mark, .. } => matches!(mark, Mark::Ours(_) | Mark::CannotWear),
            Presence::Settling(_) | Presence::Unreadable(_) => true,
        }
    })
}
