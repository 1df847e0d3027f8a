//! Passes until quiet.

use super::{
    Engine, Outcome,
    pass::{Passed, StepId, Work},
    patience::Patience,
};
use crate::{
    failure::{Cause, Failure},
    graph::Graph,
    plan::Plan,
    record::Record,
};
use std::{collections::BTreeMap, time::Duration};
use tokio::time::{Instant, sleep};

/// How many passes may only find that a value is still unknown, or only make way for one another.
const IDLE_PASSES: usize = 3;

pub(super) async fn settle(
    engine: &Engine,
    graph: &Graph,
    record: Record,
    within: Duration,
    fence: Option<&Plan>,
) -> Outcome {
    let deadline = Instant::now() + within;
    let mut work = Work::begin(engine, graph, record, fence).await;
    let mut patience = Patience::default();
    let mut idle = 0;
    let mut failures = BTreeMap::new();
    while !engine.stop.is_stopped() {
        let plan = work.plan().await;
        let mut passed = work.pass(&plan).await;
        idle = if passed.done.is_empty() { idle + 1 } else { 0 };
        if passed.done.is_empty() && passed.failures.is_empty() {
            passed.failures = work.finish().await;
        }
        failures = passed.failures.clone();
        if passed.done.is_empty() && failures.is_empty() {
            break;
        }
        match next(&mut work, &mut patience, passed) {
            // Something was done: what it was is seen at once.
            Next::Now if idle < IDLE_PASSES => {}
            Next::After(wait) if Instant::now() + wait < deadline => {
                tokio::select! {
                    () = sleep(wait) => {}
                    () = engine.stop.stopped() => {}
                }
            }
            Next::Now | Next::After(_) | Next::Never => break,
        }
    }
    close(work, failures).await
}

/// When to go round again.
enum Next {
    Now,
    After(Duration),
    Never,
}

fn next(work: &mut Work<'_>, patience: &mut Patience, passed: Passed) -> Next {
    for done in &passed.done {
        if !passed.failures.contains_key(done) {
            patience.forget(done);
        }
    }
    let progress = !passed.done.is_empty();
    let mut soonest: Option<Duration> = None;
    for (id, failure) in passed.failures {
        match patience.wait(id.clone(), &failure) {
            Some(wait) => soonest = Some(soonest.map_or(wait, |soonest| soonest.min(wait))),
            // What was kept back by another comes when that one does; what was unknown may be known by now.
            None if matches!(failure.cause, Cause::Skipped(_) | Cause::Unknown(_)) => {}
            None => work.give_up(id, failure),
        }
    }
    match soonest {
        Some(wait) => Next::After(wait),
        None if progress => Next::Now,
        None => Next::Never,
    }
}

/// The last look.
async fn close(mut work: Work<'_>, failures: BTreeMap<StepId, Failure>) -> Outcome {
    let plan = work.plan().await;
    work.end(plan, failures)
}
