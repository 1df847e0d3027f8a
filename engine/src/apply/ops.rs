//! The operations of a plan, and what each waits for.
//!
//! `order` says what each waits for, and `undone` which are not begun since a step that they come after cannot be done.

mod order;
mod undone;

use super::{Task, anchor::Anchor, waits::Waits};
use crate::{
    graph::NodeId,
    key::Key,
    kind::{Kinds, Ranks},
    plan::{Change, Plan, Step},
};
use std::collections::BTreeSet;
use undone::Undone;

/// An operation, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Op(pub(super) usize);

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
}

/// The operations of a plan.
pub(super) struct Ops<'p> {
    kinds: Kinds,
    ranks: Ranks,
    plan: &'p Plan,
    entries: Vec<Entry>,
    waits: Waits,
    /// What waits for nothing any more.
    ready: BTreeSet<Op>,
    /// What was not begun yet, in the order in which it may be begun though it waits.
    open: BTreeSet<Turn>,
    /// What comes after a step that cannot be done, and the node of that step.
    doomed: Vec<(Op, NodeId)>,
}

/// The place of an operation among those that all wait: what goes comes before what is made, each kind in its order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    makes: bool,
    rank: usize,
    op: Op,
}

impl<'p> Ops<'p> {
    pub(super) fn of(task: &Task<'p>, anchor: &Anchor) -> Self {
        let mut ops = Ops {
            kinds: task.kinds,
            ranks: task.kinds.ranks(),
            plan: task.plan,
            entries: Vec::new(),
            waits: Waits::new(0),
            ready: BTreeSet::new(),
            open: BTreeSet::new(),
            doomed: Vec::new(),
        };
        ops.enter(task, anchor);
        ops.waits = Waits::new(ops.entries.len());
        ops.tie(anchor);
        ops.open = ops.all().map(|op| ops.turn(op)).collect();
        ops.ready = ops.all().filter(|op| ops.waits.is_free(*op)).collect();
        let undone = Undone::of(task);
        ops.doomed = ops.all().filter_map(|op| Some((op, undone.holds_back(&ops, op)?.clone()))).collect();
        ops
    }

    /// An operation for each write.
    fn enter(&mut self, task: &Task<'p>, anchor: &Anchor) {
        if let Anchor::HandOver { node, key, .. } = anchor {
            let at = self.plan.steps.iter().position(|step| &step.node == node).unwrap_or_default();
            self.add(at, What::Sign { node: node.clone(), key: key.clone(), creating: true });
        }
        let signed = signed(task);
        for (at, step) in self.plan.steps.iter().enumerate() {
            if task.barred.contains_key(&at) {
                continue;
            }
            // What wears the sign, or gets it now, keeps it when it is marked anew as another node.
            let creating = match anchor {
                Anchor::Make { at: first, .. } => *first == at,
                Anchor::HandOver { key, goes, .. } => *goes || step.key.as_ref() == Some(key),
                Anchor::Stands => step.key.as_ref().is_some_and(|key| signed.contains(key)),
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

    fn add(&mut self, at: usize, what: What) {
        self.entries.push(Entry { at, what });
    }

    fn all(&self) -> impl Iterator<Item = Op> + use<'p> {
        (0..self.entries.len()).map(Op)
    }

    fn turn(&self, op: Op) -> Turn {
        let makes = matches!(self.what(op), What::Make { .. });
        Turn { makes, rank: self.ranks.of(self.step(op).node.kind()), op }
    }

    fn is_open(&self, op: Op) -> bool {
        self.open.contains(&self.turn(op))
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
        let makes = self.open.iter().filter(|turn| turn.makes);
        makes.map(|turn| (self.place(turn.op), self.step(turn.op)))
    }

    pub(super) fn doomed(&mut self) -> Vec<(Op, NodeId)> {
        std::mem::take(&mut self.doomed)
    }

    /// Begin the next operation that waits for nothing.
    pub(super) fn next(&mut self) -> Option<Op> {
        let op = self.ready.pop_first()?;
        self.open.remove(&self.turn(op));
        Some(op)
    }

    pub(super) fn done(&mut self, op: Op) {
        let free = self.waits.done(op);
        let free: Vec<Op> = free.into_iter().filter(|op| self.is_open(*op)).collect();
        self.ready.extend(free);
    }

    /// All that waited for an operation that failed, directly or not, and what would give way to it; none of it will
    /// be begun.
    pub(super) fn failed(&mut self, op: Op) -> BTreeSet<Op> {
        self.drop(op);
        let mut lost = BTreeSet::new();
        let mut failed = vec![op];
        while let Some(op) = failed.pop() {
            let waiting = self.waits.failed(op);
            for other in waiting.into_iter().chain(self.gives_way_to(op)) {
                if self.is_open(other) {
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
        self.open.remove(&self.turn(op));
        self.ready.remove(&op);
    }

    pub(super) fn is_through(&self) -> bool {
        self.open.is_empty()
    }

    /// What was never begun.
    pub(super) fn rest(&self) -> Vec<Op> {
        self.open.iter().map(|turn| turn.op).collect()
    }

    /// Let the removal that may go soonest go, though what it waited for has not come: where two need each other's
    /// end, AWS's own refusal decides, and the next round comes back to it.
    pub(super) fn release_one(&mut self) {
        if let Some(Turn { op, .. }) = self.open.first().copied() {
            self.waits.free(op);
            self.ready.insert(op);
        }
    }
}

/// The keys of what is there and wears the sign of a creation, while the lake is being created.
fn signed<'t>(task: &'t Task<'_>) -> BTreeSet<&'t Key> {
    let found = task.inventory.values().filter(|_| task.creating).flatten();
    found.filter(|(_, presence)| presence.signed().is_some()).map(|(key, _)| key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        inventory::Inventory,
        kind::{Data, Replace},
        toys::TOYS,
    };
    use std::collections::BTreeMap;

    fn key(kind: &str, name: &str) -> Key {
        Key::new(kind.to_owned(), name)
    }

    fn step(node: &NodeId, change: Change, wanted: bool) -> Step {
        Step {
            key: Some(key(node.kind(), node.name())),
            wanted: wanted.then_some(serde_json::Value::Null),
            ..Step::bare(node, change)
        }
    }

    /// So many resources of each kind that are each changed by this.
    fn plan(many: usize, change: impl Fn(&NodeId) -> (Change, bool)) -> Plan {
        let kinds = ["scan", "task", "store", "user"];
        let nodes = kinds.iter().flat_map(|kind| (0..many).map(move |at| NodeId::new(kind, &at.to_string())));
        let steps = nodes.map(|node| {
            let (change, wanted) = change(&node);
            step(&node, change, wanted)
        });
        Plan { steps: steps.collect(), ..Plan::default() }
    }

    fn edges(plan: &Plan, anchor: &Anchor) -> usize {
        let (inventory, policies, barred) = (Inventory::new(), BTreeMap::new(), BTreeMap::new());
        let task =
            Task { kinds: TOYS, plan, inventory: &inventory, region: "", policies, barred, creating: false };
        Ops::of(&task, anchor).waits.edges()
    }

    fn removed(_: &NodeId) -> (Change, bool) {
        (Change::Delete(Data::Keep), false)
    }

    fn changed_or_removed(node: &NodeId) -> (Change, bool) {
        match node.kind() {
            "scan" | "task" => (Change::Update(Vec::new()), true),
            _ => removed(node),
        }
    }

    fn replaced(order: Replace, old: impl Fn(&NodeId) -> Key) -> impl Fn(&NodeId) -> (Change, bool) {
        move |node| (Change::Replace { changes: Vec::new(), old: old(node), order }, true)
    }

    fn same(node: &NodeId) -> Key {
        key(node.kind(), node.name())
    }

    fn former(node: &NodeId) -> Key {
        key(node.kind(), &format!("former-{}", node.name()))
    }

    #[test]
    fn edges_grow_with_the_resources_and_not_with_their_pairs() {
        let goes_last = Anchor::HandOver { node: "user/0".into(), key: key("user", "0"), goes: true };
        let grows = |name: &str, anchor: &Anchor, plan: &dyn Fn(usize) -> Plan| {
            let [few, more, most] = [50, 100, 150].map(|many| edges(&plan(many), anchor));
            assert!(few > 0, "{name}: nothing waits");
            assert_eq!(most - more, more - few, "{name}: {few}, {more} and {most} edges");
        };
        for anchor in [Anchor::Stands, goes_last] {
            grows("removed", &anchor, &|many| plan(many, removed));
            grows("changed or removed", &anchor, &|many| plan(many, changed_or_removed));
            grows("anew", &anchor, &|many| plan(many, replaced(Replace::DeleteFirst, same)));
            grows("give way", &anchor, &|many| plan(many, replaced(Replace::DeleteFirst, former)));
            grows("follow", &anchor, &|many| plan(many, replaced(Replace::CreateFirst, former)));
        }
    }

    /// The operations of a plan in the order in which they are begun, if each is done before the next.
    fn order(plan: &Plan) -> Vec<String> {
        let (inventory, policies, barred) = (Inventory::new(), BTreeMap::new(), BTreeMap::new());
        let task =
            Task { kinds: TOYS, plan, inventory: &inventory, region: "", policies, barred, creating: false };
        let mut ops = Ops::of(&task, &Anchor::Stands);
        let mut order = Vec::new();
        while let Some(op) = ops.next() {
            order.push(match ops.what(op) {
                What::Remove(key) => format!("- {} {key}", key.kind()),
                _ => format!("+ {}", ops.node(op)),
            });
            ops.done(op);
        }
        assert!(ops.is_through());
        order
    }

    #[test]
    fn a_successor_is_made_before_the_former_one_goes_unless_its_kind_says_otherwise() {
        let follow = plan(1, replaced(Replace::CreateFirst, former));
        assert_eq!(
            order(&follow),
            [
                "+ scan/0",
                "- scan former-0",
                "+ task/0",
                "- task former-0",
                "+ store/0",
                "- store former-0",
                "+ user/0",
                "- user former-0"
            ]
        );
        let mut way = plan(1, replaced(Replace::DeleteFirst, former));
        way.steps.retain(|step| step.node.kind() != "store");
        // Of what gives way, what goes before it is not waited for where that is made after it.
        way.steps[0].after.insert("user/0".into());
        way.steps.rotate_left(2);
        let order = order(&way);
        let at = |line: &str| order.iter().position(|it| it == line).expect(line);
        for node in ["scan", "task", "user"] {
            assert!(at(&format!("- {node} former-0")) < at(&format!("+ {node}/0")), "{order:#?}");
        }
        assert!(
            at("- scan former-0") < at("- user former-0") && at("- task former-0") < at("- user former-0")
        );
        assert!(at("+ user/0") < at("+ scan/0"), "{order:#?}");
    }

    #[test]
    fn what_a_failed_step_needs_or_may_use_is_not_begun() {
        let mut plan = plan(1, |node| match node.kind() {
            "scan" => (Change::Settle("it runs".to_owned()), true),
            "task" => (Change::Create, true),
            _ => removed(node),
        });
        plan.steps[1].after.insert("scan/0".into());
        let found = crate::inventory::Presence::Settling("it runs".to_owned());
        let inventory: Inventory = [("scan/0".into(), BTreeMap::from([(key("scan", "0"), found)]))].into();
        let (policies, barred) = Default::default();
        let task = Task {
            kinds: TOYS,
            plan: &plan,
            inventory: &inventory,
            region: "",
            policies,
            barred,
            creating: false,
        };
        let doomed = Ops::of(&task, &Anchor::Stands).doomed();
        let doomed: Vec<(usize, &str)> = doomed.iter().map(|(op, need)| (op.0, need.as_str())).collect();
        assert_eq!(doomed, [(0, "scan/0"), (1, "scan/0"), (2, "scan/0")]);
    }
}
