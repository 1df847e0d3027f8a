//! How long and how often to come again, by class of error.

use crate::error::Retry;
use std::{
    collections::{BTreeMap, hash_map::RandomState},
    hash::BuildHasher,
    time::Duration,
};
use tokio::time::Instant;

/// First wait, longest wait, and for how long in all; `None` is as long as there is time.
struct Budget {
    first: Duration,
    longest: Duration,
    in_all: Option<Duration>,
}

impl Budget {
    /// The wait after so many failures.
    fn wait(&self, times: u32) -> Duration {
        self.first.saturating_mul(1 << times.min(10)).min(self.longest)
    }
}

/// The budget of a class, or `None` where coming again changes nothing.
///
/// The times are those that terraform-provider-aws waits: two minutes for IAM to propagate, minutes for dependencies,
/// up to an hour for the name of a deleted bucket (here as long as the user's timeout allows). Throttling is no
/// failure before five minutes, which is what AWS's own retry guidance asks of a client at the least.
fn budget(class: Retry) -> Option<Budget> {
    let budget = |first: u64, longest: u64, in_all: Option<u64>| {
        Some(Budget {
            first: Duration::from_millis(first),
            longest: Duration::from_secs(longest),
            in_all: in_all.map(Duration::from_secs),
        })
    };
    match class {
        Retry::Throttled => budget(1_000, 30, None),
        Retry::Propagating | Retry::Gone => budget(1_000, 3, Some(120)),
        Retry::Settling => budget(1_000, 15, Some(600)),
        Retry::Conflict => budget(500, 15, None),
        Retry::Busy => budget(5_000, 30, None),
        // Others have their turn in between, and nothing is waited for.
        Retry::Progressing => budget(1_000, 1, None),
        Retry::Unanswered => budget(1_000, 15, Some(300)),
        Retry::Never => None,
    }
}

/// How long a door that goes round by round waits before it comes again, after so many rounds in a row that failed by
/// this class: slowly where only a permission, a quota or the spec can help.
#[must_use]
pub fn pause(class: Retry, times: u32) -> Duration {
    let hopeless = Budget { first: Duration::from_secs(5), longest: Duration::from_secs(120), in_all: None };
    jitter(budget(class).unwrap_or(hopeless).wait(times))
}

/// What has been tried of each thing that failed.
#[derive(Debug)]
pub(super) struct Patience<Id> {
    trials: BTreeMap<Id, Trial>,
}

impl<Id> Default for Patience<Id> {
    fn default() -> Self {
        Patience { trials: BTreeMap::new() }
    }
}

#[derive(Debug)]
struct Trial {
    class: Retry,
    since: Instant,
    times: u32,
}

impl<Id: Ord> Patience<Id> {
    /// How long to wait before what failed by this class is tried again; `None` when it has been tried enough.
    pub(super) fn wait(&mut self, id: Id, class: Retry) -> Option<Duration> {
        let budget = budget(class)?;
        let now = Instant::now();
        let trial = self.trials.entry(id).or_insert(Trial { class, since: now, times: 0 });
        if trial.class != class {
            *trial = Trial { class, since: now, times: 0 };
        }
        if budget.in_all.is_some_and(|in_all| trial.since.elapsed() >= in_all) {
            return None;
        }
        let wait = budget.wait(trial.times);
        trial.times += 1;
        Some(jitter(wait))
    }

    /// What has gone well is begun anew when it fails again.
    pub(super) fn forget(&mut self, id: &Id) {
        self.trials.remove(id);
    }
}

/// Between half of a wait and all of it, so that many who were refused together do not come again together.
fn jitter(wait: Duration) -> Duration {
    let chance = RandomState::new().hash_one(Instant::now()) % 512;
    wait / 2 + wait.mul_f64(f64::from(u32::try_from(chance).unwrap_or(0)) / 1024.0)
}
