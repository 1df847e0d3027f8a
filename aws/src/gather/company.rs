//! Company: looks of one sort that wait for one another, and go together.

use crate::Priority;
use lake_engine::{cloud::Cloud, error::Retry, inventory::Sight, key::Key, settings::Settings};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::oneshot,
    time::{Instant, sleep_until},
};

/// So many looks of one sort are under way at once; who comes then waits for one of them to end, so that the slower AWS
/// answers, the more go together.
pub(super) const BUSY: usize = 2;
/// Nobody waits longer than this for others' looks to end: one of them may hang.
pub(super) const LATEST: Duration = Duration::from_secs(1);
/// So many keys go without waiting for more: AWS takes a hundred names, or ARNs, to the call.
pub(super) const FULL: usize = 100;

/// A cloud that many look through.
pub(super) struct Shared {
    pub(super) inner: Arc<dyn Cloud>,
    pools: Mutex<HashMap<Lane, Pool>>,
}

/// Looks that may go together: equally urgent, and of one kind.
pub(super) type Lane = (Priority, &'static str);

/// Who waits for company.
#[derive(Default)]
pub(super) struct Pool {
    keys: BTreeSet<Key>,
    waiting: Vec<oneshot::Sender<Arc<Batch>>>,
    due: Option<Instant>,
    /// Whether the time is over, and they only wait for a look to end.
    is_overdue: bool,
    /// How many batches have left.
    left: u64,
    pub(super) under_way: usize,
}

/// What was read together.
struct Batch {
    sights: BTreeMap<Key, Sight<Settings>>,
    /// Whether for more than one lake.
    shared: bool,
}

impl Shared {
    pub(super) fn new(inner: Arc<dyn Cloud>) -> Arc<Self> {
        Arc::new(Shared { inner, pools: Mutex::default() })
    }

    /// Look at keys of one kind, with others if there are others.
    pub(super) async fn look(
        self: &Arc<Self>,
        lane: Lane,
        keys: Vec<Key>,
        patience: Duration,
    ) -> Vec<(Key, Sight<Settings>)> {
        let Some(answer) = self.join(lane, &keys, patience) else {
            let _under_way = UnderWay { shared: self, lane };
            return self.read(lane, keys).await;
        };
        // A batch without an answer has panicked: whose key made it panic, panics alone.
        let Ok(batch) = answer.await else { return self.read(lane, keys).await };
        let (mut told, mut alone) = (Vec::new(), Vec::new());
        for key in keys {
            match batch.sights.get(&key) {
                // A refusal may be that of another's key.
                Some(Sight::Unreadable(error)) if batch.shared && error.retry == Retry::Never => {
                    alone.push(key)
                }
                Some(sight) => told.push((key, sight.clone())),
                None => {}
            }
        }
        if !alone.is_empty() {
            told.extend(self.read(lane, alone).await);
        }
        told
    }

    async fn read(&self, (priority, _): Lane, keys: Vec<Key>) -> Vec<(Key, Sight<Settings>)> {
        priority.of(self.inner.read(keys)).await
    }

    /// Wait for company; `None` where one goes alone and at once.
    fn join(
        self: &Arc<Self>,
        lane: Lane,
        keys: &[Key],
        patience: Duration,
    ) -> Option<oneshot::Receiver<Arc<Batch>>> {
        let mut pools = self.pools();
        let pool = pools.entry(lane).or_default();
        if lane.0 == Priority::Urgent && pool.under_way == 0 && pool.waiting.is_empty() {
            pool.under_way += 1;
            return None;
        }
        let (sender, receiver) = oneshot::channel();
        pool.waiting.push(sender);
        pool.keys.extend(keys.iter().cloned());
        let due = Instant::now() + patience;
        if pool.keys.len() >= FULL {
            self.leave(lane, pool);
        } else if pool.due.is_none_or(|soonest| due < soonest) {
            pool.due = Some(due);
            let (shared, batch) = (self.clone(), pool.left);
            tokio::spawn(async move {
                sleep_until(due).await;
                shared.depart(lane, batch, BUSY);
                sleep_until(due + LATEST).await;
                shared.depart(lane, batch, usize::MAX);
            });
        }
        Some(receiver)
    }

    /// The time of a batch is over: it goes, if fewer looks than this are under way, or else with the end of one.
    fn depart(self: &Arc<Self>, lane: Lane, batch: u64, busy: usize) {
        if let Some(pool) = self.pools().get_mut(&lane).filter(|pool| pool.left == batch) {
            if pool.under_way < busy {
                self.leave(lane, pool);
            } else {
                pool.is_overdue = true;
            }
        }
    }

    /// Go with whoever is there.
    fn leave(self: &Arc<Self>, lane: Lane, pool: &mut Pool) {
        let (keys, waiting) = (std::mem::take(&mut pool.keys), std::mem::take(&mut pool.waiting));
        pool.due = None;
        pool.is_overdue = false;
        pool.left += 1;
        pool.under_way += 1;
        let shared = self.clone();
        tokio::spawn(async move {
            let _under_way = UnderWay { shared: &shared, lane };
            let sights = shared.read(lane, keys.into_iter().collect()).await.into_iter().collect();
            let batch = Arc::new(Batch { sights, shared: waiting.len() > 1 });
            for one in waiting {
                // Who has stopped waiting needs no answer.
                let _ = one.send(batch.clone());
            }
        });
    }

    pub(super) fn pools(&self) -> MutexGuard<'_, HashMap<Lane, Pool>> {
        self.pools.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A look under way; at its end when dropped, whatever became of it.
pub(super) struct UnderWay<'a> {
    pub(super) shared: &'a Arc<Shared>,
    pub(super) lane: Lane,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if let Some(pool) = self.shared.pools().get_mut(&self.lane) {
            pool.under_way -= 1;
            if pool.is_overdue {
                self.shared.leave(self.lane, pool);
            }
        }
    }
}
