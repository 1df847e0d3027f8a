//! What an object needs of whoever drives it.

use super::Object;
use crate::{
    place::Place,
    policy::{Need, When, part},
};

pub(super) fn needs(object: &Object, place: &Place) -> Vec<Need> {
    let bucket = || format!("arn:{}:s3:::{}", place.partition, part(&object.bucket));
    let itself = || [format!("{}/{}", bucket(), part(&object.key))];
    vec![
        Need::of(When::Look, &["s3:GetObjectTagging", "s3:HeadObject"], itself()),
        // S3 tells what is absent from what is forbidden only to those who may list the bucket.
        Need::beside(When::Look, &["s3:ListBucket"], [bucket()]),
        Need::of(
            When::Write,
            &["s3:CopyObject", "s3:DeleteObjectTagging", "s3:PutObject", "s3:PutObjectTagging"],
            itself(),
        ),
        Need::of(When::Delete, &["s3:DeleteObject"], itself()),
    ]
}
