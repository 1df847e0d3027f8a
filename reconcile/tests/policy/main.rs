//! The policy of whoever drives a lake, held against the calls that are made.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

#[path = "../common/mod.rs"]
mod common;

use aws_sdk_s3::primitives::ByteStream;
use common::{Endpoint, connect, lineage, owner};
use expect_test::expect_file;
use lake_reconcile::{
    LakeSpec,
    aws::{Aws, mutates},
    engine::Engine,
    expand::{Scope, expand},
    graph::Graph,
    kinds::AwsCloud,
    place::Place,
    policy::{Purpose, actions, needed},
    record::Record,
};
use serde_json::Value;
use std::{collections::BTreeSet, sync::Arc, time::Duration};

fn place(region: &str) -> Place {
    Place { partition: "aws".into(), region: region.into(), account: "123456789012".into() }
}

fn graph(yaml: &str, place: Place) -> Graph {
    let spec: LakeSpec = serde_saphyr::from_str(yaml).expect("the spec is one");
    expand(&spec, &Scope { place, owner: owner(), lake: "kinds".into(), namespace: String::new() })
}

fn full() -> Graph {
    graph(include_str!("full.yaml"), place("eu-west-1"))
}

fn lean() -> Graph {
    graph(include_str!("lean.yaml"), place("eu-west-1"))
}

/// What a policy allows, each action with the ARNs that it may be on.
struct Policy(Vec<(BTreeSet<String>, Vec<String>)>);

impl Policy {
    fn of(graph: &Graph, place: &Place) -> Self {
        let document: Value = serde_json::from_str(&needed(graph, place, Purpose::Apply)).unwrap();
        let texts = |value: &Value| match value {
            Value::String(one) => vec![one.clone()],
            many => many.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect(),
        };
        let statements = document["Statement"].as_array().unwrap().iter();
        Policy(
            statements
                .map(|it| (texts(&it["Action"]).into_iter().collect(), texts(&it["Resource"])))
                .collect(),
        )
    }

    /// Whether an action is allowed on something of a name, or of an ARN.
    fn allows(&self, action: &str, name: &str) -> bool {
        self.0.iter().any(|(actions, on)| {
            let names = |arn: &String| {
                let front = arn.strip_suffix('*').is_some_and(|front| name.starts_with(front));
                front || arn == name || arn.split(['/', ':']).any(|part| part == name)
            };
            actions.contains(action) && (name.is_empty() || on.iter().any(names))
        })
    }

    fn actions(&self) -> BTreeSet<&str> {
        self.0.iter().flat_map(|(actions, _)| actions).map(String::as_str).collect()
    }
}

#[test]
fn the_policy_of_a_lake_is_least_privilege() {
    let document: Value =
        serde_json::from_str(&needed(&full(), &place("eu-west-1"), Purpose::Apply)).unwrap();
    let pretty = serde_json::to_string_pretty(&document).unwrap() + "\n";
    expect_file!["full.json"].assert_eq(&pretty);
}

#[test]
fn what_is_retained_or_only_looked_at_cannot_be_deleted() {
    let place = place("eu-west-1");
    let yaml =
        "{ buckets: { kept: {}, theirs: { external: theirs } }, roles: { theirs: { external: admin } } }";
    let policy = Policy::of(&graph(yaml, place.clone()), &place);
    assert!(policy.allows("s3:PutBucketTagging", "kinds-kept-123456789012-eu-west-1"), "it is ours");
    assert!(policy.allows("s3:GetBucketTagging", "theirs") && policy.allows("iam:GetRole", "admin"));
    for (action, name) in [
        ("s3:DeleteBucket", "kinds-kept-123456789012-eu-west-1"),
        ("s3:DeleteObjectVersion", "kinds-kept-123456789012-eu-west-1"),
        ("s3:PutBucketTagging", "theirs"),
        ("iam:PutRolePolicy", "admin"),
    ] {
        assert!(!policy.allows(action, name), "{action} on {name}");
    }
}

/// The number of objects is told in a plan whose policy allows that, and only where it may be emptied.
#[test]
fn whoever_plans_may_count_what_may_be_emptied() {
    let place = place("eu-west-1");
    let planned = |on_delete: &str| {
        let graph = graph(&format!("{{ buckets: {{ store: {{ onDelete: {on_delete} }} }} }}"), place.clone());
        needed(&graph, &place, Purpose::Plan)
    };
    assert!(planned("Empty").contains("s3:ListBucketVersions"));
    assert!(!planned("Empty").contains("s3:DeleteObject"));
    assert!(!planned("Delete").contains("s3:ListBucketVersions"));
}

/// Every call that the sources name is a need of some kind, and every need is called somewhere: nothing is allowed that
/// nobody asks for.
#[test]
fn exactly_what_the_kinds_call_is_allowed() {
    fn walk(path: &std::path::Path, calls: &mut BTreeSet<String>) {
        if path.is_dir() {
            for entry in std::fs::read_dir(path).unwrap() {
                walk(&entry.unwrap().path(), calls);
            }
        } else if !path.ends_with("needs.rs") {
            let text = std::fs::read_to_string(path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            calls.extend(code.split('"').filter(|text| is_call(text)).map(ToOwned::to_owned));
        }
    }
    /// `s3:PutBucketTagging`. One condition key of S3 is spelt alike, and so is what AWS asks for beside the call for an alarm.
    fn is_call(text: &str) -> bool {
        const SERVICES: [&str; 6] = ["glue", "iam", "lakeformation", "s3", "s3control", "tagging"];
        text.split_once(':').is_some_and(|(service, operation)| {
            SERVICES.contains(&service)
                && operation.starts_with(|first: char| first.is_ascii_uppercase())
                && operation.chars().all(char::is_alphanumeric)
                && !["s3:DataAccessPointAccount", "iam:CreateServiceLinkedRole"].contains(&text)
        })
    }
    let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut calls = BTreeSet::new();
    walk(&sources.join("kinds"), &mut calls);
    walk(&sources.join("../../aws/src/tagging.rs"), &mut calls);
    let called: BTreeSet<String> = calls.iter().flat_map(|call| actions(call)).collect();
    // There making a bucket takes one call more.
    let place = place("us-east-1");
    let policy = Policy::of(&graph(include_str!("full.yaml"), place.clone()), &place);
    // What AWS asks for beside calls: handing a role on, and the key of an encrypted bucket.
    let beside = ["iam:PassRole", "kms:Decrypt", "kms:GenerateDataKey"];
    let allowed: BTreeSet<&str> = policy.actions().into_iter().filter(|it| !beside.contains(it)).collect();
    assert_eq!(allowed, called.iter().map(String::as_str).collect());
}

/// The calls of a journal that the policy would refuse.
fn refused(endpoint: &Endpoint, policy: &Policy) -> BTreeSet<String> {
    let mut refused = BTreeSet::new();
    for call in endpoint.journal().iter().filter(|call| call.service != "sts") {
        assert_eq!(call.mutates, mutates(&call.operation), "{}", call.name());
        // An ARN; or names from the outermost to the innermost, among which that of a crawler follows its database's.
        let resource = call.resource.as_str();
        let name = match call.service.as_str() {
            _ if resource.starts_with("arn:") => resource,
            "glue" if call.operation.ends_with("Crawler") => resource.rsplit('/').next().unwrap_or_default(),
            _ => resource.split('/').next().unwrap_or_default(),
        };
        let called = call.name().replace("resourcegroupstaggingapi:", "tagging:");
        for action in actions(&called) {
            if !policy.allows(&action, name) {
                refused.insert(format!("{action} on {resource}"));
            }
        }
    }
    endpoint.clear_journal();
    refused
}

#[tokio::test]
async fn a_lakes_whole_life_is_allowed() {
    let endpoint = Endpoint::start();
    let aws: Aws = connect(&endpoint).await;
    let place = aws.place.clone();
    let (full, lean, none) = (full(), lean(), Graph::new());
    let engine = Engine::new(Arc::new(AwsCloud(aws.clone())), owner(), place.clone(), lineage());
    let (whole, less) = (Policy::of(&full, &place), Policy::of(&lean, &place));
    let settle = async |graph: &Graph, record: Record| {
        let outcome = engine.settle(graph, record, Duration::from_secs(60), None).await;
        assert_eq!(outcome.failures, []);
        outcome.record
    };
    endpoint.clear_journal();
    let record = settle(&full, Record::new(place.clone())).await;
    assert_eq!(refused(&endpoint, &whole), BTreeSet::new(), "making it");
    let record = settle(&full, record).await;
    assert_eq!(endpoint.writes(), [], "nothing is left to do");
    assert_eq!(refused(&endpoint, &whole), BTreeSet::new(), "looking at it");
    let record = settle(&lean, record).await;
    assert_eq!(refused(&endpoint, &less), BTreeSet::new(), "changing it");
    let store = format!("kinds-store-{}-{}", place.account, place.region);
    aws.s3.put_object().bucket(store).key("data").body(ByteStream::from_static(b"x")).send().await.unwrap();
    endpoint.clear_journal();
    settle(&none, record).await;
    assert_eq!(refused(&endpoint, &less), BTreeSet::new(), "taking it down");
    endpoint.assert_all_emulated();
}
