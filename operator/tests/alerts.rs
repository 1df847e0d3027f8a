//! The chart's alerts over what the operator counts, judged by Prometheus' own engine (`go-harness/alerts`): each fires when
//! what it is for goes on, and none while all is well.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use lake_operator::{
    exposition::Format,
    metrics::{Came, Metrics},
    queue::Priority,
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
    time::Duration,
};

/// Seconds between two scrapes.
const EVERY: u32 = 30;
const MINUTE: u32 = 60 / EVERY;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn part(name: &str) -> PathBuf {
    let tool = root().join("tools/go-part");
    let built = Command::new(tool).arg(name).stderr(Stdio::inherit()).output().unwrap();
    assert!(built.status.success(), "tools/go-part {name} did not build it; its reason stands above");
    PathBuf::from(String::from_utf8(built.stdout).unwrap().trim())
}

/// The rules as the chart brings them.
static RULES: LazyLock<Value> = LazyLock::new(|| {
    let home = tempfile::tempdir().unwrap();
    let rendered = Command::new(part("helm"))
        .args(["template", "lake-operator"])
        .arg(root().join("operator/chart"))
        .args(["--namespace=lake-system", "--set=metrics.rules.create=true"])
        .arg("--show-only=templates/prometheusrule.yaml")
        .env("HOME", home.path())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let rule: Value = serde_saphyr::from_str(&String::from_utf8(rendered.stdout).unwrap()).unwrap();
    rule["spec"].clone()
});

/// What Prometheus says of these scrapes.
fn judged(scrapes: &[String], format: Format) -> Value {
    let mut engine =
        Command::new(part("alerts")).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let question = json!({
        "rules": RULES.to_string(), // JSON is YAML
        "labels": { "namespace": "lake-system", "job": "lake-operator-metrics" },
        "contentType": format.content_type(),
        "every": EVERY,
        "scrapes": scrapes,
    });
    engine.stdin.take().unwrap().write_all(question.to_string().as_bytes()).unwrap();
    let out = engine.wait_with_output().unwrap();
    assert!(out.status.success(), "alerts ends with {}; what went wrong stands above", out.status);
    let answer: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(answer["findings"], json!([]));
    answer
}

/// What happens between two scrapes, the first of which has number 0, and how the lakes stand at its end.
type Between = fn(&Metrics, u32) -> &'static str;

/// Two hours and a half of a replica that leads, with ten lakes; how many of them wait for room.
fn scrapes(leads: bool, waiting: usize, between: Between) -> Vec<String> {
    let metrics = Metrics::new();
    metrics.leads("lake-operator", leads);
    (0..150 * MINUTE)
        .map(|number| {
            let state = if number == 0 { "Reconciled" } else { between(&metrics, number) };
            let depth = |priority| (if priority == Priority::Routine { waiting } else { 0 }, 0);
            metrics.text(depth, BTreeMap::from([(state.to_owned(), 10)]))
        })
        .collect()
}

/// Ten rounds, of which so many fail by this class.
fn rounds(metrics: &Metrics, failing: usize, class: &str) {
    for number in 0..10 {
        metrics.begins();
        if number < failing {
            metrics.failed(class);
        }
        let came = if number < failing { Came::Error } else { Came::RequeueAfter };
        metrics.ends(came, Duration::from_millis(30));
    }
}

fn well(metrics: &Metrics, _: u32) -> &'static str {
    rounds(metrics, 0, "");
    "Reconciled"
}

/// What goes on, as scrapes, and the alerts that come of it.
fn cases() -> Vec<(&'static str, Vec<String>, &'static [&'static str])> {
    vec![
        ("all is well", scrapes(true, 0, well), &[]),
        (
            "AWS refuses all of every lake",
            scrapes(true, 0, |metrics, _| {
                rounds(metrics, 10, "Refused");
                "Refused"
            }),
            &["LakeOperatorFailing", "LakeRefused"],
        ),
        (
            "one lake of ten is throttled for ever",
            scrapes(true, 0, |metrics, _| {
                rounds(metrics, 1, "Throttled");
                "Throttled"
            }),
            &[],
        ),
        (
            "there are no credentials",
            scrapes(true, 0, |metrics, _| {
                rounds(metrics, 10, "NoCredentials");
                "NoCredentials"
            }),
            &["LakeOperatorFailing", "LakeOperatorWithoutCredentials"],
        ),
        (
            "credentials were missing for a moment",
            scrapes(true, 0, |metrics, number| {
                rounds(metrics, usize::from(number == 60), "NoCredentials");
                "Reconciled"
            }),
            &[],
        ),
        ("no replica leads", scrapes(false, 0, |_, _| "Reconciled"), &["LakeOperatorNotLeading"]),
        ("more lakes wait than are worked on", scrapes(true, 100, well), &["LakeOperatorBehind"]),
        (
            "a spec is wrong",
            scrapes(true, 0, |metrics, _| {
                rounds(metrics, 1, "InvalidSpec");
                "InvalidSpec"
            }),
            &["LakeStalled"],
        ),
        (
            "a finalizer was taken off",
            scrapes(true, 0, |metrics, number| {
                if number == 60 {
                    metrics.lost();
                }
                well(metrics, number)
            }),
            &["LakeLost"],
        ),
        (
            "AWS slows calls down",
            scrapes(true, 0, |metrics, number| {
                lake_reconcile::aws::Meter::waited(metrics, "glue", Duration::from_secs(60));
                well(metrics, number)
            }),
            &["LakeThrottled"],
        ),
        (
            "somebody else writes a job, again and again",
            scrapes(true, 0, |metrics, number| {
                metrics.drifted("job");
                well(metrics, number)
            }),
            &["LakeDriftReturns"],
        ),
    ]
}

#[test]
fn each_alert_fires_when_what_it_is_for_goes_on() {
    let mut seen = BTreeSet::new();
    for (what, scrapes, alerts) in cases() {
        let answer = judged(&scrapes, Format::OpenMetrics);
        let fired: Vec<&String> = answer["fired"].as_object().unwrap().keys().collect();
        assert_eq!(fired, alerts, "{what}");
        seen.extend(alerts);
    }
    let rules = RULES["groups"][0]["rules"].as_array().unwrap();
    let all: BTreeSet<&str> = rules.iter().map(|rule| rule["alert"].as_str().unwrap()).collect();
    assert_eq!(seen.into_iter().copied().collect::<BTreeSet<_>>(), all, "an alert is tried by no case");
}

#[test]
fn both_forms_of_what_is_served_describe_every_series() {
    let served = scrapes(true, 0, |metrics, number| {
        metrics.drifted("job");
        metrics.failed("Refused");
        metrics.lost();
        lake_reconcile::aws::Meter::waited(metrics, "glue", Duration::from_secs(1));
        well(metrics, number)
    });
    for format in [Format::OpenMetrics, Format::Text] {
        let _ = judged(&[format.write(served[1].clone())], format);
    }
}
