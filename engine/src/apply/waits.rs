//! What waits for what: operations, and barriers at which many wait for many.

use super::ops::Op;
use std::{collections::BTreeSet, mem::take};

/// What can be waited for: the end of an operation, or a barrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Point(usize);

/// Which operations wait for which. A barrier stands between all that wait for the same operations and those: the edges
/// are then as many as both together, and not as many as there are pairs.
#[derive(Debug)]
pub(super) struct Waits {
    /// How many of the points, the first ones, are operations.
    ops: usize,
    edges: Vec<Edges>,
}

#[derive(Clone, Debug, Default)]
struct Edges {
    waits_for: BTreeSet<Point>,
    waited_for_by: Vec<Point>,
    /// How many of those that are waited for have not come.
    open: usize,
}

impl From<Op> for Point {
    fn from(op: Op) -> Self {
        Point(op.0)
    }
}

impl Waits {
    /// As many operations, none of which waits.
    pub(super) fn new(ops: usize) -> Self {
        Waits { ops, edges: vec![Edges::default(); ops] }
    }

    /// Let an operation wait.
    pub(super) fn wait(&mut self, op: Op, before: impl Into<Point>) {
        self.tie(op.into(), before.into());
    }

    /// A barrier that is passed when all these operations are done.
    pub(super) fn barrier(&mut self, before: impl IntoIterator<Item = Op>) -> Point {
        let barrier = Point(self.edges.len());
        self.edges.push(Edges::default());
        before.into_iter().for_each(|op| self.tie(barrier, op.into()));
        barrier
    }

    fn tie(&mut self, point: Point, before: Point) {
        if point != before && self.edges[point.0].waits_for.insert(before) {
            self.edges[point.0].open += 1;
            self.edges[before.0].waited_for_by.push(point);
        }
    }

    /// Whether all that an operation waits for is done.
    pub(super) fn is_free(&self, op: Op) -> bool {
        self.edges[op.0].open == 0
    }

    /// Let an operation wait no more.
    pub(super) fn free(&mut self, op: Op) {
        self.edges[op.0].open = 0;
    }

    /// All operations for which one waits, directly or not, and itself.
    pub(super) fn needs_of(&self, op: Op) -> BTreeSet<Op> {
        self.closure(op, |edges| edges.waits_for.iter().copied().collect())
    }

    /// All operations that wait for one, directly or not, and itself.
    pub(super) fn dependents_of(&self, op: Op) -> BTreeSet<Op> {
        self.closure(op, |edges| edges.waited_for_by.clone())
    }

    fn closure(&self, of: Op, next: impl Fn(&Edges) -> Vec<Point>) -> BTreeSet<Op> {
        let mut all = BTreeSet::new();
        let mut open = vec![Point::from(of)];
        while let Some(point) = open.pop() {
            if all.insert(point) {
                open.extend(next(&self.edges[point.0]));
            }
        }
        all.into_iter().filter_map(|point| self.op(point)).collect()
    }

    /// An operation is done: the operations that wait for nothing any more.
    pub(super) fn done(&mut self, op: Op) -> Vec<Op> {
        let mut free = Vec::new();
        let mut reached = vec![Point::from(op)];
        while let Some(point) = reached.pop() {
            for waiting in take(&mut self.edges[point.0].waited_for_by) {
                let open = &mut self.edges[waiting.0].open;
                *open = open.saturating_sub(1);
                if *open == 0 {
                    match self.op(waiting) {
                        Some(op) => free.push(op),
                        None => reached.push(waiting),
                    }
                }
            }
        }
        free
    }

    /// An operation will never be done: the operations that waited for it, be it at a barrier. They are told once.
    pub(super) fn failed(&mut self, op: Op) -> Vec<Op> {
        let mut lost = Vec::new();
        let mut failed = vec![Point::from(op)];
        while let Some(point) = failed.pop() {
            for waiting in take(&mut self.edges[point.0].waited_for_by) {
                match self.op(waiting) {
                    Some(op) => lost.push(op),
                    None => failed.push(waiting),
                }
            }
        }
        lost
    }

    fn op(&self, point: Point) -> Option<Op> {
        (point.0 < self.ops).then_some(Op(point.0))
    }

    /// How many edges there are.
    #[cfg(test)]
    pub(super) fn edges(&self) -> usize {
        self.edges.iter().map(|edges| edges.waits_for.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_at_a_barrier_is_free_with_the_last_and_lost_with_the_first_that_fails() {
        let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(Op);
        let mut waits = Waits::new(5);
        let barrier = waits.barrier([a, b]);
        waits.wait(c, barrier);
        waits.wait(d, barrier);
        waits.wait(d, barrier);
        waits.wait(e, d);
        assert_eq!(waits.edges(), 5);
        assert_eq!(waits.needs_of(e), BTreeSet::from([a, b, d, e]));
        assert_eq!(waits.dependents_of(a), BTreeSet::from([a, c, d, e]));
        let mut failing = waits.done(a);
        assert_eq!(failing, []);
        failing = waits.failed(b);
        assert_eq!(failing, [c, d]);
        assert_eq!(waits.failed(a), []);

        let mut waits = Waits::new(3);
        let barrier = waits.barrier([a, b]);
        waits.wait(c, barrier);
        assert_eq!((waits.done(b), waits.is_free(c)), (vec![], false));
        assert_eq!((waits.done(a), waits.is_free(c)), (vec![c], true));
    }
}
