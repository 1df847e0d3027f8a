//! Two creates at one moment, by either door's order of calls, and what must hold of every end of theirs.

use super::turns::{ByTurns, Table, Touches, Turn, Written, by_turns};
use crate::{
    Kept, LONG, a_record, a_sim, in_time, is_for_the_user, keys, random::place, sim::Sim, told, writes,
};
use futures::future::BoxFuture;
use lake_reconcile::{
    cloud::Cloud,
    engine::{Again, Engine, Outcome},
    error::Retry,
    failure::Cause,
    graph::{Graph, NodeId},
    inventory::Inventory,
    key::Key,
    kind::Wears,
    kinds::{KINDS, RegisteredKey as _, RegisteredSettings as _},
    owner::{Lineage, Owner, Worn},
    plan::plan,
    record::Record,
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

/// In which order a door calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// Terraform's, whose plan has looked and found nothing: the apply looks again before its first write. Both are applies
    /// of one lake.
    Terraform,
    /// Terraform's, whose plan could not look: what an interrupted create has left is met by the apply alone.
    TerraformBlind,
    /// Kubernetes': rounds that look, keep the record, and write. The owner names the object, so that these are two lakes.
    Kubernetes,
}

/// How many rounds in a row a lake is given.
const ROUNDS: usize = 8;

/// One of two creates.
#[derive(Clone, Debug)]
pub(crate) struct Create {
    pub(crate) door: Door,
    pub(crate) graph: Graph,
}

impl Create {
    fn owner(&self, who: usize) -> Owner {
        let owner = |door: &str, lake: String| Owner { door: door.into(), instance: "laws".into(), lake };
        match self.door {
            Door::Terraform | Door::TerraformBlind => owner("terraform", "lake".into()),
            Door::Kubernetes => owner("kubernetes", format!("tenants/lake-{who}")),
        }
    }

    fn engine(&self, who: usize, cloud: Arc<dyn Cloud>) -> Engine {
        let own = lineage(who);
        let lineage = match self.door {
            Door::Terraform | Door::TerraformBlind => Lineage::Compared(own),
            Door::Kubernetes => Lineage::Written(own),
        };
        Engine::new(cloud, self.owner(who), place(), lineage)
    }

    /// Make the lake from nothing.
    async fn run(&self, who: usize, cloud: Arc<dyn Cloud>) -> Outcome {
        let engine = self.engine(who, cloud);
        let planned = (self.door == Door::Terraform).then(|| lineage(who));
        match self.door {
            Door::Terraform | Door::TerraformBlind => {
                let record = Record { lineage: planned, ..a_record() };
                let shown = plan(KINDS, &self.graph, &record, &Inventory::new());
                engine.settle(&self.graph, record, LONG, Some(&shown)).await
            }
            Door::Kubernetes => rounds(engine, &self.graph, &Kept::new()).await,
        }
    }

    /// What it wants and can wear a mark: of the rest nobody can tell who has made it.
    pub(crate) fn wants(&self) -> BTreeSet<Key> {
        keys(&self.graph).into_iter().map(|(_, key)| key).filter(can_be_marked).collect()
    }

    /// What it makes first of all, when it is alone.
    fn anchor(&self) -> Option<Key> {
        let sim = a_sim();
        in_time(self.run(0, sim.clone()));
        let events = sim.world(|world| world.events.clone());
        events.into_iter().find_map(|event| match event {
            crate::sim::Event::Created(key) if can_be_marked(&key) => Some(key),
            _ => None,
        })
    }
}

fn lineage(who: usize) -> String {
    ["aa", "bb"][who].to_owned()
}

fn can_be_marked(key: &Key) -> bool {
    key.traits().wears != Wears::Nothing
}

/// Rounds until the lake is quiet, or only its user can go on.
async fn rounds(engine: Engine, graph: &Graph, kept: &Arc<Kept>) -> Outcome {
    let engine = engine.with_memory(kept.clone());
    for _ in 0..ROUNDS {
        let round = engine.round(graph, kept.record()).await;
        kept.set(round.outcome.record.clone());
        if matches!(round.again, Again::Quiet | Again::After(Retry::Never)) {
            return round.outcome;
        }
    }
    panic!("rounds without an end");
}

/// What came of two creates.
pub(crate) struct End {
    sim: Arc<Sim>,
    outcomes: Vec<Outcome>,
    written: Vec<Written>,
}

/// Two creates, and what is known of them before they meet.
pub(crate) struct Game {
    creates: [Create; 2],
    anchors: [Option<Key>; 2],
    shared: BTreeSet<Key>,
    /// Ends of which it was seen what the next runs make of them.
    ends: RefCell<BTreeSet<String>>,
}

impl Game {
    pub(crate) fn of(creates: [Create; 2]) -> Self {
        let anchors = [creates[0].anchor(), creates[1].anchor()];
        let shared = creates[0].wants().intersection(&creates[1].wants()).cloned().collect();
        Game { creates, anchors, shared, ends: RefCell::default() }
    }

    /// Play it by a schedule; `None` where the schedule breaks it off.
    pub(crate) fn play(
        &self,
        schedule: impl FnMut(&BTreeMap<Turn, Touches>) -> Option<Turn>,
    ) -> Option<(bool, bool)> {
        in_time(async {
            let (sim, table) = (a_sim(), Arc::new(Mutex::new(Table::default())));
            let run = |(who, create): (usize, &'_ Create)| -> BoxFuture<'_, Outcome> {
                let cloud = Arc::new(ByTurns { sim: sim.clone(), who, table: table.clone() });
                let create = create.clone();
                Box::pin(async move { create.run(who, cloud).await })
            };
            let applies = self.creates.iter().enumerate().map(run).collect();
            let outcomes = by_turns(applies, &table, schedule).await?;
            let written = std::mem::take(&mut table.lock().unwrap().written);
            let end = End { sim: sim.clone(), outcomes, written };
            self.judge(&end);
            let records: Vec<&Record> = end.outcomes.iter().map(|outcome| &outcome.record).collect();
            let new = format!("{:?} {records:?}", sim.snapshot());
            if self.ends.borrow_mut().insert(new) {
                self.goes_on(&end).await;
            }
            Some((end.is_whole(0), end.is_whole(1)))
        })
    }
}

impl End {
    fn is_whole(&self, who: usize) -> bool {
        let outcome = &self.outcomes[who];
        outcome.rivals.is_none() && outcome.failures.is_empty() && outcome.plan.is_quiet()
    }

    /// What one has made, of what can wear a mark.
    fn made(&self, who: usize) -> BTreeSet<Key> {
        let made = self.written.iter().filter(|it| it.who == who && it.creates && it.succeeded);
        made.map(|it| it.key.clone()).filter(can_be_marked).collect()
    }

    fn told(&self) -> String {
        let told = |who: usize| {
            format!("{who}: rivals {:?}\n{}", self.outcomes[who].rivals, told(&self.outcomes[who]))
        };
        format!("{}\n{}\n{:#?}", told(0), told(1), self.written)
    }
}

/// What holds of the end of every schedule.
impl Game {
    fn judge(&self, end: &End) {
        self.nobody_writes_to_what_the_other_made(end);
        match self.doors() {
            [Door::Terraform, Door::Terraform] => self.one_lake_is_made_once(end),
            // The blind one may go on with what the other has made so far as with something left behind: it warns of that.
            [Door::TerraformBlind, _] | [_, Door::TerraformBlind] => {}
            _ => self.two_lakes_miss_what_both_want(end),
        }
    }

    fn doors(&self) -> [Door; 2] {
        [self.creates[0].door, self.creates[1].door]
    }

    /// Whether a mark is that of a create, of the lineage that it had in the end. What was left behind is for any lineage
    /// of its owner to take up.
    fn is_of(&self, worn: &Worn, who: usize, end: &End) -> bool {
        let compares = self.creates[who].door != Door::Kubernetes && !worn.is_retained();
        worn.is_of(&self.creates[who].owner(who))
            && (!compares || worn.lineage == end.outcomes[who].record.lineage)
    }

    fn nobody_writes_to_what_the_other_made(&self, end: &End) {
        for it in end.written.iter().filter(|it| it.succeeded && can_be_marked(&it.key)) {
            let own = match &it.before {
                None => it.creates,
                Some(worn) => worn.as_ref().is_some_and(|worn| self.is_of(worn, it.who, end)),
            };
            assert!(own, "{it:?} is written to what is not its own\n{}", end.told());
        }
    }

    /// Two applies of one lake: the one that comes second to what both want ends there.
    fn one_lake_is_made_once(&self, end: &End) {
        let made = [end.made(0), end.made(1)];
        let told = || format!("made {made:#?}\n{}", end.told());
        for who in [0, 1] {
            let outcome = &end.outcomes[who];
            let overtaken = outcome.failures.iter().any(|it| matches!(it.cause, Cause::Overtaken(_)));
            assert!(end.is_whole(who) || overtaken || outcome.rivals.is_some(), "{who} ends so: {}", told());
            assert!(outcome.rivals.is_none() || made[who].is_empty(), "{who} met the other: {}", told());
            let mine = || end.written.iter().filter(|it| it.who == who);
            for refused in mine().filter(|it| it.creates && !it.succeeded) {
                let later = mine().find(|it| it.begun_after > refused.ended_after);
                assert!(later.is_none(), "{who} went on after {refused:?}: {}", told());
            }
        }
        match [end.is_whole(0), end.is_whole(1)] {
            [true, true] => assert!(self.shared.is_empty(), "one name is one lake's: {}", told()),
            [false, false] => {
                let stands_in_the_way = |who: usize| !made[who].is_disjoint(&self.creates[1 - who].wants());
                assert!(stands_in_the_way(0) && stands_in_the_way(1), "one comes to its end: {}", told());
                assert!(self.anchors[0] != self.anchors[1], "one of them was first: {}", told());
            }
            [first, _] => {
                let loser = usize::from(first);
                let anchor: BTreeSet<Key> = self.anchors[loser].clone().into_iter().collect();
                let one_by_one = self.creates.iter().all(|create| create.wants().len() <= 2);
                if self.anchors[0] == self.anchors[1] || self.shared.is_empty() {
                    assert_eq!(made[loser], BTreeSet::new(), "{}", told());
                } else if one_by_one {
                    assert!(made[loser].is_subset(&anchor), "{}", told());
                }
            }
        }
    }

    /// Two lakes of two owners: what both want is the one's, and each has all else.
    fn two_lakes_miss_what_both_want(&self, end: &End) {
        let there = end.sim.snapshot();
        for (who, create) in self.creates.iter().enumerate() {
            let failures = &end.outcomes[who].failures;
            let failed: BTreeSet<&NodeId> = failures.iter().map(|it| &it.node).collect();
            for (node, key) in keys(&create.graph).into_iter().filter(|(_, key)| can_be_marked(key)) {
                let mine = there.get(&key).and_then(|(_, worn)| worn.as_ref());
                let mine = mine.is_some_and(|worn| self.is_of(worn, who, end));
                assert_ne!(mine, failed.contains(node), "{who} has {key}, or has not: {}", end.told());
            }
            for failure in failures {
                let key = create.graph[&failure.node].settings.as_ref().and_then(|it| it.key(&place()));
                let awaited = key.is_some_and(|key| self.shared.contains(&key) || !can_be_marked(&key));
                let skipped = matches!(failure.cause, Cause::Skipped(_));
                assert!(awaited || skipped, "{who} misses {failure}: {}", end.told());
            }
        }
    }
}

/// What the next runs make of it.
impl Game {
    async fn goes_on(&self, end: &End) {
        match self.doors() {
            [_, Door::Kubernetes] => self.one_goes_and_the_other_comes(end).await,
            doors => {
                if doors == [Door::Terraform; 2] && (end.is_whole(0) || end.is_whole(1)) {
                    self.a_later_create_is_refused(end).await;
                } else if doors == [Door::Terraform; 2] {
                    self.destroy(end, &lineage(1)).await;
                    self.import_and_apply(end).await;
                }
                for lineage in lineages(&end.sim) {
                    self.destroy(end, &lineage).await;
                }
            }
        }
    }

    async fn a_later_create_is_refused(&self, end: &End) {
        let before = writes(&end.sim);
        let again = Create { door: Door::TerraformBlind, ..self.creates[0].clone() };
        let outcome = again.run(0, end.sim.clone()).await;
        assert!(outcome.rivals.is_some() && writes(&end.sim) == before, "{}", told(&outcome));
    }

    /// The import of a lineage brings what wears it, and its destruction takes nothing else.
    async fn destroy(&self, end: &End, lineage: &str) {
        let engine = self.creates[0].engine(0, end.sim.clone());
        let recalled = engine.recall(Some(lineage)).await.expect("all can be listed");
        let wears =
            |worn: &Option<Worn>| worn.as_ref().is_some_and(|it| it.lineage.as_deref() == Some(lineage));
        let others = || {
            let mut there = end.sim.snapshot();
            let stays = |worn: &Option<Worn>| !wears(worn) && !worn.as_ref().is_some_and(Worn::is_retained);
            there.retain(|key, (_, worn)| can_be_marked(key) && stays(worn));
            there
        };
        let before = others();
        let outcome = engine.settle(&Graph::new(), recalled.record, LONG, None).await;
        assert!(outcome.failures.is_empty(), "{}\n{}", told(&outcome), end.told());
        assert_eq!(others(), before, "{}", end.told());
        assert!(!lineages(&end.sim).contains(lineage), "{}", end.told());
    }

    /// Two that stand in one another's way: once one of them is destroyed the other comes to its end.
    async fn import_and_apply(&self, end: &End) {
        let engine = self.creates[0].engine(0, end.sim.clone());
        let recalled = engine.recall(Some(&lineage(0))).await.expect("all can be listed");
        let outcome = engine.settle(&self.creates[0].graph, recalled.record, LONG, None).await;
        // What holds data was left behind by the other one, and may be what this one cannot make of it.
        assert!(outcome.failures.iter().all(is_for_the_user), "{}\n{}", told(&outcome), end.told());
    }

    /// The second lake goes, and the first has what both wanted.
    async fn one_goes_and_the_other_comes(&self, end: &End) {
        let kept = Kept::new();
        kept.set(end.outcomes[1].record.clone());
        let outcome = rounds(self.creates[1].engine(1, end.sim.clone()), &Graph::new(), &kept).await;
        assert!(outcome.failures.is_empty(), "{}\n{}", told(&outcome), end.told());
        let first = &self.creates[0];
        let outcome = match first.door {
            Door::Kubernetes => {
                kept.set(end.outcomes[0].record.clone());
                rounds(first.engine(0, end.sim.clone()), &first.graph, &kept).await
            }
            // A create that fails leaves no record: the next one finds its own sign.
            _ if end.is_whole(0) => return,
            _ => Create { door: Door::TerraformBlind, ..first.clone() }.run(0, end.sim.clone()).await,
        };
        // What holds data and was made of what the other one's told is not made anew of what its own tells now.
        let lost: BTreeSet<&NodeId> = end.outcomes[0].failures.iter().map(|it| &it.node).collect();
        let failing: BTreeSet<&NodeId> = outcome.failures.iter().map(|it| &it.node).collect();
        let stays = |node: &NodeId| {
            let holds_data = KINDS.traits(node.kind()).is_some_and(|kind| kind.holds_data);
            holds_data && !lost.contains(node) && comes_after(&first.graph, node, &lost)
        };
        let fine = outcome.failures.iter().all(|failure| match &failure.cause {
            Cause::Blocked(_) => stays(&failure.node),
            Cause::Skipped(need) => failing.contains(need),
            _ => false,
        });
        let done = outcome.plan.steps.iter().all(|step| step.is_quiet() || failing.contains(&step.node));
        assert!(fine && done, "{}\n{}", told(&outcome), end.told());
    }
}

/// Whether a node of a graph comes after one of some, directly or not.
fn comes_after(graph: &Graph, node: &NodeId, some: &BTreeSet<&NodeId>) -> bool {
    let after = graph.get(node).into_iter().flat_map(|node| &node.after);
    after.into_iter().any(|need| some.contains(need) || comes_after(graph, need, some))
}

/// The lineages of Terraform's lakes.
fn lineages(sim: &Sim) -> BTreeSet<String> {
    let worn = sim.snapshot().into_values().filter_map(|(_, worn)| worn);
    worn.filter(|worn| worn.owner.starts_with("terraform/")).filter_map(|worn| worn.lineage).collect()
}
