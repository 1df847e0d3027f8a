//! Why a step was not done.

use super::Task;
use crate::{
    failure::{Action, Cause, Failure},
    graph::Hold,
    inventory::Presence,
    plan::{Change, Step},
    progress::Progress,
};

/// Why a step that asks for no write is nevertheless not as it should be.
pub(super) fn hindrance(step: &Step) -> Option<Cause> {
    match &step.change {
        Change::Blocked(reason) => Some(Cause::Blocked(reason.clone())),
        Change::Protected(reason) => Some(Cause::Protected(reason.clone())),
        Change::Foreign(owner) => Some(Cause::Foreign(owner.clone())),
        Change::Anew(what) => Some(Cause::Anew(what.clone())),
        // What is only referred to is taken as there.
        Change::Unreadable(_) if step.hold == Hold::LookAt => None,
        Change::Unreadable(error) => Some(Cause::Refused(error.clone())),
        Change::Settle(reason) => Some(Cause::Unsettled(reason.clone())),
        Change::Unknown(_) => Some(Cause::Unknown("a part of what is wanted".to_owned())),
        Change::CreateUnseen | Change::Unseen => Some(Cause::Unknown("whether it exists".to_owned())),
        Change::Keep
        | Change::Create
        | Change::Update(_)
        | Change::Replace { .. }
        | Change::Delete(_)
        | Change::Retain
        | Change::Release
        | Change::Wait(_) => None,
    }
}

/// Whether what needs a step's resource has to wait for another pass, or for ever.
pub(super) fn delays_others(task: &Task<'_>, step: &Step) -> bool {
    matches!(step.change, Change::Wait(_)) || hinders_others(task, step)
}

/// Whether what needs a step's resource cannot be done either. What stands there as somebody else's can be used; what went with
/// that cannot.
pub(super) fn hinders_others(task: &Task<'_>, step: &Step) -> bool {
    let is_theirs = matches!(step.change, Change::Foreign(_) | Change::Anew(_));
    hindrance(step).is_some() && (!is_theirs || is_absent(task, step))
}

/// Whether nothing is there of what a step is about.
fn is_absent(task: &Task<'_>, step: &Step) -> bool {
    let found = step.key.as_ref().and_then(|key| task.inventory.get(&step.node)?.get(key));
    matches!(found, Some(Presence::Absent))
}

pub(super) fn failure(step: &Step, cause: Cause, progress: &Progress) -> Failure {
    let action = match &step.change {
        Change::Create | Change::CreateUnseen | Change::Wait(_) => Action::Create,
        Change::Replace { .. } => Action::Replace,
        Change::Delete(_) | Change::Protected(_) => Action::Delete,
        Change::Retain | Change::Release => Action::Retain,
        Change::Unreadable(_) | Change::Settle(_) | Change::Unseen => Action::Look,
        // A node that can wear no facts of its own yet is blocked before it is made.
        Change::Blocked(_)
        | Change::Foreign(_)
        | Change::Anew(_)
        | Change::Unknown(_)
        | Change::Update(_)
        | Change::Keep => Action::Update,
    };
    let goes = step.key.as_ref().filter(|_| matches!(step.change, Change::Delete(_)));
    let done = goes.and_then(|key| progress.so_far(key));
    Failure { node: step.node.clone(), origin: step.origin.clone(), action, cause, done }
}
