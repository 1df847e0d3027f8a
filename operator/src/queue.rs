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
pub enum Priority {
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
    /// Of routine priority.
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
    places: HashMap<K, (Priority, Instant, u64)>,
    /// Those being worked on, and when they are wanted again.
    busy: HashMap<K, (Priority, Option<(Priority, Instant)>)>,
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
    pub fn push(&self, key: K, priority: Priority, at: Instant) {
        self.state().push(key, priority, at);
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
    pub async fn next(&self) -> Option<(K, Priority)> {
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
    pub fn done(&self, key: &K, again: Option<(Priority, Instant)>) {
        let mut state = self.state();
        state.lent.remove(key);
        let wished = state.busy.remove(key).and_then(|(_, wished)| wished);
        for (priority, at) in wished.into_iter().chain(again) {
            state.push(key.clone(), priority, at);
        }
        drop(state);
        self.changed.notify_one();
    }

    /// How many of a priority wait and are due, and how many are worked on.
    #[must_use]
    pub fn depth(&self, priority: Priority) -> (usize, usize) {
        let state = self.state();
        let now = Instant::now();
        let due = state.due[priority as usize].iter().take_while(|(at, ..)| *at <= now).count();
        (due, state.busy.values().filter(|(busy, _)| *busy == priority).count())
    }

    /// Give out no more.
    pub fn close(&self) {
        self.state().open = false;
        self.changed.notify_one();
    }
}

impl<K: Clone + Eq + Ord + Hash> State<K> {
    fn push(&mut self, key: K, priority: Priority, at: Instant) {
        if let Some((_, again)) = self.busy.get_mut(&key) {
            *again = Some(again.map_or((priority, at), |(was, due)| (was.min(priority), due.min(at))));
            return;
        }
        let (priority, at) = match self.remove(&key) {
            Some((was, due)) => (was.min(priority), due.min(at)),
            None => (priority, at),
        };
        self.next += 1;
        self.due[priority as usize].insert((at, self.next, key.clone()));
        self.places.insert(key, (priority, at, self.next));
    }

    fn remove(&mut self, key: &K) -> Option<(Priority, Instant)> {
        let (priority, at, number) = self.places.remove(key)?;
        self.due[priority as usize].remove(&(at, number, key.clone()));
        Some((priority, at))
    }

    /// The next that is due, or when one will be.
    fn pop(&mut self, now: Instant, bounds: Bounds) -> Result<(K, Priority), Option<Instant>> {
        let mut soonest: Option<Instant> = None;
        if self.busy.len() - self.lent.len() >= bounds.all {
            return Err(None);
        }
        let keeps = |key: &K, priority: Priority| priority == Priority::Routine && !self.lent.contains(key);
        let routine = self.busy.iter().filter(|(key, (priority, _))| keeps(key, *priority)).count();
        for priority in [Priority::Changed, Priority::Routine] {
            if priority == Priority::Routine && routine >= bounds.routine {
                continue;
            }
            let Some((at, _, key)) = self.due[priority as usize].first().cloned() else { continue };
            if at <= now {
                self.remove(&key);
                self.busy.insert(key.clone(), (priority, None));
                return Ok((key, priority));
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
            queue.push(lake, Priority::Routine, now);
        }
        assert_eq!(queue.next().await, Some(("a", Priority::Routine)));
        assert_eq!(queue.next().await, Some(("b", Priority::Routine)));
        queue.push("new", Priority::Changed, now);
        assert_eq!(queue.next().await, Some(("new", Priority::Changed)), "routine work is bounded");
        queue.done(&"a", None);
        assert_eq!(queue.next().await, Some(("c", Priority::Routine)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lake_is_given_out_once_at_a_time_and_comes_again() {
        let queue = queue();
        let now = Instant::now();
        queue.push("a", Priority::Changed, now);
        assert_eq!(queue.next().await, Some(("a", Priority::Changed)));
        queue.push("a", Priority::Changed, now);
        queue.push("a", Priority::Routine, now + Duration::from_secs(60));
        let waited = tokio::time::timeout(Duration::from_secs(1), queue.next()).await;
        assert!(waited.is_err(), "it is being worked on");
        queue.done(&"a", Some((Priority::Routine, now + Duration::from_secs(300))));
        assert_eq!(queue.next().await, Some(("a", Priority::Changed)));
        queue.done(&"a", None);
        let waited = tokio::time::timeout(Duration::from_secs(3600), queue.next()).await;
        assert!(waited.is_err(), "all wishes were one");
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_an_answer_lends_its_room() {
        let queue = Queue::new(Bounds { all: 2, routine: 1 });
        let now = Instant::now();
        for lake in ["a", "b", "c", "d", "e"] {
            queue.push(lake, Priority::Changed, now);
        }
        for _ in 0..2 {
            let (lake, _) = queue.next().await.unwrap();
            queue.lend(&lake);
        }
        assert_eq!(queue.next().await, Some(("c", Priority::Changed)));
        assert_eq!(queue.next().await, Some(("d", Priority::Changed)));
        queue.lend(&"c");
        let waited = tokio::time::timeout(Duration::from_secs(1), queue.next()).await;
        assert!(waited.is_err(), "no more lend their room than there is");
        queue.push("a", Priority::Changed, now);
        queue.done(&"a", None);
        let waited = tokio::time::timeout(Duration::from_secs(1), queue.next()).await;
        assert!(waited.is_err(), "what was lent is given back");
        queue.done(&"c", None);
        assert_eq!(queue.next().await, Some(("e", Priority::Changed)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_due_later_is_given_out_later_and_the_sooner_wish_counts() {
        let queue = queue();
        let start = Instant::now();
        queue.push("a", Priority::Routine, start + Duration::from_secs(300));
        queue.push("a", Priority::Routine, start + Duration::from_secs(30));
        queue.push("a", Priority::Routine, start + Duration::from_secs(600));
        assert_eq!(queue.next().await, Some(("a", Priority::Routine)));
        assert_eq!(start.elapsed().as_secs(), 30);
        queue.push("b", Priority::Routine, start + Duration::from_secs(300));
        queue.forget(&"b");
        queue.close();
        assert_eq!(queue.next().await, None);
    }
}
