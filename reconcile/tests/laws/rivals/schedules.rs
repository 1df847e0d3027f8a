//! Schedules of a game that is played by turns: every one that makes a difference, or one that is drawn.

use super::turns::{Touches, Turn};
use lake_reconcile::key::Key;
use std::collections::{BTreeMap, BTreeSet};

/// All schedules of a game, each played from its beginning, deepest first.
///
/// Of schedules that differ only in the order of neighbouring turns that commute one is played (*sleep sets*, Godefroid
/// 1996: a turn that was tried at a place is not tried again below another turn with which it commutes). Two turns commute
/// when they are of different applies and neither changes a key that the other looks at or changes. That assumes of a call
/// that it depends on, and changes, no more than its keys: a look and a write the keys that they name, a list and a deletion
/// all keys. And of an apply that it learns of the world by its calls alone: how long it has waited decides nothing. Turns
/// of one apply are never taken to commute, even where it makes its calls side by side.
#[derive(Default)]
pub(crate) struct Schedules {
    places: Vec<Place>,
    depth: usize,
}

/// A place in a schedule.
struct Place {
    turns: BTreeMap<Turn, Touches>,
    taken: Turn,
    /// Turns that lead from here to nothing that was not played before.
    asleep: BTreeMap<Turn, Touches>,
}

impl Place {
    /// What still sleeps after the turn that is taken here.
    fn asleep_below(&self) -> BTreeMap<Turn, Touches> {
        let taken = &self.turns[&self.taken];
        let commutes =
            |turn: &Turn, touches: &Touches| turn.who() != self.taken.who() && touches.commutes_with(taken);
        let asleep = self.asleep.iter().filter(|(turn, touches)| commutes(turn, touches));
        asleep.map(|(turn, touches)| (*turn, touches.clone())).collect()
    }
}

impl Schedules {
    /// Whose turn it is; `None` where all that can come now was played before.
    pub(crate) fn next_turn(&mut self, turns: &BTreeMap<Turn, Touches>) -> Option<Turn> {
        self.depth += 1;
        if let Some(place) = self.places.get(self.depth - 1) {
            assert_eq!(&place.turns, turns, "a schedule that is played again leads to the same turns");
            return Some(place.taken);
        }
        let asleep = self.places.last().map(Place::asleep_below).unwrap_or_default();
        let taken = *turns.keys().find(|turn| !asleep.contains_key(turn))?;
        self.places.push(Place { turns: turns.clone(), taken, asleep });
        Some(taken)
    }

    /// Go on to the next schedule; `false` where all were played.
    pub(crate) fn advance(&mut self) -> bool {
        self.depth = 0;
        while let Some(mut place) = self.places.pop() {
            place.asleep.insert(place.taken, place.turns[&place.taken].clone());
            if let Some(next) = place.turns.keys().find(|turn| !place.asleep.contains_key(turn)) {
                place.taken = *next;
                self.places.push(place);
                return true;
            }
        }
        false
    }
}

/// A game of two who make two calls each on keys of their own choice: the schedules that are played lead to every end to which
/// any order of their calls leads, and to most of them once.
#[test]
fn schedules_that_commute_are_played_once_and_no_end_is_missed() {
    // Each remembers, at a look, who has written to the key last.
    type Calls = [(bool, &'static str); 2];
    let games: [([Calls; 2], usize); 4] = [
        ([[(true, "x"), (false, "y")], [(true, "y"), (false, "x")]], 3),
        ([[(true, "x"), (false, "x")], [(true, "y"), (false, "y")]], 1),
        ([[(true, "x"), (true, "x")], [(true, "x"), (false, "x")]], 6),
        ([[(false, "x"), (false, "y")], [(false, "x"), (true, "y")]], 2),
    ];
    for (game, least) in games {
        let end = |order: &[usize]| {
            let (mut made, mut last, mut seen) = ([0, 0], BTreeMap::new(), Vec::new());
            for who in order {
                let (writes, key) = game[*who][made[*who]];
                if writes {
                    last.insert(key, (*who, made[*who]));
                } else {
                    seen.push(((*who, made[*who]), last.get(key).copied()));
                }
                made[*who] += 1;
            }
            seen.sort_unstable();
            (last, seen)
        };
        let orders = [[0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0], [1, 0, 0, 1], [1, 0, 1, 0], [1, 1, 0, 0]];
        let all: BTreeSet<_> = orders.iter().map(|order| end(order)).collect();
        let (mut schedules, mut played, mut ends) = (Schedules::default(), 0, BTreeSet::new());
        loop {
            let mut order = Vec::new();
            while order.len() < 4 {
                let made = |who: usize| order.iter().filter(|it| **it == who).count();
                let turns = (0..2).filter(|who| made(*who) < 2).map(|who| {
                    let (writes, key) = game[who][made(who)];
                    (Turn::Call { who, number: made(who) }, Touches::one(Key::new("role", key), writes))
                });
                let Some(turn) = schedules.next_turn(&turns.collect()) else { break };
                order.push(turn.who());
            }
            if order.len() == 4 {
                played += 1;
                ends.insert(end(&order));
            }
            if !schedules.advance() {
                break;
            }
        }
        assert_eq!(ends, all, "{game:?}");
        assert_eq!(played, least, "{game:?}");
    }
}
