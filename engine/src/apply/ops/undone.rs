//! Steps that cannot be done, and what they hold back.

use super::{Op, Ops, What};
use crate::{
    apply::{
        Task,
        verdict::{hinders_others, hindrance},
    },
    graph::NodeId,
    inventory::Presence,
    owner::Mark,
    plan::Step,
};
use std::collections::BTreeMap;

/// The steps of a plan that cannot be done, by what they hold back: of those that hold back the same the first.
pub(super) struct Undone<'p> {
    steps: &'p [Step],
    /// By node, of which something is wanted.
    nodes: BTreeMap<&'p NodeId, usize>,
    /// By kind, of what leaves and is there.
    leaving: BTreeMap<&'p str, usize>,
    /// By kind, of whatever is there.
    there: BTreeMap<&'p str, usize>,
}

impl<'p> Undone<'p> {
    pub(super) fn of(task: &Task<'p>) -> Self {
        let steps = &task.plan.steps;
        let (nodes, leaving, there) = Default::default();
        let mut undone = Undone { steps, nodes, leaving, there };
        for (at, step) in steps.iter().enumerate() {
            let barred = task.barred.get(&at);
            if !step.leaves() && (matches!(barred, Some(Some(_))) || hinders_others(task, step)) {
                undone.nodes.entry(&step.node).or_insert(at);
            }
            // What only waits holds nothing back: nothing has failed, and AWS refuses what is still used.
            if (barred.is_some() || hindrance(step).is_some()) && lives(task, step) {
                undone.there.entry(step.node.kind()).or_insert(at);
                if step.leaves() {
                    undone.leaving.entry(step.node.kind()).or_insert(at);
                }
            }
        }
        undone
    }

    /// The node of the first step that cannot be done and that an operation comes after: of what it needs; and of a
    /// removal also of what may use it, since that is not changed as wanted, or does not go.
    pub(super) fn holds_back(&self, ops: &Ops<'p>, op: Op) -> Option<&'p NodeId> {
        let step = ops.step(op);
        let needed = || step.after.iter().filter_map(|need| self.nodes.get(need)).min();
        let first = match ops.what(op) {
            What::Make { .. } => needed(),
            What::Remove(_) => {
                let users = if ops.is_anew(op) { &self.leaving } else { &self.there };
                let users = ops.kinds.before(step.node.kind()).filter_map(|kind| users.get(kind)).min();
                needed().into_iter().chain(users).min()
            }
            What::Retain | What::Release | What::Sign { .. } => None,
        };
        first.map(|at| &self.steps[*at].node)
    }
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
