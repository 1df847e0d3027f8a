//! What can go wrong with a cloud, the same in every run of one seed.

use lake_reconcile::{error::Retry, key::Key};
use std::collections::{BTreeMap, BTreeSet};

/// A small generator of numbers (xorshift64*), so that a run can be repeated.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Rng(seed | 1)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % bound.max(1)
    }
}

/// The faults of a cloud.
#[derive(Clone, Debug)]
pub(crate) struct Faults {
    /// How many calls were made.
    pub(crate) calls: u64,
    /// How many of them wrote, or would have.
    pub(crate) writes: u64,
    /// The process dies with the answer to this call.
    pub(crate) kill_after: Option<u64>,
    /// Calls after this one are done and never answered.
    pub(crate) held_after: Option<u64>,
    /// Of every hundred calls so many are too many.
    pub(crate) throttled: u64,
    /// Of every hundred writes the answers of so many are lost.
    pub(crate) lost: u64,
    /// Of every hundred looks so many see what was before the last write.
    pub(crate) stale: u64,
    /// Keys that must not be read.
    pub(crate) unreadable: BTreeSet<Key>,
    /// Creates of these keys lose their answer once, and are repeated by what makes the calls.
    pub(crate) retried: BTreeSet<Key>,
    /// Kinds whose lists are refused.
    pub(crate) unlisted: BTreeSet<&'static str>,
    /// Writes of these keys are refused by this class, so many times.
    pub(crate) refused: BTreeMap<Key, (Retry, u64)>,
    pub(crate) rng: Rng,
}

impl Default for Faults {
    fn default() -> Self {
        Faults {
            calls: 0,
            writes: 0,
            kill_after: None,
            held_after: None,
            throttled: 0,
            lost: 0,
            stale: 0,
            unreadable: BTreeSet::new(),
            retried: BTreeSet::new(),
            unlisted: BTreeSet::new(),
            refused: BTreeMap::new(),
            rng: Rng::new(1),
        }
    }
}

impl Faults {
    pub(super) fn is_dead(&self) -> bool {
        self.kill_after.is_some_and(|last| self.calls > last)
    }

    pub(super) fn is_held(&self) -> bool {
        self.held_after.is_some_and(|last| self.calls > last)
    }

    pub(super) fn dies_now(&self) -> bool {
        self.kill_after == Some(self.calls)
    }

    pub(super) fn throttles(&mut self) -> bool {
        self.rng.below(100) < self.throttled
    }

    pub(super) fn loses(&mut self) -> bool {
        self.rng.below(100) < self.lost
    }

    pub(super) fn is_stale(&mut self) -> bool {
        self.rng.below(100) < self.stale
    }

    /// How a write of a key is refused, if it is.
    pub(super) fn refuses(&mut self, key: &Key) -> Option<Retry> {
        let (class, times) = self.refused.get_mut(key)?;
        *times = times.checked_sub(1)?;
        Some(*class)
    }
}
