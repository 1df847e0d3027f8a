//! How fast one service is called: a bucket of tokens whose filling slows down while the service throttles.

use tokio::time::{Duration, Instant};

/// What one service bears.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    /// Calls a second, in the long run.
    pub(super) steady: f64,
    /// Calls at once after a rest.
    pub(super) burst: f64,
    /// Calls under way at one time.
    pub(super) parallel: usize,
}

/// The share of the steady rate that a second gives back to a pace that was slowed down.
const RECOVERY: f64 = 0.1;
/// The share of the steady rate below which no throttling brings the pace: who stands still learns nothing.
const FLOOR: f64 = 0.05;

/// A bucket of tokens; a call takes one.
///
/// A refused call slows the filling by the share that one call a second has in the steady rate; each second gives back a
/// tenth of it. So the pace comes to rest where a tenth of the steady rate and what the service bears meet: additive
/// increase and multiplicative decrease, which share a service fairly among processes that know nothing of one another.
/// Where calls are refused whatever their number, as by chance three of ten, it rests above half of the steady rate.
#[derive(Debug)]
pub(super) struct Pace {
    rate: Rate,
    /// Calls a second, now.
    speed: f64,
    /// What is in the bucket.
    level: f64,
    at: Instant,
}

impl Pace {
    pub(super) fn new(rate: Rate, now: Instant) -> Self {
        Pace { rate, speed: rate.steady, level: rate.burst, at: now }
    }

    /// Take a token, or tell when there will be one.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Instant> {
        self.fill(now);
        let missing = 1.0 - self.level;
        // Less than a microsecond's worth is the sum's error.
        if missing > self.speed * 1e-6 {
            return Err(now + Duration::from_secs_f64(missing / self.speed));
        }
        self.level -= 1.0;
        Ok(())
    }

    /// The service refused a call for its number.
    pub(super) fn refused(&mut self, now: Instant) {
        self.fill(now);
        let slower = self.speed * (1.0 - 1.0 / self.rate.steady);
        self.speed = slower.max(self.rate.steady * FLOOR);
        self.level = self.level.min(0.0);
    }

    fn fill(&mut self, now: Instant) {
        let seconds = now.saturating_duration_since(self.at).as_secs_f64();
        self.speed = (self.speed + self.rate.steady * RECOVERY * seconds).min(self.rate.steady);
        self.level = (self.level + self.speed * seconds).min(self.rate.burst);
        self.at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As many calls as the pace lets through in some seconds; `refuses` says which the service refuses. Tells how many
    /// were made and how many were done.
    fn call_for(
        pace: &mut Pace,
        start: Instant,
        seconds: u64,
        refuses: impl Fn(u32, Duration) -> bool,
    ) -> (u32, u32) {
        let (mut now, mut made, mut done) = (start, 0, 0);
        while now < start + Duration::from_secs(seconds) {
            match pace.take(now) {
                Err(later) => now = later,
                Ok(()) if refuses(made, now - start) => {
                    made += 1;
                    pace.refused(now);
                }
                Ok(()) => (made, done) = (made + 1, done + 1),
            }
        }
        (made, done)
    }

    const RATE: Rate = Rate { steady: 100.0, burst: 20.0, parallel: 1 };

    #[test]
    fn a_burst_is_free_and_then_calls_come_at_the_steady_rate() {
        let start = Instant::now();
        let mut pace = Pace::new(Rate { steady: 10.0, burst: 2.0, parallel: 1 }, start);
        assert_eq!((pace.take(start), pace.take(start)), (Ok(()), Ok(())));
        let next = start + Duration::from_millis(100);
        assert_eq!(pace.take(start), Err(next));
        assert_eq!(pace.take(next), Ok(()), "the token is there when it was said to be");
        let later = start + Duration::from_secs(60);
        assert_eq!((pace.take(later), pace.take(later)), (Ok(()), Ok(())), "a rest fills the bucket");
        assert!(pace.take(later).is_err(), "and no more than fills it");
    }

    #[test]
    fn calls_refused_by_chance_leave_more_than_half_of_the_rate() {
        let start = Instant::now();
        let (made, done) = call_for(&mut Pace::new(RATE, start), start, 60, |n, _| n % 10 < 3);
        assert!(made > 50 * 60 && done > 35 * 60, "{made} made, {done} done");
    }

    #[test]
    fn a_service_that_bears_a_tenth_is_not_overrun() {
        let start = Instant::now();
        let mut pace = Pace::new(RATE, start);
        // It bears ten calls a second, and refuses the rest.
        let borne = std::cell::Cell::new((0u64, 0u32));
        let (made, done) = call_for(&mut pace, start, 60, |_, at| {
            let (second, calls) = borne.get();
            let calls = if second == at.as_secs() { calls + 1 } else { 1 };
            borne.set((at.as_secs(), calls));
            calls > 10
        });
        assert!(done >= 9 * 60, "what it bears is used: {done} done");
        assert!(made < 45 * 60, "the rest is kept away: {made} made");
        let (made, _) = call_for(&mut pace, start + Duration::from_secs(70), 10, |_, _| false);
        assert!(made >= 99 * 10, "the pace recovers: {made} made");
    }
}
