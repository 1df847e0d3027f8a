//! One round for one lake: what the object asks for, what is done about it, and what its user is told.

mod approval;
mod desired;
mod installation;
mod recall;
mod record_store;
mod report;
mod task;

use crate::{
    connections::Connection,
    context::Context,
    lake_state::LakeState,
    object::{FINALIZER, Object, ReconcileOptions},
    queue::Priority,
    summary::{Phase, Summary},
};
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
use record_store::RecordStore;
use report::{Did, StatusReporter};
use std::{sync::Arc, time::Duration};
use task::Task;
use tokio::time::Instant;

/// When a lake is wanted again; `None` when only a change of its object asks for it.
pub type Next = Option<(Priority, Instant)>;

/// How long a routine look waits for others of its slot, whose reads go with it.
const BATCH_WINDOW: Duration = Duration::from_millis(250);
/// A round may take so many times as long as an attempt of a call, as long as an upload, and no longer than this.
const ROUND: u32 = 20;
const LONGEST_ROUND: Duration = Duration::from_secs(24 * 3600);
/// How many rounds in a row may do something before AWS is said not to keep what is set.
const FLAPPING: u32 = 5;
/// How many looks at a lake that was as wanted may go unanswered before its user is told.
const TOLERATED: u32 = 3;

/// What came of a round.
pub struct Reconciled {
    /// When the lake is wanted again.
    pub next: Next,
    /// Whether something failed.
    pub failed: bool,
}

/// Work on a lake.
pub async fn reconcile(context: &Context, object: Arc<Object>, priority: Priority) -> Reconciled {
    let name = object.name();
    if object.is_leaving() && !object.is_held() {
        context.lake_states.forget(&name);
        return Reconciled { next: None, failed: false };
    }
    if let Some(left) = context.installations.leave(&object).await {
        return installation::leave(context, &object, &left).await;
    }
    context.installations.keeps(&name);
    let state = context.lake_states.take(&name, object.uid(), context.leadership.term());
    let mut reconciliation = Reconciliation::new(context, &object, priority, state);
    let next = reconciliation.round().await;
    let (mut state, failed) = (reconciliation.state, reconciliation.failed);
    let newest = context.store.get(&name).filter(|newest| newest.uid() == object.uid());
    let (false, Some(newest)) = (state.is_over, newest) else { return Reconciled { next, failed } };
    state.seen = Some(reconciliation.reporter.writer.seen());
    context.lake_states.put(name, state);
    // Somebody may have written over the status meanwhile.
    let contradicted = context.lake_states.are_contradicted_by(&newest);
    Reconciled { next: if contradicted { Some((Priority::Changed, Instant::now())) } else { next }, failed }
}

/// A round for one lake.
struct Reconciliation<'a> {
    context: &'a Context,
    object: &'a Object,
    priority: Priority,
    options: ReconcileOptions,
    state: LakeState,
    reporter: StatusReporter,
    before: LakeStatus,
    /// How long the pause after this round is, by why there is one: what the user is told is what is done.
    pause: Option<(Retry, Duration)>,
    /// Whether something failed in this round.
    failed: bool,
}

impl<'a> Reconciliation<'a> {
    fn new(context: &'a Context, object: &'a Object, priority: Priority, state: LakeState) -> Self {
        let reporter = StatusReporter::new(context, object, state.seen.clone());
        let before = reporter.writer.seen().status;
        let options = object.options();
        Reconciliation {
            context,
            object,
            priority,
            options,
            state,
            reporter,
            before,
            pause: None,
            failed: false,
        }
    }

    async fn round(&mut self) -> Next {
        if self.options.suspended {
            return self.tell(Summary::suspended(&self.before, self.object.is_leaving())).await;
        }
        match self.prepare().await {
            Ok(Some(Task { connection, graph, record })) => self.work(connection, graph, record).await,
            Ok(None) => self.let_go(None).await,
            Err(summary) => self.tell(summary).await,
        }
    }

    async fn work(&mut self, connection: Connection, graph: Graph, record: Record) -> Next {
        let record_store =
            RecordStore::new(self.reporter.writer.clone(), self.progressing(&connection, &graph));
        let cloud: Arc<dyn Cloud> = match self.priority {
            Priority::Changed => Arc::new(connection.cloud.urgent()),
            Priority::Routine => Arc::new(connection.cloud.routine(BATCH_WINDOW)),
        };
        let (has_made, had) = (!record.nodes.is_empty(), report::data(&record));
        let engine = self.engine(&connection).with_cloud(cloud).with_memory(Arc::new(record_store));
        let end = Instant::now() + self.context.call_timeout.saturating_mul(ROUND).min(LONGEST_ROUND);
        let look = deadline::by(end, engine.look(&graph, record)).await;
        let drifted = self.has_drifted(look.plan());
        if drifted {
            for step in look.plan().writes() {
                self.context.metrics.drifted(step.node.kind());
            }
            self.reporter.drift(look.plan()).await;
        }
        if self.object.is_leaving()
            && let Some(summary) = Summary::protected(look.plan())
        {
            return self.tell(summary).await;
        }
        if self.options.asks
            && !self.object.is_leaving()
            && writes(look.plan())
            && !self.is_approved(look.plan()).await
        {
            return self.ask(look, &graph).await;
        }
        if (writes(look.plan()) || has_made)
            && !self.reporter.writer.holds()
            && !self.object.is_leaving()
            && let Err(refusal) = self.reporter.writer.hold().await
        {
            return self.tell(refusal.into()).await;
        }
        if writes(look.plan())
            && has_made
            && let Err(refusal) = self.name_installation().await
        {
            return self.untold(&refusal.into());
        }
        let round = deadline::by(end, look.go()).await;
        self.reporter.anew(&round.plan, &round.outcome, &had).await;
        self.conclude(round, &graph, drifted).await
    }

    /// What works on the lake: it knows which resources were made moments ago.
    fn engine(&mut self, connection: &Connection) -> Engine {
        let (owner, place) = (self.context.owner(&self.object.name()), connection.place.clone());
        let engine = self.state.engine(connection, || {
            Engine::new(connection.cloud.clone(), owner, place, Lineage::Written(new_lineage()))
        });
        engine.with_stop(self.context.stop())
    }

    /// The status while the first resources are made.
    fn progressing(&mut self, connection: &Connection, graph: &Graph) -> LakeStatus {
        let summary = Summary::progressing(self.object.is_leaving());
        let mut status = self.status(&summary);
        // What was asked for is answered when the work is done.
        status.last_handled_reconcile_at = self.before.last_handled_reconcile_at.clone();
        status.place = Some(report::place(&connection.place));
        status.members = Some(format!("{}/{}", report::present(&status), graph.len()));
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
            self.context.metrics.failed(failure.word());
            let id = failure.request_id().unwrap_or_default();
            tracing::info!(lake = %self.object.name(), reason = failure.word(), id, "{}: {}", failure.summary(), failure.steady_detail());
        }
        let why = match () {
            () if self.object.is_leaving() => Did::Delete,
            () if drifted => Did::Repair,
            () if self.before.record.is_none() => Did::Create,
            () => Did::Update,
        };
        let did = self.reporter.done(&plan, &outcome, why).await;
        if did {
            self.context.wake_those_behind(&self.object.name());
        }
        if !writes(&outcome.plan) {
            self.state.approved = None; // it has been carried out
        }
        let is_over = outcome.failures.is_empty() && outcome.plan.is_quiet() && again == Again::Quiet;
        if self.object.is_leaving() && is_over {
            return self.let_go(Some(&outcome)).await;
        }
        self.state.flapping = if did && again == Again::Now { self.state.flapping + 1 } else { 0 };
        let unsteady = self.state.flapping > FLAPPING;
        self.state.contested = match () {
            () if self.before.observed_generation != Some(self.object.generation()) => 0,
            () if drifted => self.state.contested + 1,
            () if !did => 0,
            () => self.state.contested,
        };
        let summary = Summary::of(&outcome, self.object.is_leaving(), unsteady);
        let is_contested = did && self.state.contested > FLAPPING && summary.phase == Phase::Ready;
        let summary = if is_contested { Summary::contested(&plan) } else { summary };
        if outcome.failures.is_empty() {
            self.count(&summary);
        } else {
            // Each was counted by itself.
            self.failed = summary.fails() || outcome.failures.iter().any(has_failed);
        }
        if summary.is_passing() && self.was_as_wanted() && self.state.failures < TOLERATED {
            return self.retry(summary.retry.unwrap_or(Retry::Unanswered));
        }
        let mut status = self.status(&summary);
        report::describe(&mut status, &outcome, graph);
        if let Err(refusal) = self.reporter.tell(&self.before, &status, &summary).await {
            return self.untold(&Summary::from(refusal));
        }
        match again {
            Again::Now if !unsteady => Some((Priority::Changed, Instant::now())),
            Again::Now => self.come_again(Some(Retry::Settling)),
            Again::Quiet | Again::After(_) => self.come_again(summary.retry),
        }
    }

    /// Whether the user was told that this very spec is as wanted.
    fn was_as_wanted(&self) -> bool {
        self.before.is_ready() && self.before.observed_generation == Some(self.object.generation())
    }

    /// Tell what hinders the lake before AWS was asked.
    async fn tell(&mut self, summary: Summary) -> Next {
        self.count(&summary);
        let status = self.status(&summary);
        let told = self.reporter.tell(&self.before, &status, &summary).await;
        let retry = told.err().map_or(summary.retry, |refusal| Some(refusal.retry));
        if summary.phase == Phase::Held { None } else { self.come_again(retry) }
    }

    /// Count what a summary says that has failed.
    fn count(&mut self, summary: &Summary) {
        if summary.fails() {
            self.failed = true;
            self.context.metrics.failed(summary.reason);
        }
    }

    /// The API server did not take what it was told: this says when it is told again.
    fn untold(&mut self, summary: &Summary) -> Next {
        self.count(summary);
        self.come_again(summary.retry)
    }

    /// The status so far, with new conditions.
    fn status(&mut self, summary: &Summary) -> LakeStatus {
        let mut status = self.before.clone();
        status.plan = None;
        status.lease = Some(self.context.installations.own().to_owned());
        status.next_attempt = summary.retry.map(|class| report::in_time(self.pause(class)));
        if summary.phase != Phase::Held {
            // What is left alone is as it was when it was looked at last.
            status.observed_generation = Some(self.object.generation());
            status.last_handled_reconcile_at =
                self.object.annotation(crate::object::REQUESTED_AT).map(str::to_owned);
        }
        let last = self.reporter.writer.seen().status;
        status.conditions = summary.conditions(&last.conditions, status.observed_generation);
        status
    }

    /// When the lake comes again: after a pause where something failed, else at its slot.
    fn come_again(&mut self, retry: Option<Retry>) -> Next {
        match retry {
            Some(class) => self.retry(class),
            None => {
                self.state.failures = 0;
                self.at_its_slot()
            }
        }
    }

    fn retry(&mut self, class: Retry) -> Next {
        let pause = self.pause(class);
        self.state.failures += 1;
        Some((Priority::Routine, Instant::now() + pause))
    }

    /// How long the pause is after a round that failed by this class.
    fn pause(&mut self, class: Retry) -> Duration {
        if let Some((_, known)) = self.pause.filter(|(of, _)| *of == class) {
            return known;
        }
        let longest = self.options.interval.max(Duration::from_secs(30));
        let pause = pause(class, self.state.failures).min(longest);
        self.pause = Some((class, pause));
        pause
    }

    fn at_its_slot(&self) -> Next {
        let at = self.context.resync.next(self.object.uid(), self.options.interval, Instant::now());
        Some((Priority::Routine, at))
    }

    /// All that was the lake's is gone or left to others: its object may go.
    async fn let_go(&mut self, outcome: Option<&Outcome>) -> Next {
        let summary = Summary::gone(&self.reporter.writer.held_by_others());
        let status = self.gone(&summary, outcome);
        if let Err(refusal) = self.reporter.tell(&self.before, &status, &summary).await {
            // Whoever may not tell may still let go.
            tracing::warn!(lake = %self.object.name(), "that the lake is gone could not be told: {}", refusal.message);
        }
        self.context.lake_states.lets_go(self.object.uid());
        match self.reporter.writer.let_go().await {
            Ok(()) => {
                self.state.is_over = true;
                self.context.wake_those_behind(&self.object.name());
                tracing::info!(lake = %self.object.name(), "the lake is gone; {FINALIZER} is taken off");
                None
            }
            Err(refusal) => {
                let summary = Summary::from(refusal);
                let status = self.gone(&summary, outcome);
                let _ = self.reporter.tell(&self.before, &status, &summary).await;
                self.untold(&summary)
            }
        }
    }

    /// The status of a lake of which nothing is left.
    fn gone(&mut self, summary: &Summary, outcome: Option<&Outcome>) -> LakeStatus {
        let mut status = self.status(summary);
        report::empty(&mut status, outcome);
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
