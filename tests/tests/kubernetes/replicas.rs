//! Several replicas of one operator: the lease lets one write.

use lake_tests::{
    aws::Endpoint,
    cluster::{Cluster, Namespace, is_ready},
    example,
    operator::{Operator, Setting},
};
use serde_json::json;

/// Two replicas: `first` leads, `second` stands by.
struct Pair {
    namespace: Namespace<'static>,
    aws: Endpoint,
    first: Operator,
    second: Operator,
}

impl Pair {
    fn start(namespace: &str, lease: &str) -> Self {
        let cluster = Cluster::shared();
        let aws = Endpoint::start();
        let namespace = cluster.namespace(namespace);
        let setting = Setting::of(cluster, namespace.name()).argument(&format!("--lease-duration={lease}"));
        let first = Operator::start(&setting.clone().replica("first"), &aws);
        first.until("it leads", leads);
        let second = Operator::start(&setting.replica("second"), &aws);
        second.until("it stands by", |second| second.is_ready() && !leads(second));
        Pair { namespace, aws, first, second }
    }

    /// Begin a lake, and stay where the first replica waits for the answer to a call that AWS has carried out.
    fn begin_and_hold(&self) {
        self.aws.faults(json!([{ "mutating": true, "afterCalls": 4, "times": 1, "hold": "after" }]));
        let _ = self.namespace.apply_object(&example::first_lake_not_retained()).ok();
        assert!(self.aws.held(|| false));
    }
}

fn leads(operator: &Operator) -> bool {
    operator.metric("leader_election_master_status{name=\"lake-operator\"}") == Some(1.0)
}

fn is_idle(operator: &Operator) -> bool {
    operator.metric("controller_runtime_active_workers{controller=\"lake\"}") == Some(0.0)
}

#[test]
fn a_leader_that_was_paused_past_its_lease_writes_nothing_when_it_goes_on() {
    let pair = Pair::start("paused", "3s");
    pair.begin_and_hold();
    let Pair { namespace, aws, first, second } = &pair;
    first.signal("STOP");
    aws.faults(json!([])); // the answer arrives and is not read
    let ready = namespace.until("lake/first", is_ready);
    assert!(leads(second));
    let world = aws.hand().world();

    aws.clear_journal();
    first.signal("CONT");
    first.until("it knows that it no longer leads", |first| !leads(first) && is_idle(first));
    assert_eq!(aws.writes(), [], "the world is another's now");
    let after = namespace.get("lake/first").expect("the lake");
    assert_eq!(after["status"], ready["status"], "the status is another's now");

    // And so it stays: the second one alone carries out what is changed next.
    let _ = namespace.patch("lake/first", &json!({ "spec": { "tags": { "stage": "second" } } })).ok();
    let _ = namespace.until("lake/first", is_ready);
    let writers: Vec<_> = aws.writes_of_provider().into_iter().map(|call| call.access_key).collect();
    assert!(!writers.is_empty());
    assert!(writers.iter().all(|key| *key == Setting::access_key("second")), "{writers:?}");
    assert_ne!(aws.hand().world(), world);
}

#[test]
fn a_status_that_was_decided_on_before_the_lead_was_lost_is_not_written_after_it() {
    let cluster = Cluster::shared();
    let (aws, gate, namespace) = (Endpoint::start(), cluster.gate(), cluster.namespace("late"));
    let setting = Setting::of(cluster, namespace.name()).argument("--lease-duration=3s");
    let through = Setting { kubeconfig: gate.kubeconfig().to_owned(), ..setting.clone() };
    let first = Operator::start(&through.replica("first"), &aws);
    first.until("it leads", leads);
    let second = Operator::start(&setting.replica("second"), &aws);
    let _ = namespace.apply_object(&example::first_lake_not_retained()).ok();
    let _ = namespace.until("lake/first", is_ready);

    // The first one has seen that it leads and sends what it has done, which is on its way while another takes over.
    gate.shut();
    let tags = |stage: &str| json!({ "spec": { "tags": { "stage": stage } } });
    let _ = namespace.patch("lake/first", &tags("first")).ok();
    gate.until_held();
    first.signal("STOP");
    second.until("it leads", leads);
    let _ = namespace.patch("lake/first", &tags("second")).ok();
    let told = namespace.until("lake/first", is_ready);
    let mut watch = namespace.watch("lake/first");
    gate.open();
    first.signal("CONT");
    first.until("it knows that it no longer leads", |first| !leads(first) && is_idle(first));
    // What is written over comes back: so every status since counts, and not the last one alone.
    let _ = namespace.kubectl(&["label", "lake/first", "watched=to-here"]).ok();
    watch.until(|seen| seen.object["metadata"]["labels"]["watched"] == "to-here");
    for seen in watch.history() {
        assert_eq!(seen.object["status"], told["status"], "the status is another's now");
    }
}

#[test]
fn a_leader_that_is_ended_finishes_its_call_and_hands_over_at_once() {
    // No lease of this length runs out within the test.
    let pair = Pair::start("handed-over", "10m");
    pair.begin_and_hold();
    let Pair { namespace, aws, mut first, second } = pair;
    first.signal("TERM");
    second.until("it stands by while the other drains", |second| !leads(second));
    assert!(!first.has_ended(), "a call is under way");
    aws.faults(json!([]));
    assert!(first.ended().success());
    let _ = namespace.until("lake/first", is_ready);
    assert!(leads(&second));
    aws.assert_nothing_made_twice();
    let calls = aws.writes_of_provider();
    let keys = ["first", "second"].map(Setting::access_key);
    let last = calls.iter().rposition(|call| call.access_key == keys[0]).expect("the first one made some");
    let then =
        calls.iter().position(|call| call.access_key == keys[1]).expect("the second one made the rest");
    assert!(last < then, "one after the other");
}
