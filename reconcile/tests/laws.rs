//! The laws: what holds for every kind, over random lakes and random misfortune, in a simulated cloud.
//!
//! A kind is under all of them by being registered: its settings are made from its own schema.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod random;
mod sim;

use lake_api::spec::{Adopt, OnDelete};
use lake_reconcile::{
    engine::{Engine, Memory, Outcome},
    error::CloudError,
    failure::{Cause, Failure},
    graph::{Graph, NodeId},
    kind::Wears,
    kinds::Key,
    owner::{Owner, Worn},
    plan::{self, Change, Later, Plan},
    record::Record,
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::RngSeed};
use random::{Evolution, Lake, evolutions, lakes, place};
use sim::{Event, Faults, Rng, Sim};
use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::{Arc, Mutex},
    time::Duration,
};

/// How long a lake may take; time is simulated.
const LONG: Duration = Duration::from_secs(1500);
const MEMBERS: usize = 8;

fn owner() -> Owner {
    Owner { door: "terraform".into(), instance: "laws".into(), lake: "lake".into() }
}

fn a_sim() -> Arc<Sim> {
    Arc::new(Sim::new(place(), owner()))
}

fn a_record() -> Record {
    Record::new(place())
}

fn in_time<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime without threads").block_on(future)
}

fn engine(sim: &Arc<Sim>) -> Engine {
    Engine::new(sim.clone(), owner(), place())
}

/// How long after one process the next begins: what AWS shows late it shows by then.
const LATER: Duration = Duration::from_secs(300);

/// Make a lake as wanted, in an undisturbed process.
async fn settle(sim: &Arc<Sim>, graph: &Graph, record: Record) -> Outcome {
    tokio::time::sleep(LATER).await;
    sim.want(graph);
    engine(sim).settle(graph, record, LONG, None).await
}

/// A memory that outlives the process.
#[derive(Default)]
struct Kept(Mutex<Option<Record>>);

impl Memory for Kept {
    fn keep<'a>(&'a self, record: &'a Record) -> futures::future::BoxFuture<'a, Result<(), CloudError>> {
        *self.0.lock().unwrap() = Some(record.clone());
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Make a lake as wanted in a process that is killed with the answer to a call. What it remembers then: what was kept
/// if a memory keeps it (Kubernetes), else what it knew before (Terraform).
async fn killed(sim: &Arc<Sim>, graph: &Graph, record: Record, after: u64, keeps: bool) -> Record {
    sim.want(graph);
    let last = sim.world(|world| world.faults.calls + after);
    sim.world(|world| world.faults.kill_after = Some(last));
    let kept = Arc::new(Kept::default());
    let engine = if keeps { engine(sim).with_memory(kept.clone()) } else { engine(sim) };
    let mut remembered = tokio::select! {
        outcome = engine.settle(graph, record.clone(), LONG, None) => outcome.record,
        () = sim.killed() => record,
    };
    sim.world(|world| world.faults.kill_after = None);
    let kept = kept.0.lock().unwrap().take();
    if let (true, Some(kept)) = (keeps, kept) {
        remembered = kept;
    }
    remembered
}

/// What may be deleted though it holds data: what leaves by a policy that says so.
fn expend(sim: &Sim, graph: &Graph) {
    let leaves = graph.values().filter(|node| node.treatment.on_delete != OnDelete::Retain);
    let keys: Vec<Key> = leaves.filter_map(|node| node.settings.as_ref()?.key(&place())).collect();
    sim.world(|world| world.expendable.extend(keys));
}

/// Failures that only the user can mend; what hangs on such a node is skipped with it.
fn is_for_the_user(failure: &Failure) -> bool {
    matches!(failure.cause, Cause::Blocked(_) | Cause::Skipped(_))
}

fn writes(sim: &Sim) -> usize {
    sim.world(|world| world.events.len())
}

fn no_crime(sim: &Sim) -> Result<(), TestCaseError> {
    sim.world(|world| {
        prop_assert!(world.crimes.is_empty(), "{:#?}", world.crimes);
        Ok(())
    })
}

fn told(outcome: &Outcome) -> String {
    let failures: Vec<String> = outcome.failures.iter().map(ToString::to_string).collect();
    format!("{}\n{}", failures.join("\n"), lake_reconcile::render::render(&outcome.plan))
}

/// Where the cases start.
const SEED: u64 = 3;

/// So many cases, or as many as `PROPTEST_CASES` says.
fn cases(cases: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    // The same cases in every run, so that a change is judged by what it changes; `PROPTEST_RNG_SEED` tries others.
    let seed = std::env::var("PROPTEST_RNG_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED);
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(seed), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(20))]

    /// Convergence: once a lake is settled, a second plan is empty, and settling it again writes nothing.
    #[test]
    fn a_second_plan_is_empty(lake in lakes(MEMBERS), change in evolutions(MEMBERS)) {
        in_time(async {
            let sim = a_sim();
            let first = settle(&sim, &lake.graph, a_record()).await;
            prop_assert!(first.failures.is_empty() && first.plan.is_quiet(), "{}", told(&first));
            expend(&sim, &lake.graph);
            let next = lake.after(&change);
            let second = settle(&sim, &next.graph, first.record).await;
            prop_assert!(second.failures.iter().all(is_for_the_user), "{}", told(&second));
            expend(&sim, &next.graph);
            let before = writes(&sim);
            let third = settle(&sim, &next.graph, second.record).await;
            prop_assert_eq!(writes(&sim), before, "{}", told(&third));
            prop_assert_eq!(third.failures.len(), second.failures.len());
            no_crime(&sim)
        })?;
    }

    /// Prediction: a fact that a plan knows is the fact that is found afterwards.
    #[test]
    fn a_fact_that_a_plan_knows_comes_true(lake in lakes(MEMBERS), change in evolutions(MEMBERS)) {
        in_time(async {
            let sim = a_sim();
            let mut record = a_record();
            for graph in [&lake.graph, &lake.after(&change).graph] {
                sim.want(graph);
                expend(&sim, graph);
                let inventory = engine(&sim).observe(graph, &mut record).await.inventory;
                let shown = plan::plan(graph, &record, &inventory);
                let outcome = settle(&sim, graph, record).await;
                let failed: BTreeSet<&NodeId> = outcome.failures.iter().map(|failure| &failure.node).collect();
                for step in shown.steps.iter().filter(|step| !step.leaves() && !failed.contains(&step.node)) {
                    let found = outcome.plan.step(&step.node).expect("a wanted node has a step");
                    for (name, fact) in &step.facts {
                        if let Later::Known(value) = fact {
                            prop_assert_eq!(found.facts[name].known(), Some(value), "{} of {}", name, &step.node);
                        }
                    }
                }
                record = outcome.record;
            }
            Ok(())
        })?;
    }

    /// Order: an undisturbed run asks for nothing whose turn has not come.
    #[test]
    fn nothing_is_asked_before_its_turn(lake in lakes(MEMBERS), change in evolutions(MEMBERS)) {
        in_time(async {
            let sim = a_sim();
            let first = settle(&sim, &lake.graph, a_record()).await;
            expend(&sim, &lake.graph);
            let next = lake.after(&change);
            let second = settle(&sim, &next.graph, first.record).await;
            expend(&sim, &next.graph);
            settle(&sim, &Graph::new(), second.record).await;
            let refusals = sim.world(|world| world.refusals.clone());
            prop_assert!(refusals.is_empty(), "{:#?}", refusals);
            no_crime(&sim)
        })?;
    }

    /// Crash: killed with the answer to any call, the next process reaches the same world, and nothing exists twice.
    #[test]
    fn a_killed_process_is_taken_up(
        lake in lakes(MEMBERS),
        change in evolutions(MEMBERS),
        after in 1_u64..60,
        creates in any::<bool>(),
        keeps in any::<bool>(),
    ) {
        in_time(async {
            let (calm, hit) = (a_sim(), a_sim());
            let mut records = Vec::new();
            let graph = if creates { lake.graph.clone() } else { lake.after(&change).graph };
            for sim in [&calm, &hit] {
                let mut record = a_record();
                if !creates {
                    record = settle(sim, &lake.graph, record).await.record;
                    expend(sim, &lake.graph);
                }
                records.push(record);
            }
            let [calm_record, hit_record] = <[Record; 2]>::try_from(records).expect("two of them");
            settle(&calm, &graph, calm_record).await;
            let remembered = killed(&hit, &graph, hit_record, after, keeps).await;
            prop_assert!(!creates || is_found_again(&hit, &calm, &graph), "a killed creation wears no sign");
            let outcome = settle(&hit, &graph, remembered).await;
            prop_assert!(outcome.failures.iter().all(is_for_the_user), "{}", told(&outcome));
            prop_assert_eq!(hit.snapshot(), calm.snapshot(), "{}", told(&outcome));
            no_crime(&hit)
        })?;
    }

    /// Stop: what is under way is finished, nothing else is begun, and a later process comes to the same end.
    #[test]
    fn what_is_stopped_can_go_on(lake in lakes(MEMBERS), slow in any::<bool>()) {
        in_time(async {
            let (calm, hit) = (a_sim(), a_sim());
            settle(&calm, &lake.graph, a_record()).await;
            hit.want(&lake.graph);
            let stop = lake_reconcile::engine::Stop::default();
            let stopped = engine(&hit).with_stop(stop.clone()).with_concurrency(1);
            if slow {
                hit.world(|world| world.faults.throttled = 100);
            } else {
                stop.stop();
            }
            let user = async {
                tokio::time::sleep(Duration::from_secs(60)).await;
                stop.stop();
            };
            let (outcome, ()) = tokio::join!(stopped.settle(&lake.graph, a_record(), LONG, None), user);
            prop_assert!(outcome.stopped);
            prop_assert_eq!(writes(&hit), 0);
            hit.world(|world| world.faults.throttled = 0);
            settle(&hit, &lake.graph, outcome.record).await;
            prop_assert_eq!(hit.snapshot(), calm.snapshot());
            Ok(())
        })?;
    }

    /// Memory: over changes and kills no key is forgotten; a destroyed lake leaves only what was retained, and what
    /// can wear no mark and hangs on nothing of ours.
    #[test]
    fn no_key_is_forgotten(
        lake in lakes(MEMBERS),
        changes in proptest::collection::vec((evolutions(MEMBERS), 1_u64..80, any::<bool>()), 1..4),
    ) {
        in_time(async {
            let sim = a_sim();
            let mut record = settle(&sim, &lake.graph, a_record()).await.record;
            expend(&sim, &lake.graph);
            let mut lake = lake;
            for (change, after, keeps) in &changes {
                let next = lake.after(change);
                record = killed(&sim, &next.graph, record, *after, *keeps).await;
                expend(&sim, &next.graph);
                lake = next;
            }
            let outcome = settle(&sim, &Graph::new(), record).await;
            prop_assert!(outcome.failures.is_empty(), "{}", told(&outcome));
            prop_assert!(outcome.record.nodes.is_empty(), "{:?}", outcome.record.nodes);
            for (key, (_, worn)) in sim.snapshot() {
                let retained = worn.as_ref().is_some_and(|worn| worn.owner.starts_with("retained:"));
                prop_assert!(retained || key.traits().wears == Wears::Nothing, "{key} was forgotten: {worn:?}");
            }
            no_crime(&sim)
        })?;
    }

    /// Faults: with calls refused, answers lost and looks that come too early, the same world is reached.
    #[test]
    fn misfortune_changes_nothing(
        lake in lakes(MEMBERS),
        change in evolutions(MEMBERS),
        throttled in 0_u64..50,
        lost in 0_u64..30,
        stale in 0_u64..30,
        seed in any::<u64>(),
    ) {
        in_time(async {
            let (calm, hit) = (a_sim(), a_sim());
            hit.world(|world| world.faults = Faults { throttled, lost, stale, rng: Rng::new(seed), ..Faults::default() });
            let mut ends = Vec::new();
            for sim in [&calm, &hit] {
                let first = settle(sim, &lake.graph, a_record()).await;
                prop_assert!(first.failures.is_empty(), "{}", told(&first));
                expend(sim, &lake.graph);
                let next = lake.after(&change).graph;
                let second = settle(sim, &next, first.record).await;
                prop_assert!(second.failures.iter().all(is_for_the_user), "{}", told(&second));
                if !second.failures.is_empty() {
                    // How much is done beside what the user must mend depends on when that is met. The next apply,
                    // undisturbed, does what is left.
                    sim.world(|world| world.faults = Faults::default());
                    settle(sim, &next, second.record).await;
                }
                ends.push(sim.snapshot());
            }
            prop_assert_eq!(&ends[1], &ends[0]);
            no_crime(&hit)
        })?;
    }

    /// Fence: whatever drifts between plan and apply, nothing goes that the plan did not say would go.
    #[test]
    fn nothing_goes_that_was_not_shown(
        lake in lakes(MEMBERS),
        change in evolutions(MEMBERS),
        drift in evolutions(MEMBERS),
        vanishes in proptest::collection::vec(any::<prop::sample::Index>(), 0..3),
        stolen in proptest::collection::vec(any::<prop::sample::Index>(), 0..2),
    ) {
        in_time(async {
            let sim = a_sim();
            let mut record = settle(&sim, &lake.graph, a_record()).await.record;
            expend(&sim, &lake.graph);
            let next = lake.after(&change);
            let inventory = engine(&sim).observe(&next.graph, &mut record).await.inventory;
            let shown = plan::plan(&next.graph, &record, &inventory);
            drifts(&sim, &lake, &drift, &vanishes, &stolen);
            let before = writes(&sim);
            sim.want(&next.graph);
            engine(&sim).settle(&next.graph, record, LONG, Some(&shown)).await;
            let gone: Vec<Key> = sim.world(|world| {
                let new = world.events[before..].iter();
                new.filter_map(|event| match event {
                    Event::Deleted(key) => Some(key.clone()),
                    _ => None,
                }).collect()
            });
            for key in gone {
                prop_assert!(shown.tells_end_of(&key), "{key} went, and no plan had said so");
            }
            no_crime(&sim)
        })?;
    }

    /// Safety: what cannot be read is not created, and what is not ours is not touched.
    #[test]
    fn what_is_not_ours_is_safe(
        lake in lakes(MEMBERS),
        foreign in proptest::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..4),
        hidden in proptest::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        in_time(async {
            let sim = a_sim();
            let nodes: Vec<(&NodeId, Key)> = keys(&lake.graph);
            let mut theirs: BTreeMap<Key, Option<Worn>> = BTreeMap::new();
            for (at, marked) in &foreign {
                let (id, key) = at.get(&nodes);
                let node = &lake.graph[*id];
                let other = Owner { lake: "another".into(), ..owner() };
                let marked = *marked && key.traits().wears != Wears::Nothing;
                let worn = marked.then(|| Worn::new(&other, id, false));
                let safe = node.treatment.adopt == Adopt::Never
                    || (node.treatment.adopt == Adopt::Unowned && marked);
                // A reference in it is a text by the time it is on AWS.
                let settings = settings_of(&lake.graph, id);
                sim.plant(key.clone(), &settings, worn.clone());
                theirs.remove(key);
                if safe {
                    theirs.insert(key.clone(), worn);
                }
            }
            let hidden: BTreeSet<Key> = hidden.iter().map(|at| at.get(&nodes).1.clone()).collect();
            sim.world(|world| world.faults.unreadable = hidden.clone());
            let before = sim.snapshot();
            settle(&sim, &lake.graph, a_record()).await;
            settle(&sim, &Graph::new(), a_record()).await;
            let after = sim.snapshot();
            for key in theirs.keys().filter(|key| key.traits().wears != Wears::Nothing) {
                prop_assert_eq!(after.get(key), before.get(key), "{} was touched", key);
            }
            for key in &hidden {
                prop_assert_eq!(after.get(key), before.get(key), "{} could not be read and was written", key);
            }
            Ok(())
        })?;
    }
}

/// Whether a creation that was killed is known as one by the sign that something wears; unless it was through, or
/// nothing that can wear a mark was made.
fn is_found_again(hit: &Sim, calm: &Sim, graph: &Graph) -> bool {
    let unmarkable = keys(graph).iter().any(|(_, key)| key.traits().wears == Wears::Nothing);
    let there = hit.snapshot();
    unmarkable
        || there.is_empty()
        || there == calm.snapshot()
        || there.values().any(|(_, worn)| worn.as_ref().is_some_and(|worn| worn.creating))
}

fn keys(graph: &Graph) -> Vec<(&NodeId, Key)> {
    let key = |node: &lake_reconcile::graph::Node| node.settings.as_ref()?.key(&place());
    graph.iter().filter_map(|(id, node)| Some((id, key(node)?))).collect()
}

/// Settings without references, as AWS would have them.
fn settings_of(graph: &Graph, id: &NodeId) -> lake_reconcile::kinds::Settings {
    let settings = graph[id].settings.as_ref().expect("no member is veiled");
    let resolved = lake_reconcile::reference::resolve(&settings.to_json(), &|_, _| Some("theirs".to_owned()));
    lake_reconcile::kinds::Settings::from_json(settings.kind(), resolved).expect("a text fits")
}

/// Somebody changes, deletes and takes things behind our back.
fn drifts(
    sim: &Sim,
    lake: &Lake,
    drift: &Evolution,
    vanish: &[prop::sample::Index],
    steal: &[prop::sample::Index],
) {
    let drifted = lake.after(drift);
    sim.world(|world| {
        for (id, key) in keys(&drifted.graph) {
            if let Some(resource) = world.resources.get_mut(&key) {
                resource.settings = settings_of(&drifted.graph, id).to_json();
            }
        }
        let there: Vec<Key> = world.resources.keys().cloned().collect();
        if there.is_empty() {
            return;
        }
        for at in steal {
            let other = Owner { lake: "another".into(), ..owner() };
            let resource = world.resources.get_mut(at.get(&there)).expect("it is there");
            if let Some(worn) = &mut resource.worn {
                worn.owner = other.to_string();
            }
        }
        for at in vanish {
            world.resources.remove(at.get(&there));
        }
    });
}

/// A lake of hundreds of members is planned at once; the figure is in CONTRIBUTING.md, here only that it is right.
#[test]
fn a_large_lake_is_one_plan() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let lake = lakes(300).new_tree(&mut runner).expect("a lake").current();
    let plan: Plan = plan::plan(&lake.graph, &a_record(), &Default::default());
    assert_eq!(plan.steps.len(), lake.graph.len());
    assert!(plan.steps.iter().all(|step| step.change == Change::CreateUnseen));
}
