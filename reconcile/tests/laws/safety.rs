//! Fence, safety: what is not touched, whatever happens.

use crate::{
    LONG, MEMBERS, a_record, a_sim, applied, engine, in_time, keys, no_crime, owner,
    random::{Evolution, Lake, evolutions, lakes},
    settle,
    sim::{Event, Sim},
    writes,
};
use lake_api::member::Adopt;
use lake_reconcile::{
    graph::{Graph, NodeId},
    key::Key,
    kind::Wears,
    kinds::{KINDS, RegisteredKey as _},
    owner::{Owner, Worn},
    plan, reference,
    settings::Settings,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

proptest! {
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
            applied(&sim, &lake.graph);
            let next = lake.after(&change);
            let inventory = engine(&sim).observe(&next.graph, &mut record).await.inventory;
            let shown = plan::plan(KINDS, &next.graph, &record, &inventory);
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
                let worn = marked.then(|| Worn { owner: other.to_string(), node: id.to_string(), ..Worn::default() });
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

/// Settings without references, as AWS would have them.
fn settings_of(graph: &Graph, id: &NodeId) -> Settings {
    let settings = graph[id].settings.as_ref().expect("no member is veiled");
    let resolved = reference::resolve(settings.json(), &|_, _| Some("theirs".to_owned()));
    KINDS.settings(settings.kind(), resolved).expect("a text fits")
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
                resource.settings = settings_of(&drifted.graph, id).json().clone();
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
