//! Buckets, objects and access points against the AWS of tests: the state of the world, not the calls.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod common;

use aws_sdk_s3::{primitives::ByteStream, types::Tag};
use common::{
    Endpoint, access, changes, changes_after, comes_round, connect, connect_by, found, graph, look, mark,
    settings,
};
use lake_api::{FieldPath, Input};
use lake_reconcile::{
    aws::{Access, AssumeRole, Aws},
    engine::Engine,
    graph::{Graph, NodeId},
    inventory::Sight,
    kind::{Data, Kind},
    kinds::{AccessPoint, Bucket, Object, Settings, object::ObjectKey},
    owner::Worn,
    plan::{Change, plan},
    record::Record,
};
use std::{sync::Arc, time::Duration};

/// The bucket `store` with these fields, in YAML's flow style.
fn bucket(aws: &Aws, fields: &str) -> Bucket {
    match settings(&graph(aws, &format!("{{ buckets: {{ store: {fields} }} }}")), "bucket/store") {
        Settings::Bucket(bucket) => *bucket,
        other => panic!("{other:?} is no bucket"),
    }
}

fn access_point(aws: &Aws, fields: &str) -> AccessPoint {
    let yaml = format!(
        "{{ buckets: {{ store: {{}} }}, roles: {{ analyst: {{ assumedBy: {{ services: [glue.amazonaws.com] }} }} }},
            accessPoints: {{ door: {fields} }} }}"
    );
    match settings(&graph(aws, &yaml), "accessPoint/door") {
        Settings::AccessPoint(point) => *point,
        other => panic!("{other:?} is no access point"),
    }
}

fn object(aws: &Aws, fields: &str) -> Object {
    let yaml = format!("{{ buckets: {{ store: {{ objects: {{ script: {fields} }} }} }} }}");
    match settings(&graph(aws, &yaml), "object/store.script") {
        Settings::Object(object) => *object,
        other => panic!("{other:?} is no object"),
    }
}

#[tokio::test]
async fn a_bucket_comes_round() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let logs = Bucket { name: Input::from("kinds-logs"), ..bucket(&aws, "{}") };
    logs.create(&aws, &mark("bucket/logs")).await.unwrap();
    let arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let variants = [
        ("versioned", "{ versioning: true }".to_owned()),
        ("encrypted by KMS", "{ encryption: { sse: Kms } }".to_owned()),
        ("encrypted by a key", format!("{{ encryption: {{ sse: Kms, key: '{arn}', bucketKey: false }} }}")),
        ("encrypted in two layers", format!("{{ encryption: {{ sse: KmsDsse, key: '{arn}' }} }}")),
        ("open to customer keys", "{ encryption: { blockCustomerKeys: false } }".to_owned()),
        ("open to public ACLs", "{ publicAccessBlock: { blockPublicAcls: false, ignorePublicAcls: false } }".to_owned()),
        ("open to public policies", "{ publicAccessBlock: { blockPublicPolicy: false, restrictPublicBuckets: false } }".to_owned()),
        ("preferring its owner", "{ objectOwnership: BucketOwnerPreferred }".to_owned()),
        ("of the writers", "{ objectOwnership: ObjectWriter }".to_owned()),
        ("open without TLS", "{ tlsOnly: false }".to_owned()),
        ("delegating", "{ delegateToAccessPoints: true }".to_owned()),
        (
            "with a policy",
            "{ policy: { statements: [
                { sid: Mine, actions: [s3:GetObject, s3:ListBucket], principals: { aws: ['{account}'] } },
                { effect: Deny, actions: [s3:DeleteObject], principals: { aws: ['*'] },
                  conditions: { StringNotEquals: { 'aws:PrincipalAccount': ['123456789012'] } } } ] } }"
                .to_owned(),
        ),
        (
            "with rules",
            "{ lifecycleRules: [ { id: tmp, prefix: tmp/, expire: { days: 7 } },
                { tags: { a: b, c: d }, largerThan: 1024, transitions: [ { days: 30, storageClass: StandardIa } ],
                  noncurrentTransitions: [ { days: 30, storageClass: Glacier, keepNewest: 2 } ],
                  expireNoncurrent: { days: 90, keepNewest: 1 } },
                { prefix: up/, abortIncompleteUploadDays: 3 } ] }"
                .to_owned(),
        ),
        (
            "with rules of old",
            "{ transitionMinimumSize: VariesByClass, lifecycleRules: [ { enabled: false, expire: { expiredObjectDeleteMarker: true } } ] }"
                .to_owned(),
        ),
        (
            "open to web pages",
            "{ corsRules: [ { id: web, allowedOrigins: ['*'], allowedMethods: [Get, Head], allowedHeaders: ['*'],
                exposeHeaders: [ETag], maxAgeSeconds: 300 } ] }"
                .to_owned(),
        ),
        ("logging", "{ logging: { bucket: 'arn:aws:s3:::kinds-logs', prefix: s3/, keyFormat: EventTime } }".to_owned()),
        ("telling events", "{ eventBridge: true }".to_owned()),
        ("measured", "{ requestMetrics: { all: {}, raw: { prefix: raw/, tags: { a: b } } } }".to_owned()),
        ("tagged", "{ tags: { team: data, empty: '' } }".to_owned()),
    ];
    let variants: Vec<_> = variants.iter().map(|(name, fields)| (*name, bucket(&aws, fields))).collect();
    comes_round(&aws, "bucket/store", &bucket(&aws, "{}"), &variants).await;
    endpoint.assert_all_emulated();
}

#[tokio::test]
async fn a_bucket_made_with_everything_reads_back_as_it_is_wanted() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let wanted = bucket(
        &aws,
        "{ versioning: true, encryption: { sse: Kms, blockCustomerKeys: false }, objectOwnership: ObjectWriter,
           publicAccessBlock: { blockPublicAcls: false }, delegateToAccessPoints: true, eventBridge: true,
           lifecycleRules: [ { prefix: tmp/, expire: { days: 7 } } ], requestMetrics: { all: {} }, tags: { a: b },
           corsRules: [ { allowedOrigins: ['https://a.example'], allowedMethods: [Put] } ] }",
    );
    wanted.create(&aws, &mark("bucket/store")).await.unwrap();
    let seen = found::<Bucket>(&aws, &wanted.key(&aws.place).unwrap()).await;
    assert_eq!(changes(&seen.settings, &wanted), []);
    endpoint.assert_all_emulated();
}

#[tokio::test]
async fn a_usual_bucket_takes_few_calls() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let wanted = bucket(
        &aws,
        "{ versioning: true, lifecycleRules: [ { prefix: tmp/, expire: { days: 7 } } ], tags: { a: b } }",
    );
    let key = wanted.key(&aws.place).unwrap();
    endpoint.clear_journal();
    look::<Bucket>(&aws, &key).await;
    wanted.create(&aws, &mark("bucket/store")).await.unwrap();
    found::<Bucket>(&aws, &key).await;
    let calls = endpoint.journal();
    assert!(
        calls.len() <= 16,
        "{} calls: {:?}",
        calls.len(),
        calls.iter().map(|c| c.name()).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn what_others_put_beside_ours_stays_where_it_may() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let shared = "{ policy: { keepOthers: true, statements: [ { sid: Ours, actions: [s3:GetObject], principals: { aws: ['{account}'] } } ] } }";
    let wanted = bucket(&aws, shared);
    let key = wanted.key(&aws.place).unwrap();
    wanted.create(&aws, &mark("bucket/store")).await.unwrap();
    let theirs = bucket(
        &aws,
        "{ policy: { keepOthers: true, statements: [ { sid: Theirs, actions: [s3:GetObject], principals: { aws: ['{account}'] } } ] } }",
    );
    let touched = changes(&bucket(&aws, "{}"), &theirs);
    theirs.update(&aws, &key, &touched).await.unwrap();

    let seen = found::<Bucket>(&aws, &key).await.settings;
    assert!(changes(&seen, &wanted).iter().all(|change| change.path.to_string().contains("Theirs")
        || change.path.to_string() == "policy.statements"
        || change.path.to_string().starts_with("policy.statements.")));
    let none = bucket(&aws, "{ policy: { keepOthers: true, statements: [] } }");
    let gone: Vec<_> = changes_after(&wanted, &wanted, &none);
    none.update(&aws, &key, &gone).await.unwrap();
    let left = found::<Bucket>(&aws, &key).await.settings.policy.statements;
    assert_eq!(left.keys().collect::<Vec<_>>(), ["Theirs"], "ours is gone, theirs stays");
    endpoint.assert_all_emulated();
}

#[tokio::test]
async fn tags_of_others_are_drift_and_marks_survive() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let wanted = bucket(&aws, "{ tags: { a: b } }");
    let key = wanted.key(&aws.place).unwrap();
    wanted.create(&aws, &mark("bucket/store")).await.unwrap();
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build().unwrap();
    let mut tags: Vec<Tag> = mark("bucket/store").tags().iter().map(|(key, value)| tag(key, value)).collect();
    tags.extend([tag("a", "changed"), tag("theirs", "x")]);
    let tagging = aws_sdk_s3::types::Tagging::builder().set_tag_set(Some(tags)).build().unwrap();
    aws.s3.put_bucket_tagging().bucket(&key).tagging(tagging).send().await.unwrap();

    let seen = found::<Bucket>(&aws, &key).await;
    let drift = changes(&seen.settings, &wanted);
    let paths: Vec<String> = drift.iter().map(|change| change.path.to_string()).collect();
    assert_eq!(paths, ["tags.a", "tags.theirs"]);
    wanted.update(&aws, &key, &drift).await.unwrap();
    let seen = found::<Bucket>(&aws, &key).await;
    assert_eq!(changes(&seen.settings, &wanted), []);
    assert_eq!(seen.worn, Some(mark("bucket/store")));
}

#[tokio::test]
async fn a_bucket_with_versions_and_uploads_is_emptied_before_it_goes() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let wanted = bucket(&aws, "{ versioning: true }");
    let key = wanted.key(&aws.place).unwrap();
    wanted.create(&aws, &mark("bucket/store")).await.unwrap();
    for content in ["one", "two"] {
        let body = ByteStream::from(content.as_bytes().to_vec());
        aws.s3.put_object().bucket(&key).key("a/b").body(body).send().await.unwrap();
    }
    aws.s3.delete_object().bucket(&key).key("a/b").send().await.unwrap();
    aws.s3.create_multipart_upload().bucket(&key).key("half").send().await.unwrap();

    let refused = Bucket::delete(&aws, &key, Data::Keep).await.unwrap_err();
    assert_eq!(refused.code.as_deref(), Some("BucketNotEmpty"));
    assert!(refused.remedy().is_some_and(|remedy| remedy.contains("onDelete: Empty")));
    Bucket::delete(&aws, &key, Data::Empty).await.unwrap();
    assert!(matches!(look::<Bucket>(&aws, &key).await, Sight::Absent));
    endpoint.assert_all_emulated();
}

#[tokio::test]
async fn a_bucket_of_another_account_is_somebody_elses_and_of_another_region_unreadable() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let key = "kinds-taken".to_owned();
    let taken = |aws: &Aws| Bucket { name: Input::from("kinds-taken"), ..bucket(aws, "{}") };

    let elsewhere = Access { region: Some("eu-central-1".into()), ..access(&endpoint) };
    let elsewhere = connect_by(&elsewhere).await;
    taken(&elsewhere).create(&elsewhere, &mark("bucket/taken")).await.unwrap();
    match look::<Bucket>(&aws, &key).await {
        Sight::Unreadable(error) => assert!(error.said.contains("another region"), "{error}"),
        other => panic!("{other:?}"),
    }
    Bucket::delete(&elsewhere, &key, Data::Keep).await.unwrap();

    let role = AssumeRole { role_arn: "arn:aws:iam::210987654321:role/them".into(), ..AssumeRole::default() };
    let theirs = connect_by(&Access { assume_role: vec![role], ..access(&endpoint) }).await;
    assert_eq!(theirs.place.account, "210987654321", "the role leads to another account");
    taken(&theirs).create(&theirs, &mark("bucket/taken")).await.unwrap();
    match look::<Bucket>(&aws, &key).await {
        Sight::Present(seen) => {
            assert_eq!(seen.worn.map(|worn| worn.owner).as_deref(), Some("another AWS account"));
        }
        other => panic!("{other:?}"),
    }
    let wanted = graph(&aws, "buckets: { taken: { name: kinds-taken, adopt: Any } }");
    let engine = Engine::new(Arc::new(aws.clone()), common::owner(), aws.place.clone());
    let mut record = Record::new(aws.place.clone());
    let inventory = engine.observe(&wanted, &mut record).await.inventory;
    let blocked = plan(&wanted, &record, &inventory);
    match &blocked.steps[0].change {
        Change::Blocked(reason) => {
            assert!(reason.why.contains("belongs to another AWS account"), "{reason:?}")
        }
        other => panic!("{other:?}"),
    }
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

#[tokio::test]
async fn an_object_comes_round() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    bucket(&aws, "{}").create(&aws, &mark("bucket/store")).await.unwrap();
    let variants = [
        ("another text", "{ key: 'a/b c.py', content: two }"),
        ("bytes", "{ key: 'a/b c.py', contentBase64: AAEC/w== }"),
        ("a secret", "{ key: 'a/b c.py', secretContent: hush }"),
        ("of another type", "{ key: 'a/b c.py', content: one, contentType: text/x-python }"),
        ("tagged", "{ key: 'a/b c.py', content: one, tags: { 'a b': '1+2', c: d } }"),
    ];
    let variants: Vec<_> = variants.iter().map(|(name, fields)| (*name, object(&aws, fields))).collect();
    let base = object(&aws, "{ key: 'a/b c.py', content: one }");
    comes_round(&aws, "object/store.script", &base, &variants).await;
    endpoint.assert_all_emulated();
}

#[tokio::test]
async fn an_object_that_somebody_overwrote_differs_and_wears_nothing() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    bucket(&aws, "{}").create(&aws, &mark("bucket/store")).await.unwrap();
    let wanted = object(&aws, "{ key: k, content: one }");
    wanted.create(&aws, &mark("object/store.script")).await.unwrap();
    let key: ObjectKey = wanted.key(&aws.place).unwrap();
    let body = ByteStream::from_static(b"theirs");
    aws.s3.put_object().bucket(&key.bucket).key(&key.key).body(body).send().await.unwrap();
    let seen = found::<Object>(&aws, &key).await;
    assert_eq!(seen.worn, None);
    let paths: Vec<_> = changes(&seen.settings, &wanted).into_iter().map(|change| change.path).collect();
    assert!(paths.contains(&FieldPath::root().field("content")), "{paths:?}");
}

#[tokio::test]
async fn an_access_point_comes_round() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    bucket(&aws, "{}").create(&aws, &mark("bucket/store")).await.unwrap();
    let analyst = "arn:aws:iam::123456789012:root";
    let variants = [
        ("tagged", "{ bucket: store, tags: { team: data } }".to_owned()),
        (
            "with a policy",
            format!(
                "{{ bucket: store, statements: [ {{ actions: [s3:GetObject], principals: {{ aws: ['{analyst}'] }} }} ] }}"
            ),
        ),
    ];
    let variants: Vec<_> =
        variants.iter().map(|(name, fields)| (*name, access_point(&aws, fields))).collect();
    comes_round(&aws, "accessPoint/door", &access_point(&aws, "{ bucket: store }"), &variants).await;
    endpoint.assert_all_emulated();
}

#[tokio::test]
async fn an_access_point_of_a_vpc_lets_a_role_in_and_keeps_its_bucket() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let store = bucket(&aws, "{}");
    store.create(&aws, &mark("bucket/store")).await.unwrap();
    aws.iam
        .create_role()
        .role_name("kinds-analyst")
        .path("/lake/kinds/")
        .assume_role_policy_document(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"glue.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#,
        )
        .send()
        .await
        .unwrap();
    let wanted = access_point(
        &aws,
        "{ bucket: store, vpcId: vpc-0abc1234, publicAccessBlock: { blockPublicAcls: false },
           allow: [ { roles: [analyst], read: { prefix: out/ } }, { roles: [analyst], write: {} } ] }",
    );
    let key = wanted.key(&aws.place).unwrap();
    wanted.create(&aws, &mark("accessPoint/door")).await.unwrap();
    let seen = found::<AccessPoint>(&aws, &key).await;
    assert_eq!(changes(&seen.settings, &wanted), []);
    assert_eq!(seen.facts["networkOrigin"], "VPC");

    let bucket_key = store.key(&aws.place).unwrap();
    let refused = Bucket::delete(&aws, &bucket_key, Data::Keep).await.unwrap_err();
    assert_eq!(refused.code.as_deref(), Some("BucketHasAccessPointsAttached"));
    AccessPoint::delete(&aws, &key, Data::Keep).await.unwrap();
    Bucket::delete(&aws, &bucket_key, Data::Keep).await.unwrap();
    endpoint.assert_all_emulated();
}

#[tokio::test]
async fn a_mark_of_a_retained_bucket_is_worn_beside_its_tags() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let wanted = bucket(&aws, "{ tags: { a: b } }");
    let key = wanted.key(&aws.place).unwrap();
    wanted.create(&aws, &mark("bucket/store")).await.unwrap();
    let retained = Worn::retained(&common::owner(), &NodeId::new("bucket", "store"));
    Bucket::mark(&aws, &key, &retained).await.unwrap();
    let seen = found::<Bucket>(&aws, &key).await;
    assert_eq!(seen.worn, Some(retained));
    assert_eq!(changes(&seen.settings, &wanted), []);
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
    let engine = Engine::new(Arc::new(aws.clone()), common::owner(), aws.place.clone());
    let within = Duration::from_secs(120);
    let made = engine.settle(&lake(""), Record::new(aws.place.clone()), within, None).await;
    assert_eq!(made.failures, [], "{:?}", made.plan);
    assert!(made.plan.is_quiet(), "{:?}", made.plan);

    let mut record = made.record;
    let seen = engine.observe(&lake(""), &mut record).await;
    let second = plan(&lake(""), &record, &seen.inventory);
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
