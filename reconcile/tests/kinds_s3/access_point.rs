//! Access points.

use crate::{
    access_point, bucket,
    common::{Endpoint, changes, comes_round, connect, found, mark},
};
use lake_reconcile::{
    kind::Data,
    kinds::{AccessPoint, Bucket, Typed},
};

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
        .role_name("kinds-analyst-eu-west-1")
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
