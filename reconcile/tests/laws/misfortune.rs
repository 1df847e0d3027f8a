//! Crash, stop, memory, faults: a process that is killed, stopped or unlucky, and what the next one makes of it.

use crate::{
    LONG, MEMBERS, a_record, a_sim, applied, engine, expend, in_time, is_for_the_user, keys, killed,
    misfortunes, no_crime,
    random::{evolutions, lakes},
    same_world, settle,
    sim::Sim,
    told, writes,
};
use lake_reconcile::{graph::Graph, key::Key, kind::Wears, kinds::RegisteredKey as _, record::Record};
use proptest::prelude::*;
use std::{collections::BTreeSet, time::Duration};

proptest! {
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
                    applied(sim, &lake.graph);
                }
                records.push(record);
            }
            let [calm_record, hit_record] = <[Record; 2]>::try_from(records).expect("two of them");
            let undisturbed = settle(&calm, &graph, calm_record).await;
            prop_assert!(undisturbed.failures.iter().all(is_for_the_user), "{}", told(&undisturbed));
            let remembered = killed(&hit, &graph, hit_record, after, keeps).await;
            prop_assert!(!creates || keeps || is_found_again(&hit, &calm, &graph), "a killed creation wears no sign");
            let outcome = settle(&hit, &graph, remembered).await;
            prop_assert!(outcome.failures.iter().all(is_for_the_user), "{}", told(&outcome));
            same_world(&hit, &calm, || format!("{}\nin calm\n{}", told(&outcome), told(&undisturbed)))?;
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
            let outcome = settle(&hit, &lake.graph, outcome.record).await;
            same_world(&hit, &calm, || told(&outcome))?;
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
            applied(&sim, &lake.graph);
            let mut lake = lake;
            for (change, after, keeps) in &changes {
                let next = lake.after(change);
                record = killed(&sim, &next.graph, record, *after, *keeps).await;
                expend(&sim, &next.graph);
                lose(&sim, &record);
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
        misfortune in misfortunes(),
    ) {
        in_time(async {
            let (calm, hit) = (a_sim(), a_sim());
            hit.world(|world| world.faults = misfortune);
            let mut ends = Vec::new();
            for sim in [&calm, &hit] {
                let first = settle(sim, &lake.graph, a_record()).await;
                prop_assert!(first.failures.is_empty(), "{}", told(&first));
                applied(sim, &lake.graph);
                let next = lake.after(&change).graph;
                let second = settle(sim, &next, first.record).await;
                prop_assert!(second.failures.iter().all(is_for_the_user), "{}", told(&second));
                ends.push(second);
            }
            same_world(&hit, &calm, || ends.iter().map(told).collect::<Vec<_>>().join("\ndisturbed\n"))?;
            no_crime(&hit)
        })?;
    }
}

/// What can wear no mark, hangs on nothing of ours and was never remembered cannot be found again. It is no part of
/// the lake any more, and stands in nobody's way.
fn lose(sim: &Sim, record: &Record) {
    let remembered = |key: &Key| record.nodes.values().any(|it| it.keys.contains_key(key));
    sim.world(|world| {
        let marked: BTreeSet<Key> =
            world.resources.iter().filter(|(_, it)| it.worn.is_some()).map(|(key, _)| key.clone()).collect();
        for (key, resource) in &mut world.resources {
            let hangs = key.hangs_on().is_some_and(|parent| marked.contains(&parent));
            if key.traits().wears == Wears::Nothing && !hangs && !remembered(key) {
                resource.speaks_of.clear();
                resource.after.clear();
            }
        }
    });
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
