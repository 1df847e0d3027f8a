//! What a bucket needs of whoever drives it.

use super::{Bucket, arn};
use crate::{
    place::Place,
    policy::{Need, When, anything, part},
};

pub(super) fn needs(bucket: &Bucket, place: &Place) -> Vec<Need> {
    let itself = || [arn(part(&bucket.name), place)];
    let objects = || [format!("{}/*", arn(part(&bucket.name), place))];
    let mut needs = vec![
        Need::of(
            When::Look,
            &[
                "s3:GetBucketCors",
                "s3:GetBucketEncryption",
                "s3:GetBucketLifecycleConfiguration",
                "s3:GetBucketLogging",
                "s3:GetBucketNotificationConfiguration",
                "s3:GetBucketOwnershipControls",
                "s3:GetBucketPolicy",
                "s3:GetBucketTagging",
                "s3:GetBucketVersioning",
                "s3:GetPublicAccessBlock",
                "s3:ListBucketMetricsConfigurations",
            ],
            itself(),
        ),
        // Tells a bucket of another account from one that may not be read.
        Need::of(When::Look, &["s3:ListBuckets"], anything()),
        Need::of(
            When::Write,
            &[
                "s3:CreateBucket",
                "s3:DeleteBucketCors",
                "s3:DeleteBucketLifecycle",
                "s3:DeleteBucketMetricsConfiguration",
                "s3:DeleteBucketPolicy",
                "s3:PutBucketCors",
                "s3:PutBucketEncryption",
                "s3:PutBucketLifecycleConfiguration",
                "s3:PutBucketLogging",
                "s3:PutBucketMetricsConfiguration",
                "s3:PutBucketNotificationConfiguration",
                "s3:PutBucketOwnershipControls",
                "s3:PutBucketPolicy",
                "s3:PutBucketTagging",
                "s3:PutBucketVersioning",
                "s3:PutPublicAccessBlock",
            ],
            itself(),
        ),
        Need::of(When::Delete, &["s3:DeleteBucket"], itself()),
        Need::of(When::Preview, &["s3:ListObjectVersions"], itself()),
        Need::of(When::Empty, &["s3:ListMultipartUploads", "s3:ListObjectVersions"], itself()),
        Need::of(When::Empty, &["s3:AbortMultipartUpload", "s3:DeleteObjects"], objects()),
    ];
    if place.region == super::create::FIRST_REGION {
        needs.push(Need::of(When::Write, &["s3:HeadBucket"], itself()));
    }
    needs
}
