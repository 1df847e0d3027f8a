//! How far writes have come that take long, such as the emptying of a bucket. A kind tells it while it is at it, so that it is
//! known also of a call that the deadline cut off; it adds up over the passes of an apply and the rounds of an operator.

use crate::{contents::Count, key::Key};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

tokio::task_local! {
    static UNDER_WAY: (Progress, Key);
}

/// Tell that the write that is under way has done so many more.
pub fn done(more: Count) {
    // Who calls a kind without an engine wants to hear nothing.
    let _ = UNDER_WAY.try_with(|(progress, key)| {
        let mut all = progress.all();
        let so_far = all.entry(key.clone()).or_insert(Count { number: 0, ..more });
        so_far.number = so_far.number.saturating_add(more.number);
    });
}

/// What was done so far of each write that is not at its end. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress(Arc<Mutex<BTreeMap<Key, Count>>>);

impl Progress {
    /// Carry out a write to what a key names, and hear what it has done.
    pub(crate) async fn of<F: Future>(&self, key: &Key, write: F) -> F::Output {
        UNDER_WAY.scope((self.clone(), key.clone()), write).await
    }

    /// What was done so far.
    pub(crate) fn so_far(&self, key: &Key) -> Option<Count> {
        self.all().get(key).copied().filter(|count| count.number > 0)
    }

    /// The write is at its end.
    pub(crate) fn ended(&self, key: &Key) {
        self.all().remove(key);
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<Key, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
