//! The anchor: what wears the sign of a lake that is being created, so that a killed creation is found again.

use super::{Task, verdict::delays_others};
use crate::{
    graph::NodeId,
    inventory::Presence,
    key::Key,
    kind::Wears,
    owner::Mark,
    plan::{Change, Plan, Step, Taking},
};
use std::collections::BTreeSet;

/// What is done about the sign before any other write.
pub(super) enum Anchor {
    /// Nothing: somebody wears it, or nobody needs to.
    Stands,
    /// This step of the plan goes before all but what it needs itself, and its resource wears it.
    Make { at: usize, node: NodeId },
    /// This resource gets it, since the one that wears it goes. Where all that is there goes, this one goes last, and
    /// all that is made wears the sign.
    HandOver { node: NodeId, key: Key, goes: bool },
}

impl Anchor {
    /// The node that wears the sign from now on, if that changes.
    pub(super) fn node(&self) -> Option<&NodeId> {
        match self {
            Anchor::Stands => None,
            Anchor::Make { node, .. } | Anchor::HandOver { node, .. } => Some(node),
        }
    }
}

/// Choose the anchor.
pub(super) fn choose(task: &Task<'_>) -> Anchor {
    if !task.creating {
        return Anchor::Stands;
    }
    let leaving: BTreeSet<&Key> = leaving(task);
    let signed: BTreeSet<&Key> = ours(task).filter(|(_, _, signed)| *signed).map(|(_, key, _)| key).collect();
    if !signed.is_empty() && signed.iter().any(|key| !leaving.contains(key)) {
        return Anchor::Stands;
    }
    if !signed.is_empty() {
        // Best is what stays; else what goes last.
        let ranks = task.kinds.ranks();
        let heir = ours(task)
            .filter(|(_, key, _)| task.kinds.of(key).wears != Wears::Nothing)
            .max_by_key(|(node, key, _)| (!leaving.contains(key), ranks.of(node.kind())));
        if let Some((node, key, _)) = heir {
            let goes = leaving.contains(key);
            return Anchor::HandOver { node: node.clone(), key: key.clone(), goes };
        }
    }
    first(task).map_or(Anchor::Stands, |(at, step)| Anchor::Make { at, node: step.node.clone() })
}

/// What is there, is this lake's by its mark, and whether it wears the sign.
fn ours<'t>(task: &'t Task<'_>) -> impl Iterator<Item = (&'t NodeId, &'t Key, bool)> {
    task.inventory.iter().flat_map(|(node, found)| {
        found.iter().filter_map(move |(key, presence)| match presence {
            Presence::Present { mark: Mark::Ours(_), creating, .. } => Some((node, key, *creating)),
            _ => None,
        })
    })
}

/// The keys of what is there and is this lake's by its mark.
pub(super) fn marked<'t>(task: &'t Task<'_>) -> impl Iterator<Item = &'t Key> {
    ours(task).map(|(_, key, _)| key)
}

/// Keys that go with this plan.
fn leaving<'t>(task: &'t Task<'_>) -> BTreeSet<&'t Key> {
    let Plan { steps, .. } = task.plan;
    steps
        .iter()
        .filter_map(|step| match &step.change {
            Change::Replace { old, .. } => Some(old),
            Change::Delete(_) | Change::Retain | Change::Release => step.key.as_ref(),
            _ => None,
        })
        .collect()
}

/// The first markable node that is made or taken up and for which nothing markable has to be written before: best one
/// that waits for nothing at all.
fn first<'t>(task: &'t Task<'_>) -> Option<(usize, &'t Step)> {
    let Plan { steps, .. } = task.plan;
    let undone = |(at, step): (usize, &'t Step)| {
        (task.barred.contains_key(&at) || delays_others(task, step)).then_some(&step.node)
    };
    let undone: BTreeSet<&NodeId> = steps.iter().enumerate().filter_map(undone).collect();
    let written: BTreeSet<&NodeId> = task.plan.writes().map(|step| &step.node).collect();
    let is_markable =
        |node: &NodeId| task.kinds.traits(node.kind()).is_some_and(|traits| traits.wears != Wears::Nothing);
    // Nodes that come after something markable that is written, or after what is not done.
    let mut late: BTreeSet<&NodeId> = BTreeSet::new();
    let mut candidates = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let markable = is_markable(&step.node);
        let waits = step.after.iter().any(|need| {
            late.contains(need) || undone.contains(need) || (written.contains(need) && is_markable(need))
        });
        if waits {
            late.insert(&step.node);
        } else if markable && is_made(step) && !task.barred.contains_key(&at) {
            candidates.push((at, step));
        }
    }
    let waits = |step: &Step| step.after.iter().any(|need| written.contains(need));
    // Best is one whose create refuses what exists: then of two applies that create one lake only one gets past it.
    let upserts =
        |step: &Step| task.kinds.traits(step.node.kind()).is_some_and(|kind| kind.upserts.reach(task.region));
    candidates.into_iter().min_by_key(|(at, step)| (waits(step), upserts(step), *at))
}

/// Whether a step makes or takes up what it is about.
fn is_made(step: &Step) -> bool {
    match (&step.change, &step.taking) {
        (Change::Create, _) => true,
        (Change::Update(_), Some(taking)) => *taking != Taking::Found,
        _ => false,
    }
}
