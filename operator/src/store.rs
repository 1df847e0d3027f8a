//! The lakes as the API server has them.

use crate::object::{APPROVE, Name, Object, REQUESTED_AT};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// All lakes that are watched.
#[derive(Default)]
pub struct Store {
    lakes: Mutex<HashMap<Name, Arc<Object>>>,
    /// How many watches have not told all their lakes yet.
    missing: AtomicUsize,
}

impl Store {
    fn lakes(&self) -> MutexGuard<'_, HashMap<Name, Arc<Object>>> {
        self.lakes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keep a lake. `None` for one that was not known, else whether anything is new that concerns us: another spec, a
    /// request, an approval, a deletion, a finalizer that was taken off. What stands in the status is compared with what
    /// was told, and not here.
    pub fn insert(&self, object: Arc<Object>) -> Option<bool> {
        let known = self.lakes().insert(object.name(), object.clone())?;
        let news = |of: &Object| {
            let said = [REQUESTED_AT, APPROVE].map(|name| of.annotation(name).map(str::to_owned));
            (of.uid().to_owned(), of.generation(), of.is_leaving(), said)
        };
        let let_loose = known.is_held() && !object.is_held();
        Some(news(&known) != news(&object) || let_loose)
    }

    /// Forget a lake.
    pub fn remove(&self, name: &Name) {
        self.lakes().remove(name);
    }

    /// A lake.
    #[must_use]
    pub fn get(&self, name: &Name) -> Option<Arc<Object>> {
        self.lakes().get(name).cloned()
    }

    /// All lakes.
    #[must_use]
    pub fn names(&self) -> Vec<Name> {
        self.lakes().keys().cloned().collect()
    }

    /// The lakes of a watch that a new list of it does not name: they went while nobody watched.
    #[must_use]
    pub fn missing_from(&self, namespace: Option<&str>, listed: &HashSet<Name>) -> Vec<Arc<Object>> {
        let within = |name: &Name| namespace.is_none_or(|namespace| name.namespace == namespace);
        let lakes = self.lakes();
        lakes
            .iter()
            .filter(|(name, _)| within(name) && !listed.contains(name))
            .map(|(_, lake)| lake.clone())
            .collect()
    }

    /// So many watches begin to tell their lakes.
    pub fn expect(&self, watches: usize) {
        self.missing.fetch_add(watches, Ordering::AcqRel);
    }

    /// A watch has told all its lakes.
    pub fn told_all(&self) {
        self.missing.fetch_sub(1, Ordering::AcqRel);
    }

    /// Whether all lakes are known.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.missing.load(Ordering::Acquire) == 0
    }
}
