//! How fast one service, or one of its operations, is called: a bucket of tokens that fills as fast as the service has been
//! learnt to bear.

mod chance;
mod learn;

use super::rate::Rate;
use learn::Speed;
use tokio::time::{Duration, Instant};

/// A bucket of tokens; a call takes one. It has no clock of its own: who asks says what time it is.
#[derive(Debug)]
pub(super) struct Pace {
    rate: Rate,
    speed: Speed,
    /// What is in the bucket.
    level: f64,
    at: Instant,
}

impl Pace {
    pub(super) fn new(rate: Rate, now: Instant) -> Self {
        Pace { rate, speed: Speed::new(rate.steady, now), level: rate.burst, at: now }
    }

    /// Take a token, or tell when there will be one.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Instant> {
        self.fill(now);
        let (missing, speed) = (1.0 - self.level, self.speed.now());
        // Less than a microsecond's worth is the sum's error.
        if missing > speed * 1e-6 {
            return Err(now + Duration::from_secs_f64(missing / speed));
        }
        self.level -= 1.0;
        Ok(())
    }

    /// From now on callers wait, for a token or for a place; or nobody does.
    pub(super) fn wait(&mut self, waits: bool, now: Instant) {
        self.speed.wait(waits, now);
    }

    /// The service has done a call, or has said why it cannot be done.
    pub(super) fn done(&mut self, sent: Instant, now: Instant) {
        self.fill(now);
        self.speed.done(sent, now);
    }

    /// The service has refused a call for its number.
    pub(super) fn refused(&mut self, sent: Instant, now: Instant) {
        self.fill(now);
        self.level = self.level.min(0.0);
        self.speed.refused(sent, now);
    }

    /// How many calls may be under way: as many more or fewer as the pace is faster or slower.
    pub(super) fn places(&self) -> usize {
        let share = self.speed.now() / self.rate.steady;
        ((self.rate.parallel as f64 * share).round() as usize).max(1)
    }

    fn fill(&mut self, now: Instant) {
        let seconds = now.saturating_duration_since(self.at).as_secs_f64();
        self.level = (self.level + self.speed.now() * seconds).min(self.rate.burst);
        self.at = now;
    }
}

#[cfg(test)]
mod tests;
