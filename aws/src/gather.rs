//! Looks gathered across lakes. AWS answers for a hundred crawlers as fast as for one, and counts one call; so lakes of
//! one account and region look through one cloud, and what they ask for at about the same time is asked for together,
//! each kind by itself.
//!
//! * Somebody who waits (a new lake, a changed one) looks at once when nobody else does, and within a moment otherwise.
//! * A routine look has patience: it waits for company, and its calls give way to all others. With its lake's first
//!   write, somebody waits.
//! * One lake's trouble is its own: what could not be read together with others' is read once more alone, and what is
//!   asked for once was asked for by whoever gets the answer, after they asked.

mod company;

use crate::Priority;
use company::Shared;
use futures::future::{BoxFuture, join_all};
use lake_engine::{
    cloud::{Cloud, Listed, Write},
    contents::Held,
    error::CloudError,
    graph::NodeId,
    inventory::Sight,
    key::Key,
    kind::Kinds,
    owner::{Owner, Worn},
    settings::Settings,
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// How long who waits is kept waiting for company while others look. Lakes that are applied together ask within some
/// milliseconds of one another; nobody notices so little.
const WINDOW: Duration = Duration::from_millis(25);

/// A cloud through which many lakes look together: one lake's handle on it.
pub struct Gathered {
    shared: Arc<Shared>,
    /// How long its looks wait for company.
    patience: Duration,
    priority: Priority,
    wrote: AtomicBool,
}

impl Gathered {
    /// A handle on a cloud for a lake for which somebody waits.
    #[must_use]
    pub fn new(inner: Arc<dyn Cloud>) -> Self {
        Gathered::handle(Shared::new(inner), Priority::Urgent, WINDOW)
    }

    /// Another handle of this sort on the same cloud, for another lake.
    #[must_use]
    pub fn urgent(&self) -> Self {
        Gathered::handle(self.shared.clone(), Priority::Urgent, WINDOW)
    }

    /// A handle on the same cloud for a routine look, which may wait so long for company.
    #[must_use]
    pub fn routine(&self, patience: Duration) -> Self {
        Gathered::handle(self.shared.clone(), Priority::Routine, patience)
    }

    fn handle(shared: Arc<Shared>, priority: Priority, patience: Duration) -> Self {
        Gathered { shared, patience, priority, wrote: AtomicBool::new(false) }
    }

    /// How soon its calls are wanted, and how long they may wait for company.
    fn haste(&self) -> (Priority, Duration) {
        if self.wrote.load(Ordering::Relaxed) {
            (Priority::Urgent, WINDOW)
        } else {
            (self.priority, self.patience)
        }
    }
}

impl Cloud for Gathered {
    fn kinds(&self) -> Kinds {
        self.shared.inner.kinds()
    }

    fn read<'a>(&'a self, keys: Vec<Key>) -> BoxFuture<'a, Vec<(Key, Sight<Settings>)>> {
        let (priority, patience) = self.haste();
        let mut kinds: BTreeMap<&'static str, Vec<Key>> = BTreeMap::new();
        for key in keys {
            kinds.entry(self.kinds().of(&key).name).or_default().push(key);
        }
        let looks =
            kinds.into_iter().map(move |(kind, keys)| self.shared.look((priority, kind), keys, patience));
        Box::pin(async move { join_all(looks).await.into_iter().flatten().collect() })
    }

    fn births<'a>(&'a self, keys: &'a [Key]) -> BoxFuture<'a, Result<BTreeMap<Key, String>, CloudError>> {
        self.shared.inner.births(keys)
    }

    fn held<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Held>, CloudError>> {
        Box::pin(self.haste().0.of(self.shared.inner.held(key)))
    }

    fn worn<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Option<Worn>>, CloudError>> {
        self.shared.inner.worn(key)
    }

    fn write<'a>(&'a self, node: &'a NodeId, write: Write) -> BoxFuture<'a, Result<(), CloudError>> {
        self.wrote.store(true, Ordering::Relaxed);
        self.shared.inner.write(node, write)
    }

    fn marked<'a>(&'a self, owner: &'a Owner, parents: &'a [Key]) -> BoxFuture<'a, Listed> {
        Box::pin(self.haste().0.of(self.shared.inner.marked(owner, parents)))
    }
}

#[cfg(test)]
mod tests {
    use super::{
        company::{BUSY, FULL, LATEST, UnderWay},
        *,
    };
    use lake_engine::{owner::Marking, toys::TOYS};
    use std::sync::Mutex;
    use tokio::time::{Instant, sleep};

    /// What was read: how soon, and which keys.
    type Reads = Vec<(Priority, Vec<String>)>;

    /// A cloud that takes 100 ms for a look. It is refused all that is read together with `denied`, and panics at
    /// `panics`.
    #[derive(Default)]
    struct Fake(Mutex<Reads>);

    impl Cloud for Fake {
        fn kinds(&self) -> Kinds {
            TOYS
        }

        fn read<'a>(&'a self, keys: Vec<Key>) -> BoxFuture<'a, Vec<(Key, Sight<Settings>)>> {
            Box::pin(async move {
                let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
                self.0.lock().unwrap().push((Priority::now(), names.clone()));
                sleep(Duration::from_millis(100)).await;
                let has = |name: &str| names.iter().any(|it| it == name);
                assert!(!has("panics"), "a bug");
                let sight = |key: &Key| match key.to_string().as_str() {
                    _ if has("denied") => Sight::Unreadable(CloudError::refused("user:Read", "denied")),
                    "settles" => Sight::Settling("it is on its way".to_owned()),
                    _ => Sight::Absent,
                };
                keys.into_iter().map(|key| (key.clone(), sight(&key))).collect()
            })
        }

        fn worn<'a>(&'a self, _: &'a Key) -> BoxFuture<'a, Result<Option<Option<Worn>>, CloudError>> {
            Box::pin(async { Ok(None) })
        }

        fn write<'a>(&'a self, _: &'a NodeId, _: Write) -> BoxFuture<'a, Result<(), CloudError>> {
            Box::pin(async { Ok(()) })
        }

        fn marked<'a>(&'a self, _: &'a Owner, _: &'a [Key]) -> BoxFuture<'a, Listed> {
            Box::pin(async { Listed::default() })
        }
    }

    fn cloud() -> (Arc<Fake>, Gathered) {
        let fake = Arc::new(Fake::default());
        (fake.clone(), Gathered::new(fake))
    }

    fn roles(names: &[&str]) -> Vec<Key> {
        names.iter().map(|name| Key::new("user", *name)).collect()
    }

    /// A lake looks at some roles; what it sees in words, and when.
    fn look(lake: Gathered, names: &[&str]) -> tokio::task::JoinHandle<(Vec<String>, Instant)> {
        let keys = roles(names);
        tokio::spawn(async move {
            let words = lake.read(keys).await.into_iter().map(|(key, sight)| match sight {
                Sight::Absent => format!("{key} absent"),
                Sight::Settling(_) => format!("{key} settles"),
                other => format!("{key} {other:?}"),
            });
            (words.collect(), Instant::now())
        })
    }

    fn reads(fake: &Fake) -> Vec<Vec<String>> {
        fake.0.lock().unwrap().iter().map(|(_, names)| names.clone()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_alone_does_not_wait() {
        let (fake, lake) = cloud();
        let start = Instant::now();
        for _ in 0..2 {
            lake.read(roles(&["a"])).await;
        }
        assert_eq!(start.elapsed(), Duration::from_millis(200));
        assert_eq!(reads(&fake).len(), 2, "every look is one of its own");
    }

    #[tokio::test(start_paused = true)]
    async fn lakes_that_look_together_are_answered_together() {
        let (fake, lake) = cloud();
        let start = Instant::now();
        let first = look(lake.urgent(), &["a"]);
        sleep(Duration::from_millis(1)).await;
        let others = [&["b", "c"][..], &["c", "settles"], &["b"]].map(|names| look(lake.urgent(), names));
        assert_eq!(first.await.unwrap().0, ["a absent"]);
        let [one, two, three] = others;
        assert_eq!(one.await.unwrap().0, ["b absent", "c absent"]);
        let (told, when) = two.await.unwrap();
        assert_eq!(told, ["c absent", "settles settles"]);
        assert!(when - start <= WINDOW + Duration::from_millis(101), "{:?}", when - start);
        assert_eq!(three.await.unwrap().0, ["b absent"]);
        assert_eq!(reads(&fake), [vec!["a"], vec!["b", "c", "settles"]], "no key twice");
    }

    #[tokio::test(start_paused = true)]
    async fn while_others_look_more_go_together() {
        let (fake, lake) = cloud();
        let start = Instant::now();
        let mut looks = Vec::new();
        for name in ["a", "b", "c", "d"] {
            looks.push(look(lake.urgent(), &[name]));
            sleep(WINDOW + Duration::from_millis(1)).await;
        }
        let mut told = Vec::new();
        for look in looks {
            told.push((look.await.unwrap().1 - start).as_millis());
        }
        assert_eq!(reads(&fake), [vec!["a"], vec!["b"], vec!["c", "d"]], "the third waits, and has company");
        assert!(told[2] == told[3] && told[2] <= 201, "when the first is answered: {told:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever_for_one_that_hangs() {
        let (_, lake) = cloud();
        let start = Instant::now();
        let _hang: Vec<_> = (0..BUSY)
            .map(|_| UnderWay { shared: &lake.shared, lane: (Priority::Urgent, "role") })
            .inspect(|it| it.shared.pools().entry(it.lane).or_default().under_way += 1)
            .collect();
        let (told, when) = look(lake.urgent(), &["a"]).await.unwrap();
        assert_eq!(told, ["a absent"]);
        assert!(when - start <= WINDOW + LATEST + Duration::from_millis(101), "{:?}", when - start);
    }

    #[tokio::test(start_paused = true)]
    async fn each_kind_goes_by_itself_and_a_full_batch_at_once() {
        let (fake, lake) = cloud();
        let patient = lake.routine(Duration::from_secs(10));
        let names: Vec<String> = (0..FULL - 1).map(|number| format!("role-{number:03}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let start = Instant::now();
        let many = look(patient, &names);
        sleep(Duration::from_millis(1)).await;
        let mixed = lake.routine(Duration::from_secs(10));
        let mut keys = roles(&["the-last"]);
        keys.push(Key::new("store", "store"));
        let mixed = tokio::spawn(async move { mixed.read(keys).await.len() });
        assert!(many.await.unwrap().1 - start < Duration::from_secs(1), "full is full");
        assert_eq!(mixed.await.unwrap(), 2);
        assert!(start.elapsed() >= Duration::from_secs(10), "the bucket has waited for company");
        assert_eq!(reads(&fake).iter().map(Vec::len).collect::<Vec<_>>(), [FULL, 1]);
    }

    #[tokio::test(start_paused = true)]
    async fn anothers_refusal_is_not_ones_own() {
        let (fake, lake) = cloud();
        let patience = Duration::from_secs(1);
        let looks = [&["a"][..], &["denied"], &["b"]].map(|names| look(lake.routine(patience), names));
        let [one, denied, two] = looks;
        assert_eq!(one.await.unwrap().0, ["a absent"]);
        assert!(denied.await.unwrap().0[0].contains("denied"));
        assert_eq!(two.await.unwrap().0, ["b absent"]);
        assert_eq!(reads(&fake).len(), 4, "together, then each alone, once");
    }

    #[tokio::test(start_paused = true)]
    async fn anothers_panic_is_not_ones_own() {
        let (_, lake) = cloud();
        let patience = Duration::from_secs(1);
        let [one, panics] = [&["a"][..], &["panics"]].map(|names| look(lake.routine(patience), names));
        assert_eq!(one.await.unwrap().0, ["a absent"]);
        assert!(panics.await.unwrap_err().is_panic(), "whose bug it is, learns of it");
        assert_eq!(look(lake.urgent(), &["b"]).await.unwrap().0, ["b absent"], "and life goes on");
    }

    #[tokio::test(start_paused = true)]
    async fn who_stops_waiting_takes_nobody_along() {
        let (_, lake) = cloud();
        let patience = Duration::from_secs(1);
        let [gone, stays] = [&["a"][..], &["b"]].map(|names| look(lake.routine(patience), names));
        sleep(Duration::from_millis(1_050)).await;
        gone.abort();
        assert_eq!(stays.await.unwrap().0, ["b absent"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_routine_look_has_patience_until_its_lake_is_written_to() {
        let (fake, lake) = cloud();
        let routine = lake.routine(Duration::from_secs(5));
        let start = Instant::now();
        routine.read(roles(&["a"])).await;
        assert_eq!(start.elapsed(), Duration::from_millis(5_100));
        let mark = Write::Mark { key: Key::new("user", "a"), marking: Marking::off() };
        routine.write(&NodeId::new("role", "a"), mark).await.unwrap();
        routine.read(roles(&["a"])).await;
        assert_eq!(start.elapsed(), Duration::from_millis(5_200));
        let priorities: Vec<Priority> =
            fake.0.lock().unwrap().iter().map(|(priority, _)| *priority).collect();
        assert_eq!(priorities, [Priority::Routine, Priority::Urgent]);
    }
}
