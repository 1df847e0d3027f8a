//! A lake that was looked at, and one pass over it, which never waits: what Kubernetes calls again and again.

use super::{
    Again, Engine, Outcome, Round,
    fence::Fence,
    pass::{StepId, Work},
    settle,
};
use crate::{
    contents::Contents,
    deadline,
    error::Retry,
    failure::{Cause, Failure},
    graph::{Graph, NodeId},
    observe::Observed,
    plan::{Plan, Step},
    record::Record,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::time::Instant;

/// A lake that was looked at, and what is to be done about it.
pub struct Look<'a> {
    work: Work<'a>,
    plan: Plan,
    begun: Instant,
}

impl<'a> Look<'a> {
    pub(super) async fn at(engine: &'a Engine, graph: &'a Graph, record: Record) -> Self {
        let begun = Instant::now();
        let nothing = record.nodes.is_empty().then(|| record.clone());
        let mut work = Work::begin(engine, graph, record).await;
        let plan = work.plan().await;
        if let (false, Some(nothing), Some(_)) = (work.observed.unlisted.is_empty(), nothing, &engine.memory)
        {
            // What a lake has left behind is looked for only as long as it remembers nothing.
            let (owner, lineage) = (work.record.owner.take(), work.record.lineage.take());
            work.record = Record { owner, lineage, ..nothing };
        }
        Look { work, plan, begun }
    }

    /// What is to be done.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What was found.
    #[must_use]
    pub fn observed(&self) -> &Observed {
        &self.work.observed
    }

    /// What goes with what it empties ([`Engine::contents`]).
    pub async fn contents(&self) -> Contents {
        self.work.engine.contents(&self.plan).await
    }

    /// List what wears the lake's mark, if that has failed for a reason that passes, until it succeeds or the time since
    /// the look began is over; what is to be done is decided anew by it.
    pub async fn list(&mut self, within: Duration) {
        if !self.work.observed.unlisted.is_empty() {
            let end = self.begun + within;
            self.plan = deadline::by(end, async {
                settle::list(&mut self.work, end).await;
                self.work.plan().await
            })
            .await;
        }
    }

    /// Do it, and what comes of that, in passes until all is quiet, nothing more can be done, or the time since the look
    /// began is over. `fence` as in [`Engine::settle`]. What wears the lake's mark has to be listed before
    /// ([`list`](Self::list)).
    pub async fn settle(mut self, within: Duration, fence: Option<&'a Plan>) -> Outcome {
        if self.work.observed.rivals.is_some() {
            return self.leave();
        }
        self.work.fence = fence.map(|shown| Fence::of(self.work.engine.kinds(), shown));
        let end = self.begun + within;
        deadline::by(end, settle::settle(self.work, self.plan, end)).await
    }

    /// Do nothing of it.
    #[must_use]
    pub fn leave(self) -> Outcome {
        self.work.end(self.plan, BTreeMap::new())
    }

    /// Do it, in one pass. Nothing is done while what wears the lake's mark cannot be listed.
    pub async fn go(mut self) -> Round {
        let unlisted = self.work.observed.unlisted.iter().map(|error| error.retry);
        if let Some(class) = unlisted.min_by_key(|class| super::pause(*class, 0)) {
            let outcome = self.work.end(self.plan.clone(), BTreeMap::new());
            return Round { plan: self.plan, outcome, again: Again::After(class) };
        }
        let passed = self.work.pass(&self.plan).await;
        let (done, mut failures) = (!passed.done.is_empty(), passed.failures);
        let left = self.work.plan().await;
        if left.is_quiet() && failures.is_empty() {
            failures = self.work.finish().await;
        }
        self.work.remember_births().await;
        let again = again(&failures, &left, done);
        Round { plan: self.plan, outcome: self.work.end(left, failures), again }
    }
}

/// What was kept back by another comes when that one does. What no time mends keeps nothing of what was made way for.
fn again(failures: &BTreeMap<StepId, Failure>, left: &Plan, progress: bool) -> Again {
    let failed =
        failures.values().filter(|failure| !matches!(failure.cause, Cause::Skipped(_))).map(Failure::retry);
    let unseen = left.unreadable().map(|(_, error)| error.retry);
    let failing: BTreeSet<&NodeId> = failures.values().map(|failure| &failure.node).collect();
    let is_open = |step: &Step| !step.is_quiet() && !failing.contains(&step.node);
    // Whatever a time mends comes first, though the pauses are drawn.
    let soonest = |class: &Retry| (*class == Retry::Never, super::pause(*class, 0));
    match failed.chain(unseen).min_by_key(soonest) {
        Some(Retry::Never) if progress && left.steps.iter().any(is_open) => Again::Now,
        Some(class) => Again::After(class),
        None if progress && !left.is_quiet() => Again::Now,
        None => Again::Quiet,
    }
}
