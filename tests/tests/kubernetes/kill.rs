//! The operator killed in the middle of a create, an update and a delete: what was left is taken up, nothing is made
//! twice, and the world in the end is that of an undisturbed run.

use lake_tests::{
    aws::Endpoint,
    cluster::{Cluster, Namespace, is_ready},
    example,
    operator::{Operator, Setting},
};
use serde_json::{Value, json};

/// Every third call is tried, as two tests that take turns: the simulation tries them all.
const STRIDE: usize = 6;

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

/// How an act goes without a kill: the world afterwards, and the calls that change something.
struct Undisturbed {
    world: Value,
    writes: usize,
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

    /// Kill the operator while the `nth` call of an act that changes something is under way, and let another go on.
    fn killed(&self, act: Act, nth: usize, expected: &Undisturbed) {
        // Every other time, AWS carries the call out.
        let hold = if nth.is_multiple_of(2) { "after" } else { "before" };
        self.aws.clear_journal();
        self.aws.faults(json!([{ "mutating": true, "afterCalls": nth, "times": 1, "hold": hold }]));
        let first = self.start();
        self.begin(act);
        let _ = self.aws.held(|| self.is_over(act));
        first.kill();
        self.aws.faults(json!([]));
        let _second = self.start();
        self.finish(act);
        assert_eq!(self.aws.hand().world(), expected.world, "{act:?}, killed at call {nth}");
        self.aws.assert_nothing_made_twice();
    }

    fn killed_from(&self, first: usize) {
        let undisturbed = self.undisturbed();
        let most = undisturbed.iter().map(|act| act.writes).max().unwrap_or_default();
        assert!(most > STRIDE, "an act of many calls");
        for nth in (first..=most).step_by(STRIDE) {
            for (act, expected) in ACTS.into_iter().zip(&undisturbed) {
                self.killed(act, nth.min(expected.writes), expected);
            }
        }
        self.aws.assert_all_emulated();
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
fn killed_at_every_sixth_call() {
    Case::new("killed").killed_from(1);
}

#[test]
fn killed_at_the_calls_halfway_between() {
    Case::new("killed-between").killed_from(1 + STRIDE / 2);
}
