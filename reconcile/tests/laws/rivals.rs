//! Two applies that create one lake at one moment: what one has made the other does not touch.

use crate::{
    LONG, a_record, a_sim, graph, in_time, owner,
    random::place,
    sim::{Rng, Sim},
};
use futures::future::BoxFuture;
use lake_reconcile::{
    cloud::{Cloud, Listed, Write},
    engine::{Engine, Outcome},
    error::CloudError,
    graph::NodeId,
    inventory::Sight,
    kinds::{Key, Settings},
    owner::{Lineage, Owner, Worn},
    record::Record,
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

/// The simulated cloud, each call some milliseconds away: so the calls of two applies come in some order.
pub(crate) struct Far {
    sim: Arc<Sim>,
    rng: Mutex<Rng>,
}

impl Far {
    pub(crate) fn new(sim: &Arc<Sim>, seed: u64) -> Self {
        Far { sim: sim.clone(), rng: Mutex::new(Rng::new(seed)) }
    }

    async fn on_the_way(&self) {
        let wait = self.rng.lock().unwrap().below(20);
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
}

impl Cloud for Far {
    fn read<'a>(&'a self, keys: Vec<Key>) -> BoxFuture<'a, Vec<(Key, Sight<Settings>)>> {
        Box::pin(async move {
            self.on_the_way().await;
            self.sim.read(keys).await
        })
    }

    fn worn<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Option<Worn>>, CloudError>> {
        Box::pin(async move {
            self.on_the_way().await;
            self.sim.worn(key).await
        })
    }

    fn write<'a>(&'a self, node: &'a NodeId, write: Write) -> BoxFuture<'a, Result<(), CloudError>> {
        Box::pin(async move {
            self.on_the_way().await;
            self.sim.write(node, write).await
        })
    }

    fn marked<'a>(&'a self, owner: &'a Owner, parents: &'a [Key]) -> BoxFuture<'a, Listed> {
        Box::pin(async move {
            self.on_the_way().await;
            self.sim.marked(owner, parents).await
        })
    }
}

/// An apply that found nothing when it was planned.
async fn apply(sim: &Arc<Sim>, yaml: &str, lineage: &str, seed: u64) -> Outcome {
    let cloud = Arc::new(Far::new(sim, seed));
    let engine = Engine::new(cloud, owner(), place(), Lineage::Compared(lineage.into()));
    let record = Record { lineage: Some(lineage.into()), ..a_record() };
    engine.settle(&graph(yaml), record, LONG, None).await
}

/// The keys that wear a lineage.
fn of(sim: &Sim, lineage: &str) -> BTreeSet<Key> {
    let worn =
        |worn: &Option<Worn>| worn.as_ref().is_some_and(|worn| worn.lineage.as_deref() == Some(lineage));
    sim.snapshot().into_iter().filter(|(_, (_, mark))| worn(mark)).map(|(key, _)| key).collect()
}

fn is_whole(outcome: &Outcome) -> bool {
    outcome.rivals.is_none() && outcome.failures.is_empty() && outcome.plan.is_quiet()
}

/// Play two applies in many orders of their calls; how often the first, the second, both came to their end.
fn play(one: &str, other: &str, games: u64, check: impl Fn(&Sim, &Outcome, &Outcome)) -> (u64, u64, u64) {
    let (mut first, mut second, mut both) = (0, 0, 0);
    for game in 0..games {
        in_time(async {
            let sim = a_sim();
            let (seed, later) = (2 * game + 1, 2 * game + 1_000_001);
            let (a, b) = tokio::join!(apply(&sim, one, "aa", seed), apply(&sim, other, "bb", later));
            check(&sim, &a, &b);
            match (is_whole(&a), is_whole(&b)) {
                (true, true) => both += 1,
                (true, false) => first += 1,
                (false, true) => second += 1,
                (false, false) => {}
            }
            let (of_a, of_b) = (of(&sim, "aa"), of(&sim, "bb"));
            assert!(of_a.is_disjoint(&of_b), "one resource is of one lake");
        });
    }
    (first, second, both)
}

const GAMES: u64 = 200;
const ROLES: &str = "roles: { a: { assumedBy: { services: [glue.amazonaws.com] } }, b: { assumedBy: { services: [glue.amazonaws.com] } } }\nbuckets: { c: {} }";

#[test]
fn of_two_creates_of_one_lake_only_one_makes_a_second_write() {
    let (first, second, both) = play(ROLES, ROLES, GAMES, |sim, _, _| {
        let (a, b) = (of(sim, "aa").len(), of(sim, "bb").len());
        assert!(a == 0 || b == 0, "the loser has made {a} and {b}");
    });
    assert_eq!(both, 0);
    assert!(first > 0 && second > 0, "the orders differ: {first} and {second}");
    assert_eq!(first + second, GAMES, "one of them always comes to its end");
}

#[test]
fn of_two_creates_that_share_a_name_the_one_that_comes_second_ends_there() {
    let other = ROLES.replace("roles: { a:", "roles: { z:");
    let (_, _, both) = play(ROLES, &other, GAMES, |_, _, _| {});
    assert_eq!(both, 0, "one name is one lake's");
}

#[test]
fn creates_that_share_no_name_never_touch_one_another() {
    let other = "databases: { x: {}, y: {} }\n";
    let (_, _, both) =
        play("roles: { a: { assumedBy: { services: [glue.amazonaws.com] } } }", other, GAMES, |sim, _, _| {
            assert!(sim.world(|world| world.crimes.is_empty()));
        });
    assert!(both <= GAMES);
}
