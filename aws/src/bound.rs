//! Bounds on what this process asks of one service in one account and region, shared by all lakes: AWS counts per
//! account and region, and one lake's haste must not throttle another's. What AWS counts by operation, too, has a bound of
//! its own beside the service's.

use super::{
    pace::Pace,
    priority::Priority,
    rate::{self, Rate, Rates},
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

/// So many urgent calls go before a routine one that waits: looks are late, and come.
const URGENT_IN_A_ROW: u32 = 8;

/// The bounds of one service in one account and region.
#[derive(Debug)]
pub(super) struct Bounds {
    service: Arc<Bound>,
    /// Of those operations that have bounds of their own.
    operations: HashMap<&'static str, Arc<Bound>>,
}

impl Bounds {
    fn new(rates: &Rates) -> Arc<Self> {
        let operations = rates.operations.iter().map(|(name, rate)| (*name, Bound::new(*rate)));
        Arc::new(Bounds { service: Bound::new(rates.service), operations: operations.collect() })
    }

    /// The bounds that everybody in this process shares.
    pub(super) fn of(service: &'static str, place: &Place) -> Arc<Self> {
        type All = Mutex<HashMap<(&'static str, String, String), Arc<Bounds>>>;
        static ALL: OnceLock<All> = OnceLock::new();
        // IAM is one for all regions of a partition.
        let region = if service == "iam" { String::new() } else { place.region.clone() };
        let mut all = ALL.get_or_init(All::default).lock().unwrap_or_else(PoisonError::into_inner);
        all.entry((service, place.account.clone(), region))
            .or_insert_with(|| Bounds::new(&rate::of(service)))
            .clone()
    }

    /// Wait for one's turn, with the operation first where it has a bound of its own: who waits there keeps nobody from
    /// calling others. Who stops waiting has taken nothing from the others, but for the operation's token.
    pub(super) async fn enter(&self, operation: &str, priority: Priority) -> Inside {
        let operation = match self.operations.get(operation) {
            Some(bound) => Some(bound.enter(priority).await),
            None => None,
        };
        Inside { service: self.service.enter(priority).await, operation }
    }
}

/// One bound: of a service, or of an operation.
#[derive(Debug)]
struct Bound(Mutex<State>);

#[derive(Debug)]
struct State {
    pace: Pace,
    /// Calls under way, and how many of them have had no answer for long.
    under_way: usize,
    hanging: usize,
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
    fn new(rate: Rate) -> Arc<Self> {
        Arc::new(Bound(Mutex::new(State {
            pace: Pace::new(rate, Instant::now()),
            under_way: 0,
            hanging: 0,
            urgent: BTreeMap::new(),
            routine: BTreeMap::new(),
            drawn: 0,
            urgent_in_a_row: 0,
        })))
    }

    /// Wait for one's turn. Who stops waiting has taken nothing from the others.
    async fn enter(self: &Arc<Self>, priority: Priority) -> Held {
        let ticket = Ticket::draw(self, priority);
        loop {
            let turn = self.state().turn(&ticket);
            match turn {
                Turn::Now => return Held { bound: self.clone(), sent: Instant::now(), hangs: false },
                Turn::At(when) => tokio::select! {
                    () = sleep_until(when) => {}
                    () = ticket.called.notified() => {}
                },
                Turn::Later => ticket.called.notified().await,
            }
        }
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

    /// Whether all places are held. Of those that hang, half of all places may be held: the others have given theirs back,
    /// so that a silent peer of some calls keeps nobody else waiting.
    fn is_full(&self) -> bool {
        let places = self.pace.places();
        self.under_way - self.hanging + self.hanging.min(places / 2) >= places
    }

    /// Let one who waits in, if it is their turn.
    fn turn(&mut self, ticket: &Ticket) -> Turn {
        if self.is_full() || self.next().is_none_or(|(next, _)| next != ticket.number) {
            return Turn::Later;
        }
        match self.pace.take(Instant::now()) {
            Err(when) => Turn::At(when),
            Ok(()) => {
                self.under_way += 1;
                self.urgent_in_a_row = match ticket.priority {
                    Priority::Urgent if !self.routine.is_empty() => self.urgent_in_a_row + 1,
                    _ => 0,
                };
                Turn::Now
            }
        }
    }

    /// Tell the pace whether anybody waits.
    fn tell(&mut self) {
        let waits = !(self.urgent.is_empty() && self.routine.is_empty());
        self.pace.wait(waits, Instant::now());
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
        state.tell();
        Ticket { bound, priority, number, called }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut state = self.bound.state();
        state.line(self.priority).remove(&self.number);
        state.tell();
        state.call_next();
    }
}

/// A place in a bound that a call under way holds.
#[derive(Debug)]
struct Held {
    bound: Arc<Bound>,
    sent: Instant,
    hangs: bool,
}

impl Held {
    fn hangs(&mut self) {
        let mut state = self.bound.state();
        self.hangs = true;
        state.hanging += 1;
        state.call_next();
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut state = self.bound.state();
        state.under_way -= 1;
        state.hanging -= usize::from(self.hangs);
        state.call_next();
    }
}

/// One whose call is under way. Dropped, the call is at its end.
#[derive(Debug)]
pub(super) struct Inside {
    service: Held,
    operation: Option<Held>,
}

impl Inside {
    /// No answer has come for long.
    pub(super) fn hangs(&mut self) {
        self.service.hangs();
        self.operation.iter_mut().for_each(Held::hangs);
    }

    /// The service has done the call, or has said why it cannot be done.
    pub(super) fn done(&self) {
        for held in self.operation.iter().chain([&self.service]) {
            held.bound.state().pace.done(held.sent, Instant::now());
        }
    }

    /// The service refused the call for its number. An operation that AWS counts by itself is told alone: the service's
    /// other calls have most likely nothing to do with it.
    pub(super) fn refused(&self) {
        let held = self.operation.as_ref().unwrap_or(&self.service);
        held.bound.state().pace.refused(held.sent, Instant::now());
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
        let bounds = Bounds::of("glue", &place("eu-west-1"));
        assert!(Arc::ptr_eq(&bounds, &Bounds::of("glue", &place("eu-west-1"))));
        assert!(!Arc::ptr_eq(&bounds, &Bounds::of("glue", &place("eu-west-2"))));
        assert!(!Arc::ptr_eq(&bounds, &Bounds::of("iam", &place("eu-west-1"))));
        let iam = Bounds::of("iam", &place("eu-west-1"));
        assert!(Arc::ptr_eq(&iam, &Bounds::of("iam", &place("eu-west-2"))), "IAM knows no regions");
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

    /// A service of which one operation is counted by itself.
    const TOY: Rates = Rates {
        service: Rate { steady: 100.0, burst: 1.0, parallel: 8 },
        operations: &[("CreateToy", Rate { steady: 2.0, burst: 1.0, parallel: 1 })],
    };

    #[tokio::test(start_paused = true)]
    async fn an_operation_with_a_rate_of_its_own_keeps_nobody_from_calling_others() {
        let bounds = Bounds::new(&TOY);
        let start = Instant::now();
        let creates: Vec<_> = (0..10)
            .map(|_| {
                let bounds = bounds.clone();
                tokio::spawn(async move { drop(bounds.enter("CreateToy", Priority::Urgent).await) })
            })
            .collect();
        sleep(Duration::from_millis(1)).await;
        for _ in 0..90 {
            drop(bounds.enter("GetToy", Priority::Routine).await);
        }
        assert!(start.elapsed() < Duration::from_secs(1), "after {:?}", start.elapsed());
        for create in creates {
            create.await.unwrap();
        }
        let took = start.elapsed().as_secs_f64();
        assert!((4.4..4.6).contains(&took), "ten at two a second take {took} s");
    }

    #[tokio::test(start_paused = true)]
    async fn an_operation_that_is_refused_slows_itself_alone() {
        let bounds = Bounds::new(&TOY);
        let speeds = || {
            let places =
                |bound: &Bound| bound.state().pace.take(Instant::now()).err().map(|at| at - Instant::now());
            (places(&bounds.service), places(&bounds.operations["CreateToy"]))
        };
        let inside = bounds.enter("CreateToy", Priority::Urgent).await;
        inside.refused();
        drop(inside);
        let (service, operation) = speeds();
        assert_eq!(service, Some(Duration::from_millis(10)));
        assert_eq!(operation, Some(Duration::from_millis(625)), "1.6 a second instead of 2");
        sleep(Duration::from_secs(2)).await;
        let inside = bounds.enter("GetToy", Priority::Urgent).await;
        inside.refused();
        drop(inside);
        assert_eq!(speeds().0, Some(Duration::from_micros(12_500)), "80 a second instead of 100");
    }
}
