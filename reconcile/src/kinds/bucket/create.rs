//! Making a bucket.

use super::{
    Bucket, facets, read,
    spec::{BucketNamespace, ObjectOwnership},
    write::{Facet, known, known_tags, put_tags, set, tag_set, unbuilt},
};
use crate::{
    aws::{Aws, answered, from_sdk},
    error::CloudError,
    owner::Worn,
};
use aws_sdk_s3::types::{self, BucketLocationConstraint, CreateBucketConfiguration};
use std::collections::BTreeMap;

/// The one region whose name S3 does not take as a location, and where making a bucket anew is no error.
pub(super) const FIRST_REGION: &str = "us-east-1";

/// Make a bucket that wears a mark, then set what differs from S3's defaults.
pub(super) async fn create(wanted: &Bucket, aws: &Aws, mark: &Worn) -> Result<(), CloudError> {
    let name = known(&wanted.name)?;
    let mut tags = mark.tags();
    tags.extend(known_tags(&wanted.tags)?);
    if aws.place.region == FIRST_REGION && exists(aws, name).await? {
        // There a second CreateBucket succeeds and resets the bucket's ACL.
        taken_by_us(aws, name, mark).await?;
    } else if let Err(error) = make(wanted, aws, name, &tags).await {
        match error.code.as_deref() {
            Some("BucketAlreadyOwnedByYou") => taken_by_us(aws, name, mark).await?,
            _ => return Err(error),
        }
    }
    let new = Bucket {
        tags: wanted.tags.clone(),
        object_ownership: wanted.object_ownership,
        ..Bucket::of(wanted.name.clone())
    };
    let changed = Facet::ALL.into_iter().filter(|facet| facet.differs(wanted, &new));
    set(wanted, aws, name, changed, &[]).await
}

/// Make the bucket with its tags, or, where only `s3:TagResource` is denied, put them on right after.
async fn make(
    wanted: &Bucket,
    aws: &Aws,
    name: &str,
    tags: &BTreeMap<String, String>,
) -> Result<(), CloudError> {
    match create_bucket(wanted, aws, name, Some(tags)).await {
        Err(error) if error.is("AccessDenied") => {
            create_bucket(wanted, aws, name, None).await.map_err(|_| error)?;
            tracing::warn!(
                bucket = name,
                "s3:TagResource is denied, so the bucket was made without its mark and gets it now; allow it, so that no \
                 bucket can be left behind unmarked"
            );
            put_tags(aws, name, tags.clone()).await
        }
        other => other,
    }
}

async fn create_bucket(
    wanted: &Bucket,
    aws: &Aws,
    name: &str,
    tags: Option<&BTreeMap<String, String>>,
) -> Result<(), CloudError> {
    const DOING: &str = "s3:CreateBucket";
    let region = aws.place.region.as_str();
    let location = (region != FIRST_REGION).then(|| BucketLocationConstraint::from(region));
    let configuration = CreateBucketConfiguration::builder()
        .set_location_constraint(location)
        .set_tags(tags.map(tag_set).transpose().map_err(|e| unbuilt(DOING, &e))?)
        .build();
    let said = configuration != CreateBucketConfiguration::builder().build();
    let ownership = (wanted.object_ownership != ObjectOwnership::BucketOwnerEnforced)
        .then(|| facets::write_ownership(wanted.object_ownership));
    aws.s3
        .create_bucket()
        .bucket(name)
        .set_create_bucket_configuration(said.then_some(configuration))
        .set_object_ownership(ownership)
        .set_bucket_namespace(match wanted.bucket_namespace {
            BucketNamespace::Global => None,
            BucketNamespace::AccountRegional => Some(types::BucketNamespace::AccountRegional),
        })
        .send()
        .await
        .map_err(|e| from_sdk(DOING, e))?;
    Ok(())
}

async fn exists(aws: &Aws, name: &str) -> Result<bool, CloudError> {
    match aws.s3.head_bucket().bucket(name).send().await {
        Ok(_) => Ok(true),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found()) => Ok(false),
        Err(error) => Err(from_sdk("s3:HeadBucket", error)),
    }
}

/// A bucket of this name is ours: it may have come from a call of ours whose answer was lost.
async fn taken_by_us(aws: &Aws, name: &str, mark: &Worn) -> Result<(), CloudError> {
    match Worn::part(read::tags(aws, name).await?).1 {
        Some(worn) if worn == *mark => Ok(()),
        _ => Err(answered(
            "s3:CreateBucket",
            "BucketAlreadyOwnedByYou",
            "this account has a bucket of this name that does not wear this lake's mark",
        )),
    }
}
