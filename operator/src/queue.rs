//! Which lake is next. Two lanes, so that those who changed something do not wait behind those who are only looked at.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// Why a lake is worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Somebody changed something, or a round makes way for the next.
    Changed,
    /// It is looked at again, or tried again after a failure.
    Routine,
}

/// How many are worked on at once.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// In all.
    pub all: usize,
    /// Of the routine lane.
    pub routine: usize,
}

/// The lakes that are due, now or later. A lake stands in it at most once, and is never given out twice at a time.
#[derive(Debug)]
pub struct Queue<K> {
    state: Mutex<State<K>>,
    changed: Notify,
    bounds: Bounds,
}

#[derive(Debug)]
struct State<K> {
    /// In the order in which they are due.
    due: [BTreeSet<(Instant, u64, K)>; 2],
    /// Where each stands.
    places: HashMap<K, (Lane, Instant, u64)>,
    /// Those being worked on, and when they are wanted again.
    busy: HashMap<K, (Lane, Option<(Lane, Instant)>)>,
    /// Those being worked on that have lent their room to others.
    lent: HashSet<K>,
    next: u64,
    open: bool,
}

impl<K: Clone + Eq + Ord + Hash> Queue<K> {
    /// An empty queue.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        let state = State {
            due: [BTreeSet::new(), BTreeSet::new()],
            places: HashMap::new(),
            busy: HashMap::new(),
            lent: HashSet::new(),
            next: 0,
            open: true,
        };
        Queue { state: Mutex::new(state), changed: Notify::new(), bounds }
    }

    fn state(&self) -> MutexGuard<'_, State<K>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Let a lake be worked on then; the sooner and the more urgent wish counts.
    pub fn push(&self, key: K, lane: Lane, at: Instant) {
        self.state().push(key, lane, at);
        self.changed.notify_one();
    }

    /// Forget a lake that waits.
    pub fn forget(&self, key: &K) {
        let mut state = self.state();
        state.remove(key);
        if let Some((_, again)) = state.busy.get_mut(key) {
            *again = None;
        }
    }

    /// The next lake that is due, as soon as one is and there is room; nothing once the queue is closed.
    pub async fn next(&self) -> Option<(K, Lane)> {
        loop {
            let bell = self.changed.notified();
            let soonest = {
                let mut state = self.state();
                if !state.open {
                    return None;
                }
                match state.pop(Instant::now(), self.bounds) {
                    Ok(next) => return Some(next),
                    Err(soonest) => soonest,
                }
            };
            match soonest {
                Some(at) => tokio::select! {
                    () = sleep_until(at) => {}
                    () = bell => {}
                },
                None => bell.await,
            }
        }
    }

    /// The work on a lake does not come on: another may be worked on in its room. At most as many lend theirs as there
    /// is room.
    pub fn lend(&self, key: &K) {
        let mut state = self.state();
        if state.busy.contains_key(key) && state.lent.len() < self.bounds.all {
            state.lent.insert(key.clone());
        }
        drop(state);
        self.changed.notify_one();
    }

    /// The work on a lake is over; it comes again then, unless something asks for it sooner.
    pub fn done(&self, key: &K, again: Option<(Lane, Instant)>) {
        let mut state = self.state();
        state.lent.remove(key);
        let wished = state.busy.remove(key).and_then(|(_, wished)| wished);
        for (lane, at) in wished.into_iter().chain(again) {
            state.push(key.clone(), lane, at);
        }
        drop(state);
        self.changed.notify_one();
    }

    /// How many wait in a lane and are due, and how many are worked on in it.
    #[must_use]
    pub fn depth(&self, lane: Lane) -> (usize, usize) {
        let state = self.state();
        let now = Instant::now();
        let due = state.due[lane as usize].iter().take_while(|(at, ..)| *at <= now).count();
        (due, state.busy.values().filter(|(busy, _)| *busy == lane).count())
    }

    /// Give out no more.
    pub fn close(&self) {
        self.state().open = false;
        self.changed.notify_one();
    }
}

impl<K: Clone + Eq + Ord + Hash> State<K> {
    fn push(&mut self, key: K, lane: Lane, at: Instant) {
        if let Some((_, again)) = self.busy.get_mut(&key) {
            *again = Some(again.map_or((lane, at), |(was, due)| (was.min(lane), due.min(at))));
            return;
        }
        let (lane, at) = match self.remove(&key) {
            Some((was, due)) => (was.min(lane), due.min(at)),
            None => (lane, at),
        };
        self.next += 1;
        self.due[lane as usize].insert((at, self.next, key.clone()));
        self.places.insert(key, (lane, at, self.next));
    }

    fn remove(&mut self, key: &K) -> Option<(Lane, Instant)> {
        let (lane, at, number) = self.places.remove(key)?;
        self.due[lane as usize].remove(&(at, number, key.clone()));
        Some((lane, at))
    }

    /// The next that is due, or when one will be.
    fn pop(&mut self, now: Instant, bounds: Bounds) -> Result<(K, Lane), Option<Instant>> {
        let mut soonest: Option<Instant> = None;
        if self.busy.len() - self.lent.len() >= bounds.all {
            return Err(None);
        }
        let keeps = |key: &K, lane: Lane| lane == Lane::Routine && !self.lent.contains(key);
        let routine = self.busy.iter().filter(|(key, (lane, _))| keeps(key, *lane)).count();
        for lane in [Lane::Changed, Lane::Routine] {
            if lane == Lane::Routine && routine >= bounds.routine {
                continue;
            }
            let Some((at, _, key)) = self.due[lane as usize].first().cloned() else { continue };
            if at <= now {
                self.remove(&key);
                self.busy.insert(key.clone(), (lane, None));
                return Ok((key, lane));
            }
            soonest = Some(soonest.map_or(at, |soonest| soonest.min(at)));
        }
        Err(soonest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn queue() -> Queue<&'static str> {
        Queue::new(Bounds { all: 3, routine: 2 })
    }

    #[tokio::test(start_paused = true)]
    async fn who_changed_something_goes_first_and_always_finds_room() {
        let queue = queue();
        let now = Instant::now();
        for lake in ["a", "b", "c"] {
            queue.push(lake, Lane::Routine, now);
        }
        assert_eq!(queue.next().await, Some(("a", Lane::Routine)));
        assert_eq!(queue.next().await, Some(("b", Lane::Routine)));
        queue.push("new", Lane::Changed, now);
        assert_eq!(queue.next().await, Some(("new", Lane::Changed)), "the routine lane is full");
        queue.done(&"a", None);
        assert_eq!(queue.next().await, Some(("c", Lane::Routine)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lake_is_given_out_once_at_a_time_and_comes_again() {
        let queue = queue();
        let now = Instant::now();
        queue.push("a", Lane::Changed, now);
        assert_eq!(queue.next().await, Some(("a", Lane::Changed)));
        queue.push("a", Lane::Changed, now);
        queue.push("a", Lane::Routine, now + Duration::from_secs(60));
        let waited = tokio::time::timeout(Duration::from_secs(1), queue.next()).await;
        assert!(waited.is_err(), "it is being worked on");
        queue.done(&"a", Some((Lane::Routine, now + Duration::from_secs(300))));
        assert_eq!(queue.next().await, Some(("a", Lane::Changed)));
        queue.done(&"a", None);
        let waited = tokio::time::timeout(Duration::from_secs(3600), queue.next()).await;
        assert!(waited.is_err(), "all wishes were one");
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_an_answer_lends_its_room() {
        let queue = Queue::new(Bounds { all: 2, routine: 1 });
        let now = Instant::now();
        for lake in ["a", "b", "c", "d", "e"] {
            queue.push(lake, Lane::Changed, now);
        }
        for _ in 0..2 {
            let (lake, _) = queue.next().await.unwrap();
            queue.lend(&lake);
        }
        assert_eq!(queue.next().await, Some(("c", Lane::Changed)));
        assert_eq!(queue.next().await, Some(("d", Lane::Changed)));
        queue.lend(&"c");
        let waited = tokio::time::timeout(Duration::from_secs(1), queue.next()).await;
        assert!(waited.is_err(), "no more lend their room than there is");
        queue.push("a", Lane::Changed, now);
        queue.done(&"a", None);
        let waited = tokio::time::timeout(Duration::from_secs(1), queue.next()).await;
        assert!(waited.is_err(), "what was lent is given back");
        queue.done(&"c", None);
        assert_eq!(queue.next().await, Some(("e", Lane::Changed)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_due_later_is_given_out_later_and_the_sooner_wish_counts() {
        let queue = queue();
        let start = Instant::now();
        queue.push("a", Lane::Routine, start + Duration::from_secs(300));
        queue.push("a", Lane::Routine, start + Duration::from_secs(30));
        queue.push("a", Lane::Routine, start + Duration::from_secs(600));
        assert_eq!(queue.next().await, Some(("a", Lane::Routine)));
        assert_eq!(start.elapsed().as_secs(), 30);
        queue.push("b", Lane::Routine, start + Duration::from_secs(300));
        queue.forget(&"b");
        queue.close();
        assert_eq!(queue.next().await, None);
    }
}
