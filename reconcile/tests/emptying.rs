//! What holds data is emptied in portions: it is told how far that has come, and beforehand how much there is.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

#[allow(dead_code, unused_imports, reason = "the laws use the rest")]
mod sim;

use lake_reconcile::{
    CONTRACT,
    contents::{Contents, Count, Held},
    engine::{Again, Engine},
    error::Retry,
    expand::{Scope, expand},
    graph::Graph,
    key::Key,
    owner::{Lineage, Owner},
    place::Place,
    record::Record,
    render::{preview, render},
};
use sim::Sim;
use std::{sync::Arc, time::Duration};

const LAKE: &str =
    "{ buckets: { store: { name: emptied, onDelete: Empty }, logs: { name: logs, onDelete: Delete } } }";

fn place() -> Place {
    Place { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() }
}

fn owner() -> Owner {
    Owner { door: "terraform".into(), instance: "tests".into(), lake: "lake".into() }
}

fn store() -> Key {
    Key::new("bucket", "emptied")
}

/// A cloud with a lake in whose bucket so many objects are, the engine that made it, and what is remembered of it.
async fn holding(lake: &str, objects: usize) -> (Arc<Sim>, Engine, Record) {
    let sim = Arc::new(Sim::new(place(), owner()));
    let spec = CONTRACT.decode(serde_saphyr::from_str(lake).unwrap()).unwrap();
    let scope = Scope { place: place(), owner: owner(), lake: "lake".into(), namespace: String::new() };
    let graph = expand(&spec, &scope);
    sim.want(&graph);
    let lineage = Lineage::Compared("0123456789abcdef0123456789abcdef".into());
    let engine = Engine::new(sim.clone(), owner(), place(), lineage);
    let made = engine.settle(&graph, Record::new(place()), Duration::from_secs(600), None).await;
    assert_eq!(made.failures, []);
    sim.want(&Graph::new());
    sim.world(|world| {
        world.contents.insert(store(), objects);
        world.expendable = world.resources.keys().cloned().collect();
        world.portion = 4;
    });
    (sim, engine, made.record)
}

/// What an engine tells of the contents of what the end of a lake empties, and with how many calls.
async fn told(sim: &Sim, engine: &Engine, record: Record) -> (Contents, u64) {
    let nothing = Graph::new();
    let look = engine.look(&nothing, record).await;
    let before = sim.world(|world| world.faults.calls);
    let contents = look.contents().await;
    (contents, sim.world(|world| world.faults.calls) - before)
}

#[tokio::test(start_paused = true)]
async fn what_a_plan_empties_is_counted_and_nothing_else() {
    let (sim, engine, record) = holding(LAKE, 1_001).await;
    let held = |number, more| Held { count: Count::new(number, "object"), more };
    let (contents, calls) = told(&sim, &engine, record.clone()).await;
    assert_eq!(contents, Contents::from([(store(), held(1_000, true))]));
    assert_eq!(calls, 1, "the bucket that has to be empty is not counted");
    let nothing = Graph::new();
    let plan = engine.look(&nothing, record.clone()).await.leave().plan;
    let line = "- bucket/store emptied: empty and delete";
    assert!(preview(&plan, &contents).contains(&format!("{line}, with 1 000 objects or more in it\n")));
    assert!(
        render(&plan).contains(&format!("{line}\n")),
        "what is approved is the plan, whatever its numbers"
    );
    sim.world(|world| world.contents.insert(store(), 3));
    assert_eq!(told(&sim, &engine, record.clone()).await.0, Contents::from([(store(), held(3, false))]));
    sim.world(|world| world.faults.unreadable.insert(store()));
    let refused = engine.contents(&plan).await;
    assert_eq!(refused, Contents::new(), "without a permission there is no number, and no failure");
}

#[tokio::test(start_paused = true)]
async fn portions_add_up_over_the_rounds_of_one_engine() {
    let (sim, engine, mut record) = holding(LAKE, 10).await;
    let nothing = Graph::new();
    for done in [4, 8] {
        let round = engine.round(&nothing, record).await;
        let failure = &round.outcome.failures[..];
        let [failure] = failure else { panic!("{failure:#?}") };
        assert_eq!((failure.word(), failure.done), ("Progressing", Some(Count::new(done, "object"))));
        let said = format!("bucket/store: {done} objects deleted so far, and more is left");
        assert_eq!(failure.progress(), Some(said));
        assert_eq!(round.again, Again::After(Retry::Progressing));
        record = round.outcome.record;
    }
    let round = engine.round(&nothing, record).await;
    assert_eq!((round.outcome.failures, round.again), (vec![], Again::Quiet));
    assert_eq!(sim.snapshot().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_apply_goes_on_from_portion_to_portion_without_long_pauses() {
    let (sim, engine, record) = holding(LAKE, 4_000).await;
    let begun = tokio::time::Instant::now();
    let ended = engine.settle(&Graph::new(), record, Duration::from_secs(3600), None).await;
    assert_eq!(ended.failures, []);
    assert_eq!(sim.snapshot().len(), 0);
    assert!(begun.elapsed() < Duration::from_secs(1_100), "{:?} for 1 000 portions", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_the_deadline_ends_says_how_far_it_came() {
    let (sim, engine, record) = holding(LAKE, 4_000).await;
    let ended = engine.settle(&Graph::new(), record.clone(), Duration::from_secs(10), None).await;
    let left = sim.world(|world| world.contents[&store()]);
    assert!(left > 0 && left < 4_000, "{left}");
    let said = ended.failures[0].detail();
    let done = Count::new(4_000 - left, "object");
    assert!(said.contains(&format!("{done} deleted so far.")) && said.contains("Apply again"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn what_a_portion_did_that_was_cut_off_is_told_too() {
    let (sim, engine, record) =
        holding("{ buckets: { store: { name: emptied, onDelete: Empty } } }", 3).await;
    // The list, the look and the mark are answered, and the deletion is not.
    sim.world(|world| world.faults.held_after = Some(world.faults.calls + 3));
    let ended = engine.settle(&Graph::new(), record, Duration::from_secs(10), None).await;
    assert_eq!(sim.world(|world| world.contents[&store()]), 0);
    let [failure] = &ended.failures[..] else { panic!("{:#?}", ended.failures) };
    assert_eq!((failure.retry(), failure.progress()), (Retry::Unanswered, None));
    let said = failure.detail();
    assert!(
        said.contains("the time for it was over") && said.contains("3 objects deleted so far."),
        "{said}"
    );
    assert!(said.contains("goes on where this stopped") && !said.contains("network"), "{said}");
}
