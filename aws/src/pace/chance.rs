//! Why a service refuses calls: because they are too many, or by chance.
//!
//! What is too much grows less when the pace falls: the service does as many calls as before, and refuses fewer. What is
//! chance does not: it refuses the same share of fewer calls. Between them stands a service that others call as well:
//! when one of them slows down, all are refused a little less. Chance is what explains the last seconds clearly better than
//! both.

use std::collections::VecDeque;

/// So many seconds are remembered.
const REMEMBERED: usize = 16;
/// A second that something ended before its end tells no rate.
const WHOLE: f64 = 0.99;
/// No share is taken to be less than this, or more than all but this: one call proves little.
const RARE: f64 = 0.02;
/// A second of more calls than this weighs as one of so many: the models are not as exact as their figures would be.
const WEIGHED: f64 = 100.0;
/// From this share on, a service bears too few calls, whatever the reason.
const MOSTLY: f64 = 0.45;
/// Up to this share a call refused now and then costs less than a slower pace.
const SELDOM: f64 = 0.05;
/// Chance must be e² times as likely as anything else, and number e times as likely as chance.
const CHANCE: f64 = 2.0;
const NUMBER: f64 = -1.0;

/// Why calls are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// They are too many.
    Number,
    /// By chance.
    Chance,
    /// So few are refused that it does not matter.
    Seldom,
    /// It cannot be told yet.
    Unclear,
}

/// A second of calls.
#[derive(Clone, Copy, Debug)]
struct Second {
    /// The speed at its end.
    speed: f64,
    seconds: f64,
    done: f64,
    refused: f64,
}

impl Second {
    /// Calls a second, whatever became of them.
    fn rate(&self) -> f64 {
        (self.done + self.refused) / self.seconds
    }

    /// The logarithm of how likely it is where calls are refused with a probability.
    fn log_likelihood(&self, probability: f64) -> f64 {
        let probability = probability.clamp(RARE, 1.0 - RARE);
        let weight = (WEIGHED / (self.done + self.refused)).min(1.0);
        weight * (self.refused * probability.ln() + self.done * (1.0 - probability).ln())
    }
}

/// The last seconds, from one in which something was refused.
#[derive(Debug, Default)]
pub(super) struct Evidence(VecDeque<Second>);

impl Evidence {
    /// Remember what became of calls in a second, and the speed at its end.
    pub(super) fn add(&mut self, speed: f64, seconds: f64, done: u32, refused: u32) {
        if seconds < WHOLE {
            return;
        }
        self.0.push_back(Second { speed, seconds, done: done.into(), refused: refused.into() });
        if self.0.len() > REMEMBERED {
            self.0.pop_front();
        }
        if self.0.iter().all(|second| second.refused == 0.0) {
            self.0.clear();
        }
    }

    /// The highest speed that is remembered.
    pub(super) fn fastest(&self) -> f64 {
        self.0.iter().map(|second| second.speed).fold(0.0, f64::max)
    }

    /// Whether most calls of the last second were refused.
    pub(super) fn is_overrun(&self) -> bool {
        self.0.back().is_some_and(|last| last.refused >= MOSTLY * (last.done + last.refused))
    }

    /// Why calls were refused.
    pub(super) fn cause(&self) -> Cause {
        let share = self.share();
        let highest = self.0.iter().map(Second::rate).fold(0.0, f64::max);
        let (alone, among_others) = (self.of_chance(share, 0.0), self.of_chance(share, highest));
        match () {
            () if share >= MOSTLY => Cause::Number,
            () if alone.min(among_others) > CHANCE => Cause::Chance,
            () if share <= SELDOM => Cause::Seldom,
            () if alone < NUMBER => Cause::Number,
            () => Cause::Unclear,
        }
    }

    /// The share of all calls that was refused.
    fn share(&self) -> f64 {
        let refused: f64 = self.0.iter().map(|second| second.refused).sum();
        let done: f64 = self.0.iter().map(|second| second.done).sum();
        refused / (refused + done).max(1.0)
    }

    /// By how much a share that is refused explains the seconds better than a service that bears so many calls a second
    /// and is asked for others, too: the logarithm of the ratio of both likelihoods. A second in which nothing was refused
    /// does not speak against such a service: it bears more for a while after a rest.
    fn of_chance(&self, share: f64, others: f64) -> f64 {
        let over = || self.0.iter().filter(|second| second.refused > 0.0);
        let done: f64 = over().map(|second| second.done * (1.0 + others / second.rate())).sum();
        let bears = done / over().map(|second| second.seconds).sum::<f64>();
        let by_number = |second: &Second| match second.refused > 0.0 {
            true => second.log_likelihood(1.0 - bears / (second.rate() + others)),
            false => 0.0,
        };
        self.0.iter().map(|second| second.log_likelihood(share) - by_number(second)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds of so many calls each, of which so many are refused.
    fn seconds(of: &[(u32, u32)]) -> Evidence {
        let mut evidence = Evidence::default();
        of.iter().for_each(|(all, refused)| evidence.add(f64::from(*all), 1.0, all - refused, *refused));
        evidence
    }

    #[test]
    fn what_grows_less_as_the_pace_falls_is_the_number_of_calls() {
        assert_eq!(seconds(&[(80, 30), (64, 14), (51, 1)]).cause(), Cause::Number);
        assert_eq!(seconds(&[(320, 120), (256, 56), (205, 5)]).cause(), Cause::Number);
        let most = [(80, 48), (64, 38), (51, 31), (50, 30)];
        assert_eq!(seconds(&most).cause(), Cause::Number, "most calls are refused");
    }

    #[test]
    fn what_stays_the_same_share_is_chance() {
        assert_eq!(seconds(&[(80, 24), (64, 19), (51, 15), (50, 15)]).cause(), Cause::Chance);
        assert_eq!(seconds(&[(320, 32), (256, 26), (205, 20)]).cause(), Cause::Chance);
    }

    #[test]
    fn a_service_that_others_call_is_not_taken_for_chance() {
        // It does 480 a second, and the others keep to their 480.
        let shared = [(160, 40), (128, 27), (102, 18), (102, 18)];
        assert_eq!(seconds(&shared).cause(), Cause::Unclear);
    }

    #[test]
    fn one_pace_alone_tells_nothing() {
        assert_eq!(seconds(&[(80, 24); 5]).cause(), Cause::Unclear);
        assert_eq!(seconds(&[(80, 2); 5]).cause(), Cause::Seldom);
        assert_eq!(seconds(&[(8, 2), (6, 2)]).cause(), Cause::Unclear, "nor do few calls");
    }

    #[test]
    fn what_is_long_past_is_forgotten() {
        let mut evidence = seconds(&[(80, 24), (64, 19), (51, 15)]);
        assert!(evidence.fastest() > 79.0);
        (0..REMEMBERED).for_each(|_| evidence.add(51.0, 1.0, 51, 0));
        assert_eq!((evidence.fastest(), evidence.cause()), (0.0, Cause::Seldom));
        evidence.add(51.0, 0.5, 20, 5);
        assert_eq!(evidence.share(), 0.0, "half a second is none");
    }
}
