//! The loop that gives each lake of a cluster its rounds.

use crate::{
    context::Context,
    metrics::Came,
    object::{Name, Object},
    queue::Priority,
    reconciler::{self, Reconciled},
    server::ServerState,
};
use futures::FutureExt;
use lake_api::status::State;
use std::{panic::AssertUnwindSafe, pin::pin, sync::Arc, time::Duration};
use tokio::{
    task::JoinSet,
    time::{Instant, timeout},
};

/// A round that takes longer waits for something, mostly for an answer: another lake is worked on meanwhile.
const LONG: Duration = Duration::from_secs(10);

/// The operator of one cluster.
pub struct Operator {
    /// What all its lakes share.
    pub context: Context,
}

impl Operator {
    /// An operator with this context.
    #[must_use]
    pub fn new(context: Context) -> Self {
        Operator { context }
    }

    /// A lake was seen, or seen anew.
    pub fn seen(&self, object: Object) {
        let object = Arc::new(object);
        let news = self.context.store.insert(object.clone()).is_none_or(|news| news);
        if news || self.context.lake_states.are_contradicted_by(&object) {
            let priority = if object.is_settled() { Priority::Routine } else { Priority::Changed };
            self.context.queue.push(object.name(), priority, Instant::now());
        }
    }

    /// A lake's object is gone.
    pub fn gone(&self, object: &Object) {
        let name = object.name();
        self.context.store.remove(&name);
        self.context.queue.forget(&name);
        self.context.sources.forget(&name);
        self.context.installations.keeps(&name);
        let told = self.context.lake_states.forget(&name);
        let is_others = self.context.installations.other(object).is_some();
        if self.context.lake_states.was_let_go(object.uid()) || is_others || !self.context.leadership.holds()
        {
            return;
        }
        let status = told.unwrap_or_else(|| object.status());
        let there = status.resources.iter().filter(|(_, it)| it.state == State::Present);
        let left: Vec<&str> = there.map(|(node, _)| node.as_str()).collect();
        if !left.is_empty() {
            self.context.metrics.lost();
            tracing::warn!(
                lake = %name,
                resources = left.join(", "),
                "the finalizer was taken off by somebody: the resources stay on AWS under the mark of this lake. A new \
                 lake of this name takes them up once it wants one of them"
            );
        }
    }

    /// Give lakes their rounds while this replica leads; until the queue is closed.
    pub async fn lead(self: &Arc<Self>) {
        let mut rounds = JoinSet::new();
        loop {
            let stop = self.context.stop();
            tokio::select! {
                () = self.context.leadership.becomes(true) => {}
                () = stop.stopped() => break,
            }
            for name in self.context.store.names() {
                self.context.queue.push(name, Priority::Routine, Instant::now());
            }
            tokio::select! {
                () = self.serve(&mut rounds) => break,
                () = self.context.leadership.becomes(false) => {
                    // Another leads now: what is under way ends, and what this process knows is old.
                    self.context.end_term();
                    while rounds.join_next().await.is_some() {}
                    self.context.lake_states.clear();
                    self.context.installations.clear();
                }
            }
        }
        while rounds.join_next().await.is_some() {}
    }

    async fn serve(self: &Arc<Self>, rounds: &mut JoinSet<()>) {
        while let Some((name, priority)) = self.context.queue.next().await {
            let operator = self.clone();
            rounds.spawn(async move { operator.round(name, priority).await });
            while rounds.try_join_next().is_some() {}
        }
    }

    /// One round for one lake. A panic is our own bug and ends this round only.
    async fn round(&self, name: Name, priority: Priority) {
        let Some(object) = self.context.store.get(&name).filter(|_| self.context.leadership.holds()) else {
            return self.context.queue.done(&name, None);
        };
        let begun = Instant::now();
        self.context.metrics.begins();
        let uid = object.uid().to_owned();
        let mut work =
            pin!(AssertUnwindSafe(reconciler::reconcile(&self.context, object, priority)).catch_unwind());
        let came = match timeout(LONG, &mut work).await {
            Ok(came) => came,
            Err(_) => {
                self.context.queue.lend(&name);
                work.await
            }
        };
        let (next, result) = match came {
            Ok(Reconciled { next, failed: true }) => (next, Came::Error),
            Ok(Reconciled { next, .. }) => {
                let came = match next {
                    Some((Priority::Routine, _)) => Came::RequeueAfter,
                    Some((Priority::Changed, _)) => Came::Requeue,
                    None => Came::Success,
                };
                (next, came)
            }
            Err(panic) => {
                let said = panic.downcast_ref::<String>().map(String::as_str);
                let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default();
                tracing::error!(lake = %name, panic = said, "a bug ended a round: please report it");
                (Some((Priority::Routine, Instant::now() + Duration::from_secs(60))), Came::Error)
            }
        };
        // Whoever went while the round was under way was forgotten before it ended.
        if self.context.store.get(&name).is_none_or(|object| object.uid() != uid) {
            self.context.lake_states.forget(&name);
            self.context.sources.forget(&name);
        }
        self.context.metrics.ends(result, begun.elapsed());
        self.context.queue.done(&name, next);
    }

    /// End what is under way and begin nothing more.
    pub fn drain(&self) {
        self.context.queue.close();
        self.context.stop().stop();
    }
}

impl ServerState for Operator {
    fn metrics(&self) -> String {
        self.context.metrics.text(
            |priority| self.context.queue.depth(priority),
            self.context.lake_states.states(|lake| self.context.store.get(lake).is_some()),
        )
    }

    fn hindrance(&self) -> Option<String> {
        if !self.context.store.is_whole() {
            return Some("the lakes are not known yet: the API server does not tell them".to_owned());
        }
        self.context.installations.overlap()
    }
}
