//! Handover: what one owner has becomes another's by marks alone, over random lakes in a simulated cloud.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

#[allow(dead_code, unused_imports, reason = "the laws use the rest")]
mod random;
#[allow(dead_code, unused_imports, reason = "the laws use the rest")]
mod sim;

use lake_api::member::{Adopt, OnDelete};
use lake_reconcile::{
    engine::{Engine, Outcome},
    graph::{Graph, NodeId, Reach},
    kind::Wears,
    kinds::{KINDS, RegisteredKey as _},
    owner::{Lineage, Owner},
    plan::{Change, Plan, Taking},
    record::Record,
    render::render,
};
use proptest::{prelude::*, test_runner::RngSeed};
use random::{lakes, place};
use sim::{Event, Sim};
use std::{sync::Arc, time::Duration};

fn terraform() -> Owner {
    Owner { door: "terraform".into(), instance: "team-a".into(), lake: "lake".into() }
}

fn kubernetes() -> Owner {
    Owner { door: "kubernetes".into(), instance: "cluster".into(), lake: "data/lake".into() }
}

fn engine(sim: &Arc<Sim>, owner: &Owner) -> Engine {
    Engine::new(sim.clone(), owner.clone(), place(), Lineage::Compared("0123456789abcdef".into()))
}

/// Make a lake as an owner wants it.
async fn settle(sim: &Arc<Sim>, owner: &Owner, graph: &Graph, record: Record) -> Outcome {
    const LONG: Duration = Duration::from_secs(1500);
    sim.want(graph);
    engine(sim, owner).settle(graph, record, LONG, None).await
}

/// The same lake, taken over from an owner.
fn from(graph: &Graph, owner: &Owner) -> Graph {
    let mut graph = graph.clone();
    graph.values_mut().for_each(|node| node.treatment.adopt_from = Some(owner.to_string()));
    graph
}

fn events(sim: &Sim) -> Vec<Event> {
    sim.world(|world| world.events.clone())
}

/// Steps of a handover: what can wear a mark is marked anew, what can wear none is remembered, and nothing is written.
fn takes_all_over(plan: &Plan, from: &Owner) -> Result<(), TestCaseError> {
    for step in &plan.steps {
        let nothing_changes = matches!(&step.change, Change::Update(fields) if fields.is_empty());
        let taken = match &step.taking {
            Some(Taking::Adopt(Some(owner))) => *owner == from.to_string(),
            // Nobody's word is needed for what can wear no mark where `adopt` says so already.
            Some(Taking::Adopt(None)) => step.key.as_ref().unwrap().traits().wears == Wears::Nothing,
            _ => false,
        };
        prop_assert!(nothing_changes && taken, "{}: {}", step.node, render(plan));
    }
    Ok(())
}

/// Whatever can wear a mark wears that of an owner.
fn all_is_of(sim: &Sim, owner: &Owner) -> Result<(), TestCaseError> {
    for (key, (_, worn)) in sim.snapshot() {
        if key.traits().wears != Wears::Nothing {
            let ours = worn.as_ref().is_some_and(|worn| worn.is_of(owner) && !worn.is_retained());
            prop_assert!(ours, "{key} wears {worn:?}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    /// There and back: two handovers write marks and nothing else; who lost the lake and takes it down meanwhile touches
    /// nothing; and the first owner ends where it would have ended without them, whether it kept its record or not.
    #[test]
    fn a_handover_writes_marks_alone(lake in lakes(8), forgets in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.unwrap().block_on(async {
            let (calm, sim) = (Arc::new(Sim::new(place(), terraform())), Arc::new(Sim::new(place(), terraform())));
            let stayed = settle(&calm, &terraform(), &lake.graph, Record::new(place())).await;
            let mut record = settle(&sim, &terraform(), &lake.graph, Record::new(place())).await.record;
            let before = events(&sim).len();

            let wanted = from(&lake.graph, &terraform());
            let mut fresh = Record::new(place());
            let observed = engine(&sim, &kubernetes()).observe(&wanted, &mut fresh).await;
            takes_all_over(&lake_reconcile::plan::plan(KINDS, &wanted, &fresh, &observed.inventory), &terraform())?;
            let taken = settle(&sim, &kubernetes(), &wanted, fresh).await;
            prop_assert!(taken.failures.is_empty() && taken.plan.is_quiet(), "{:?}", taken.failures);
            all_is_of(&sim, &kubernetes())?;
            let after = events(&sim).len();
            let again = settle(&sim, &kubernetes(), &wanted, taken.record).await;
            prop_assert!(again.plan.is_quiet(), "{}", render(&again.plan));
            prop_assert_eq!(events(&sim).len(), after, "a second look writes nothing");

            if lake.graph.keys().any(wears) {
                let held = sim.snapshot();
                let lost = settle(&sim, &terraform(), &Graph::new(), record.clone()).await;
                prop_assert!(lost.failures.is_empty() && lost.plan.is_quiet(), "{:?}", lost.failures);
                prop_assert_eq!(sim.snapshot(), held, "who lost a lake deletes nothing of it");
            }

            let wanted = from(&lake.graph, &kubernetes());
            if forgets {
                record = Record::new(place());
            }
            let back = settle(&sim, &terraform(), &wanted, record).await;
            prop_assert!(back.failures.is_empty() && back.plan.is_quiet(), "{:?}", back.failures);
            prop_assert_eq!(sim.snapshot(), calm.snapshot());
            let others: Vec<Event> = events(&sim).split_off(before);
            prop_assert!(others.iter().all(|event| matches!(event, Event::Marked(_))), "{others:#?}");

            settle(&calm, &terraform(), &Graph::new(), stayed.record).await;
            settle(&sim, &terraform(), &Graph::new(), back.record).await;
            prop_assert_eq!(sim.snapshot(), calm.snapshot());
            Ok(())
        })?;
    }

    /// Without the word nothing is taken: the second comer is told whose each resource is.
    #[test]
    fn who_says_nothing_takes_nothing(lake in lakes(8)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.unwrap().block_on(async {
            let sim = Arc::new(Sim::new(place(), terraform()));
            let mut graph = lake.graph;
            graph.values_mut().for_each(|node| node.treatment.adopt = lake_api::member::Adopt::Never);
            settle(&sim, &terraform(), &graph, Record::new(place())).await;
            let before = sim.snapshot();
            let second = settle(&sim, &kubernetes(), &graph, Record::new(place())).await;
            prop_assert_eq!(sim.snapshot(), before);
            let marked = graph.iter().filter(|(id, _)| wears(id));
            for (id, _) in marked {
                let told = second.failures.iter().find(|failure| &failure.node == id);
                prop_assert!(told.is_some(), "{id}: {}", render(&second.plan));
            }
            Ok(())
        })?;
    }

    /// An owner that is out of reach loses nothing, whatever the second comer says: neither what it has nor what it left
    /// behind is written to, and the second comer's end takes nothing with it.
    #[test]
    fn who_is_out_of_reach_loses_nothing(
        lake in lakes(8),
        adopt in prop::sample::select(vec![Adopt::Never, Adopt::Unowned, Adopt::Any]),
        names in any::<bool>(),
        left in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.unwrap().block_on(async {
            let sim = Arc::new(Sim::new(place(), terraform()));
            let mut first = lake.graph.clone();
            if left {
                first.values_mut().for_each(|node| node.treatment.on_delete = OnDelete::Retain);
            }
            let made = settle(&sim, &terraform(), &first, Record::new(place())).await;
            if left {
                settle(&sim, &terraform(), &Graph::new(), made.record).await;
            }
            let theirs = |sim: &Sim| {
                sim.snapshot().into_iter().filter(|(key, _)| key.traits().wears != Wears::Nothing).collect::<Vec<_>>()
            };
            let before = theirs(&sim);
            let mut second = if names { from(&lake.graph, &terraform()) } else { lake.graph };
            for node in second.values_mut() {
                node.treatment.adopt = adopt;
                node.treatment.on_delete = OnDelete::Empty;
                node.treatment.reach = Reach::Only {
                    owners: ["kubernetes/cluster/data".to_owned(), "terraform/team".to_owned()].into(),
                    outside: None,
                    further: "Ask.".to_owned(),
                };
            }
            let taken = settle(&sim, &kubernetes(), &second, Record::new(place())).await;
            settle(&sim, &kubernetes(), &Graph::new(), taken.record).await;
            let after = theirs(&sim);
            prop_assert!(before.iter().all(|it| after.contains(it)), "{before:#?}\n{after:#?}");
            for (id, _) in second.iter().filter(|(id, _)| wears(id)) {
                let told = taken.failures.iter().find(|failure| &failure.node == id);
                prop_assert!(told.is_some(), "{id}: {}", render(&taken.plan));
            }
            Ok(())
        })?;
    }
}

#[test]
fn reach_is_part_by_part() {
    let reach = Reach::Only {
        owners: ["kubernetes/prod/data".to_owned(), "terraform/team-a/events".to_owned()].into(),
        outside: None,
        further: "Ask.".to_owned(),
    };
    for (owner, within) in [
        ("kubernetes/prod/data/events", true),
        ("kubernetes/prod/database/events", false),
        ("kubernetes/prod", false),
        ("terraform/team-a/events", true),
        ("terraform/team-a/events2", false),
        ("", false),
    ] {
        assert_eq!(reach.refuses(owner).is_none(), within, "{owner}");
    }
    let Reach::Only { owners, further, .. } = reach else { unreachable!() };
    let reach = Reach::Only { owners, further, outside: Some("kubernetes/prod".to_owned()) };
    for (owner, within) in [
        ("terraform/team-b/events", true),
        ("kubernetes/production/data/events", true),
        ("kubernetes/prod/database/events", false),
        ("kubernetes/prod/data/events", true),
    ] {
        assert_eq!(reach.refuses(owner).is_none(), within, "{owner}");
    }
}

/// Whether the kind of a node can wear a mark.
fn wears(id: &NodeId) -> bool {
    KINDS.traits(id.kind()).unwrap().wears != Wears::Nothing
}
