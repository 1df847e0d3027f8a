//! When a quiet lake is looked at again.
//!
//! The looks of all lakes are spread over the interval, and those of one slot come together: their reads are gathered
//! into batches, which a jitter of its own for each lake would forbid.

use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio::time::Instant;

/// Into how many slots an interval is parted: enough that AWS is asked steadily, few enough that lakes meet.
const SLOTS: u32 = 20;

/// Counts time from the start of the process.
#[derive(Clone, Copy, Debug)]
pub struct ResyncSchedule {
    start: Instant,
}

impl ResyncSchedule {
    /// ResyncSchedule counted from now.
    #[must_use]
    pub fn new() -> Self {
        ResyncSchedule { start: Instant::now() }
    }

    /// The first moment after `now` that belongs to this lake; at most an interval away.
    #[must_use]
    pub fn next(&self, uid: &str, interval: Duration, now: Instant) -> Instant {
        let slot = u32::from(Sha256::digest(uid)[0]) * SLOTS / 256;
        let offset = interval * slot / SLOTS;
        let since = now.saturating_duration_since(self.start);
        let rounds = if since < offset { 0 } else { (since - offset).as_nanos() / interval.as_nanos() + 1 };
        self.start + offset + interval * u32::try_from(rounds).unwrap_or(u32::MAX)
    }
}

impl Default for ResyncSchedule {
    fn default() -> Self {
        ResyncSchedule::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn every_lake_has_its_turn_once_an_interval_and_lakes_meet() {
        let (resync, interval) = (ResyncSchedule::new(), Duration::from_secs(300));
        let mut met = std::collections::BTreeMap::<Instant, usize>::new();
        for lake in 0..1000 {
            let uid = format!("lake-{lake}");
            let first = resync.next(&uid, interval, resync.start);
            assert!(first > resync.start - Duration::from_nanos(1) && first <= resync.start + interval);
            let second = resync.next(&uid, interval, first);
            assert_eq!(second - first, interval);
            *met.entry(first).or_default() += 1;
        }
        assert_eq!(met.len(), SLOTS as usize);
        assert!(met.values().all(|lakes| (20..=90).contains(lakes)), "{met:?}");
    }
}
