//! Misfortune that lasts: for a minute, and in `make long` for ten, AWS is down, throttles, refuses, or nobody has
//! credentials. The lake says why all the while, is tried ever more seldom but never given up, and goes on by itself.

use crate::{
    stage::{MissingKeys, Stage, condition, manifest},
    wire::Wire,
};
use lake_tests::{
    cluster::{Seen, is_ready},
    is_long,
};
use serde_json::{Value, json};
use std::{
    thread,
    time::{Duration, Instant},
};

/// How long it lasts, and how many pauses between attempts that makes at least.
fn lasts() -> (Duration, usize) {
    if is_long() { (Duration::from_secs(600), 5) } else { (Duration::from_secs(60), 2) }
}

/// How much longer than its pause an attempt may take: calls are repeated, and machines that run tests are busy.
const SLACK: Duration = Duration::from_secs(20);

/// A lake that meets with misfortune.
struct Unlucky {
    stage: Stage,
    /// What its condition Ready says why.
    reason: &'static str,
    /// The longest pause between two attempts.
    longest: Duration,
}

fn lake() -> String {
    manifest(
        "unlucky",
        &json!({ "roles": { "etl": { "assumedBy": { "services": ["glue.amazonaws.com"] } } } }),
    )
}

impl Unlucky {
    /// Follow it through the misfortune, and then to Ready.
    fn endures(self, relief: impl FnOnce(&Stage)) {
        let Unlucky { stage, reason, longest } = self;
        let (lasts, at_least) = lasts();
        let mut watch = stage.namespace.watch("lake/unlucky");
        let began = Instant::now();
        let mut attempts: Vec<Instant> = Vec::new();
        let mut since = Value::Null;
        while let Some(Seen { object, .. }) = watch.next(lasts.saturating_sub(began.elapsed())) {
            let ready = condition(&object, "Ready");
            if ready["reason"] != reason {
                assert!(attempts.is_empty(), "{reason} is all there is to say: {ready:#}");
                continue;
            }
            assert_eq!(ready["status"], "False");
            assert_eq!(condition(&object, "Reconciling")["status"], "True", "it is tried again");
            assert_eq!(condition(&object, "Stalled")["status"], "False", "nobody else has to do anything");
            assert!(object["status"]["nextAttempt"].is_string(), "{object:#}");
            if attempts.is_empty() {
                since = ready["lastTransitionTime"].clone();
            }
            assert_eq!(ready["lastTransitionTime"], since, "nothing has changed since");
            attempts.push(Instant::now());
        }
        assert!(began.elapsed() >= lasts, "the watch has ended");

        let pauses: Vec<Duration> = attempts.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(pauses.len() >= at_least, "{reason}: it is tried again and again: {pauses:?}");
        // A lake that was well has been tried some times before its user is told.
        assert!(pauses[0] < longest.mul_f64(0.75), "{reason}: soon at first: {pauses:?}");
        for pause in &pauses {
            assert!(*pause <= longest + SLACK, "{reason}: not given up: {pauses:?}");
        }
        if is_long() {
            // By chance a pause is between half of what it may be and all.
            for pause in &pauses[pauses.len() - 3..] {
                assert!(*pause >= longest.mul_f64(0.45), "{reason}: seldom in the end: {pauses:?}");
            }
        }
        assert_eq!(stage.events("unlucky", reason).len(), 1, "only the transition is an event");
        assert!(stage.operator.is_ready(), "the operator itself is well");

        relief(&stage);
        let relieved = Instant::now();
        while watch
            .next((longest + SLACK).saturating_sub(relieved.elapsed()))
            .is_some_and(|it| !is_ready(&it.object))
        {}
        let lake = stage.namespace.get("lake/unlucky").expect("it is there");
        assert!(is_ready(&lake), "{reason}: it goes on by itself: {lake:#}");
        assert_eq!(lake["status"]["nextAttempt"], Value::Null);
        stage.aws.assert_all_emulated();
    }
}

fn throttled() {
    let stage = Stage::new("long-throttled");
    let rate = json!([{ "service": "iam", "code": "Throttling", "message": "Rate exceeded", "status": 400 }]);
    stage.aws.faults(rate);
    let _ = stage.namespace.apply(&lake()).ok();
    let unlucky = Unlucky { stage, reason: "Throttled", longest: Duration::from_secs(30) };
    unlucky.endures(|stage| stage.aws.faults(json!([])));
}

fn refused() {
    let stage = Stage::new("long-refused");
    stage.aws.faults(json!([{
        "service": "iam", "operation": "CreateRole", "code": "AccessDenied", "status": 403,
        "message": "User: lake is not authorized to perform: iam:CreateRole",
    }]));
    let _ = stage.namespace.apply(&lake()).ok();
    let unlucky = Unlucky { stage, reason: "Refused", longest: Duration::from_secs(120) };
    unlucky.endures(|stage| stage.aws.faults(json!([])));
}

fn without_credentials() {
    let keys = MissingKeys::new();
    let stage = Stage::with("long-without", |setting| keys.of(setting));
    let _ = stage.namespace.apply(&lake()).ok();
    let unlucky = Unlucky { stage, reason: "NoCredentials", longest: Duration::from_secs(15) };
    unlucky.endures(|stage| {
        assert_eq!(stage.aws.journal(), [], "nobody asks AWS as nobody");
        keys.come();
    });
}

fn down() {
    let wire = Wire::new();
    let stage = Stage::with("long-down", |setting| {
        setting.variables.push(("AWS_ENDPOINT_URL".to_owned(), wire.url()));
    });
    wire.lead_to(Some(&stage.aws.url));
    let _ = stage.namespace.apply(&lake()).ok();
    let _ = stage.ready("unlucky");
    // A lake that was well is looked at in vain some times before its user is told.
    wire.lead_to(None);
    let look = ["annotate", "lake/unlucky", "lake.dev/reconcile-requested-at=down"];
    let _ = stage.namespace.kubectl(&look).ok();
    let unlucky = Unlucky { stage, reason: "Unanswered", longest: Duration::from_secs(15) };
    unlucky.endures(|stage| {
        wire.lead_to(Some(&stage.aws.url));
    });
}

#[test]
fn misfortune_that_lasts_is_endured() {
    thread::scope(|scope| {
        for misfortune in [throttled, refused, without_credentials, down] {
            scope.spawn(misfortune);
        }
    });
}
