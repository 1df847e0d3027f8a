//! The anchor: what wears the sign of a lake that is being created, so that a killed creation is found again.

use super::Task;
use crate::{
    graph::NodeId,
    inventory::Presence,
    kind::Wears,
    kinds::{self, Key},
    owner::Mark,
    plan::{Change, Plan, Step, Taking, rank},
    record::Record,
};
use std::collections::BTreeSet;

/// What is done about the sign before any other write.
pub(super) enum Anchor {
    /// Nothing: somebody wears it, or nobody needs to.
    Stands,
    /// This step of the plan goes first and alone, and its resource wears it.
    Make { at: usize, node: NodeId },
    /// This resource gets it, since the one that wears it goes.
    HandOver { node: NodeId, key: Key },
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
pub(super) fn choose(task: &Task<'_>, record: &Record) -> Anchor {
    if !task.creating {
        return Anchor::Stands;
    }
    let leaving: BTreeSet<&Key> = leaving(task);
    let signed: BTreeSet<&Key> = ours(task).filter(|(_, _, signed)| *signed).map(|(_, key, _)| key).collect();
    if !signed.is_empty() && signed.iter().any(|key| !leaving.contains(key)) {
        return Anchor::Stands;
    }
    if !signed.is_empty() || record.anchor.is_some() {
        // Prefer what stays; else what goes last.
        let heir = ours(task)
            .filter(|(_, key, signed)| !signed && key.traits().wears != Wears::Nothing)
            .max_by_key(|(node, key, _)| (!leaving.contains(key), rank(node.kind())));
        if let Some((node, key, _)) = heir.filter(|_| !signed.is_empty()) {
            return Anchor::HandOver { node: node.clone(), key: key.clone() };
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

/// Keys that go with this plan.
fn leaving<'t>(task: &'t Task<'_>) -> BTreeSet<&'t Key> {
    let Plan { steps, .. } = task.plan;
    steps
        .iter()
        .filter_map(|step| match &step.change {
            Change::Replace { old, .. } => Some(old),
            Change::Delete(_) | Change::Retain => step.key.as_ref(),
            _ => None,
        })
        .collect()
}

/// The first markable node that is made or taken up and waits for nothing that is written.
fn first<'t>(task: &'t Task<'_>) -> Option<(usize, &'t Step)> {
    let written: BTreeSet<&NodeId> =
        task.plan.steps.iter().filter(|step| step.change.writes()).map(|step| &step.node).collect();
    task.plan.steps.iter().enumerate().find(|(at, step)| {
        let made = match (&step.change, &step.taking) {
            (Change::Create, _) => true,
            (Change::Update(_), Some(taking)) => *taking != Taking::Found,
            _ => false,
        };
        made && !task.barred.contains_key(at)
            && kinds::traits(step.node.kind()).is_some_and(|traits| traits.wears != Wears::Nothing)
            && step.after.iter().all(|need| !written.contains(need))
    })
}
