//! How AWS is reached: refusals that say what to do, throttling that nobody notices, answers that get lost.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod common;

use common::{Endpoint, access, connect, found, graph, lineage, mark, owner};
use lake_api::Input;
use lake_reconcile::{
    aws::{Access, AssumeRole, Aws, Called, Gate, Hooks, Meter, NoAccess, mutates},
    cloud::Cloud,
    engine::Engine,
    graph::NodeId,
    inventory::Sight,
    key::Key,
    kinds::{AwsCloud, Bucket, KINDS, Typed},
    owner::{Lineage, Marking, Owner, Worn},
    record::Record,
};
use serde_json::json;
use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

fn bucket(name: &str) -> Bucket {
    let settings = json!({
        "name": name, "bucketNamespace": "Global", "versioning": true,
        "encryption": { "sse": "S3", "blockCustomerKeys": true }, "publicAccessBlock": {},
        "objectOwnership": "BucketOwnerEnforced", "tlsOnly": true, "delegateToAccessPoints": false,
        "transitionMinimumSize": "AllClasses128K", "eventBridge": false, "tags": { "a": "b" },
    });
    Bucket::typed(&KINDS.settings("bucket", settings).unwrap()).expect("settings of this kind")
}

/// A lease that may be lost.
#[derive(Default)]
struct Lease(AtomicBool);

impl Gate for Lease {
    fn is_open(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// All calls, as they were told.
#[derive(Default)]
struct Told(Mutex<Vec<(String, bool)>>);

impl Meter for Told {
    fn called(&self, called: &Called<'_>) {
        let name = format!("{}:{}", called.service, called.operation);
        self.0.lock().unwrap().push((name, called.failed.is_none()));
    }

    fn waited(&self, _: &'static str, _: Duration) {}
}

#[tokio::test]
async fn who_no_longer_leads_reads_and_writes_nothing() {
    let endpoint = Endpoint::start();
    let lease = Arc::new(Lease(true.into()));
    let hooks = Hooks { gate: Some(lease.clone()), meter: None };
    let aws = Aws::connect_with(&access(&endpoint), hooks).await.unwrap();
    bucket("ours").create(&aws, &mark("bucket/ours")).await.unwrap();
    lease.0.store(false, Ordering::SeqCst);
    endpoint.clear_journal();
    let key = "ours".to_owned();
    found::<Bucket>(&aws, &key).await;
    for error in [
        bucket("second").create(&aws, &mark("bucket/second")).await.unwrap_err(),
        Bucket::mark(&aws, &key, &Marking::of(&mark("bucket/moved"))).await.unwrap_err(),
        Bucket::delete(&aws, &key, lake_reconcile::kind::Data::Keep).await.unwrap_err(),
    ] {
        assert_eq!(error.word(), "NotLeading", "{error}");
    }
    assert_eq!(endpoint.writes(), []);
    assert!(!endpoint.journal().is_empty(), "reads go on");
}

#[tokio::test]
async fn every_call_is_told_to_the_meter() {
    let endpoint = Endpoint::start();
    let told = Arc::new(Told::default());
    let hooks = Hooks { gate: None, meter: Some(told.clone()) };
    let aws = Aws::connect_with(&access(&endpoint), hooks).await.unwrap();
    endpoint.faults(
        json!([{ "every": 3, "code": "SlowDown", "status": 503, "message": "Please reduce your rate" }]),
    );
    bucket("told").create(&aws, &mark("bucket/told")).await.unwrap();
    found::<Bucket>(&aws, &"told".to_owned()).await;
    let journal = endpoint.journal();
    assert!(journal.iter().all(|call| call.mutates == mutates(&call.operation)), "{journal:?}");
    let mut called: Vec<_> = journal.iter().map(|call| (call.name(), call.status < 300)).collect();
    let mut told = told.0.lock().unwrap().clone();
    called.sort();
    told.sort();
    assert_eq!(told, called);
}

#[tokio::test]
async fn throttling_is_waited_out() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    endpoint.faults(json!([{ "every": 2, "code": "SlowDown", "status": 503, "message": "Please reduce your request rate." }]));
    bucket("often").create(&aws, &mark("bucket/often")).await.unwrap();
    let seen = found::<Bucket>(&aws, &"often".to_owned()).await;
    assert_eq!(seen.worn, Some(mark("bucket/often")));
}

#[tokio::test]
async fn a_bucket_whose_answer_was_lost_is_made_once_and_to_its_end() {
    for lost in [json!(true), json!("drop")] {
        let endpoint = Endpoint::start();
        let aws = connect(&endpoint).await;
        endpoint.faults(json!([{ "operation": "CreateBucket", "lost": lost, "times": 1 }]));
        bucket("lost").create(&aws, &mark("bucket/lost")).await.unwrap();
        let seen = found::<Bucket>(&aws, &"lost".to_owned()).await;
        assert_eq!((seen.worn, seen.settings.versioning), (Some(mark("bucket/lost")), true));
    }
}

#[tokio::test]
async fn a_bucket_that_may_not_be_made_with_tags_gets_them_right_after() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let denied = "User is not authorized to perform: s3:TagResource on resource: arn:aws:s3:::plain";
    endpoint.faults(json!([
        { "operation": "CreateBucket", "code": "AccessDenied", "status": 403, "message": denied, "times": 1 },
    ]));
    bucket("plain").create(&aws, &mark("bucket/plain")).await.unwrap();
    let seen = found::<Bucket>(&aws, &"plain".to_owned()).await;
    assert_eq!(seen.worn, Some(mark("bucket/plain")));
    assert_eq!(seen.settings.tags.get("a"), Some(&Input::from("b")));
}

#[tokio::test]
async fn a_bucket_that_may_not_be_made_says_so() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let denied = "User is not authorized to perform: s3:CreateBucket";
    endpoint.faults(json!([
        { "operation": "CreateBucket", "code": "AccessDenied", "status": 403, "message": denied },
    ]));
    let error = bucket("never").create(&aws, &mark("bucket/never")).await.unwrap_err();
    assert!(error.is("AccessDenied") && error.said.contains("s3:CreateBucket"), "{error}");
    assert!(error.request_id.is_some(), "AWS's support asks for the id of the request");
    assert!(error.remedy().is_some());
}

#[tokio::test]
async fn what_wears_a_mark_is_listed_with_it() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let other = Owner { lake: "other".into(), ..owner() };
    let node = |name: &str| NodeId::new("bucket", name);
    let retained = Worn::retained(&owner(), &node("kept"), None);
    for (name, worn) in [
        ("ours", mark("bucket/ours")),
        ("kept", retained.clone()),
        ("theirs", Worn { owner: other.to_string(), ..mark("bucket/theirs") }),
    ] {
        bucket(name).create(&aws, &worn).await.unwrap();
    }
    let listed = AwsCloud(aws.clone()).marked(&owner(), &[]).await;
    assert_eq!(listed.failed, []);
    let listed: BTreeSet<(Key, String)> = listed
        .marked
        .into_iter()
        .map(|(key, worn)| (key, worn.map(|worn| worn.owner).unwrap_or_default()))
        .collect();
    let of = |name: &str, owner: &str| (Key::new("bucket", name), owner.to_owned());
    assert_eq!(listed, BTreeSet::from([of("ours", &owner().to_string()), of("kept", &retained.owner)]));
}

#[tokio::test]
async fn a_list_that_fails_takes_nothing_from_the_others() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    bucket("ours").create(&aws, &mark("bucket/ours")).await.unwrap();
    endpoint.faults(json!([{ "service": "iam", "code": "AccessDenied", "status": 403, "message": "no" }]));
    let listed = AwsCloud(aws.clone()).marked(&owner(), &[]).await;
    let keys: Vec<Key> = listed.marked.into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, [Key::new("bucket", "ours")]);
    assert!(listed.failed.iter().all(|error| error.doing.starts_with("iam:")), "{:?}", listed.failed);
    assert_eq!(listed.failed.len(), 1);
}

#[tokio::test]
async fn a_call_that_is_held_ends_and_keeps_nobody_else_waiting() {
    let endpoint = Endpoint::start();
    let access = Access { call_timeout: Some(Duration::from_secs(1)), ..access(&endpoint) };
    let aws = Aws::connect(&access).await.unwrap();
    bucket("held").create(&aws, &mark("bucket/held")).await.unwrap();
    bucket("free").create(&aws, &mark("bucket/free")).await.unwrap();
    endpoint.faults(json!([{ "resource": "^held", "operation": ".*", "hold": "before" }]));
    let cloud = AwsCloud(aws);
    let keys = |name: &str| vec![Key::new("bucket", name)];
    let (held, free) = tokio::join!(cloud.read(keys("held")), cloud.read(keys("free")));
    assert!(matches!(free[0].1, Sight::Present(_)), "{free:?}");
    let Sight::Unreadable(error) = &held[0].1 else { panic!("{held:?}") };
    assert_eq!(error.word(), "Unanswered", "{error}");
    assert!(error.to_string().contains("no answer came within"), "{error}");
}

#[tokio::test]
async fn credentials_that_are_not_accepted_say_what_to_do() {
    let endpoint = Endpoint::start();
    let refused = |code: &'static str| {
        endpoint.faults(json!([{ "service": "sts", "code": code, "status": 403, "message": "no" }]));
        code
    };
    refused("ExpiredToken");
    let error = Aws::connect(&access(&endpoint)).await.unwrap_err();
    assert!(matches!(error, NoAccess::Refused(_)) && error.remedy().contains("expired"), "{error}");

    refused("AccessDenied");
    let role = AssumeRole { role_arn: "arn:aws:iam::210987654321:role/no".into(), ..AssumeRole::default() };
    let error = Aws::connect(&Access { assume_role: vec![role], ..access(&endpoint) }).await.unwrap_err();
    assert!(matches!(error, NoAccess::Refused(_)) && error.remedy().contains("trust policy"), "{error}");
}

#[tokio::test]
async fn a_lost_record_is_made_again_from_the_last_spec_and_the_marks() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let graph = graph(
        &aws,
        "buckets: { store: { onDelete: Empty, objects: { note: { key: note.txt, content: hello } } } }
roles: { etl: { assumedBy: { services: [glue.amazonaws.com] } } }
databases: { lake: { parameters: { team: data } } }
tables:
  orders:
    database: lake
    location: { bucket: store }
    format: Parquet
    columns: [{ name: country, type: string }]
    parameters: { classification: orders }
filters: { india: { table: orders, rows: \"country = 'IN'\" } }
jobs: { etl: { role: etl, script: { bucket: store, key: etl.py, content: print(1) } } }",
    );
    let engine = Engine::new(Arc::new(AwsCloud(aws.clone())), owner(), aws.place.clone(), lineage());
    let applied = engine.settle(&graph, Record::new(aws.place.clone()), Duration::from_secs(60), None).await;
    assert!(applied.failures.is_empty(), "{:?}", applied.failures);
    // A process that starts anew has made up a lineage of its own.
    let another = Lineage::Compared("fedcba9876543210".to_owned());
    let engine = Engine::new(Arc::new(AwsCloud(aws.clone())), owner(), aws.place.clone(), another);
    let (record, _) = engine.remember_again(&graph).await.unwrap();
    assert_eq!(record, applied.record);
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_no_refusal() {
    // Nobody listens on a port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nowhere = Access {
        region: Some("eu-west-1".into()),
        access_key: Some("AKIAIOSFODNN7EXAMPLE".into()),
        secret_key: Some("secret".into()),
        endpoint_url: Some(format!("http://{free}")),
        max_retries: Some(1),
        ..Access::default()
    };
    let error = Aws::connect(&nowhere).await.unwrap_err();
    assert!(matches!(error, NoAccess::NoAnswer(_)), "{error:?}");
    assert!(error.remedy().contains("AWS_ENDPOINT_URL"));
}
