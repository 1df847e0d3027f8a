//! The record while a plan is done.
//!
//! Operations run side by side, and some learn their keys on the way. All of them write into one record, which is kept as
//! it is by then, one keep after the other: so none takes back what another has kept.

use crate::{
    engine::Memory,
    error::CloudError,
    graph::NodeId,
    key::Key,
    kind::{Kinds, Wears},
    place::Place,
    record::{Got, Record},
};
use lake_api::{FieldPath, member::OnDelete};
use std::{
    collections::{BTreeMap, BTreeSet},
    mem::take,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The one writer of the record.
pub(super) struct Ledger<'r> {
    kinds: Kinds,
    memory: Option<&'r dyn Memory>,
    pages: Mutex<Pages<'r>>,
    /// How many entries the record held that was kept last. Whoever keeps holds it meanwhile.
    kept: tokio::sync::Mutex<u64>,
}

struct Pages<'r> {
    record: &'r mut Record,
    /// How many entries were made.
    entries: u64,
    /// Keys that the record names only because they are about to be made.
    promised: BTreeMap<NodeId, BTreeSet<Key>>,
}

/// What the record is told of a key that is about to be the lake's.
#[derive(Clone, Debug)]
pub(super) struct Promise {
    pub(super) got: Got,
    pub(super) on_delete: OnDelete,
    /// Paths below the settings whose values are never shown.
    pub(super) secret: BTreeSet<FieldPath>,
    /// The node whose it was so far.
    pub(super) moved_from: Option<NodeId>,
}

impl<'r> Ledger<'r> {
    pub(super) fn new(kinds: Kinds, record: &'r mut Record, memory: Option<&'r dyn Memory>) -> Self {
        let pages = Pages { record, entries: 0, promised: BTreeMap::new() };
        Ledger { kinds, memory, pages: Mutex::new(pages), kept: tokio::sync::Mutex::default() }
    }

    fn pages(&self) -> MutexGuard<'_, Pages<'r>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The record as it is by now.
    pub(super) fn record(&self) -> Record {
        self.pages().record.clone()
    }

    /// Where the lake lives.
    pub(super) fn place(&self) -> Place {
        self.pages().record.place.clone()
    }

    /// Make an entry.
    pub(super) fn enter(&self, entry: impl FnOnce(&mut Record)) {
        let mut pages = self.pages();
        pages.entries += 1;
        entry(pages.record);
    }

    /// Name a key that is about to be the lake's.
    pub(super) fn promise(&self, node: &NodeId, key: &Key, promise: &Promise) {
        let mut pages = self.pages();
        if pages.record.got(node, key).is_none() {
            pages.promised.entry(node.clone()).or_default().insert(key.clone());
        }
        pages.entries += 1;
        pages.record.remember(node, key.clone(), promise.got, promise.on_delete);
        pages.record.hide(self.kinds, node, &promise.secret);
        if let Some(was) = &promise.moved_from {
            pages.record.keep_birth(was, node, key);
        }
    }

    /// What was promised of a node came to be.
    pub(super) fn fulfil(&self, node: &NodeId) {
        self.pages().promised.remove(node);
    }

    /// A node's call failed and may have made something all the same. Its key stays where its mark will tell, or where
    /// the answer was `lost`.
    pub(super) fn doubt(&self, node: &NodeId, lost: bool) {
        if let Some(keys) = self.pages().promised.get_mut(node) {
            keys.retain(|key| self.kinds.of(key).wears == Wears::Nothing && !lost);
        }
    }

    /// What was promised and neither came to be nor is in doubt is not the lake's after all.
    pub(super) fn withdraw(&self) {
        let promised = take(&mut self.pages().promised);
        for (node, key) in promised.iter().flat_map(|(node, keys)| keys.iter().map(move |key| (node, key))) {
            self.enter(|record| record.forget(node, key));
        }
    }

    /// Keep the record with all that was entered so far, if it is kept anywhere. Those who ask while it is being kept
    /// are served together by the next keep.
    pub(super) async fn keep(&self) -> Result<(), CloudError> {
        let Some(memory) = self.memory else { return Ok(()) };
        let due = self.pages().entries;
        let mut kept = self.kept.lock().await;
        if *kept >= due {
            return Ok(());
        }
        let (entries, record) = {
            let pages = self.pages();
            (pages.entries, pages.record.clone())
        };
        memory.keep(&record).await?;
        *kept = entries;
        Ok(())
    }
}
