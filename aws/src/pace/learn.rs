//! How many calls a second a service bears, learnt from its answers.
//!
//! A speed grows while callers wait and the service does their calls, and falls when it refuses one for its number. From
//! there it comes back along a cubic curve: fast at first, slowly about the speed that was refused, and then ever faster.
//! That is how the adaptive retry mode of AWS's SDKs has it (`ClientRateLimiter` of aws-smithy-runtime), which has it from
//! TCP (RFC 9438, "CUBIC for Fast and Long-Distance Networks"). Here the curve is told in shares of the start instead of
//! calls, so that a service of few calls a second is not tried every two seconds.
//!
//! Processes that know nothing of one another share a service by this rule alone: of two, the faster one is refused more
//! often, and both rise alike.

use super::chance::{Cause, Evidence};
use std::mem;
use tokio::time::{Duration, Instant};

/// What a second of growth makes of a speed, at the most.
const GROWTH: f64 = 1.25;
/// What a refusal makes of it.
const FALL: f64 = 0.8;
/// The highest speed, in starts.
const MOST: f64 = 8.0;
/// The lowest one that may be by chance, in starts.
const LEAST_BY_CHANCE: f64 = 0.5;
/// The lowest one at all: who stands still learns nothing.
const LEAST: f64 = 0.05;
/// How fast the curve rises, in starts per cubic second: a speed that fell from its start is back within 6 seconds.
const RISE: f64 = 0.001;
/// Who is refused before it was back leaves the others room: its curve is flat so much below (RFC 9438, 4.7, "Fast
/// Convergence", with half of the room: with all of it, chance alone drives two apart that call some ten times a second).
const ROOM: f64 = 0.95;
/// For so much growth one answer stands, at the most. A service that answers nothing is called no faster, and one that
/// bears few calls is not tried every few calls.
const VOUCHED: Duration = Duration::from_millis(100);
/// A speed falls at most once in so long.
const REST: Duration = Duration::from_secs(1);
/// So long refusals by chance are borne before it is tried again whether they are.
const BORNE: Duration = Duration::from_secs(10);
/// So often a speed keeps from falling below what may be by chance while the cause is unclear.
const HELD: u32 = 4;

/// Calls a second, as learnt so far.
#[derive(Debug)]
pub(super) struct Speed {
    start: f64,
    now: f64,
    /// The way back after the last refusal; `None` before the first one.
    curve: Option<Curve>,
    /// Since when callers wait, and how long they did before that since the last growth.
    waits: Option<Instant>,
    waited: Duration,
    /// When it last changed for a refusal. What was sent before that says nothing of it.
    since: Instant,
    /// When it may fall again; `None` until something sent since is answered.
    rested: Option<Instant>,
    /// Until when refusals are borne as chance.
    borne: Instant,
    held: u32,
    count: Count,
    evidence: Evidence,
}

/// What became of calls since the first of them was answered.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    from: Option<Instant>,
    done: u32,
    refused: u32,
}

/// The way back from a refusal.
#[derive(Clone, Copy, Debug)]
struct Curve {
    /// Where it is flat.
    peak: f64,
    /// Where it begins.
    low: f64,
    /// How many seconds of it have been gone.
    age: f64,
}

impl Curve {
    /// The speed on it. `rise` is in calls a second per cubic second.
    fn speed(self, rise: f64) -> f64 {
        let flat = ((self.peak - self.low) / rise).cbrt();
        self.peak + rise * (self.age - flat).powi(3)
    }
}

impl Speed {
    pub(super) fn new(start: f64, now: Instant) -> Self {
        Speed {
            start,
            now: start,
            curve: None,
            waits: None,
            waited: Duration::ZERO,
            since: now,
            rested: Some(now),
            borne: now,
            held: 0,
            count: Count::default(),
            evidence: Evidence::default(),
        }
    }

    /// Calls a second.
    pub(super) fn now(&self) -> f64 {
        self.now
    }

    /// From now on callers wait, or nobody does.
    pub(super) fn wait(&mut self, waits: bool, now: Instant) {
        if let Some(from) = self.waits {
            self.waited += now.saturating_duration_since(from);
        }
        self.waits = waits.then_some(now);
    }

    /// A call that was sent then was done now.
    pub(super) fn done(&mut self, sent: Instant, now: Instant) {
        if sent < self.since {
            return;
        }
        self.rested.get_or_insert(now + REST);
        let from = *self.count.from.get_or_insert(now);
        self.count.done += 1;
        self.wait(self.waits.is_some(), now);
        self.grow();
        if now >= from + REST {
            self.conclude(now);
        }
    }

    /// A call that was sent then was refused now.
    pub(super) fn refused(&mut self, sent: Instant, now: Instant) {
        if sent < self.since {
            return;
        }
        self.count.from.get_or_insert(now);
        self.count.refused += 1;
        // While something is refused, nothing grows, and the way back begins anew.
        self.waits = self.waits.map(|_| now);
        self.waited = Duration::ZERO;
        let before = self.curve.map_or(0.0, |curve| curve.peak);
        self.curve = Some(Curve { peak: before.max(self.now), low: self.now, age: 0.0 });
        if now < *self.rested.get_or_insert(now + REST) {
            return;
        }
        self.conclude(now);
        let next = self.after_refusal(now);
        if next == self.now {
            self.rested = Some(now + REST);
            return;
        }
        let peak = if self.now < before { self.now * ROOM } else { self.now };
        self.curve = Some(Curve { peak: peak.max(next), low: next, age: 0.0 });
        self.now = next;
        self.since = now;
        self.rested = None;
    }

    /// Grow by the time that callers have waited.
    fn grow(&mut self) {
        let seconds = mem::take(&mut self.waited).min(VOUCHED).as_secs_f64();
        let mut faster = self.now * GROWTH.powf(seconds);
        if let Some(curve) = &mut self.curve {
            curve.age += seconds;
            faster = faster.min(curve.speed(RISE * self.start)).max(self.now);
        }
        self.now = faster.min(MOST * self.start);
    }

    /// The speed that a refusal leaves.
    fn after_refusal(&mut self, now: Instant) -> f64 {
        let (slower, half) = (self.now * FALL, LEAST_BY_CHANCE * self.start);
        let cause = self.evidence.cause();
        if now < self.borne && !self.evidence.is_overrun() {
            return self.now;
        }
        if slower >= half {
            self.held = 0;
            return slower;
        }
        match cause {
            Cause::Chance if self.evidence.fastest() > self.now => {
                self.held = 0;
                self.borne = now + BORNE;
                self.evidence.fastest()
            }
            Cause::Seldom if self.now >= half => half,
            Cause::Unclear if self.now >= half && self.held < HELD => {
                self.held += 1;
                half
            }
            // What is refused that slowly is not refused for its number.
            _ if self.now <= LEAST * self.start => half,
            _ => slower.max(LEAST * self.start),
        }
    }

    /// Remember what became of the last calls, and count anew.
    fn conclude(&mut self, now: Instant) {
        let Count { from, done, refused } = mem::take(&mut self.count);
        if let Some(from) = from {
            let seconds = now.saturating_duration_since(from).as_secs_f64();
            self.evidence.add(self.now, seconds, done, refused);
        }
    }
}
