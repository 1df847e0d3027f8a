//! Two creates at one moment: what one has made the other does not touch, and the one that comes second to what both want
//! ends there.
//!
//! Every order of their calls is played for lakes of a few members whose names are the same in part, in whole or not at
//! all; for random lakes an order is drawn. What is not prevented is told on the page on ownership: a create whose plan could
//! not look may go on with what another one is making; and where what both want is not what either makes first, each may
//! have made more than that before it is refused.

mod game;
mod schedules;
mod turns;

use crate::random::{evolutions, lakes};
use crate::{graph, sim::Rng};
use game::{Create, Door, Game};
use lake_api::member::{Adopt, OnDelete};
use lake_reconcile::graph::{Graph, NodeId};
use lake_tests::is_long;
use proptest::prelude::*;
use schedules::Schedules;

const TERRAFORM: [Door; 2] = [Door::Terraform, Door::Terraform];
const KUBERNETES: [Door; 2] = [Door::Kubernetes, Door::Kubernetes];
const DOORS: [[Door; 2]; 5] = [
    TERRAFORM,
    KUBERNETES,
    [Door::Terraform, Door::Kubernetes],
    [Door::Terraform, Door::TerraformBlind],
    [Door::TerraformBlind, Door::TerraformBlind],
];

/// Which of two lakes wants a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wants {
    One,
    Other,
    Both,
}

/// All pairs of lakes of up to `most` members: for each name, in the order in which a lake makes its members, who wants it.
fn pairs(most: usize) -> Vec<Vec<Wants>> {
    let size = |pair: &[Wants], other: Wants| pair.iter().filter(|wants| **wants != other).count();
    let is_pair = |pair: &[Wants]| size(pair, Wants::Other).min(size(pair, Wants::One)) > 0;
    let fits = |pair: &[Wants]| size(pair, Wants::Other).max(size(pair, Wants::One)) <= most;
    let mut all: Vec<Vec<Wants>> = vec![Vec::new()];
    let mut longest = all.clone();
    while !longest.is_empty() {
        longest = longest
            .iter()
            .flat_map(|pair| {
                [Wants::One, Wants::Other, Wants::Both].map(|wants| [pair.as_slice(), &[wants]].concat())
            })
            .filter(|pair| fits(pair))
            .collect();
        all.extend(longest.clone());
    }
    all.retain(|pair| is_pair(pair));
    all
}

fn changed_about(pair: &[Wants]) -> Vec<Wants> {
    let other = |wants: &Wants| match wants {
        Wants::One => Wants::Other,
        Wants::Other => Wants::One,
        Wants::Both => Wants::Both,
    };
    pair.iter().map(other).collect()
}

/// The lake of one of a pair.
fn lake(pair: &[Wants], other: Wants) -> Graph {
    let wanted = pair.iter().enumerate().filter(|(_, wants)| **wants != other);
    let roles = wanted.map(|(at, _)| format!("r{at}: {{ assumedBy: {{ services: [glue.amazonaws.com] }} }}"));
    graph(&format!("roles: {{ {} }}", roles.collect::<Vec<_>>().join(", ")))
}

/// What came of all schedules of a game: how many there are, and how often each of the two came to its end.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    played: usize,
    first: usize,
    second: usize,
    both: usize,
}

fn play_all(pair: &[Wants], doors: [Door; 2]) -> Tally {
    let [one, other] = doors;
    play_every_order([
        Create { door: one, graph: lake(pair, Wants::Other) },
        Create { door: other, graph: lake(pair, Wants::One) },
    ])
}

fn play_every_order(creates: [Create; 2]) -> Tally {
    let game = Game::of(creates);
    let (mut schedules, mut tally) = (Schedules::default(), Tally::default());
    loop {
        if let Some(whole) = game.play(|turns| schedules.next_turn(turns)) {
            tally.played += 1;
            match whole {
                (true, true) => tally.both += 1,
                (true, false) => tally.first += 1,
                (false, true) => tally.second += 1,
                (false, false) => {}
            }
        }
        if !schedules.advance() {
            return tally;
        }
    }
}

/// Play every order of the calls of two creates, for each pair of lakes of up to three members; in the short form for those
/// that want up to two names between them.
fn play_all_pairs(doors: [Door; 2]) {
    let mut pairs = pairs(3);
    if doors[0] == doors[1] {
        // It is the same game with the two changed about.
        pairs.retain(|pair| *pair <= changed_about(pair));
    }
    if !is_long() {
        pairs.retain(|pair| pair.len() <= 2);
    }
    for pair in pairs {
        let tally = play_all(&pair, doors);
        let shares = pair.contains(&Wants::Both);
        let told = format!("{doors:?} {pair:?}: {tally:?}");
        if doors == TERRAFORM {
            assert!(tally.first > 0 && tally.second > 0, "the orders differ: {told}");
            assert_eq!(tally.both > 0, !shares, "one name is one lake's: {told}");
        } else {
            assert_eq!(tally.both, if shares { 0 } else { tally.played }, "two lakes: {told}");
        }
        assert!(tally.played > 0, "{told}");
    }
}

#[test]
fn of_two_applies_that_create_one_lake_at_most_one_makes_what_both_want() {
    play_all_pairs(TERRAFORM);
}

#[test]
fn of_two_lakes_of_two_objects_one_has_what_both_want_and_each_all_else() {
    play_all_pairs(KUBERNETES);
}

#[test]
fn lakes_of_two_doors_leave_each_other_alone() {
    play_all_pairs([Door::Terraform, Door::Kubernetes]);
}

/// What is made after what became somebody else's at that moment wore no sign of an unfinished creation, so that the next
/// apply took the lake for one that lives in some other state.
#[test]
fn a_create_whose_first_resource_became_anothers_is_gone_on_with() {
    let mut graph = lake(&[Wants::Both, Wants::One], Wants::Other);
    graph.get_mut(&NodeId::from("role/r1")).expect("it is wanted").after.insert("role/r0".into());
    let other = lake(&[Wants::Both], Wants::One);
    let tally = play_every_order([
        Create { door: Door::Terraform, graph },
        Create { door: Door::Kubernetes, graph: other },
    ]);
    assert!(tally.first > 0 && tally.second > 0 && tally.both == 0, "{tally:?}");
}

/// Where a plan could not look, an apply may take what another one is making for leftovers. Of one configuration both then
/// make the same; of two they would go on undoing one another's work, of which the warning tells.
#[test]
fn an_apply_of_one_configuration_that_goes_on_with_another_comes_to_the_same_end() {
    for doors in [[Door::Terraform, Door::TerraformBlind], [Door::TerraformBlind, Door::TerraformBlind]] {
        let most = if is_long() { 2 } else { 1 };
        for pair in (1..=most).map(|names| vec![Wants::Both; names]) {
            let tally = play_all(&pair, doors);
            assert!(tally.both > 0 && tally.first > 0 && tally.second > 0, "{doors:?} {pair:?}: {tally:?}");
        }
    }
}

/// A lake without what would let it take over the other's, or leave something behind.
fn plain(mut graph: Graph) -> Graph {
    for node in graph.values_mut() {
        (node.treatment.adopt, node.treatment.on_delete) = (Adopt::Never, OnDelete::Delete);
    }
    graph
}

fn drawn() -> ProptestConfig {
    let config = ProptestConfig::default();
    let cases = if is_long() { config.cases.max(10_000) } else { config.cases };
    // Some twenty of the settings that are drawn for a case are none of their kind.
    ProptestConfig { cases, max_local_rejects: config.max_local_rejects.max(64 * cases), ..config }
}

proptest! {
    #![proptest_config(drawn())]

    /// The same of random lakes, of which the second is often what has become of the first, in an order that is drawn.
    #[test]
    fn in_a_drawn_order_creates_of_random_lakes_leave_each_other_alone(
        one in lakes(3),
        other in lakes(3),
        change in evolutions(3),
        akin in prop::bool::weighted(0.75),
        doors in prop::sample::select(&DOORS[..]),
        seed in any::<u64>(),
    ) {
        let other = if akin { one.after(&change) } else { other };
        // Of two who make at one moment what can wear no mark, nobody can tell which has made it.
        let (one, other) = (one.markable(), other.markable());
        prop_assume!(!one.graph.is_empty() && !other.graph.is_empty());
        let [first, second] = doors;
        let game = Game::of([
            Create { door: first, graph: plain(one.graph) },
            Create { door: second, graph: plain(other.graph) },
        ]);
        let mut rng = Rng::new(seed);
        let end = game.play(|turns| turns.keys().nth(rng.below(turns.len() as u64) as usize).copied());
        prop_assert!(end.is_some(), "somebody can always go on");
    }
}
