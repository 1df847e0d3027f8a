//! Convergence, prediction, order: what an undisturbed process does.

use crate::{
    MEMBERS, a_record, a_sim, applied, engine, expend, in_time, is_for_the_user, no_crime,
    random::{evolutions, lakes},
    settle, told, writes,
};
use lake_reconcile::{
    graph::{Graph, NodeId},
    kinds::KINDS,
    plan::{self, Change, Later, Plan},
};
use proptest::{prelude::*, strategy::ValueTree};
use std::collections::BTreeSet;

proptest! {
    /// Convergence: once a lake is settled, a second plan is empty, and settling it again writes nothing.
    #[test]
    fn a_second_plan_is_empty(lake in lakes(MEMBERS), change in evolutions(MEMBERS)) {
        in_time(async {
            let sim = a_sim();
            let first = settle(&sim, &lake.graph, a_record()).await;
            prop_assert!(first.failures.is_empty() && first.plan.is_quiet(), "{}", told(&first));
            applied(&sim, &lake.graph);
            let next = lake.after(&change);
            let second = settle(&sim, &next.graph, first.record).await;
            prop_assert!(second.failures.iter().all(is_for_the_user), "{}", told(&second));
            applied(&sim, &next.graph);
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
                let shown = plan::plan(KINDS, graph, &record, &inventory);
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
            applied(&sim, &lake.graph);
            let next = lake.after(&change);
            let second = settle(&sim, &next.graph, first.record).await;
            applied(&sim, &next.graph);
            settle(&sim, &Graph::new(), second.record).await;
            let refusals = sim.world(|world| world.refusals.clone());
            prop_assert!(refusals.is_empty(), "{:#?}", refusals);
            no_crime(&sim)
        })?;
    }
}

/// A lake of hundreds of members is planned at once; the figure is in CONTRIBUTING.md, here only that it is right.
#[test]
fn a_large_lake_is_one_plan() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let lake = lakes(300).new_tree(&mut runner).expect("a lake").current();
    let plan: Plan = plan::plan(KINDS, &lake.graph, &a_record(), &Default::default());
    assert_eq!(plan.steps.len(), lake.graph.len());
    assert!(plan.steps.iter().all(|step| step.change == Change::CreateUnseen));
}
