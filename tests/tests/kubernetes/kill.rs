//! The operator killed in the middle of a create, an update and a delete, before and after calls that change something:
//! what was left is taken up, nothing is made twice, and the world in the end is that of an undisturbed run.

use lake_tests::{
    aws::Endpoint,
    cluster::{Cluster, Namespace, is_ready},
    example, is_long,
    operator::{Operator, Setting},
};
use serde_json::{Value, json};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// Every so many moments are tried, before and after a call in turn; in `make long` all of them.
fn stride() -> usize {
    if is_long() { 1 } else { 3 }
}

/// So many lakes are killed side by side, each on an AWS of its own: most of the time they wait.
const SIDE_BY_SIDE: usize = 4;

/// A lake that is created, changed and deleted, and its operator.
struct Case {
    namespace: Namespace<'static>,
    aws: Endpoint,
    setting: Setting,
}

/// What is done to the lake, one after the other.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Create,
    Update,
    Delete,
}

const ACTS: [Act; 3] = [Act::Create, Act::Update, Act::Delete];

/// How an act goes without a kill: the world afterwards, and how many calls change something.
struct Undisturbed {
    world: Value,
    writes: usize,
}

impl Undisturbed {
    /// So many moments differ in what is there on AWS: before and after each call that changes something. A kill at a
    /// call that reads is one at the write before it, or behind it.
    fn moments(&self) -> usize {
        2 * self.writes
    }
}

impl Case {
    fn new(namespace: &str) -> Self {
        let cluster = Cluster::shared();
        Case {
            namespace: cluster.namespace(namespace),
            aws: Endpoint::start(),
            setting: Setting::of(cluster, namespace).replica("only"),
        }
    }

    fn start(&self) -> Operator {
        Operator::start(&self.setting, &self.aws)
    }

    fn begin(&self, act: Act) {
        let _ = match act {
            Act::Create => self.namespace.apply_object(&example::first_lake_not_retained()).ok(),
            Act::Update => self.namespace.apply_object(&changed()).ok(),
            Act::Delete => self.namespace.delete("lake/first").ok(),
        };
    }

    fn is_over(&self, act: Act) -> bool {
        let lake = self.namespace.get("lake/first");
        lake.map_or(act == Act::Delete, |lake| act != Act::Delete && is_ready(&lake))
    }

    fn finish(&self, act: Act) {
        let _ = match act {
            Act::Create | Act::Update => self.namespace.until("lake/first", is_ready),
            Act::Delete => self.namespace.wait("lake/first", "delete").ok().text.into(),
        };
    }

    fn undisturbed(&self) -> [Undisturbed; 3] {
        let _operator = self.start();
        ACTS.map(|act| {
            self.aws.clear_journal();
            self.begin(act);
            self.finish(act);
            Undisturbed { world: self.aws.hand().world(), writes: self.aws.writes_of_provider().len() }
        })
    }

    /// Kill the operator at a moment of an act, and let another go on.
    fn killed(&self, act: Act, moment: usize, expected: &Undisturbed) {
        let hold = if moment.is_multiple_of(2) { "before" } else { "after" };
        let nth = moment / 2 + 1;
        self.aws.clear_journal();
        self.aws.faults(json!([{ "mutating": true, "afterCalls": nth, "times": 1, "hold": hold }]));
        let first = self.start();
        self.begin(act);
        let held = self.aws.held(|| self.is_over(act));
        assert!(held, "{act:?} was over without call {nth}");
        first.kill();
        self.aws.faults(json!([]));
        let _second = self.start();
        self.finish(act);
        assert_eq!(self.aws.hand().world(), expected.world, "{act:?}, killed {hold} call {nth}");
        self.aws.assert_nothing_made_twice();
    }

    /// The same act in peace, for the sake of the next.
    fn in_peace(&self, act: Act) {
        let _operator = self.start();
        self.begin(act);
        self.finish(act);
    }
}

/// first-lake with something of every kind changed; a crawler leaves and another one comes.
fn changed() -> Value {
    let mut lake = example::first_lake_not_retained();
    let spec = &mut lake["spec"];
    spec["tags"]["stage"] = "second".into();
    spec["buckets"]["store"]["lifecycleRules"][0]["expire"]["days"] = 14.into();
    spec["buckets"]["store"]["objects"]["etl"]["content"] = "print('another script')\n".into();
    spec["roles"]["analyst"]["description"] = "Reads what the job has masked.".into();
    spec["databases"]["lake"]["description"] = "Masked.".into();
    spec["jobs"]["etl"]["workers"]["count"] = 3.into();
    let crawler = spec["crawlers"]["processed"].take();
    spec["crawlers"] = json!({ "events": crawler });
    spec["accessPoints"]["analysts"]["allow"][0]["read"]["prefix"] = "raw/".into();
    spec["filters"]["india"]["rows"] = "country = 'DE'".into();
    lake
}

#[test]
fn killed_before_and_after_calls_that_change_something() {
    let turn = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 0..SIDE_BY_SIDE {
            let turn = &turn;
            scope.spawn(move || {
                let case = Case::new(&format!("killed-{number}"));
                let undisturbed = case.undisturbed();
                let most = undisturbed.iter().map(|act| act.moments()).max().unwrap_or_default();
                assert!(most > 20, "an act of many calls: {most}");
                loop {
                    let moment = turn.fetch_add(stride(), Ordering::Relaxed);
                    if moment >= most {
                        break;
                    }
                    for (act, expected) in ACTS.into_iter().zip(&undisturbed) {
                        if moment < expected.moments() {
                            case.killed(act, moment, expected);
                        } else {
                            case.in_peace(act);
                        }
                    }
                }
                case.aws.assert_all_emulated();
            });
        }
    });
}
