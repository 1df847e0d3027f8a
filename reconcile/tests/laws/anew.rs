//! What a stranger deletes and makes anew under the name of a lake's own is the stranger's, of whatever kind it is; and what
//! only lost its mark is still the lake's.

use crate::{
    MEMBERS, a_record, a_sim, applied, engine, in_time, is_for_the_user, keys, owner,
    random::{Evolution, Lake, disguised, evolutions, lakes_with, place, settings},
    settle,
    sim::Sim,
    told,
};
use lake_api::member::Adopt;
use lake_reconcile::{
    cloud::Cloud,
    engine::Outcome,
    failure::{Cause, Failure},
    graph::{Graph, NodeId},
    key::Key,
    kind::{Traits, Wears},
    kinds::{KINDS, RegisteredKey as _, RegisteredSettings as _},
    owner::{Owner, Worn},
    plan::Change,
    reference::facts,
    settings::Settings,
};
use lake_tests::is_long;
use proptest::{prelude::*, test_runner::TestRunner};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What a stranger does, and what the lake's user does meanwhile.
#[derive(Clone, Debug)]
struct Play {
    lake: Lake,
    /// Which member of the kind, of those that there are.
    at: prop::sample::Index,
    /// What the stranger sets, where AWS lets a resource of the name have it.
    theirs: Settings,
    mark: Theirs,
    /// What becomes of the lake in the apply that meets it.
    change: Evolution,
    /// Whether the lake takes over whatever it finds and is applied as it was, and the stranger's can be made what it wants.
    adopts: bool,
    /// Whether the stranger comes between the look of that apply and its first write.
    late: bool,
    /// Whether what it hangs on is made anew with it, where it could wear a mark of its own.
    with_holder: bool,
}

/// The mark that a stranger's resource wears.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Theirs {
    None,
    /// Another lake's.
    Lake,
    /// Another lineage's of this owner and name.
    Lineage,
}

impl Theirs {
    fn on(self, node: &NodeId, kind: &Traits) -> Option<Worn> {
        let mark = |owner: Owner| Worn {
            owner: owner.to_string(),
            node: node.to_string(),
            creating: false,
            lineage: Some("fedcba9876543210fedcba9876543210".to_owned()),
            region: kind.global.then(|| place().region),
        };
        match self {
            _ if kind.wears == Wears::Nothing => None,
            Theirs::None => None,
            Theirs::Lake => Some(mark(Owner { lake: "another".into(), ..owner() })),
            Theirs::Lineage => Some(mark(owner())),
        }
    }
}

/// What a stranger has made, each with its mark.
type Made = BTreeMap<Key, (Settings, Option<Worn>)>;

fn plays(kind: &'static Traits) -> impl Strategy<Value = Play> {
    let mark = prop_oneof![2 => Just(Theirs::None), 1 => Just(Theirs::Lake), 1 => Just(Theirs::Lineage)];
    let (change, adopts) = (evolutions(MEMBERS), prop::bool::weighted(0.35));
    let lake = (lakes_with(kind, MEMBERS), adopts).prop_map(|(mut lake, adopts)| {
        lake.graph.values_mut().filter(|_| adopts).for_each(|node| node.treatment.adopt = Adopt::Any);
        (lake, adopts)
    });
    let at = any::<prop::sample::Index>();
    (lake, at, settings(kind), mark, change, any::<bool>(), any::<bool>()).prop_map(
        |((lake, adopts), at, theirs, mark, change, late, with_holder)| Play {
            lake,
            at,
            theirs,
            mark,
            change,
            adopts,
            late,
            with_holder,
        },
    )
}

/// Whether a field is none of some paths, nor holds one.
fn is_none_of(paths: &[&str], field: &str) -> bool {
    paths.iter().all(|path| path.split(['.', '[']).next() != Some(field))
}

/// How many plays of a kind must have come to all that can come of one.
const ENOUGH: u32 = 32;

/// Play a law for every kind that is registered, a new one too. `law` tells what came of a play, and each of `all` must come
/// of some, so that no kind passes because no random lake has it.
fn for_every_kind(all: &[&'static str], law: impl Fn(&Play) -> Result<&'static str, TestCaseError>) {
    let config = ProptestConfig::with_source_file(file!());
    let cases = if is_long() { config.cases } else { config.cases.div_ceil(8) };
    for kind in KINDS.all() {
        let came = RefCell::new(BTreeSet::new());
        let mut runner = TestRunner::new(ProptestConfig { cases, ..config.clone() });
        let run = runner.run(&plays(kind), |play| {
            came.borrow_mut().insert(law(&play)?);
            Ok(())
        });
        run.unwrap_or_else(|error| panic!("{}: {error}", kind.name));
        for what in all.iter().filter(|_| cases >= ENOUGH) {
            assert!(came.borrow().contains(what), "no {} of a random lake was {what}", kind.name);
        }
    }
}

impl Play {
    /// The member that it is about, and its key. One that can wear no mark hangs on a member: of one that does not, AWS tells
    /// nothing by which a stranger's could be told from ours.
    fn victim(&self) -> Result<(NodeId, Key), TestCaseError> {
        let graph = &self.lake.graph;
        let hangs = |key: &Key| key.hangs_on().is_some_and(|on| wanting(graph, &on).is_some());
        let mut victims: Vec<(&NodeId, Key)> = keys(graph);
        victims.retain(|(_, key)| key.kind() == self.theirs.kind());
        victims.retain(|(_, key)| key.traits().wears != Wears::Nothing || hangs(key));
        if victims.is_empty() {
            return Err(TestCaseError::reject("no member to play with"));
        }
        let (node, key) = self.at.get(&victims);
        Ok(((*node).clone(), key.clone()))
    }

    /// What the stranger makes, each with its mark. What can wear none belongs to what it hangs on: that is made anew with it.
    /// What has no birth may be made anew with that, or in it.
    fn makes(&self, sim: &Sim, node: &NodeId, key: &Key) -> Made {
        let mut made = BTreeMap::new();
        let theirs = disguised(&settings_in(sim, key), &self.theirs, |field| {
            !self.adopts || is_none_of(key.traits().fixed, field)
        });
        made.insert(key.clone(), (theirs, self.mark.on(node, key.traits())));
        let holder = key.hangs_on().filter(|holder| wanting(&self.lake.graph, holder).is_some());
        let both = key.traits().wears == Wears::Nothing || self.with_holder;
        if let Some(holder) = holder.filter(|_| both) {
            let mark = self.mark.on(&NodeId::new(holder.kind(), "theirs"), holder.traits());
            made.insert(holder.clone(), (settings_in(sim, &holder), mark));
        }
        made
    }

    /// Whether what a stranger made is drift of what the record names: it has no birth, wears nobody's mark, and lies in the
    /// same thing of the lake as before.
    fn is_drift(&self, made: &Made, key: &Key) -> bool {
        let bare =
            key.traits().wears == Wears::Parameters && made.get(key).is_some_and(|(_, worn)| worn.is_none());
        let is_same =
            |holder: &Key| wanting(&self.lake.graph, holder).is_some() && !made.contains_key(holder);
        bare && key.traits().birth.is_none() && key.hangs_on().as_ref().is_some_and(is_same)
    }
}

/// What is there under a key.
fn settings_in(sim: &Sim, key: &Key) -> Settings {
    let there = sim.world(|world| world.resources[key].settings.clone());
    KINDS.settings(key.kind(), there).expect("what was written can be read")
}

/// A stranger deletes what is there, with all that hangs on it, and makes something else in its place.
fn make_anew(sim: &Sim, made: &Made) {
    let goes = |key: &Key| made.contains_key(key) || key.hangs_on().is_some_and(|on| made.contains_key(&on));
    sim.world(|world| world.resources.retain(|key, _| !goes(key)));
    for (key, (settings, worn)) in made {
        sim.plant(key.clone(), settings, worn.clone());
    }
}

/// Apply a lake whose resources a stranger makes anew.
async fn meets(sim: &Arc<Sim>, graph: &Graph, play: &Play, made: &Made, first: Outcome) -> Outcome {
    if !play.late {
        make_anew(sim, made);
        return settle(sim, graph, first.record).await;
    }
    tokio::time::sleep(crate::LATER).await;
    sim.want(graph);
    let engine = engine(sim);
    let look = engine.look(graph, first.record).await;
    make_anew(sim, made);
    let outcome = look.settle(crate::LONG, None).await;
    // Where it had nothing to do there, the next apply is the first to meet it.
    settle(sim, graph, outcome.record).await
}

/// Who wants a key.
fn wanting<'g>(graph: &'g Graph, key: &Key) -> Option<&'g NodeId> {
    keys(graph).into_iter().find(|(_, wanted)| wanted == key).map(|(node, _)| node)
}

fn is_left_alone(graph: &Graph, key: &Key, worn: Option<&Worn>) -> bool {
    let adopt = wanting(graph, key).map_or(Adopt::Never, |node| graph[node].treatment.adopt);
    match adopt {
        Adopt::Never => true,
        Adopt::Unowned => worn.is_some(),
        Adopt::Any => false,
    }
}

/// Nothing of a stranger's is written to without `adopt`, now or when the lake goes; and all else is done.
#[test]
fn what_a_stranger_makes_anew_is_the_strangers() {
    for_every_kind(&["left alone", "taken over"], |play| {
        in_time(async {
            let (node, key) = play.victim()?;
            let (calm, sim) = (a_sim(), a_sim());
            let next =
                if play.adopts { play.lake.graph.clone() } else { play.lake.after(&play.change).graph };
            let mut firsts = Vec::new();
            for sim in [&calm, &sim] {
                firsts.push(settle(sim, &play.lake.graph, a_record()).await);
                applied(sim, &play.lake.graph);
            }
            let [calm_first, first] = <[Outcome; 2]>::try_from(firsts).expect("two of them");
            let undisturbed = settle(&calm, &next, calm_first.record).await;
            let made = play.makes(&sim, &node, &key);
            let outcome = meets(&sim, &next, play, &made, first).await;
            let told = || format!("{}\nundisturbed\n{}", told(&outcome), told(&undisturbed));
            let alone =
                |key: &Key| made.get(key).is_none_or(|(_, worn)| is_left_alone(&next, key, worn.as_ref()));
            // What can wear no mark comes along with what it hangs on.
            let comes = |key: &Key| {
                key.traits().wears == Wears::Nothing && key.hangs_on().is_some_and(|on| !alone(&on))
            };
            let drifts = |key: &Key| play.is_drift(&made, key);
            let safe: BTreeSet<&Key> =
                made.keys().filter(|key| alone(key) && !comes(key) && !drifts(key)).collect();
            // Once it has lost all, the lake is a new one, which is not made beside one of another lineage that lives.
            let refused = play.mark == Theirs::Lineage && outcome.rivals.is_some();
            for key in made.keys().filter(|_| !refused) {
                let Some(node) = wanting(&next, key) else { continue };
                let failure = outcome.failures.iter().find(|failure| &failure.node == node);
                let names_it = |failure: &Failure| {
                    matches!(failure.cause, Cause::Anew(_) | Cause::Foreign(_) | Cause::Blocked(_))
                        // What may be taken over can be kept from it, as from all else.
                        || (!safe.contains(key) && is_for_the_user(failure))
                        // What it hangs on, and waits for, is told.
                        || (key.traits().wears == Wears::Nothing && matches!(failure.cause, Cause::Skipped(_)))
                };
                // What can wear no mark and is to the letter what is wanted is used as it stands.
                let used = key.traits().wears == Wears::Nothing && is_kept(&outcome, node);
                let fine = failure.map_or(used || !safe.contains(key), names_it);
                prop_assert!(fine, "{node} is told: {}", told());
                if failure.is_none() {
                    let worn = sim.snapshot()[key].1.clone();
                    let ours = worn.is_none_or(|worn| worn.is_of(&owner()) && worn.node == node.as_str());
                    prop_assert!(ours, "{key} is taken over: {}", told());
                }
            }
            let adopts = |key: &Key| {
                let hangs_on_a_member = key.hangs_on().is_some_and(|on| wanting(&next, &on).is_some());
                let adopt = wanting(&next, key).map(|node| next[node].treatment.adopt);
                !hangs_on_a_member || adopt.is_none_or(|adopt| adopt != Adopt::Never)
            };
            untouched(&sim, &made, &safe, adopts, told)?;
            if !refused {
                all_else_is_done(&next, &made, &outcome, &undisturbed)?;
            }
            applied(&sim, &next);
            let end = settle(&sim, &Graph::new(), outcome.record.clone()).await;
            prop_assert!(end.failures.is_empty(), "{}", crate::told(&end));
            untouched(&sim, &made, &safe, adopts, || crate::told(&end))?;
            let failed = |node: &NodeId| outcome.failures.iter().any(|failure| &failure.node == node);
            for (key, (_, worn)) in sim.snapshot() {
                let retained = worn.is_some_and(|worn| worn.is_retained());
                let kept_from = made.contains_key(&key) && wanting(&next, &key).is_some_and(failed);
                let stays =
                    retained || safe.contains(&key) || kept_from || key.traits().wears == Wears::Nothing;
                prop_assert!(stays, "{key} was not deleted: {}\nbefore\n{}", crate::told(&end), told());
            }
            let failed = failed(&node);
            Ok(if safe.contains(&key) {
                "left alone"
            } else if drifts(&key) {
                "mended"
            } else if failed {
                "kept from it"
            } else {
                "taken over"
            })
        })
    });
}

fn untouched(
    sim: &Sim,
    made: &Made,
    safe: &BTreeSet<&Key>,
    adopts: impl Fn(&Key) -> bool,
    told: impl Fn() -> String,
) -> Result<(), TestCaseError> {
    let there = sim.snapshot();
    // What can wear no mark belongs to the member that it hangs on: nothing of the kind is made there, either.
    let hung = there.keys().filter(|key| key.traits().wears == Wears::Nothing && !made.contains_key(key));
    for key in hung {
        let on = key.hangs_on().filter(|on| safe.contains(on));
        prop_assert!(on.is_none() || adopts(key), "{} was made on what is theirs: {}", key, told());
    }
    for key in safe {
        let (settings, worn) = &made[*key];
        let theirs = Some((settings.json().clone(), worn.clone()));
        prop_assert_eq!(there.get(*key).cloned(), theirs, "{} was touched: {}", key, told());
    }
    Ok(())
}

/// Whether nothing is left to do about a member.
fn is_kept(outcome: &Outcome, node: &NodeId) -> bool {
    outcome.plan.step(node).is_some_and(|step| step.change == Change::Keep)
}

/// Every other member is as it is where no stranger came.
fn all_else_is_done(
    graph: &Graph,
    made: &Made,
    outcome: &Outcome,
    undisturbed: &Outcome,
) -> Result<(), TestCaseError> {
    let told = || format!("{}\nundisturbed\n{}", told(outcome), told(undisturbed));
    let theirs: BTreeSet<&NodeId> = made.keys().filter_map(|key| wanting(graph, key)).collect();
    // Where AWS tells no birth, a mark of somebody else's on all that wears one is a lake that was handed over: with it goes what
    // can wear none and hangs on nothing of the lake.
    let handed_over = made.iter().any(|(key, (_, worn))| worn.is_some() && key.traits().birth.is_none());
    let holder = |node: &NodeId| graph.get(node)?.settings.as_ref()?.key(&place())?.hangs_on();
    let hangs_loose = |node: &NodeId| {
        KINDS.traits(node.kind()).is_some_and(|kind| kind.wears == Wears::Nothing)
            && holder(node).is_none_or(|holder| wanting(graph, &holder).is_none())
    };
    let hangs_on_theirs = |node: &NodeId| {
        let holder = holder(node).filter(|holder| made.contains_key(holder));
        KINDS.traits(node.kind()).is_some_and(|kind| kind.wears == Wears::Nothing) && holder.is_some()
    };
    let goes_along =
        |node: &NodeId| theirs.contains(node) || hangs_on_theirs(node) || (handed_over && hangs_loose(node));
    // What cannot be had under a member's new name, or cannot be taken over yet, is for its user to mend, and what needs that
    // waits for it.
    let blocks =
        outcome.failures.iter().any(|failure| theirs.contains(&failure.node) && is_for_the_user(failure));
    // What went with that and is not there keeps back what needs it, and so on.
    let cause = |node: &NodeId| outcome.failures.iter().find(|it| &it.node == node).map(|it| &it.cause);
    let waits_for = |mut node: NodeId| {
        while let Some(Cause::Skipped(need)) = cause(&node) {
            node = need.clone();
        }
        node
    };
    let is_gone = |node: &NodeId| {
        let lost = matches!(cause(node), Some(Cause::Foreign(_) | Cause::Anew(_)));
        lost && goes_along(node) && !theirs.contains(node)
    };
    // What is wanted with a fact of the stranger's is another than it was, which AWS may not change it to.
    let names_theirs = |node: &NodeId| {
        let settings = graph.get(node).and_then(|node| node.settings.as_ref());
        settings.is_some_and(|settings| facts(settings.json()).iter().any(|(of, _)| theirs.contains(of)))
    };
    let is_other = |node: &NodeId| matches!(cause(node), Some(Cause::Blocked(_))) && names_theirs(node);
    for node in graph.keys().filter(|node| !goes_along(node) && is_kept(undisturbed, node)) {
        let failure = outcome.failures.iter().find(|failure| &failure.node == node);
        // What went with that has to be made again, and so waits for what it needs.
        let went = holder(node).is_some_and(|holder| made.contains_key(&holder));
        let fails_anyway = |need: &NodeId| undisturbed.failures.iter().any(|failure| &failure.node == need);
        let excused = |need: &NodeId| {
            let last = waits_for(need.clone());
            blocks || (went && fails_anyway(need)) || is_gone(&last) || is_other(&last)
        };
        let waits =
            failure.is_some_and(|failure| matches!(&failure.cause, Cause::Skipped(need) if excused(need)));
        prop_assert!(
            waits || is_other(node) || is_kept(outcome, node),
            "{node} is done all the same: {}",
            told()
        );
    }
    let failures = outcome.failures.iter().filter(|failure| !goes_along(&failure.node));
    for failure in failures {
        prop_assert!(is_for_the_user(failure), "{failure}: {}", told());
    }
    Ok(())
}

/// A mark that somebody took off the very same resource is drift, with all else that was changed of it: both are mended. Where
/// a kind tells no birth, nobody knows that it is the same, and it is left as it is.
#[test]
fn what_only_lost_its_mark_is_mended() {
    for_every_kind(&["answered"], |play| {
        in_time(async {
            let sim = a_sim();
            let first = settle(&sim, &play.lake.graph, a_record()).await;
            applied(&sim, &play.lake.graph);
            let (node, key) = play.victim()?;
            let before = sim.snapshot()[&key].1.clone();
            let kind = key.traits();
            // A bucket's date moves with its policy: that would make it one of which AWS tells no more.
            let kept: Vec<&str> = [kind.fixed, kind.unread, &["policy", "tlsOnly"]].concat();
            let drifted = disguised(&settings_in(&sim, &key), &play.theirs, |field| is_none_of(&kept, field));
            sim.world(|world| {
                let resource = world.resources.get_mut(&key).expect("it was made");
                (resource.settings, resource.worn) = (drifted.json().clone(), None);
            });
            let left = sim.snapshot()[&key].1.clone();
            let outcome = settle(&sim, &play.lake.graph, first.record).await;
            let adopts = play.lake.graph[&node].treatment.adopt != Adopt::Never;
            let listed =
                Cloud::births(&*sim, std::slice::from_ref(&key)).await.is_ok_and(|births| !births.is_empty());
            if kind.wears == Wears::Tags && kind.birth.is_none() && !listed && !adopts {
                prop_assert!(!outcome.failures.is_empty(), "{}", told(&outcome));
                prop_assert_eq!(&sim.snapshot()[&key].1, &left, "{}", node);
                return Ok("answered");
            }
            // What hangs on nothing of the lake and tells no birth may be anybody's.
            let tells = kind.wears != Wears::Parameters
                || kind.birth.is_some()
                || key.hangs_on().is_some_and(|on| wanting(&play.lake.graph, &on).is_some());
            if !tells {
                return Ok("not told apart");
            }
            prop_assert!(outcome.failures.is_empty() && outcome.plan.is_quiet(), "{}", told(&outcome));
            prop_assert_eq!(&sim.snapshot()[&key].1, &before, "{}", node);
            Ok("answered")
        })
    });
}
