//! Objects.

use crate::{
    bucket,
    common::{Endpoint, changes, comes_round, connect, found, look, mark},
    object,
};
use aws_sdk_s3::primitives::ByteStream;
use lake_api::FieldPath;
use lake_reconcile::{
    error::Retry,
    inventory::Sight,
    kinds::{Object, Typed, object::ObjectKey},
    owner::Marking,
};
use serde_json::json;

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

/// A copy, or an upload that keeps an object's metadata, leaves our mark on bytes that are not ours.
#[tokio::test]
async fn other_content_under_the_same_metadata_differs() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    bucket(&aws, "{}").create(&aws, &mark("bucket/store")).await.unwrap();
    let wanted = object(&aws, "{ key: k, content: one }");
    wanted.create(&aws, &mark("object/store.script")).await.unwrap();
    let key: ObjectKey = wanted.key(&aws.place).unwrap();
    let head = aws.s3.head_object().bucket(&key.bucket).key(&key.key).send().await.unwrap();
    for body in [&b"two"[..], b"longer"] {
        let put = aws.s3.put_object().bucket(&key.bucket).key(&key.key).set_metadata(head.metadata.clone());
        put.body(ByteStream::from(body.to_vec())).send().await.unwrap();
        let seen = found::<Object>(&aws, &key).await;
        assert_eq!(seen.worn, Some(mark("object/store.script")));
        let drift = changes(&seen.settings, &wanted);
        assert!(drift.iter().any(|change| change.path == FieldPath::root().field("content")), "{drift:?}");
        wanted.update(&aws, &key, &drift).await.unwrap();
        assert_eq!(changes(&found::<Object>(&aws, &key).await.settings, &wanted), []);
    }
    endpoint.assert_all_emulated();
}

#[tokio::test]
async fn what_somebody_uploads_while_a_mark_is_put_on_does_not_get_it() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    bucket(&aws, "{}").create(&aws, &mark("bucket/store")).await.unwrap();
    let wanted = object(&aws, "{ key: k, content: one }");
    wanted.create(&aws, &mark("object/store.script")).await.unwrap();
    let key: ObjectKey = wanted.key(&aws.place).unwrap();
    endpoint.faults(json!([{ "operation": "CopyObject", "hold": "before" }]));
    let (ours, place) = (aws.clone(), key.clone());
    let marking =
        tokio::spawn(
            async move { Object::mark(&ours, &place, &Marking::of(&mark("object/store.moved"))).await },
        );
    let (endpoint, held) = tokio::task::spawn_blocking(move || {
        let held = endpoint.held(|| false);
        (endpoint, held)
    })
    .await
    .unwrap();
    assert!(held);
    let put = aws.s3.put_object().bucket(&key.bucket).key(&key.key).body(ByteStream::from_static(b"theirs"));
    put.send().await.unwrap();
    endpoint.faults(json!([]));
    let refused = marking.await.unwrap().unwrap_err();
    assert_eq!((refused.code.as_deref(), refused.retry), (Some("PreconditionFailed"), Retry::Conflict));
    assert_eq!(found::<Object>(&aws, &key).await.worn, None);
}

/// An answer to HEAD has no body, and so no code.
#[tokio::test]
async fn an_object_that_may_not_be_looked_at_says_which_permission_is_missing() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let key = ObjectKey { bucket: "kinds-theirs".into(), key: "etl.py".into() };
    endpoint.faults(json!([{ "operation": "HeadObject", "code": "AccessDenied", "status": 403 }]));
    let Sight::Unreadable(error) = look::<Object>(&aws, &key).await else { panic!("it cannot be read") };
    assert!(error.is("AccessDenied") && error.request_id.is_some(), "{error:?}");
    for word in ["s3:GetObject", "s3:ListBucket", "arn:aws:s3:::kinds-theirs/etl.py"] {
        assert!(error.said.contains(word), "{error}");
    }
}
