//! The definition and what is written by it, judged by the apiserver's own code (`go-harness/crdcheck`).

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use lake_api::status::{PlaceStatus, PlanStatus, ResourceStatus, State};
use lake_api::testing::{in_cel, is_by_rule, json, pointers};
use lake_api::{Finding, LakeStatus, Step};
use lake_reconcile::CONTRACT;
use lake_reconcile::lake::crd;
use lake_reconcile::simple::codec::canonical;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde::Deserialize;
use serde_json::{Value, json};

/// What the apiserver says.
#[derive(Deserialize)]
struct Answer {
    /// What is wrong with the definition.
    definition: Vec<String>,
    /// What each rule costs at most.
    costs: BTreeMap<String, u64>,
    #[serde(default)]
    objects: Option<Vec<Verdict>>,
    #[serde(default)]
    updates: Option<Vec<Verdict>>,
}

/// What it says of one object.
#[derive(Deserialize)]
struct Verdict {
    errors: Vec<String>,
    /// The object as it is kept.
    kept: Value,
}

/// The binary, built if it is not there yet.
static CRDCHECK: LazyLock<PathBuf> = LazyLock::new(|| {
    let built = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tools/go-part"))
        .arg("crdcheck")
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(built.status.success(), "tools/go-part crdcheck did not build it; its reason stands above");
    PathBuf::from(String::from_utf8(built.stdout).unwrap().trim())
});

fn ask(objects: &[Value], updates: &[[Value; 2]]) -> Answer {
    let question = json!({ "definition": crd(), "objects": objects, "updates": updates });
    let mut crdcheck = Command::new(&*CRDCHECK).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    crdcheck.stdin.take().unwrap().write_all(question.to_string().as_bytes()).unwrap();
    let out = crdcheck.wait_with_output().unwrap();
    assert!(out.status.success(), "crdcheck ends with {}; what went wrong stands above", out.status);
    serde_json::from_slice(&out.stdout).unwrap()
}

fn created(objects: &[Value]) -> Vec<Verdict> {
    ask(objects, &[]).objects.unwrap()
}

fn lake(spec: Value) -> Value {
    named("events", spec)
}

fn named(name: &str, spec: Value) -> Value {
    json!({
        "apiVersion": "lake.dev/v1alpha1",
        "kind": "Lake",
        "metadata": { "name": name, "namespace": "data" },
        "spec": spec,
    })
}

#[test]
fn the_definition_is_taken_and_its_rules_cost_less_than_half_of_what_they_may() {
    /// <https://kubernetes.io/docs/reference/using-api/cel/#resource-use-by-validation-functions>
    const RULE: u64 = 10_000_000;
    const ALL: u64 = 100_000_000;
    let answer = ask(&[], &[]);
    assert_eq!(answer.definition, Vec::<String>::new());
    assert!(answer.costs.len() > 20, "rules were found: {:?}", answer.costs);
    for (rule, cost) in &answer.costs {
        assert!(*cost < RULE / 2, "{rule} costs {cost}");
    }
    let all: u64 = answer.costs.values().sum();
    assert!(all < ALL / 2, "all rules cost {all}");
}

#[test]
fn the_name_of_a_lake_fits_into_a_mark() {
    let long = "a".repeat(63);
    let longer = "a".repeat(64);
    let names =
        [("events", true), ("e", true), ("0-1", true), (&long, true), (&longer, false), ("a.b", false)];
    let objects: Vec<Value> = names.iter().map(|(name, _)| named(name, json!({}))).collect();
    for ((name, fits), verdict) in names.iter().zip(created(&objects)) {
        assert_eq!(verdict.errors.is_empty(), *fits, "{name}: {:?}", verdict.errors);
    }
}

#[test]
fn a_region_is_given_once_and_may_be_taken_back() {
    let eu = json!({ "region": "eu-west-1" });
    let us = json!({ "region": "us-east-1" });
    let none = json!({});
    let cases =
        [(&eu, &eu, true), (&eu, &us, false), (&eu, &none, true), (&none, &eu, true), (&none, &none, true)];
    let updates: Vec<[Value; 2]> =
        cases.iter().map(|(was, is, _)| [lake((*was).clone()), lake((*is).clone())]).collect();
    for ((was, is, fits), verdict) in cases.iter().zip(ask(&[], &updates).updates.unwrap()) {
        assert_eq!(verdict.errors.is_empty(), *fits, "{was} to {is}: {:?}", verdict.errors);
    }
}

#[test]
fn whatever_the_operator_tells_is_kept() {
    let now = || Time(k8s_openapi::jiff::Timestamp::UNIX_EPOCH);
    let states =
        [State::Present, State::Absent, State::Waiting, State::Settling, State::Unreadable, State::Foreign];
    let resource = |(place, state): (usize, &State)| {
        let drift = [("tags.team".to_owned(), "a, wanted b".to_owned())].into();
        (format!("bucket/b{place}"), ResourceStatus { state: state.clone(), drift })
    };
    let status = LakeStatus {
        outputs: [("bucket/b0".to_owned(), [("arn".to_owned(), "arn:aws:s3:::b".to_owned())].into())].into(),
        resources: states.iter().enumerate().map(resource).collect(),
        conditions: ["Ready", "Reconciling", "Stalled"]
            .map(|kind| Condition {
                type_: kind.into(),
                status: "False".into(),
                reason: "Suspended".into(),
                message: String::new(),
                last_transition_time: now(),
                observed_generation: Some(2),
            })
            .into(),
        observed_generation: Some(2),
        last_handled_reconcile_at: Some("now".into()),
        members: Some("5/6".into()),
        drifted: Some(6),
        plan: Some(PlanStatus { id: "a1".into(), changes: 2, text: "+ bucket/b0".into() }),
        next_attempt: Some(now()),
        place: Some(PlaceStatus {
            partition: "aws".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        }),
        lease: Some("lake-system/lake-operator".into()),
        record: Some("{}".into()),
    };
    let told = serde_json::to_value(&status).unwrap();
    let mut object = lake(json!({}));
    object["status"] = told.clone();
    let verdict = created(&[object]).remove(0);
    assert_eq!(verdict.errors, Vec::<String>::new());
    assert_eq!(verdict.kept["status"], told, "nothing of it is dropped");
    assert_eq!(serde_json::from_value::<LakeStatus>(verdict.kept["status"].clone()).unwrap(), status);
}

#[test]
fn of_a_lake_that_nobody_has_looked_at_no_generation_was_observed() {
    let verdict = created(&[lake(json!({}))]).remove(0);
    assert_eq!(verdict.kept["status"], json!({ "observedGeneration": -1 }));
}

/// So many values of a strategy, the same in every run.
fn some<T>(strategy: &impl Strategy<Value = T>, count: usize) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[test]
fn every_spec_that_fits_is_taken_and_kept_with_our_defaults() {
    let specs = some(&json(CONTRACT.shape()), 100);
    let objects: Vec<Value> = specs.iter().cloned().map(lake).collect();
    for (spec, verdict) in specs.into_iter().zip(created(&objects)) {
        assert_eq!(verdict.errors, Vec::<String>::new(), "{spec}");
        // The server writes `1.0` as `1`.
        assert_eq!(canonical(&verdict.kept["spec"]), canonical(&CONTRACT.complete(spec)));
    }
}

/// A spec in which one thing was broken, perhaps.
fn broken() -> impl Strategy<Value = Value> {
    let other = prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(7),
        json!(1.5),
        json!(""),
        json!("x y!"),
        json!("arn:aws:s3:::b"),
        json!([]),
        json!(["a", "a"]),
        json!({}),
        json!({ "nonsense": 1 }),
    ]);
    (json(CONTRACT.shape()), any::<prop::sample::Index>(), prop::option::of(other)).prop_map(
        |(mut spec, place, other)| {
            let places = pointers(&spec);
            let chosen = &places[place.index(places.len())];
            match (chosen.rsplit_once('/'), other) {
                (None, _) => {}
                (Some(_), Some(other)) => *spec.pointer_mut(chosen).unwrap() = other,
                (Some((outer, field)), None) => match spec.pointer_mut(outer).unwrap() {
                    Value::Object(fields) => _ = fields.remove(&field.replace("~1", "/").replace("~0", "~")),
                    Value::Array(items) => items.extend(items.first().cloned()),
                    _ => {}
                },
            }
            spec
        },
    )
}

#[test]
fn what_the_contract_refuses_the_apiserver_refuses() {
    let specs = some(&broken(), 500);
    let objects: Vec<Value> = specs.iter().cloned().map(lake).collect();
    let (mut taken, mut refused) = (0, 0);
    for (spec, verdict) in specs.iter().zip(created(&objects)) {
        // No schema can tell what is a JSON document, and an entry that is null is dropped by the apiserver without a word.
        let only_ours = |finding: &Finding| {
            let in_list = matches!(finding.path.steps().last(), Some(Step::Index(_)));
            // Some rules are too dear for the apiserver.
            let dear = is_by_rule(finding) && !in_cel(CONTRACT.shape(), finding);
            dear || finding.summary.contains("JSON document")
                || (finding.summary.ends_with("not null") && !in_list)
        };
        let ours: Vec<Finding> =
            CONTRACT.check(spec).into_iter().filter(|finding| !only_ours(finding)).collect();
        assert_eq!(
            ours.is_empty(),
            verdict.errors.is_empty(),
            "{spec:#}\nours: {ours:#?}\ntheirs: {:#?}",
            verdict.errors
        );
        if ours.is_empty() { taken += 1 } else { refused += 1 }
    }
    assert!(taken > 50 && refused > 200, "{taken} were taken and {refused} refused");
}

#[test]
fn the_examples_are_taken() {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples")).unwrap();
    let files = folder.map(|entry| entry.unwrap().path().join("lake.yaml")).filter(|file| file.is_file());
    let lakes: Vec<Value> = files
        .map(|file| serde_saphyr::from_str(&std::fs::read_to_string(file).unwrap()).unwrap())
        .filter(|example: &Value| example["kind"] == "Lake")
        .collect();
    assert!(!lakes.is_empty());
    for verdict in created(&lakes) {
        assert_eq!(verdict.errors, Vec::<String>::new());
    }
}
