//! Memory: what operations learn side by side is kept together, so that what is kept only grows while they make.

use crate::{
    LINEAGE, LONG, a_record, a_sim,
    far::Far,
    graph, in_time, owner,
    random::place,
    sim::{Rng, Sim},
    told,
};
use futures::future::BoxFuture;
use lake_api::{FieldPath, input::FACT, member::OnDelete};
use lake_reconcile::{
    engine::{Engine, Memory, Outcome},
    error::CloudError,
    graph::{Graph, Hold, Node, NodeId, Open, Treatment},
    key::Key,
    kinds::KINDS,
    owner::Lineage,
    record::Record,
};
use serde_json::json;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::Notify;

/// How many resources have a key that is known only once another resource is there.
const LATE: usize = 4;

/// A memory that takes its time.
struct Slow {
    rng: Mutex<Rng>,
    kept: Mutex<Vec<Record>>,
    /// How often it keeps until the process is killed.
    last: Option<usize>,
    killed: Notify,
}

impl Slow {
    fn new(seed: u64, last: Option<usize>) -> Arc<Self> {
        Arc::new(Slow {
            rng: Mutex::new(Rng::new(seed)),
            kept: Mutex::default(),
            last,
            killed: Notify::new(),
        })
    }

    fn kept(&self) -> Vec<Record> {
        self.kept.lock().unwrap().clone()
    }
}

impl Memory for Slow {
    fn keep<'a>(&'a self, record: &'a Record) -> BoxFuture<'a, Result<(), CloudError>> {
        Box::pin(async move {
            let wait = self.rng.lock().unwrap().below(40);
            tokio::time::sleep(Duration::from_millis(wait)).await;
            let times = {
                let mut kept = self.kept.lock().unwrap();
                kept.push(record.clone());
                kept.len()
            };
            if self.last == Some(times) {
                self.killed.notify_one();
                return std::future::pending().await;
            }
            Ok(())
        })
    }
}

/// Access points, and objects in what stands behind their aliases: AWS decides those.
fn a_lake() -> Graph {
    let points: String = (0..LATE).map(|number| format!("p{number}: {{ bucket: store }}, ")).collect();
    let mut lake =
        graph(&format!("buckets: {{ store: {{ onDelete: Empty }} }}\naccessPoints: {{ {points} }}"));
    for number in 0..LATE {
        let point = NodeId::new("accessPoint", &format!("p{number}"));
        let object = json!({
            "bucket": { FACT: { "node": point.as_str(), "name": "alias" } },
            "key": format!("o{number}"),
            "content": "sha256:00",
            "contentType": "text/plain",
        });
        let node = Node {
            settings: Some(KINDS.settings("object", object).expect("it is an object")),
            after: BTreeSet::from([point]),
            origin: FieldPath::root(),
            hold: Hold::Own,
            treatment: Treatment { on_delete: OnDelete::Delete, ..Treatment::default() },
            brought_by: BTreeSet::new(),
            open: Open::Nothing,
            aliases: Default::default(),
        };
        lake.insert(NodeId::new("object", &format!("o{number}")), node);
    }
    lake
}

fn keys(record: &Record) -> BTreeSet<(NodeId, Key)> {
    let nodes = record.nodes.iter();
    nodes.flat_map(|(node, it)| it.keys.keys().map(move |key| (node.clone(), key.clone()))).collect()
}

/// A process that has all this in its memory, killed with a keep of it if it is to be.
async fn process(
    sim: &Arc<Sim>,
    lake: &Graph,
    record: Record,
    memory: &Arc<Slow>,
    seed: u64,
) -> Option<Outcome> {
    sim.want(lake);
    let cloud = Arc::new(Far::new(sim, seed));
    let engine =
        Engine::new(cloud, owner(), place(), Lineage::Written(LINEAGE.into())).with_memory(memory.clone());
    tokio::select! {
        outcome = engine.settle(lake, record, LONG, None) => Some(outcome),
        () = memory.killed.notified() => None,
    }
}

/// Of two keys that were learnt side by side, the record that was kept last had one.
#[test]
fn what_is_kept_only_grows_while_keys_are_learnt() {
    for seed in 1..50 {
        in_time(async {
            let (sim, memory, lake) = (a_sim(), Slow::new(seed, None), a_lake());
            let outcome = process(&sim, &lake, a_record(), &memory, seed).await.expect("it lives");
            assert!(outcome.failures.is_empty() && outcome.plan.is_quiet(), "{}", told(&outcome));
            let kept: Vec<_> = memory.kept().iter().map(keys).collect();
            assert!(kept.windows(2).all(|two| two[0].is_subset(&two[1])), "{kept:#?}");
            let last = kept.last().expect("it was kept");
            let last: BTreeSet<Key> = last.iter().map(|(_, key)| key.clone()).collect();
            assert_eq!(last, sim.snapshot().into_keys().collect::<BTreeSet<Key>>());
        });
    }
}

/// The process was killed just then, and what nothing remembered was never found again.
#[test]
fn a_process_that_is_killed_with_any_keep_has_lost_nothing() {
    let mut killed = 0;
    for seed in 1..50 {
        for last in 1..=LATE + 1 {
            in_time(async {
                let (sim, lake) = (a_sim(), a_lake());
                let memory = Slow::new(seed, Some(last));
                if process(&sim, &lake, a_record(), &memory, seed).await.is_some() {
                    return;
                }
                killed += 1;
                let record = memory.kept().pop().expect("it was kept");
                let next = Slow::new(seed, None);
                let outcome = process(&sim, &Graph::new(), record, &next, seed).await.expect("it lives");
                assert!(outcome.failures.is_empty(), "{}", told(&outcome));
                assert!(sim.snapshot().is_empty(), "{:#?}", sim.snapshot());
            });
        }
    }
    assert!(killed > 100, "{killed}");
}
