//! Objects.

use crate::{
    bucket,
    common::{Endpoint, changes, comes_round, connect, found, mark},
    object,
};
use aws_sdk_s3::primitives::ByteStream;
use lake_api::FieldPath;
use lake_reconcile::{
    kind::Kind,
    kinds::{Object, object::ObjectKey},
};

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
