//! Rounds: a door that never waits brings a lake to quiet by rounds alone, as the operator does.

use crate::{
    Kept, LATER, LINEAGE, LONG, MEMBERS, a_record, a_sim, applied, in_time, is_for_the_user, misfortunes,
    no_crime, owner,
    random::{evolutions, lakes, place},
    same_world, settle,
    sim::Sim,
    told, writes,
};
use futures::future::BoxFuture;
use lake_reconcile::{
    cloud::{Cloud, Listed, Write},
    engine::{Again, Engine, Round, pause},
    error::{CloudError, Retry},
    failure::{Cause, Failure},
    graph::{Graph, NodeId},
    inventory::Sight,
    key::Key,
    kind::Kinds,
    kinds::{KINDS, RegisteredSettings as _},
    owner::{Lineage, Owner, Worn},
    settings::Settings,
};
use proptest::prelude::*;
use std::sync::Arc;
use tokio::time::Instant;

/// How many rounds in a row may ask for another at once: each is to have done something.
const RESTLESS: usize = 50;

/// The simulated cloud, seen by somebody who knows what is kept.
struct Watched {
    sim: Arc<Sim>,
    kept: Arc<Kept>,
}

impl Cloud for Watched {
    fn kinds(&self) -> Kinds {
        KINDS
    }

    fn read<'a>(&'a self, keys: Vec<Key>) -> BoxFuture<'a, Vec<(Key, Sight<Settings>)>> {
        self.sim.read(keys)
    }

    fn worn<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Option<Worn>>, CloudError>> {
        self.sim.worn(key)
    }

    fn write<'a>(&'a self, node: &'a NodeId, write: Write) -> BoxFuture<'a, Result<(), CloudError>> {
        if let Write::Create { settings, .. } = &write {
            let key = settings.key(&place()).expect("a create knows its key");
            if self.kept.record().got(node, &key).is_none() {
                let crime = format!("{key} is created and {node} is not remembered by it");
                self.sim.world(|world| world.crimes.push(crime));
            }
        }
        self.sim.write(node, write)
    }

    fn marked<'a>(&'a self, owner: &'a Owner, parents: &'a [Key]) -> BoxFuture<'a, Listed> {
        self.sim.marked(owner, parents)
    }
}

/// Rounds of one process until the lake is quiet, or only its user can go on. The record is kept before each create,
/// and after each round.
pub(crate) async fn rounds(sim: &Arc<Sim>, graph: &Graph, kept: &Arc<Kept>) -> Result<Round, TestCaseError> {
    tokio::time::sleep(LATER).await;
    sim.want(graph);
    let cloud = Arc::new(Watched { sim: sim.clone(), kept: kept.clone() });
    let engine =
        Engine::new(cloud, owner(), place(), Lineage::Written(LINEAGE.into())).with_memory(kept.clone());
    let deadline = Instant::now() + LONG;
    let (mut restless, mut times) = (0, 0);
    loop {
        let before = writes(sim);
        let round = engine.round(graph, kept.record()).await;
        kept.set(round.outcome.record.clone());
        let wrote = writes(sim) > before;
        asks_rightly(&round)?;
        match round.again {
            Again::Quiet => return Ok(round),
            Again::After(Retry::Never) if !wrote => return Ok(round),
            Again::Now => restless += 1,
            Again::After(class) => {
                tokio::time::sleep(pause(class, times)).await;
                (restless, times) = (0, times + 1);
            }
        }
        prop_assert!(restless < RESTLESS && Instant::now() < deadline, "no end: {}", told(&round.outcome));
    }
}

/// When a round asks for another, and how soon.
fn asks_rightly(round: &Round) -> Result<(), TestCaseError> {
    let outcome = &round.outcome;
    let failed = outcome.failures.iter().filter(|failure| !matches!(failure.cause, Cause::Skipped(_)));
    let unseen = outcome.plan.unreadable().map(|(_, error)| error.retry);
    let unlisted = outcome.unlisted.iter().map(|error| error.retry);
    let own: Vec<Retry> = failed.map(Failure::retry).chain(unseen).chain(unlisted).collect();
    let failed = |node: &NodeId| outcome.failures.iter().any(|failure| &failure.node == node);
    let is_open = outcome.plan.steps.iter().any(|step| !step.is_quiet() && !failed(&step.node));
    let rightly = match round.again {
        Again::Quiet => outcome.failures.is_empty() && outcome.plan.is_quiet(),
        // What only its user can mend does not hold up the rest.
        Again::Now if own.is_empty() => !outcome.plan.is_quiet(),
        Again::Now => is_open && own.iter().all(|class| *class == Retry::Never),
        Again::After(class) => {
            own.contains(&class) && (class != Retry::Never || own.iter().all(|it| *it == class))
        }
    };
    prop_assert!(rightly, "{:?}: {}", round.again, told(outcome));
    Ok(())
}

proptest! {
    /// Rounds lead where a settle leads, and a lake that is quiet stays untouched.
    #[test]
    fn rounds_lead_where_a_settle_leads(lake in lakes(MEMBERS), change in evolutions(MEMBERS)) {
        in_time(async {
            let (calm, sim, kept) = (a_sim(), a_sim(), Kept::new());
            let mut record = a_record();
            for graph in [lake.graph.clone(), lake.after(&change).graph, Graph::new()] {
                let settled = settle(&calm, &graph, record).await;
                let round = rounds(&sim, &graph, &kept).await?;
                let told = || format!("{}\nby a settle\n{}", told(&round.outcome), told(&settled));
                prop_assert!(round.outcome.failures.iter().all(is_for_the_user), "{}", told());
                same_world(&sim, &calm, told)?;
                let before = writes(&sim);
                rounds(&sim, &graph, &kept).await?;
                prop_assert_eq!(writes(&sim), before, "{}", told());
                applied(&calm, &graph);
                applied(&sim, &graph);
                record = settled.record;
            }
            no_crime(&sim)
        })?;
    }

    /// Killed within a round or between two, the next process goes on with what was kept.
    #[test]
    fn rounds_that_are_cut_short_are_taken_up(
        lake in lakes(MEMBERS),
        change in evolutions(MEMBERS),
        after in 1_u64..60,
        creates in any::<bool>(),
    ) {
        in_time(async {
            let (calm, hit) = (a_sim(), a_sim());
            let graph = if creates { lake.graph.clone() } else { lake.after(&change).graph };
            let mut kepts = Vec::new();
            for sim in [&calm, &hit] {
                let kept = Kept::new();
                if !creates {
                    rounds(sim, &lake.graph, &kept).await?;
                    applied(sim, &lake.graph);
                }
                kepts.push(kept);
            }
            let undisturbed = rounds(&calm, &graph, &kepts[0]).await?;
            hit.world(|world| world.faults.kill_after = Some(world.faults.calls + after));
            tokio::select! {
                ended = rounds(&hit, &graph, &kepts[1]) => ended.map(|_| ())?,
                () = hit.killed() => {}
            }
            hit.world(|world| world.faults.kill_after = None);
            let round = rounds(&hit, &graph, &kepts[1]).await?;
            prop_assert!(round.outcome.failures.iter().all(is_for_the_user), "{}", told(&round.outcome));
            same_world(&hit, &calm, || {
                format!("{}\nin calm\n{}", told(&round.outcome), told(&undisturbed.outcome))
            })?;
            no_crime(&hit)
        })?;
    }

    /// With calls refused, answers lost and looks that come too early, rounds come to the same end.
    #[test]
    fn misfortune_makes_rounds_no_more_than_many(
        lake in lakes(MEMBERS),
        change in evolutions(MEMBERS),
        misfortune in misfortunes(),
    ) {
        in_time(async {
            let (calm, hit) = (a_sim(), a_sim());
            hit.world(|world| world.faults = misfortune);
            let mut ends = Vec::new();
            for sim in [&calm, &hit] {
                let kept = Kept::new();
                rounds(sim, &lake.graph, &kept).await?;
                applied(sim, &lake.graph);
                ends.push(rounds(sim, &lake.after(&change).graph, &kept).await?.outcome);
            }
            same_world(&hit, &calm, || ends.iter().map(told).collect::<Vec<_>>().join("\ndisturbed\n"))?;
            no_crime(&hit)
        })?;
    }
}
