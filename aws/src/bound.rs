//! Bounds on what this process asks of one service in one account and region, shared by all lakes: AWS counts per
//! account and region, and one lake's haste must not throttle another's.

use super::{
    pace::{Pace, Rate},
    priority::Priority,
};
use lake_engine::place::Place;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// AWS publishes figures for few of these services and accounts differ. These keep well below what is known to be
/// throttled (Glue: some 15 calls at one moment) and are not felt by a lake of usual size. S3 has by far the most calls,
/// since it tells a bucket's facets one by one, and bears the most: 3,500 writes and 5,500 reads a second for each prefix
/// of a bucket (S3 User Guide, "Best practices design patterns"). For a bucket's own settings it promises nothing, so the
/// bound is far below, and where that is too much for an account the pace gives way.
fn rate(service: &str) -> Rate {
    match service {
        "s3" => Rate { steady: 400.0, burst: 400.0, parallel: 64 },
        "glue" => Rate { steady: 25.0, burst: 60.0, parallel: 12 },
        "iam" => Rate { steady: 25.0, burst: 80.0, parallel: 16 },
        "lakeformation" => Rate { steady: 15.0, burst: 30.0, parallel: 8 },
        "tagging" => Rate { steady: 10.0, burst: 15.0, parallel: 4 },
        _ => Rate { steady: 25.0, burst: 60.0, parallel: 16 },
    }
}

/// So many urgent calls go before a routine one that waits: looks are late, and come.
const URGENT_IN_A_ROW: u32 = 8;

/// The bounds of one service in one account and region.
#[derive(Debug)]
pub(super) struct Bound(Mutex<State>);

#[derive(Debug)]
struct State {
    pace: Pace,
    /// Calls that may be under way beside those that are.
    free: usize,
    /// Calls under way that have had no answer for long, and how many of them keep their places.
    hanging: usize,
    may_hang: usize,
    /// Who waits, by ticket, in the order of their coming.
    urgent: BTreeMap<u64, Arc<Notify>>,
    routine: BTreeMap<u64, Arc<Notify>>,
    drawn: u64,
    urgent_in_a_row: u32,
}

/// What one who waits learns.
enum Turn {
    Now,
    At(Instant),
    Later,
}

impl Bound {
    pub(super) fn new(rate: Rate) -> Arc<Self> {
        Arc::new(Bound(Mutex::new(State {
            pace: Pace::new(rate, Instant::now()),
            free: rate.parallel,
            hanging: 0,
            may_hang: rate.parallel / 2,
            urgent: BTreeMap::new(),
            routine: BTreeMap::new(),
            drawn: 0,
            urgent_in_a_row: 0,
        })))
    }

    /// The bounds that everybody in this process shares.
    pub(super) fn of(service: &'static str, place: &Place) -> Arc<Self> {
        type All = Mutex<HashMap<(&'static str, String, String), Arc<Bound>>>;
        static ALL: OnceLock<All> = OnceLock::new();
        // IAM is one for all regions of a partition.
        let region = if service == "iam" { String::new() } else { place.region.clone() };
        let mut all = ALL.get_or_init(All::default).lock().unwrap_or_else(PoisonError::into_inner);
        all.entry((service, place.account.clone(), region))
            .or_insert_with(|| Bound::new(rate(service)))
            .clone()
    }

    /// Wait for one's turn. Who stops waiting has taken nothing from the others.
    pub(super) async fn enter(self: &Arc<Self>, priority: Priority) -> Inside {
        let ticket = Ticket::draw(self, priority);
        loop {
            let turn = self.state().turn(&ticket);
            match turn {
                Turn::Now => {
                    return Inside { bound: self.clone(), hangs: false, keeps: true };
                }
                Turn::At(when) => tokio::select! {
                    () = sleep_until(when) => {}
                    () = ticket.called.notified() => {}
                },
                Turn::Later => ticket.called.notified().await,
            }
        }
    }

    /// The service refused a call for its number.
    pub(super) fn refused(&self) {
        self.state().pace.refused(Instant::now());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn line(&mut self, priority: Priority) -> &mut BTreeMap<u64, Arc<Notify>> {
        match priority {
            Priority::Urgent => &mut self.urgent,
            Priority::Routine => &mut self.routine,
        }
    }

    /// Whose turn comes next.
    fn next(&self) -> Option<(u64, &Arc<Notify>)> {
        let (urgent, routine) = (self.urgent.first_key_value(), self.routine.first_key_value());
        let late = self.urgent_in_a_row >= URGENT_IN_A_ROW;
        let next = if late { routine.or(urgent) } else { urgent.or(routine) };
        next.map(|(ticket, called)| (*ticket, called))
    }

    /// Let one who waits in, if it is their turn.
    fn turn(&mut self, ticket: &Ticket) -> Turn {
        if self.free == 0 || self.next().is_none_or(|(next, _)| next != ticket.number) {
            return Turn::Later;
        }
        match self.pace.take(Instant::now()) {
            Err(when) => Turn::At(when),
            Ok(()) => {
                self.free -= 1;
                self.urgent_in_a_row = match ticket.priority {
                    Priority::Urgent if !self.routine.is_empty() => self.urgent_in_a_row + 1,
                    _ => 0,
                };
                Turn::Now
            }
        }
    }

    fn call_next(&self) {
        if let Some((_, called)) = self.next() {
            called.notify_one();
        }
    }
}

/// A place in the line. Who drops it has left the line.
struct Ticket<'a> {
    bound: &'a Bound,
    priority: Priority,
    number: u64,
    called: Arc<Notify>,
}

impl<'a> Ticket<'a> {
    fn draw(bound: &'a Bound, priority: Priority) -> Self {
        let called = Arc::new(Notify::new());
        let mut state = bound.state();
        let number = state.drawn;
        state.drawn += 1;
        state.line(priority).insert(number, called.clone());
        Ticket { bound, priority, number, called }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut state = self.bound.state();
        state.line(self.priority).remove(&self.number);
        state.call_next();
    }
}

/// One whose call is under way. Dropped, the call is at its end.
#[derive(Debug)]
pub(super) struct Inside {
    bound: Arc<Bound>,
    hangs: bool,
    /// Whether it still holds its place.
    keeps: bool,
}

impl Inside {
    /// No answer has come for long. Of those that hang, half of all places may be held: the others give theirs back, so
    /// that a silent peer of some calls keeps nobody else waiting.
    pub(super) fn hangs(&mut self) {
        let mut state = self.bound.state();
        self.hangs = true;
        state.hanging += 1;
        if state.hanging > state.may_hang {
            self.keeps = false;
            state.free += 1;
            state.call_next();
        }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let mut state = self.bound.state();
        state.hanging -= usize::from(self.hangs);
        if self.keeps {
            state.free += 1;
            state.call_next();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use std::time::Duration;
    use tokio::time::sleep;

    const SLOW: Rate = Rate { steady: 10.0, burst: 1.0, parallel: 4 };

    /// Wait among others, then be under way for a moment; the time of entering.
    fn enter(bound: &Arc<Bound>, priority: Priority) -> tokio::task::JoinHandle<Instant> {
        let bound = bound.clone();
        tokio::spawn(async move {
            let _inside = bound.enter(priority).await;
            let entered = Instant::now();
            sleep(Duration::from_millis(20)).await;
            entered
        })
    }

    #[tokio::test]
    async fn bounds_are_shared_per_service_account_and_region() {
        let place = |region: &str| Place {
            partition: "aws".into(),
            region: region.into(),
            account: "123456789012".into(),
        };
        let bound = Bound::of("glue", &place("eu-west-1"));
        assert!(Arc::ptr_eq(&bound, &Bound::of("glue", &place("eu-west-1"))));
        assert!(!Arc::ptr_eq(&bound, &Bound::of("glue", &place("eu-west-2"))));
        assert!(!Arc::ptr_eq(&bound, &Bound::of("iam", &place("eu-west-1"))));
        let iam = Bound::of("iam", &place("eu-west-1"));
        assert!(Arc::ptr_eq(&iam, &Bound::of("iam", &place("eu-west-2"))), "IAM knows no regions");
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_goes_before_a_thousand_looks_that_came_first() {
        let bound = Bound::new(SLOW);
        let looks: Vec<_> = (0..1_000).map(|_| enter(&bound, Priority::Routine)).collect();
        sleep(Duration::from_secs(1)).await;
        let asked = Instant::now();
        let entered = enter(&bound, Priority::Urgent).await.unwrap();
        assert!(entered - asked <= Duration::from_millis(100), "after {:?}", entered - asked);
        let start = asked;
        for look in looks {
            assert!(look.await.unwrap() <= start + Duration::from_secs(101), "the looks come, too");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn looks_come_though_there_is_always_something_urgent() {
        let bound = Bound::new(SLOW);
        let _urgent: Vec<_> = (0..1_000).map(|_| enter(&bound, Priority::Urgent)).collect();
        let asked = Instant::now();
        let looks: Vec<_> = (0..3).map(|_| enter(&bound, Priority::Routine)).collect();
        for look in looks {
            let waited = look.await.unwrap() - asked;
            assert!(waited <= Duration::from_secs(3), "after {waited:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_stops_waiting_takes_nothing_from_the_others() {
        let bound = Bound::new(SLOW);
        drop(bound.enter(Priority::Urgent).await);
        let gone: Vec<_> = (0..100).map(|_| enter(&bound, Priority::Urgent)).collect();
        sleep(Duration::from_millis(1)).await;
        let asked = Instant::now();
        let stays = enter(&bound, Priority::Urgent);
        sleep(Duration::from_millis(1)).await;
        gone.iter().for_each(tokio::task::JoinHandle::abort);
        let waited = stays.await.unwrap() - asked;
        assert!(waited <= Duration::from_millis(100), "after {waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_are_under_way_than_may_be() {
        let bound = Bound::new(Rate { steady: 1e6, burst: 1e6, parallel: 2 });
        let (one, _two) = (bound.enter(Priority::Urgent).await, bound.enter(Priority::Routine).await);
        assert!(bound.enter(Priority::Urgent).now_or_never().is_none());
        drop(one);
        assert!(bound.enter(Priority::Urgent).now_or_never().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn what_hangs_holds_half_of_the_places() {
        let bound = Bound::new(Rate { steady: 1e6, burst: 1e6, parallel: 4 });
        let mut hanging = Vec::new();
        for _ in 0..10 {
            let mut inside =
                bound.enter(Priority::Urgent).now_or_never().expect("half of the places are free");
            inside.hangs();
            hanging.push(inside);
        }
        let (one, two) = (bound.enter(Priority::Urgent).await, bound.enter(Priority::Urgent).await);
        assert!(bound.enter(Priority::Urgent).now_or_never().is_none(), "and no more than half");
        drop((hanging, one, two));
        let all: Vec<_> = (0..4).filter_map(|_| bound.enter(Priority::Urgent).now_or_never()).collect();
        assert_eq!(all.len(), 4);
        assert!(bound.enter(Priority::Urgent).now_or_never().is_none(), "no place has come to be twice");
    }
}
