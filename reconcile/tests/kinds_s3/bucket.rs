//! Buckets.

use crate::{
    bucket,
    common::{
        self, Endpoint, access, changes, changes_after, comes_round, connect, connect_by, found, graph, look,
        mark,
    },
};
use aws_sdk_s3::{primitives::ByteStream, types::Tag};
use futures::{StreamExt, stream};
use lake_api::Input;
use lake_reconcile::{
    aws::{Access, AssumeRole, Aws},
    engine::Engine,
    error::Retry,
    failure::Failure,
    graph::{Graph, NodeId},
    inventory::Sight,
    kind::Data,
    kinds::{AwsCloud, Bucket, KINDS, Typed},
    owner::{Marking, Worn},
    plan::{Change, plan},
    record::Record,
};
use std::{sync::Arc, time::Duration};

/// AWS's own sample, which says what `tlsOnly` says.
const NO_TLS: &str = "{ sid: ForceSSL, effect: Deny, actions: ['s3:*'], principals: { aws: ['*'] },
    conditions: { Bool: { 'aws:SecureTransport': ['false'] } } }";

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
        (
            "encrypted by the account's own key, under its alias",
            "{ encryption: { sse: Kms, key: 'arn:{partition}:kms:{region}:{account}:alias/aws/s3' } }".to_owned(),
        ),
        ("encrypted in two layers", format!("{{ encryption: {{ sse: KmsDsse, key: '{arn}' }} }}")),
        ("open to customer keys", "{ encryption: { blockCustomerKeys: false } }".to_owned()),
        ("open to public ACLs", "{ publicAccessBlock: { blockPublicAcls: false, ignorePublicAcls: false } }".to_owned()),
        ("open to public policies", "{ publicAccessBlock: { blockPublicPolicy: false, restrictPublicBuckets: false } }".to_owned()),
        ("preferring its owner", "{ objectOwnership: BucketOwnerPreferred }".to_owned()),
        ("of the writers", "{ objectOwnership: ObjectWriter }".to_owned()),
        ("open without TLS", "{ tlsOnly: false }".to_owned()),
        ("delegating", "{ delegateToAccessPoints: true }".to_owned()),
        ("refusing what has no TLS twice", format!("{{ policy: {{ statements: [ {NO_TLS} ] }} }}")),
        (
            "refusing what has no TLS by a statement of its own",
            format!("{{ tlsOnly: false, policy: {{ statements: [ {NO_TLS} ] }} }}"),
        ),
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
            "with rules that do not expire markers",
            "{ lifecycleRules: [
                { expire: { expiredObjectDeleteMarker: false }, expireNoncurrent: { days: 30 } },
                { prefix: a/, expire: { expiredObjectDeleteMarker: false }, abortIncompleteUploadDays: 3 } ] }"
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
    let engine =
        Engine::new(Arc::new(AwsCloud(aws.clone())), common::owner(), aws.place.clone(), common::lineage());
    let mut record = Record::new(aws.place.clone());
    let inventory = engine.observe(&wanted, &mut record).await.inventory;
    let blocked = plan(KINDS, &wanted, &record, &inventory);
    match &blocked.steps[0].change {
        Change::Blocked(reason) => {
            assert!(reason.why.contains("belongs to another AWS account"), "{reason:?}")
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_mark_of_a_retained_bucket_is_worn_beside_its_tags() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let wanted = bucket(&aws, "{ tags: { a: b } }");
    let key = wanted.key(&aws.place).unwrap();
    wanted.create(&aws, &mark("bucket/store")).await.unwrap();
    let retained = Worn::retained(&common::owner(), &NodeId::new("bucket", "store"), None);
    Bucket::mark(&aws, &key, &Marking::of(&retained)).await.unwrap();
    let seen = found::<Bucket>(&aws, &key).await;
    assert_eq!(seen.worn, Some(retained));
    assert_eq!(changes(&seen.settings, &wanted), []);
}

/// S3's API reference, `Bucket`: the date "can change when making changes to your bucket, such as editing its bucket
/// policy".
#[tokio::test]
async fn the_birth_of_buckets_is_one_list_and_moves_to_a_later_date_alone() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let names = ["kinds-one", "kinds-two"].map(str::to_owned);
    let wanted = |name: &str| Bucket { name: Input::from(name), ..bucket(&aws, "{}") };
    for name in &names {
        wanted(name).create(&aws, &mark("bucket/store")).await.unwrap();
    }
    let keys = [&names[0], &names[1], &"kinds-none".to_owned()].map(Clone::clone);
    let births = async || Bucket::births(&aws, &keys).await.unwrap();
    endpoint.clear_journal();
    let first = births().await;
    assert_eq!(endpoint.journal().len(), 1);
    assert_eq!(first.iter().map(|(name, _)| name).collect::<Vec<_>>(), names.each_ref());
    let to = |fields: &str| Bucket { name: Input::from("kinds-two"), ..bucket(&aws, fields) };
    let tagged = to("{ tags: { a: b } }");
    tagged.update(&aws, &names[1], &changes(&wanted("kinds-two"), &tagged)).await.unwrap();
    assert_eq!(births().await, first, "other edits leave it");
    let open = to("{ tlsOnly: false, tags: { a: b } }");
    open.update(&aws, &names[1], &changes(&tagged, &open)).await.unwrap();
    let edited = births().await;
    assert_eq!(edited[0], first[0]);
    assert!(edited[1].1 > first[1].1, "an edited policy moves it on: {edited:?}, {first:?}");
    Bucket::delete(&aws, &names[0], Data::Keep).await.unwrap();
    wanted("kinds-one").create(&aws, &mark("bucket/store")).await.unwrap();
    assert!(births().await[0].1 > first[0].1, "one made anew is younger");
    endpoint.assert_all_emulated();
}

/// XML 1.0 has no control characters, and S3's lists and deletions are XML.
#[tokio::test]
async fn a_bucket_with_a_key_that_xml_cannot_hold_is_emptied() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let wanted = bucket(&aws, "{ versioning: true }");
    let name = wanted.key(&aws.place).unwrap();
    wanted.create(&aws, &mark("bucket/store")).await.unwrap();
    for key in ["raw/a\u{1}b", "raw/\u{1f}", "raw/é + &<>\"' %41", "raw/plain"] {
        for _ in 0..2 {
            aws.s3
                .put_object()
                .bucket(&name)
                .key(key)
                .body(ByteStream::from_static(b"1"))
                .send()
                .await
                .unwrap();
        }
    }
    aws.s3.create_multipart_upload().bucket(&name).key("a+b %41").send().await.unwrap();
    Bucket::delete(&aws, &name, Data::Empty).await.unwrap();
    assert!(matches!(look::<Bucket>(&aws, &name).await, Sight::Absent));
    endpoint.assert_all_emulated();
}

#[tokio::test]
async fn a_full_bucket_is_emptied_in_portions_and_tells_so() {
    let endpoint = Endpoint::start();
    let mut aws = connect(&endpoint).await;
    aws.portion = 4;
    let wanted = bucket(&aws, "{ versioning: true }");
    let name = wanted.key(&aws.place).unwrap();
    wanted.create(&aws, &mark("bucket/store")).await.unwrap();
    for key in 0..9 {
        let put = aws.s3.put_object().bucket(&name).key(format!("k{key}"));
        put.body(ByteStream::from_static(b"1")).send().await.unwrap();
    }
    for key in ["up", "up"] {
        aws.s3.create_multipart_upload().bucket(&name).key(key).send().await.unwrap();
    }
    for _ in 0..2 {
        let busy = Bucket::delete(&aws, &name, Data::Empty).await.unwrap_err();
        assert_eq!(busy.retry, Retry::Progressing, "{busy}");
        assert!(busy.said.contains("is being emptied, and more is left in it"), "{busy}");
    }
    Bucket::delete(&aws, &name, Data::Empty).await.unwrap();
    assert!(matches!(look::<Bucket>(&aws, &name).await, Sight::Absent));
}

/// What is there is counted by one page of one list, and what goes is counted as it goes.
#[tokio::test]
async fn what_is_in_a_bucket_is_told_before_it_goes_and_while_it_does() {
    let endpoint = Endpoint::start();
    let mut aws = connect(&endpoint).await;
    aws.portion = 4;
    let wanted = graph(&aws, "{ buckets: { store: { onDelete: Empty, versioning: true } } }");
    let engine =
        Engine::new(Arc::new(AwsCloud(aws.clone())), common::owner(), aws.place.clone(), common::lineage());
    let made = engine.settle(&wanted, Record::new(aws.place.clone()), Duration::from_secs(60), None).await;
    assert_eq!(made.failures, []);
    let name = bucket(&aws, "{}").key(&aws.place).unwrap();
    let put = async |key: String| {
        let put = aws.s3.put_object().bucket(&name).key(key).body(ByteStream::from_static(b"1"));
        put.send().await.unwrap();
    };
    let held = async || {
        endpoint.clear_journal();
        let held = Bucket::held(&aws, &name).await.unwrap().unwrap();
        assert_eq!(endpoint.journal().len(), 1);
        held.to_string()
    };
    assert_eq!(held().await, "nothing in it");
    for key in 0..3 {
        put(format!("k\u{1}{key}")).await;
    }
    assert_eq!(held().await, "the 3 objects in it");
    put("k\u{1}0".to_owned()).await;
    aws.s3.delete_object().bucket(&name).key("k\u{1}1").send().await.unwrap();
    assert_eq!(held().await, "the 5 object versions in it");
    put("plain".to_owned()).await;
    aws.s3.create_multipart_upload().bucket(&name).key("up").send().await.unwrap();
    let (nothing, mut record, mut told) = (Graph::new(), made.record, Vec::new());
    loop {
        let round = engine.round(&nothing, record).await;
        record = round.outcome.record;
        match &round.outcome.failures[..] {
            [] => break,
            failures => told.extend(failures.iter().filter_map(Failure::progress)),
        }
    }
    assert_eq!(told, ["bucket/store: 4 objects deleted so far, and more is left"], "the rest is one portion");
    assert!(matches!(look::<Bucket>(&aws, &name).await, Sight::Absent));
    endpoint.assert_all_emulated();
}

#[tokio::test]
async fn of_a_full_bucket_one_page_is_counted() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let wanted = bucket(&aws, "{}");
    let name = wanted.key(&aws.place).unwrap();
    wanted.create(&aws, &mark("bucket/store")).await.unwrap();
    let puts = (0..1_001).map(|key| {
        let put = aws.s3.put_object().bucket(&name).key(format!("{key}")).body(ByteStream::from_static(b"1"));
        put.send()
    });
    stream::iter(puts).buffer_unordered(16).for_each(|put| async move { drop(put.unwrap()) }).await;
    assert_eq!(Bucket::held(&aws, &name).await.unwrap().unwrap().to_string(), "1 000 objects or more in it");
}
