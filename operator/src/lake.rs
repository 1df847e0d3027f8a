//! One round for one lake: what the object asks for, what is done about it, and what its user is told.

mod approval;
mod course;
mod keep;
mod leave;
mod recall;
mod refusal;
mod task;
mod tell;
mod verdict;
mod wanted;
mod writer;

pub use course::{Course, Courses};
pub(crate) use refusal::Refusal;
pub use verdict::{Standing, Verdict};
pub(crate) use writer::MANAGER;
pub use writer::Seen;

use crate::{
    connections::Connection,
    object::{FINALIZER, Manner, Object},
    operator::Operator,
    queue::Lane,
};
use keep::Keeper;
use lake_api::LakeStatus;
use lake_reconcile::{
    cloud::Cloud,
    deadline,
    engine::{Again, Engine, Outcome, Round, new_lineage, pause},
    error::Retry,
    failure::{Cause, Failure},
    graph::Graph,
    owner::Lineage,
    plan::Plan,
    record::Record,
};
use std::{sync::Arc, time::Duration};
use task::Task;
use tell::{Did, Teller};
use tokio::time::Instant;

/// When a lake is wanted again; `None` when only a change of its object asks for it.
pub type Next = Option<(Lane, Instant)>;

/// How long a routine look waits for others of its slot, whose reads go with it.
const COMPANY: Duration = Duration::from_millis(250);
/// A round may take so many times as long as an attempt of a call, as long as an upload, and no longer than this.
const ROUND: u32 = 20;
const LONGEST_ROUND: Duration = Duration::from_secs(24 * 3600);
/// How many rounds in a row may do something before AWS is said not to keep what is set.
const RESTLESS: u32 = 5;
/// How many looks at a lake that was as wanted may go unanswered before its user is told.
const TOLERATED: u32 = 3;

/// What came of a round.
pub struct Attended {
    /// When the lake is wanted again.
    pub next: Next,
    /// Whether something failed.
    pub failed: bool,
}

/// Work on a lake.
pub async fn attend(operator: &Operator, object: Arc<Object>, lane: Lane) -> Attended {
    let name = object.name();
    if object.is_leaving() && !object.is_held() {
        operator.courses.forget(&name);
        return Attended { next: None, failed: false };
    }
    if let Some(left) = operator.installations.leave(&object).await {
        return leave::leave(operator, &object, &left).await;
    }
    operator.installations.keeps(&name);
    let course = operator.courses.take(&name, object.uid(), operator.claim.term());
    let mut visit = Visit::new(operator, &object, lane, course);
    let next = visit.round().await;
    let (mut course, failed) = (visit.course, visit.failed);
    let newest = operator.store.get(&name).filter(|newest| newest.uid() == object.uid());
    let (false, Some(newest)) = (course.is_over, newest) else { return Attended { next, failed } };
    course.seen = Some(visit.teller.writer.seen());
    operator.courses.put(name, course);
    // Somebody may have written over the status meanwhile.
    let contradicted = operator.courses.are_contradicted_by(&newest);
    Attended { next: if contradicted { Some((Lane::Changed, Instant::now())) } else { next }, failed }
}

/// A round for one lake.
struct Visit<'a> {
    operator: &'a Operator,
    object: &'a Object,
    lane: Lane,
    manner: Manner,
    course: Course,
    teller: Teller,
    before: LakeStatus,
    /// How long the pause after this round is, by why there is one: what the user is told is what is done.
    pause: Option<(Retry, Duration)>,
    /// Whether something failed in this round.
    failed: bool,
}

impl<'a> Visit<'a> {
    fn new(operator: &'a Operator, object: &'a Object, lane: Lane, course: Course) -> Self {
        let teller = Teller::new(operator, object, course.seen.clone());
        let before = teller.writer.seen().status;
        let manner = object.manner();
        Visit { operator, object, lane, manner, course, teller, before, pause: None, failed: false }
    }

    async fn round(&mut self) -> Next {
        if self.manner.suspended {
            return self.tell(Verdict::suspended(&self.before, self.object.is_leaving())).await;
        }
        match self.prepare().await {
            Ok(Some(Task { connection, graph, record })) => self.work(connection, graph, record).await,
            Ok(None) => self.let_go(None).await,
            Err(verdict) => self.tell(verdict).await,
        }
    }

    async fn work(&mut self, connection: Connection, graph: Graph, record: Record) -> Next {
        let keeper = Keeper::new(self.teller.writer.clone(), self.progressing(&connection, &graph));
        let cloud: Arc<dyn Cloud> = match self.lane {
            Lane::Changed => Arc::new(connection.cloud.urgent()),
            Lane::Routine => Arc::new(connection.cloud.routine(COMPANY)),
        };
        let (has_made, had) = (!record.nodes.is_empty(), tell::data(&record));
        let engine = self.engine(&connection).with_cloud(cloud).with_memory(Arc::new(keeper));
        let end = Instant::now() + self.operator.call_timeout.saturating_mul(ROUND).min(LONGEST_ROUND);
        let look = deadline::by(end, engine.look(&graph, record)).await;
        let drifted = self.has_drifted(look.plan());
        if drifted {
            for step in look.plan().writes() {
                self.operator.metrics.drifted(step.node.kind());
            }
            self.teller.drift(look.plan()).await;
        }
        if self.object.is_leaving()
            && let Some(verdict) = Verdict::protected(look.plan())
        {
            return self.tell(verdict).await;
        }
        if self.manner.asks
            && !self.object.is_leaving()
            && writes(look.plan())
            && !self.is_approved(look.plan()).await
        {
            return self.ask(look, &graph).await;
        }
        if (writes(look.plan()) || has_made)
            && !self.teller.writer.holds()
            && !self.object.is_leaving()
            && let Err(refusal) = self.teller.writer.hold().await
        {
            return self.tell(refusal.into()).await;
        }
        if writes(look.plan())
            && has_made
            && let Err(refusal) = self.claim().await
        {
            return self.untold(&refusal.into());
        }
        let round = deadline::by(end, look.go()).await;
        self.teller.anew(&round.plan, &round.outcome, &had).await;
        self.conclude(round, &graph, drifted).await
    }

    /// What works on the lake: it knows which resources were made moments ago.
    fn engine(&mut self, connection: &Connection) -> Engine {
        let (owner, place) = (self.operator.owner(&self.object.name()), connection.place.clone());
        let engine = self.course.engine(connection, || {
            Engine::new(connection.cloud.clone(), owner, place, Lineage::Written(new_lineage()))
        });
        engine.with_stop(self.operator.stop())
    }

    /// The status while the first resources are made.
    fn progressing(&mut self, connection: &Connection, graph: &Graph) -> LakeStatus {
        let verdict = Verdict::progressing(self.object.is_leaving());
        let mut status = self.status(&verdict);
        // What was asked for is answered when the work is done.
        status.last_handled_reconcile_at = self.before.last_handled_reconcile_at.clone();
        status.place = Some(tell::place(&connection.place));
        status.members = Some(format!("{}/{}", tell::present(&status), graph.len()));
        status
    }

    /// Whether the world has moved although nobody asked for it.
    fn has_drifted(&self, plan: &Plan) -> bool {
        !self.object.is_leaving() && self.was_as_wanted() && writes(plan)
    }

    /// What came of a round.
    async fn conclude(&mut self, round: Round, graph: &Graph, drifted: bool) -> Next {
        let Round { plan, outcome, again } = round;
        for failure in outcome.failures.iter().filter(|failure| failure.cause != Cause::Stopped) {
            if let Some(progress) = failure.progress() {
                tracing::info!(lake = %self.object.name(), "{progress}");
                continue;
            }
            self.operator.metrics.failed(failure.word());
            let id = failure.request_id().unwrap_or_default();
            tracing::info!(lake = %self.object.name(), reason = failure.word(), id, "{}: {}", failure.summary(), failure.steady_detail());
        }
        let why = match () {
            () if self.object.is_leaving() => Did::Delete,
            () if drifted => Did::Repair,
            () if self.before.record.is_none() => Did::Create,
            () => Did::Update,
        };
        let did = self.teller.done(&plan, &outcome, why).await;
        if did {
            self.operator.wake_those_behind(&self.object.name());
        }
        if !writes(&outcome.plan) {
            self.course.approved = None; // it has been carried out
        }
        let is_over = outcome.failures.is_empty() && outcome.plan.is_quiet() && again == Again::Quiet;
        if self.object.is_leaving() && is_over {
            return self.let_go(Some(&outcome)).await;
        }
        self.course.restless = if did && again == Again::Now { self.course.restless + 1 } else { 0 };
        let unsteady = self.course.restless > RESTLESS;
        self.course.contested = match () {
            () if self.before.observed_generation != Some(self.object.generation()) => 0,
            () if drifted => self.course.contested + 1,
            () if !did => 0,
            () => self.course.contested,
        };
        let verdict = Verdict::of(&outcome, self.object.is_leaving(), unsteady);
        let is_contested = did && self.course.contested > RESTLESS && verdict.standing == Standing::Ready;
        let verdict = if is_contested { Verdict::contested(&plan) } else { verdict };
        if outcome.failures.is_empty() {
            self.count(&verdict);
        } else {
            // Each was counted by itself.
            self.failed = verdict.fails() || outcome.failures.iter().any(has_failed);
        }
        if verdict.is_passing() && self.was_as_wanted() && self.course.failures < TOLERATED {
            return self.retry(verdict.retry.unwrap_or(Retry::Unanswered));
        }
        let mut status = self.status(&verdict);
        tell::describe(&mut status, &outcome, graph);
        if let Err(refusal) = self.teller.tell(&self.before, &status, &verdict).await {
            return self.untold(&Verdict::from(refusal));
        }
        match again {
            Again::Now if !unsteady => Some((Lane::Changed, Instant::now())),
            Again::Now => self.come_again(Some(Retry::Settling)),
            Again::Quiet | Again::After(_) => self.come_again(verdict.retry),
        }
    }

    /// Whether the user was told that this very spec is as wanted.
    fn was_as_wanted(&self) -> bool {
        self.before.is_ready() && self.before.observed_generation == Some(self.object.generation())
    }

    /// Tell what hinders the lake before AWS was asked.
    async fn tell(&mut self, verdict: Verdict) -> Next {
        self.count(&verdict);
        let status = self.status(&verdict);
        let told = self.teller.tell(&self.before, &status, &verdict).await;
        let retry = told.err().map_or(verdict.retry, |refusal| Some(refusal.retry));
        if verdict.standing == Standing::Held { None } else { self.come_again(retry) }
    }

    /// Count what a verdict says that has failed.
    fn count(&mut self, verdict: &Verdict) {
        if verdict.fails() {
            self.failed = true;
            self.operator.metrics.failed(verdict.reason);
        }
    }

    /// The API server did not take what it was told: this says when it is told again.
    fn untold(&mut self, verdict: &Verdict) -> Next {
        self.count(verdict);
        self.come_again(verdict.retry)
    }

    /// The status so far, with new conditions.
    fn status(&mut self, verdict: &Verdict) -> LakeStatus {
        let mut status = self.before.clone();
        status.plan = None;
        status.lease = Some(self.operator.installations.own().to_owned());
        status.next_attempt = verdict.retry.map(|class| tell::in_time(self.pause(class)));
        if verdict.standing != Standing::Held {
            // What is left alone is as it was when it was looked at last.
            status.observed_generation = Some(self.object.generation());
            status.last_handled_reconcile_at =
                self.object.annotation(crate::object::REQUESTED_AT).map(str::to_owned);
        }
        let last = self.teller.writer.seen().status;
        status.conditions = verdict.conditions(&last.conditions, status.observed_generation);
        status
    }

    /// When the lake comes again: after a pause where something failed, else at its slot.
    fn come_again(&mut self, retry: Option<Retry>) -> Next {
        match retry {
            Some(class) => self.retry(class),
            None => {
                self.course.failures = 0;
                self.at_its_slot()
            }
        }
    }

    fn retry(&mut self, class: Retry) -> Next {
        let pause = self.pause(class);
        self.course.failures += 1;
        Some((Lane::Routine, Instant::now() + pause))
    }

    /// How long the pause is after a round that failed by this class.
    fn pause(&mut self, class: Retry) -> Duration {
        if let Some((_, known)) = self.pause.filter(|(of, _)| *of == class) {
            return known;
        }
        let longest = self.manner.interval.max(Duration::from_secs(30));
        let pause = pause(class, self.course.failures).min(longest);
        self.pause = Some((class, pause));
        pause
    }

    fn at_its_slot(&self) -> Next {
        let at = self.operator.slots.next(self.object.uid(), self.manner.interval, Instant::now());
        Some((Lane::Routine, at))
    }

    /// All that was the lake's is gone or left to others: its object may go.
    async fn let_go(&mut self, outcome: Option<&Outcome>) -> Next {
        let verdict = Verdict::gone(&self.teller.writer.held_by_others());
        let status = self.gone(&verdict, outcome);
        if let Err(refusal) = self.teller.tell(&self.before, &status, &verdict).await {
            // Whoever may not tell may still let go.
            tracing::warn!(lake = %self.object.name(), "that the lake is gone could not be told: {}", refusal.message);
        }
        self.operator.courses.lets_go(self.object.uid());
        match self.teller.writer.let_go().await {
            Ok(()) => {
                self.course.is_over = true;
                self.operator.wake_those_behind(&self.object.name());
                tracing::info!(lake = %self.object.name(), "the lake is gone; {FINALIZER} is taken off");
                None
            }
            Err(refusal) => {
                let verdict = Verdict::from(refusal);
                let status = self.gone(&verdict, outcome);
                let _ = self.teller.tell(&self.before, &status, &verdict).await;
                self.untold(&verdict)
            }
        }
    }

    /// The status of a lake of which nothing is left.
    fn gone(&mut self, verdict: &Verdict, outcome: Option<&Outcome>) -> LakeStatus {
        let mut status = self.status(verdict);
        tell::empty(&mut status, outcome);
        status
    }
}

/// Whether a step failed, and does not only wait: for its next portion, for AWS, for another's turn, for the next leader.
fn has_failed(failure: &Failure) -> bool {
    let waits = matches!(failure.cause, Cause::Unsettled(_) | Cause::Skipped(_) | Cause::Stopped);
    !waits && failure.retry() != Retry::Progressing
}

/// Whether a plan changes anything on AWS.
fn writes(plan: &Plan) -> bool {
    plan.writes().next().is_some()
}
