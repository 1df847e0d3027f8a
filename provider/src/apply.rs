//! ApplyResourceChange: do what was planned, and nothing worse.
//!
//! The plan that the user was shown is decided again from the planned state and the private bytes, and fences what is
//! done: a deletion that it lacks fails.

mod create;
mod destroy;
mod update;

use crate::{
    diagnostics,
    door::{Connection, Door, Running},
    timeouts, told,
    told::Told,
};
use lake_reconcile::{
    engine::{Engine, Outcome},
    graph::Graph,
    plan::Plan,
    record::Record,
};
use std::time::Duration;
use tfplug::{ApplyRequest, ApplyResponse, Diagnostics, Stop, Value};

/// Answer ApplyResourceChange.
pub async fn apply(door: &Door, request: ApplyRequest) -> ApplyResponse {
    if request.planned.is_null() {
        destroy::destroy(door, request).await
    } else if request.prior.is_null() {
        create::create(door, request).await
    } else {
        update::update(door, request).await
    }
}

/// What is to be done about a lake.
struct Work<'a> {
    door: &'a Door,
    connection: Connection,
    name: String,
    graph: Graph,
    record: Record,
    shown: Plan,
    within: Duration,
}

impl Work<'_> {
    fn running(&self, stop: &Stop) -> Running {
        self.door.engine(&self.connection, &self.name, stop)
    }

    async fn settle(&self, engine: &Engine) -> Outcome {
        engine.settle(&self.graph, self.record.clone(), self.within, Some(&self.shown)).await
    }

    /// What came of it, in words.
    fn tell(&self, outcome: &Outcome, prior: &Told, told: &mut Diagnostics) {
        told.extend(diagnostics::failures(&outcome.failures));
        told.extend(diagnostics::unlisted(&outcome.unlisted));
        if outcome.stopped && !outcome.plan.is_quiet() && !told.has_errors() {
            told.error(
                None,
                format!("Stopped before the lake {} was as planned", self.name),
                "The calls under way were finished, and no others begun. Apply again: what was done is found.",
            );
        }
        told.extend(diagnostics::outcome(outcome, &self.shown, |node| prior.is_waiting(node)));
    }
}

/// How long an operation may take, as the state or the plan says.
fn within(lake: &Value, operation: &str) -> Duration {
    let text = lake.get("timeouts").get(operation).as_str();
    text.and_then(|text| timeouts::parse(text).ok()).unwrap_or(timeouts::DEFAULT)
}

/// The planned lake, with its unknowns filled by what came true.
fn as_planned(planned: &Value, outcome: &Outcome) -> Value {
    let truth = told::found(&outcome.plan, &outcome.inventory);
    let whole = planned.get("resources").is_unknown() || planned.get("outputs").is_unknown();
    let mut lake = planned.clone();
    if whole { truth } else { Told::of(planned).filled(&truth) }.put(&mut lake);
    lake
}

/// A lake with all that is true of it now.
fn as_found(lake: &Value, outcome: &Outcome) -> Value {
    let mut lake = lake.clone();
    told::found(&outcome.plan, &outcome.inventory).put(&mut lake);
    lake
}

/// Nothing was done.
fn unchanged(request: ApplyRequest, diagnostics: Diagnostics) -> ApplyResponse {
    ApplyResponse { state: request.prior, private: request.private, diagnostics }
}
