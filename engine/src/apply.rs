//! Writes only: a plan is done, in parallel along the graph.
//!
//! `ops` turns steps into operations and says what each waits for, `anchor` chooses what goes alone before all,
//! `known` holds the facts that come to be known meanwhile, `perform` makes the calls of one operation, `ledger` writes
//! the record, and `verdict` says why a step was not done. What depends on a failure is left out and says so; all else
//! goes on.

mod anchor;
mod known;
mod ledger;
mod ops;
mod perform;
mod verdict;
mod waits;

pub(crate) use perform::sign;

use crate::{
    cloud::Cloud,
    engine::{Memory, Stop},
    error::{CloudError, Retry},
    failure::{Cause, Failure},
    graph::NodeId,
    inventory::Inventory,
    key::Key,
    kind::{Kinds, Traits, Wears},
    owner::Identity,
    plan::{Change, Plan, Step, Taking},
    progress::Progress,
    record::{Got, Record},
};
use futures::stream::{FuturesUnordered, StreamExt};
use known::Known;
use lake_api::{FieldPath, member::OnDelete};
use ledger::{Ledger, Promise};
use ops::{Op, Ops, What};
use perform::{Done, Job};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use verdict::{failure, hindrance};

/// What is needed to write.
#[derive(Clone, Copy)]
pub(crate) struct Tools<'a> {
    pub(crate) cloud: &'a dyn Cloud,
    /// Who the lake is when it reads and writes marks.
    pub(crate) identity: &'a Identity,
    /// Where the record is kept before anything is created, if it is.
    pub(crate) memory: Option<&'a dyn Memory>,
    pub(crate) stop: &'a Stop,
    /// How many operations are under way at once.
    pub(crate) concurrency: usize,
    /// How far operations have come that are done in portions.
    pub(crate) progress: &'a Progress,
}

impl Tools<'_> {
    /// What is true of the kind of a key.
    fn traits(&self, key: &Key) -> &'static Traits {
        self.cloud.kinds().of(key)
    }
}

/// What is to be done, and within which bounds.
pub(crate) struct Task<'a> {
    pub(crate) kinds: Kinds,
    pub(crate) plan: &'a Plan,
    pub(crate) inventory: &'a Inventory,
    /// The region of the lake.
    pub(crate) region: &'a str,
    /// What becomes of each wanted node when its member leaves.
    pub(crate) policies: BTreeMap<&'a NodeId, OnDelete>,
    /// Steps that must not be done, by their place in the plan, and why; `None` for those left out without a word.
    pub(crate) barred: BTreeMap<usize, Option<Cause>>,
    /// Whether the lake's first creation is not at its end yet.
    pub(crate) creating: bool,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// What was not done, by the place of its step in the plan.
    pub(crate) failures: BTreeMap<usize, Failure>,
    /// Steps that were done, by their place in the plan.
    pub(crate) done: BTreeSet<usize>,
    /// Keys of which nothing is known any more until they are looked at.
    pub(crate) touched: BTreeSet<Key>,
    /// Keys that came to be.
    pub(crate) made: BTreeSet<Key>,
    /// Keys that are to be no more.
    pub(crate) removed: BTreeSet<Key>,
}

/// Do what a plan says. The record names every key before it is created.
pub(crate) async fn apply(tools: Tools<'_>, task: Task<'_>, record: &mut Record) -> Applied {
    let ledger = Ledger::new(task.kinds, record, tools.memory);
    let mut run = Run::new(tools, &task, &ledger);
    run.skip_the_doomed();
    if run.remember().await {
        run.go_to_the_end().await;
    }
    run.say_why_unknown();
    run.out
}

/// A plan being done.
struct Run<'a, 'r> {
    tools: Tools<'a>,
    task: &'a Task<'a>,
    ledger: &'a Ledger<'r>,
    ops: Ops<'a>,
    known: Known<'a>,
    /// What wore this lake's mark when it was looked at.
    marked: BTreeSet<&'a Key>,
    /// Whether another apply was found to create this lake.
    overtaken: bool,
    out: Applied,
}

impl<'a, 'r> Run<'a, 'r> {
    fn new(tools: Tools<'a>, task: &'a Task<'a>, ledger: &'a Ledger<'r>) -> Self {
        let plan = task.plan;
        let failures: BTreeMap<usize, Failure> = plan
            .steps
            .iter()
            .enumerate()
            .filter_map(|(at, step)| {
                let cause = match task.barred.get(&at) {
                    Some(cause) => cause.clone()?,
                    None => hindrance(step)?,
                };
                Some((at, failure(step, cause, tools.progress)))
            })
            .collect();
        let anchor = anchor::choose(task);
        let ops = Ops::of(task, &anchor);
        if let Some(node) = anchor.node() {
            ledger.enter(|record| record.anchor = Some(node.clone()));
        }
        let known = Known::of(task.kinds, plan, ops.makes().map(|(_, step)| step));
        let out = Applied { failures, ..Applied::default() };
        let marked = anchor::marked(task).collect();
        Run { tools, task, ledger, ops, known, marked, overtaken: false, out }
    }

    /// What needs a node whose own step cannot be done is not begun.
    fn skip_the_doomed(&mut self) {
        for (op, need) in self.ops.doomed() {
            self.fail(op, Cause::Skipped(need));
        }
    }

    /// Write down, before anything is created, every key that is about to be ours; `false` when that failed.
    async fn remember(&mut self) -> bool {
        let before = self.ledger.record();
        let steps: Vec<(usize, &Step)> = self.ops.makes().collect();
        for (_, step) in &steps {
            if let Some(key) = &step.key {
                self.ledger.promise(&step.node, key, &self.promise(step));
            }
        }
        if self.ledger.record() == before {
            return true;
        }
        let Err(error) = self.ledger.keep().await else { return true };
        self.ledger.enter(|record| *record = before);
        for (at, step) in steps {
            let cause = Cause::Refused(error.clone());
            self.out.failures.insert(at, failure(step, cause, self.tools.progress));
        }
        false
    }

    fn promise(&self, step: &Step) -> Promise {
        let on_delete = self.task.policies.get(&step.node).copied();
        let on_delete = on_delete.expect("what is made is a node of the graph");
        let moved_from = match &step.taking {
            Some(Taking::Move(was)) => Some(was.clone()),
            _ => None,
        };
        Promise { got: got(step), on_delete, secret: step.secret.clone(), moved_from }
    }

    async fn go_to_the_end(&mut self) {
        let mut under_way = FuturesUnordered::new();
        loop {
            while under_way.len() < self.tools.concurrency && !self.is_over() {
                let Some(op) = self.ops.next() else { break };
                match self.job(op) {
                    Ok(job) => under_way.push(perform::perform(self.tools, self.ledger, op, job)),
                    Err(cause) => self.fail(op, cause),
                }
            }
            match under_way.next().await {
                Some((op, Ok(done))) => self.done(op, done),
                Some((op, Err(cause))) => {
                    self.overtaken |= matches!(cause, Cause::Overtaken(_));
                    self.touch(op);
                    self.judge_promise(op, &cause);
                    self.fail(op, cause);
                }
                None if self.is_over() || self.ops.is_through() => break,
                // Everything waits for something: kinds that need each other's end. AWS's refusal decides.
                None => self.ops.release_one(),
            }
        }
        for op in self.ops.rest() {
            self.fail_only(op, Cause::Stopped);
        }
        self.ledger.withdraw();
    }

    /// Whether no other operation is begun: the user wants that, or another apply creates this very lake.
    fn is_over(&self) -> bool {
        self.overtaken || self.tools.stop.is_stopped()
    }

    /// What is called for one operation, now that all it waited for is done.
    fn job(&mut self, op: Op) -> Result<Job, Cause> {
        let step = self.ops.step(op);
        let key = || step.key.clone().expect("what is there has a key");
        match self.ops.what(op) {
            What::Sign { node, key, creating } => {
                Ok(Job::Mark { node: node.clone(), key: key.clone(), creating: *creating })
            }
            What::Retain => {
                Ok(Job::Retain { node: step.node.clone(), key: key(), taking: step.taking.clone() })
            }
            What::Release => Ok(Job::Release { node: step.node.clone(), key: key() }),
            What::Remove(old) => {
                let (key, taking, holder) = (old.clone(), step.taking.clone(), self.holder(old));
                Ok(Job::Remove { node: step.node.clone(), key, data: data(step), taking, holder })
            }
            &What::Make { creating } => {
                let settings = self.known.settings(step)?;
                let asks = self.known.asks_of(&step.node);
                let key = self
                    .task
                    .kinds
                    .key(&settings, &self.ledger.place())
                    .ok_or_else(|| Cause::Unknown("its key".to_owned()))?;
                let learnt = step.key.is_none().then(|| self.promise(step));
                let new = self.task.creating && self.tools.memory.is_none();
                let holder = self.holder(&key);
                Ok(Job::make(step, settings, key, holder, creating, new, asks, learnt))
            }
        }
    }

    /// What of the lake's own something hangs on that can wear no mark.
    fn holder(&self, key: &Key) -> Option<Key> {
        let kinds = self.task.kinds;
        kinds.hangs_on(key).filter(|on| kinds.of(key).wears == Wears::Nothing && self.marked.contains(on))
    }

    fn done(&mut self, op: Op, done: Done) {
        self.touch(op);
        let step = self.ops.step(op);
        match self.ops.what(op) {
            What::Sign { .. } => {}
            What::Retain | What::Release => {
                if let Some(key) = &step.key {
                    self.ledger.enter(|record| record.forget(&step.node, key));
                }
                self.finish(op);
            }
            What::Remove(old) => {
                self.out.touched.insert(old.clone());
                self.out.made.remove(old);
                self.out.removed.insert(old.clone());
                self.finish(op);
            }
            What::Make { .. } => {
                self.ledger.fulfil(&step.node);
                self.ledger.enter(|record| {
                    match &step.taking {
                        Some(Taking::Move(was)) => record.forget(was, &done.key),
                        Some(Taking::Adopt(_)) => {
                            self.out.touched.extend(record.part(self.task.kinds, &done.key))
                        }
                        _ => {}
                    }
                    if let Some(remembered) = record.nodes.get_mut(&step.node) {
                        remembered.owned = owned(self.task.kinds, &step.node, &done.wants);
                    }
                });
                if matches!(step.change, Change::Create | Change::Replace { .. }) {
                    self.out.made.insert(done.key.clone());
                }
                self.out.touched.insert(done.key);
                self.known.learn(&step.node, done.facts);
                self.finish(op);
            }
        }
        self.ops.done(op);
    }

    fn finish(&mut self, op: Op) {
        self.out.done.insert(self.ops.place(op));
        self.known.settle(&self.ops.step(op).node);
    }

    /// A failed call may have made something. Where its mark will not tell, only a lost answer leaves that open: of the
    /// call, or of an attempt of it, when the next one heard that what nobody had seen exists.
    fn judge_promise(&mut self, op: Op, cause: &Cause) {
        let may_be_ours = |error: &CloudError| error.retry == Retry::Unanswered || error.says_it_exists();
        let lost = matches!(cause, Cause::Refused(error) if may_be_ours(error));
        self.ledger.doubt(&self.ops.step(op).node, lost);
    }

    /// A key that was written to, or nearly, has to be looked at again.
    fn touch(&mut self, op: Op) {
        let keys = match self.ops.what(op) {
            What::Sign { key, .. } => Some(key.clone()),
            _ => self.ops.step(op).key.clone(),
        };
        self.out.touched.extend(keys);
    }

    /// A failure, and all that depends on it.
    fn fail(&mut self, op: Op, cause: Cause) {
        let node = self.ops.node(op).clone();
        self.fail_only(op, cause);
        for dependent in self.ops.failed(op) {
            self.fail_only(dependent, Cause::Skipped(node.clone()));
        }
    }

    /// What is not known because a node that would tell it was not done comes after that node. Where it was done, that has not
    /// failed: it is for the next pass, which knows what this one has brought.
    fn say_why_unknown(&mut self) {
        let steps = &self.task.plan.steps;
        let nodes = |at: &usize| &steps[*at].node;
        let failed: BTreeSet<&NodeId> = self.out.failures.keys().map(nodes).collect();
        let done: BTreeSet<&NodeId> = self.out.done.iter().map(nodes).collect();
        self.out.failures.retain(|at, failure| {
            if !matches!(failure.cause, Cause::Unknown(_)) {
                return true;
            }
            let after = &steps[*at].after;
            if let Some(need) = after.iter().find(|need| failed.contains(need)) {
                failure.cause = Cause::Skipped(need.clone());
                return true;
            }
            !after.iter().any(|need| done.contains(need))
        });
    }

    /// A failure of one operation. A step of two tells which of them failed, rather than which was not begun.
    fn fail_only(&mut self, op: Op, cause: Cause) {
        let failure = failure(self.ops.step(op), cause, self.tools.progress);
        let known = self.out.failures.entry(self.ops.place(op)).or_insert_with(|| failure.clone());
        let (hides, tells) =
            (matches!(known.cause, Cause::Skipped(_)), !matches!(failure.cause, Cause::Skipped(_)));
        if hides && tells {
            *known = failure;
        }
    }
}

/// How a node comes by the key of a step.
fn got(step: &Step) -> Got {
    match step.taking {
        Some(Taking::Adopt(_)) => Got::Adopted,
        Some(Taking::Found) => Got::Found,
        _ => Got::Made,
    }
}

fn data(step: &Step) -> crate::kind::Data {
    match step.change {
        Change::Delete(data) => data,
        _ => crate::kind::Data::Keep,
    }
}

/// The names of the entries that we put into maps which others write into.
pub(crate) fn owned(kinds: Kinds, node: &NodeId, wants: &Value) -> BTreeSet<String> {
    let maps = kinds.traits(node.kind()).map(|traits| traits.shared).unwrap_or_default();
    let paths = maps.iter().filter_map(|map| map.parse::<FieldPath>().ok());
    paths
        .flat_map(|path| {
            let entries =
                crate::diff::get(wants, &path).and_then(Value::as_object).cloned().unwrap_or_default();
            entries.into_iter().map(move |(name, _)| path.key(name).to_string())
        })
        .collect()
}
