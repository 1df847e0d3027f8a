//! Buckets, objects and access points against the AWS of tests: the state of the world, not the calls.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

#[path = "../common/mod.rs"]
mod common;

mod access_point;
mod bucket;
mod object;

use common::{Endpoint, connect, graph, mark, settings};
use lake_reconcile::{
    aws::Aws,
    engine::Engine,
    graph::Graph,
    kinds::{AccessPoint, AwsCloud, Bucket, KINDS, Object, Typed},
    plan::plan,
    record::Record,
};
use std::{sync::Arc, time::Duration};

/// The bucket `store` with these fields, in YAML's flow style.
fn bucket(aws: &Aws, fields: &str) -> Bucket {
    Bucket::typed(&settings(&graph(aws, &format!("{{ buckets: {{ store: {fields} }} }}")), "bucket/store"))
        .expect("settings of this kind")
}

fn access_point(aws: &Aws, fields: &str) -> AccessPoint {
    let yaml = format!(
        "{{ buckets: {{ store: {{}} }}, roles: {{ analyst: {{ assumedBy: {{ services: [glue.amazonaws.com] }} }} }},
            accessPoints: {{ door: {fields} }} }}"
    );
    AccessPoint::typed(&settings(&graph(aws, &yaml), "accessPoint/door")).expect("settings of this kind")
}

fn object(aws: &Aws, fields: &str) -> Object {
    let yaml = format!("{{ buckets: {{ store: {{ objects: {{ script: {fields} }} }} }} }}");
    Object::typed(&settings(&graph(aws, &yaml), "object/store.script")).expect("settings of this kind")
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_repeated_without_harm() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let wanted = bucket(&aws, "{ versioning: true }");
    for _ in 0..2 {
        wanted.create(&aws, &mark("bucket/store")).await.unwrap();
    }
    let other = wanted.create(&aws, &mark("bucket/other")).await.unwrap_err();
    assert_eq!(other.code.as_deref(), Some("BucketAlreadyOwnedByYou"));

    let script = object(&aws, "{ key: a/b c.py, content: one }");
    for _ in 0..2 {
        script.create(&aws, &mark("object/store.script")).await.unwrap();
    }
    let other = script.create(&aws, &mark("object/store.other")).await.unwrap_err();
    assert_eq!(other.code.as_deref(), Some("PreconditionFailed"));

    let door = access_point(&aws, "{ bucket: store }");
    for _ in 0..2 {
        door.create(&aws, &mark("accessPoint/door")).await.unwrap();
    }
    let other = door.create(&aws, &mark("accessPoint/other")).await.unwrap_err();
    assert_eq!(other.code.as_deref(), Some("AccessPointAlreadyOwnedByYou"));
    endpoint.assert_all_emulated();
}

/// A lake of these kinds alone, through the engine: made, nothing left to do, changed, destroyed.
#[tokio::test]
async fn a_lake_in_s3_settles_and_leaves_nothing_behind() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let lake = |rest: &str| {
        graph(
            &aws,
            &format!(
                "{{ tags: {{ lake: kinds }},
                    buckets: {{
                      logs: {{ onDelete: Empty }},
                      store: {{ onDelete: Empty, versioning: true, logging: {{ bucket: logs }}, delegateToAccessPoints: true,
                        policy: {{ keepOthers: true, statements: [
                          {{ sid: Ours, actions: [s3:GetObject], principals: {{ aws: ['{{account}}'] }} }} ] }},
                        requestMetrics: {{ door: {{ accessPoint: door }} }},
                        objects: {{ script: {{ key: glue/etl.py, content: 'print(1)' }},
                                    salt: {{ key: salt, secretContent: pepper, tags: {{ a: b }} }} }} {rest} }} }},
                    accessPoints: {{ door: {{ bucket: store, vpcId: vpc-0abc1234 }} }} }}"
            ),
        )
    };
    let engine =
        Engine::new(Arc::new(AwsCloud(aws.clone())), common::owner(), aws.place.clone(), common::lineage());
    let within = Duration::from_secs(120);
    let made = engine.settle(&lake(""), Record::new(aws.place.clone()), within, None).await;
    assert_eq!(made.failures, [], "{:?}", made.plan);
    assert!(made.plan.is_quiet(), "{:?}", made.plan);

    let mut record = made.record;
    let seen = engine.observe(&lake(""), &mut record).await;
    let second = plan(KINDS, &lake(""), &record, &seen.inventory);
    assert!(second.is_quiet(), "a second plan is empty: {second:?}");

    let tagged = lake(", tags: { team: data }");
    let changed = engine.settle(&tagged, record, within, None).await;
    assert_eq!(changed.failures, []);

    let gone = engine.settle(&Graph::new(), changed.record, within, None).await;
    assert_eq!(gone.failures, []);
    let left = aws.s3.list_buckets().send().await.unwrap();
    assert_eq!(left.buckets().len(), 0);
    endpoint.assert_all_emulated();
}
