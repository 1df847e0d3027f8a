//! What a lake tells its user: the two maps of both doors.
//!
//! Failures tell themselves ([`Failure::finding`](crate::failure::Failure::finding)).

use crate::{
    owner::{NODE, OWNER},
    plan::{Change, Later, Plan, Step, Taking},
    render,
};
use lake_api::status::{ResourceStatus, State};
use std::collections::BTreeMap;

/// What is true of a lake, by node id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Facts that AWS decided, by node and name. Facts that are not known are left out.
    pub outputs: BTreeMap<String, BTreeMap<String, String>>,
    /// Whether each node is there, and where it differs. Nodes that nobody looked at are left out.
    pub resources: BTreeMap<String, ResourceStatus>,
}

/// What a plan says of the world as it is now. Pure; `plan` is made of the last look.
#[must_use]
pub fn report(plan: &Plan) -> Report {
    let mut report = Report::default();
    for step in &plan.steps {
        let node = step.node.to_string();
        if report.resources.contains_key(&node) {
            continue;
        }
        let Some(state) = state(step) else { continue };
        let drift = if state == State::Present { drift(step) } else { BTreeMap::new() };
        let facts = facts(step);
        if matches!(state, State::Present | State::Settling) && !facts.is_empty() {
            report.outputs.insert(node.clone(), facts);
        }
        report.resources.insert(node, ResourceStatus { state, drift });
    }
    report
}

/// Whether the resource of a step is there, as far as that is known.
fn state(step: &Step) -> Option<State> {
    match &step.change {
        Change::Keep | Change::Update(_) | Change::Replace { .. } | Change::Delete(_) => Some(State::Present),
        // What leaves is told by the step of what stays, if there is one.
        Change::Retain | Change::Release | Change::Protected(_) => Some(State::Present),
        Change::Create => Some(State::Absent),
        Change::Wait(_) => Some(State::Waiting),
        Change::Settle(_) => Some(State::Settling),
        Change::Unreadable(_) => Some(State::Unreadable),
        Change::Foreign(_) | Change::Anew(_) => Some(State::Foreign),
        Change::Blocked(_) | Change::Unknown(_) => Some(State::Present),
        Change::CreateUnseen | Change::Unseen => None,
    }
}

/// Where what is there differs from what is wanted, by path below the member.
fn drift(step: &Step) -> BTreeMap<String, String> {
    let fields = step.change.fields().iter();
    let mut drift: BTreeMap<String, String> =
        fields.map(|change| (step.told(change).to_string(), render::drift(change, &step.secret))).collect();
    match &step.taking {
        Some(Taking::Move(worn)) => {
            _ = drift.insert(NODE.to_owned(), format!("{worn}, wanted {}", step.node))
        }
        Some(Taking::Remark) => {
            drift.insert(OWNER.to_owned(), "not whole, wanted the mark of this lake".to_owned());
        }
        _ => {}
    }
    let old = step.superseded.iter();
    drift.extend(old.map(|key| (key.clone(), "is there still, wanted gone: it was replaced".to_owned())));
    drift
}

fn facts(step: &Step) -> BTreeMap<String, String> {
    step.facts
        .iter()
        .filter_map(|(name, fact)| match fact {
            Later::Known(value) => Some((name.clone(), value.clone())),
            Later::Later => None,
        })
        .collect()
}
