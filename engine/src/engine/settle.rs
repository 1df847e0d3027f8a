//! Passes until quiet.

use super::{
    Engine, Outcome,
    pass::{self, Passed, StepId, Work},
    patience::Patience,
};
use crate::{
    error::Retry,
    failure::{Cause, Failure},
    plan::Plan,
};
use std::{collections::BTreeMap, time::Duration};
use tokio::time::{Instant, sleep};

/// How many passes may only find that a value is still unknown, or only make way for one another.
const IDLE_PASSES: usize = 3;

/// Passes over a lake of which it is known what is to be done, until a time.
pub(super) async fn settle(mut work: Work<'_>, mut plan: Plan, deadline: Instant) -> Outcome {
    let time = Time { engine: work.engine, deadline };
    let mut patience = Patience::default();
    let mut idle = 0;
    let mut failures = BTreeMap::new();
    while !work.engine.stop.is_stopped() {
        let mut passed = work.pass(&plan).await;
        idle = if passed.done.is_empty() { idle + 1 } else { 0 };
        if passed.done.is_empty() && passed.failures.is_empty() {
            passed.failures = work.finish().await;
        }
        failures = passed.failures.clone();
        for progress in failures.values().filter_map(Failure::progress) {
            tracing::info!("{progress}");
        }
        if failures.values().any(|failure| matches!(failure.cause, Cause::Overtaken(_))) {
            // Another apply creates this very lake: nothing more is written beside it.
            break;
        }
        if passed.done.is_empty() && failures.is_empty() {
            break;
        }
        match next(&mut work, &mut patience, passed) {
            // Something was done: what it was is seen at once.
            Next::Now if idle < IDLE_PASSES => {}
            Next::After(wait) if time.wait(wait).await => {}
            Next::Now | Next::After(_) | Next::Never => break,
        }
        plan = work.plan().await;
    }
    let plan = time.look(&mut work, &mut patience).await;
    work.remember_births().await;
    work.end(plan, failures)
}

/// How long lists that fail are asked for again, unless AWS asks for fewer calls.
const LIST_WITHIN: Duration = Duration::from_secs(30);

/// What wears the lake's mark is best known before anything is done.
pub(super) async fn list(work: &mut Work<'_>, deadline: Instant) {
    let time = Time { engine: work.engine, deadline };
    let soon = Time { engine: work.engine, deadline: deadline.min(Instant::now() + LIST_WITHIN) };
    let mut patience = Patience::default();
    while !work.observed.unlisted.is_empty() {
        let failed = work.observed.unlisted.iter();
        let waits = failed.filter_map(|error| {
            tracing::warn!("what wears the lake's mark cannot be listed: {error}");
            Some((patience.wait(error.doing.clone(), error.retry)?, error.retry))
        });
        let Some((wait, class)) = waits.min() else { return };
        let time = if class == Retry::Throttled { &time } else { &soon };
        if time.engine.stop.is_stopped() || !time.wait(wait).await {
            return;
        }
        work.list().await;
    }
}

/// How long a lake may be worked on.
struct Time<'a> {
    engine: &'a Engine,
    deadline: Instant,
}

impl Time<'_> {
    /// Wait; `false` where the time would be over.
    async fn wait(&self, wait: Duration) -> bool {
        if Instant::now() + wait >= self.deadline {
            return false;
        }
        tokio::select! {
            () = sleep(wait) => {}
            () = self.engine.stop.stopped() => {}
        }
        true
    }

    /// The last look. What cannot be seen for a reason that passes is looked at again.
    async fn look(&self, work: &mut Work<'_>, patience: &mut Patience<StepId>) -> Plan {
        loop {
            let plan = work.plan().await;
            let waits =
                plan.unreadable().filter_map(|(step, error)| patience.wait(pass::id(step), error.retry));
            match waits.min() {
                Some(wait) if !self.engine.stop.is_stopped() && self.wait(wait).await => work.look_again(),
                _ => return plan,
            }
        }
    }
}

/// When to go round again.
enum Next {
    Now,
    After(Duration),
    Never,
}

fn next(work: &mut Work<'_>, patience: &mut Patience<StepId>, passed: Passed) -> Next {
    for done in &passed.done {
        if !passed.failures.contains_key(done) {
            patience.forget(done);
        }
    }
    let progress = !passed.done.is_empty();
    let mut soonest: Option<Duration> = None;
    for (id, failure) in passed.failures {
        match patience.wait(id.clone(), failure.retry()) {
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
