//! The fence: the plan that the user was shown bounds what is done.

use crate::{
    graph::NodeId,
    key::Key,
    kind::Kinds,
    plan::{Change, Plan, Step},
};
use std::collections::BTreeSet;

/// What a plan has told its user.
pub(super) struct Fence<'p> {
    kinds: Kinds,
    /// Keys whose resources it deletes.
    ends: BTreeSet<&'p Key>,
    /// Nodes that it leaves waiting.
    waits: BTreeSet<&'p NodeId>,
}

impl<'p> Fence<'p> {
    pub(super) fn of(kinds: Kinds, shown: &'p Plan) -> Self {
        let waits = shown.by_node().into_iter().filter(|(_, step)| matches!(step.change, Change::Wait(_)));
        Fence {
            kinds,
            ends: shown.steps.iter().filter_map(Step::ends).collect(),
            waits: waits.map(|(node, _)| node).collect(),
        }
    }

    /// Whether the user was told that a step's node waits: then it is not part of this apply.
    pub(super) fn leaves_out(&self, step: &Step) -> bool {
        self.waits.contains(&step.node) && !step.leaves()
    }

    /// Whether a step would destroy something of which the user was not told. Leftovers of our own that hold no data
    /// are exempt: nobody can have told of them, for no record named them.
    pub(super) fn forbids(&self, step: &Step, leftovers: &BTreeSet<&Key>) -> bool {
        let exempt = |key: &Key| !self.kinds.of(key).holds_data && leftovers.contains(key);
        step.ends().is_some_and(|key| !self.ends.contains(key) && !exempt(key))
    }
}
