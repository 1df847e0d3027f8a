//! What each operation waits for.

use super::{Op, Ops, What};
use crate::{apply::anchor::Anchor, graph::NodeId, key::Key, kind::Replace, plan::Change};
use std::collections::{BTreeMap, BTreeSet};

/// How the removal of a resource stands to what comes in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Manner {
    /// It is made anew under the same key: who uses it goes on using it.
    Anew,
    /// It gives way to a successor of another key.
    GivesWay,
    /// It goes after its successor, if it has one, was made.
    Follows,
}

impl<'p> Ops<'p> {
    /// Say what each operation waits for: what is made for what it needs, what goes for all that may use it.
    pub(super) fn tie(&mut self, anchor: &Anchor) {
        let make_of: BTreeMap<&NodeId, Op> = self.which(|ops, op| matches!(ops.what(op), What::Make { .. }));
        let late = self.tie_makes(&make_of);
        self.tie_removals(&make_of, late);
        if let Anchor::HandOver { key, goes: true, .. } = anchor {
            self.goes_last(key);
        }
        let first = match anchor {
            Anchor::Stands => None,
            Anchor::HandOver { .. } => Some(Op(0)),
            Anchor::Make { node, .. } => make_of.get(node).copied(),
        };
        if let Some(first) = first {
            let before_first = self.waits.needs_of(first);
            for op in self.all().filter(|op| !before_first.contains(op)) {
                self.waits.wait(op, first);
            }
        }
    }

    /// What is made waits for what it needs, and for what gives way to it. Told is what is made only after something
    /// has given way.
    fn tie_makes(&mut self, make_of: &BTreeMap<&NodeId, Op>) -> BTreeSet<Op> {
        let gives_way: BTreeMap<&NodeId, Op> = self.which(Ops::gives_way);
        let mut late: BTreeSet<Op> = BTreeSet::new();
        let plan = self.plan;
        for step in &plan.steps {
            let Some(&op) = make_of.get(&step.node) else { continue };
            let way = gives_way.get(&step.node).copied();
            let needs = self.step(op).after.iter().filter_map(|need| make_of.get(need)).copied();
            let needs: Vec<Op> = needs.chain(way).collect();
            if way.is_some() || needs.iter().any(|need| late.contains(need)) {
                late.insert(op);
            }
            needs.into_iter().for_each(|need| self.waits.wait(op, need));
        }
        late
    }

    /// What goes waits for all that may use it, at one barrier for its kind: for what goes of the kinds that go before
    /// it, and for the changes of those that stay. Nothing that gives way waits for what is `late`, be it made only
    /// after something has given way, or go after that.
    fn tie_removals(&mut self, make_of: &BTreeMap<&NodeId, Op>, mut late: BTreeSet<Op>) {
        let mut users: BTreeMap<&str, Vec<Op>> = BTreeMap::new();
        let mut removals: BTreeMap<(usize, &str, Manner), Vec<Op>> = BTreeMap::new();
        for op in self.all() {
            let kind = self.step(op).node.kind();
            if self.is_of_what_is_there(op) {
                users.entry(kind).or_default().push(op);
            }
            if matches!(self.what(op), What::Remove(_)) {
                removals.entry((self.ranks.of(kind), kind, self.manner(op))).or_default().push(op);
            }
        }
        for ((_, kind, manner), removals) in removals {
            let waited_for: Vec<Op> = self
                .kinds
                .before(kind)
                .filter_map(|first| users.get(first))
                .flatten()
                .copied()
                .filter(|op| match manner {
                    Manner::Anew => !late.contains(op) && !matches!(self.what(*op), What::Make { .. }),
                    Manner::GivesWay => !late.contains(op),
                    Manner::Follows => true,
                })
                .collect();
            let behind_late = waited_for.iter().any(|op| late.contains(op));
            let barrier = (!waited_for.is_empty()).then(|| self.waits.barrier(waited_for));
            for op in removals {
                if let Some(barrier) = barrier {
                    self.waits.wait(op, barrier);
                }
                let step = self.step(op);
                if manner == Manner::Follows {
                    let heir = make_of.get(&step.node).copied().filter(|_| self.has_heir(op));
                    if behind_late || heir.is_some_and(|heir| late.contains(&heir)) {
                        late.insert(op);
                    }
                    heir.into_iter().for_each(|heir| self.waits.wait(op, heir));
                } else {
                    let needs = step.after.iter().filter_map(|need| make_of.get(need)).copied();
                    let needs = needs.filter(|need| !late.contains(need));
                    needs.for_each(|need| self.waits.wait(op, need));
                }
            }
        }
    }

    /// Let what wears the sign go after all else that goes, but for what waits for its end.
    fn goes_last(&mut self, key: &Key) {
        let removals: Vec<Op> = self.all().filter(|op| self.removed(*op).is_some()).collect();
        let Some(&last) = removals.iter().find(|op| self.removed(**op) == Some(key)) else { return };
        let after = self.waits.dependents_of(last);
        for other in removals.into_iter().filter(|op| !after.contains(op)) {
            self.waits.wait(last, other);
        }
    }

    /// What an operation takes away from the lake.
    fn removed(&self, op: Op) -> Option<&Key> {
        match self.what(op) {
            What::Remove(key) => Some(key),
            What::Retain | What::Release => self.step(op).key.as_ref(),
            What::Make { .. } | What::Sign { .. } => None,
        }
    }

    /// The operations of a sort, by node.
    fn which(&self, is: impl Fn(&Self, Op) -> bool) -> BTreeMap<&'p NodeId, Op> {
        self.all().filter(|op| is(self, *op)).map(|op| (&self.step(op).node, op)).collect()
    }

    /// Whether an operation is about what is there and may use what another takes away.
    fn is_of_what_is_there(&self, op: Op) -> bool {
        match self.what(op) {
            What::Make { .. } => matches!(self.step(op).change, Change::Update(_)),
            What::Remove(_) | What::Retain | What::Release => true,
            What::Sign { .. } => false,
        }
    }

    fn manner(&self, op: Op) -> Manner {
        match &self.step(op).change {
            Change::Replace { old, .. } if Some(old) == self.step(op).key.as_ref() => Manner::Anew,
            Change::Replace { order: Replace::DeleteFirst, .. } => Manner::GivesWay,
            _ => Manner::Follows,
        }
    }

    /// Whether an operation is a removal that comes before its successor is made.
    pub(super) fn gives_way(&self, op: Op) -> bool {
        matches!(self.what(op), What::Remove(_)) && self.manner(op) != Manner::Follows
    }

    /// Whether what a removal takes away is made anew under the same key.
    pub(super) fn is_anew(&self, op: Op) -> bool {
        self.manner(op) == Manner::Anew
    }

    /// Whether something comes in the place of what a removal takes away.
    fn has_heir(&self, op: Op) -> bool {
        matches!(self.step(op).change, Change::Replace { .. }) || !self.step(op).after.is_empty()
    }
}
