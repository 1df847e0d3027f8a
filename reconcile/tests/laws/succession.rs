//! Succession: what is wanted under another key goes only when its successor stands.

use crate::{
    MEMBERS, a_record, a_sim, applied, engine, graph, in_time, is_for_the_user, keys, no_crime,
    random::{evolutions, lakes},
    same_world, settle,
    sim::Sim,
    told, writes,
};
use lake_reconcile::{
    engine::Outcome,
    error::Retry,
    graph::{Graph, NodeId},
    key::Key,
    kinds::KINDS,
    plan::{self, Change, Plan},
    record::Record,
};
use proptest::prelude::*;
use std::{collections::BTreeMap, sync::Arc};

/// Nodes that a plan makes anew under another key: the former key, and the wanted one.
fn renamed(plan: &Plan) -> Vec<(NodeId, Key, Key)> {
    let renamed = plan.steps.iter().filter_map(|step| match (&step.change, &step.key) {
        (Change::Replace { old, .. }, Some(key)) if old != key => {
            Some((step.node.clone(), old.clone(), key.clone()))
        }
        _ => None,
    });
    renamed.collect()
}

fn is_there(sim: &Sim, key: &Key) -> bool {
    sim.world(|world| world.resources.contains_key(key))
}

proptest! {
    /// Where the successor is refused, the former one stays, is remembered, and the next plan replaces it still. When
    /// it is refused no more, the lake comes to where it comes in calm.
    #[test]
    fn what_has_no_successor_stays(lake in lakes(MEMBERS), change in evolutions(MEMBERS)) {
        in_time(async {
            let (calm, hit) = (a_sim(), a_sim());
            let next = lake.after(&change).graph;
            let mut records = BTreeMap::new();
            for (name, sim) in [("calm", &calm), ("hit", &hit)] {
                records.insert(name, settle(sim, &lake.graph, a_record()).await.record);
                applied(sim, &lake.graph);
            }
            let undisturbed = settle(&calm, &next, records["calm"].clone()).await;
            let mut record = records["hit"].clone();
            let inventory = engine(&hit).observe(&next, &mut record).await.inventory;
            let renamed = renamed(&plan::plan(KINDS, &next, &record, &inventory));
            hit.world(|world| {
                let refused = renamed.iter().map(|(_, _, new)| (new.clone(), (Retry::Never, u64::MAX)));
                world.faults.refused.extend(refused);
            });
            let outcome = settle(&hit, &next, record).await;
            for (node, old, new) in &renamed {
                prop_assert!(is_there(&hit, old), "{old} went, and {new} was refused: {}", told(&outcome));
                prop_assert!(outcome.record.got(node, old).is_some(), "{old} is forgotten");
                let change = outcome.plan.step(node).map(|step| &step.change);
                let replaces = matches!(change, Some(Change::Replace { old: left, .. }) if left == old);
                prop_assert!(replaces, "{node}: {}", told(&outcome));
            }
            hit.world(|world| world.faults.refused.clear());
            let outcome = settle(&hit, &next, outcome.record).await;
            prop_assert!(outcome.failures.iter().all(is_for_the_user), "{}", told(&outcome));
            same_world(&hit, &calm, || format!("{}\nin calm\n{}", told(&outcome), told(&undisturbed)))?;
            no_crime(&hit)
        })?;
    }
}

/// A lake with a job of this name.
fn lake(job: &str, more: &str) -> Graph {
    graph(&format!(
        "buckets: {{ store: {{}} }}\n\
         roles: {{ etl: {{ assumedBy: {{ services: [glue.amazonaws.com] }} }} }}\n\
         jobs: {{ etl: {{ name: {job}, role: etl, script: {{ bucket: store, key: v2.py, content: x }}, {more} }} }}\n"
    ))
}

fn job(graph: &Graph) -> Key {
    let (_, key) = keys(graph).into_iter().find(|(id, _)| id.kind() == "job").expect("it has a job");
    key
}

async fn settled(sim: &Arc<Sim>, graph: &Graph, record: Record) -> Outcome {
    let outcome = settle(sim, graph, record).await;
    assert!(outcome.failures.is_empty(), "{}", told(&outcome));
    outcome
}

/// A job was renamed, the new one refused, and the old one gone.
#[test]
fn a_job_whose_successor_is_refused_stays() {
    in_time(async {
        let sim = a_sim();
        let (first, second) = (lake("one", ""), lake("two", ""));
        let outcome = settled(&sim, &first, a_record()).await;
        sim.world(|world| world.faults.refused.insert(job(&second), (Retry::Never, u64::MAX)));
        let outcome = settle(&sim, &second, outcome.record).await;
        assert_eq!(outcome.failures.len(), 1, "{}", told(&outcome));
        assert!(is_there(&sim, &job(&first)), "{}", told(&outcome));
        // The user takes the old name back: nothing is to be done.
        sim.world(|world| world.faults.refused.clear());
        let before = writes(&sim);
        settled(&sim, &first, outcome.record).await;
        assert_eq!(writes(&sim), before);
    });
}

/// The former one went in the second pass, although its successor could not be brought to what is wanted in the first.
#[test]
fn a_job_stays_while_its_successor_cannot_be_as_wanted() {
    in_time(async {
        let sim = a_sim();
        let (first, second, third) = (lake("one", ""), lake("two", ""), lake("two", "maxRetries: 1"));
        let outcome = settled(&sim, &first, a_record()).await;
        let refuse = |key: Key| {
            sim.world(|world| world.faults.refused = BTreeMap::from([(key, (Retry::Never, u64::MAX))]));
        };
        refuse(job(&first));
        let outcome = settle(&sim, &second, outcome.record).await;
        assert!(is_there(&sim, &job(&first)) && is_there(&sim, &job(&second)), "{}", told(&outcome));
        refuse(job(&second));
        let mut third = third;
        third.extend(graph("buckets: { more: {} }"));
        let outcome = settle(&sim, &third, outcome.record).await;
        assert!(is_there(&sim, &job(&first)), "{}", told(&outcome));
        sim.world(|world| world.faults.refused.clear());
        settled(&sim, &third, outcome.record).await;
        assert!(!is_there(&sim, &job(&first)));
    });
}
