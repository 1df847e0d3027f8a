//! Making an access point, and changing its policy and tags: nothing else of it can be changed.

use super::{AccessPoint, read};
use crate::{
    aws::{Aws, from_sdk},
    diff::FieldChange,
    error::CloudError,
    owner::{Marking, Worn},
    policy,
};
use aws_sdk_s3control::{
    error::BuildError,
    types::{PublicAccessBlockConfiguration, Tag, VpcConfiguration},
};
use lake_api::Input;
use std::collections::BTreeMap;

/// Make an access point that wears a mark, then put its policy on.
pub(super) async fn create(wanted: &AccessPoint, aws: &Aws, mark: &Worn) -> Result<(), CloudError> {
    let name = known(&wanted.name)?;
    match make(wanted, aws, name, mark).await {
        Err(error) if error.is("AccessPointAlreadyOwnedByYou") => {
            // It may have come from a call of ours whose answer was lost.
            let worn = Worn::part(read::tags(aws, name).await?).1;
            if worn.as_ref() != Some(mark) {
                return Err(error);
            }
        }
        other => other?,
    }
    if wanted.statements.is_empty() { Ok(()) } else { set_policy(wanted, aws, name).await }
}

/// Change its policy, its tags, or both.
pub(super) async fn update(
    wanted: &AccessPoint,
    aws: &Aws,
    name: &str,
    changes: &[FieldChange],
) -> Result<(), CloudError> {
    let field =
        |change: &FieldChange| change.path.steps().first().and_then(|step| step.name()).map(str::to_owned);
    let touched = |name: &str| changes.iter().any(|change| field(change).as_deref() == Some(name));
    if touched("statements") {
        set_policy(wanted, aws, name).await?;
    }
    if touched("tags") {
        set_tags(wanted, aws, name).await?;
    }
    Ok(())
}

/// Put another mark on, and leave all other tags.
pub(super) async fn mark(aws: &Aws, name: &str, marking: &Marking) -> Result<(), CloudError> {
    let there = read::tags(aws, name).await?;
    let stale = there.into_keys().filter(|key| marking.take.contains(key)).collect();
    untag(aws, name, stale).await?;
    if marking.put.is_empty() { Ok(()) } else { tag(aws, name, &marking.put).await }
}

async fn make(wanted: &AccessPoint, aws: &Aws, name: &str, mark: &Worn) -> Result<(), CloudError> {
    const DOING: &str = "s3control:CreateAccessPoint";
    let mut tags = mark.tags();
    tags.extend(known_tags(&wanted.tags)?);
    let vpc = match &wanted.vpc_id {
        Some(vpc) => {
            Some(VpcConfiguration::builder().vpc_id(known(vpc)?).build().map_err(|e| unbuilt(DOING, &e))?)
        }
        None => None,
    };
    let account = &aws.place.account;
    let bucket_account = known(&wanted.bucket_account)?;
    let block = &wanted.public_access_block;
    aws.s3control
        .create_access_point()
        .account_id(account)
        .name(name)
        .bucket(known(&wanted.bucket)?)
        .set_bucket_account_id((bucket_account != account).then(|| bucket_account.to_owned()))
        .set_vpc_configuration(vpc)
        .public_access_block_configuration(
            PublicAccessBlockConfiguration::builder()
                .block_public_acls(block.block_public_acls)
                .ignore_public_acls(block.ignore_public_acls)
                .block_public_policy(block.block_public_policy)
                .restrict_public_buckets(block.restrict_public_buckets)
                .build(),
        )
        .set_tags(Some(tag_list(&tags).map_err(|e| unbuilt(DOING, &e))?))
        .send()
        .await
        .map(drop)
        .map_err(|e| from_sdk(DOING, e))
}

async fn set_policy(wanted: &AccessPoint, aws: &Aws, name: &str) -> Result<(), CloudError> {
    const DOING: &str = "s3control:PutAccessPointPolicy";
    let account = &aws.place.account;
    if wanted.statements.is_empty() {
        let deleted = aws.s3control.delete_access_point_policy().account_id(account).name(name).send().await;
        return match deleted.map_err(|e| from_sdk("s3control:DeleteAccessPointPolicy", e)) {
            Err(error) if !error.is("NoSuchAccessPointPolicy") => Err(error),
            _ => Ok(()),
        };
    }
    let document = policy::render(&wanted.statements).ok_or_else(|| unknown(DOING))?;
    let put =
        aws.s3control.put_access_point_policy().account_id(account).name(name).policy(document).send().await;
    put.map(drop).map_err(|e| from_sdk(DOING, e))
}

/// The user's tags in place of those there are; marks and system tags stay.
async fn set_tags(wanted: &AccessPoint, aws: &Aws, name: &str) -> Result<(), CloudError> {
    let (own, _) = Worn::part(read::tags(aws, name).await?);
    let tags = known_tags(&wanted.tags)?;
    untag(aws, name, own.into_keys().filter(|key| !tags.contains_key(key)).collect()).await?;
    tag(aws, name, &tags).await
}

async fn tag(aws: &Aws, name: &str, tags: &BTreeMap<String, String>) -> Result<(), CloudError> {
    const DOING: &str = "s3control:TagResource";
    if tags.is_empty() {
        return Ok(());
    }
    let tagged = aws
        .s3control
        .tag_resource()
        .account_id(&aws.place.account)
        .resource_arn(super::arn(name, &aws.place))
        .set_tags(Some(tag_list(tags).map_err(|e| unbuilt(DOING, &e))?));
    tagged.send().await.map(drop).map_err(|e| from_sdk(DOING, e))
}

async fn untag(aws: &Aws, name: &str, keys: Vec<String>) -> Result<(), CloudError> {
    if keys.is_empty() {
        return Ok(());
    }
    let untagged = aws
        .s3control
        .untag_resource()
        .account_id(&aws.place.account)
        .resource_arn(super::arn(name, &aws.place))
        .set_tag_keys(Some(keys));
    untagged.send().await.map(drop).map_err(|e| from_sdk("s3control:UntagResource", e))
}

fn tag_list(tags: &BTreeMap<String, String>) -> Result<Vec<Tag>, BuildError> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

fn known_tags(tags: &BTreeMap<String, Input<String>>) -> Result<BTreeMap<String, String>, CloudError> {
    tags.iter().map(|(key, value)| Ok((key.clone(), known(value)?.to_owned()))).collect()
}

fn known(input: &Input<String>) -> Result<&str, CloudError> {
    input.text().ok_or_else(|| unknown("s3control:CreateAccessPoint"))
}

/// Nothing is written before all that it refers to is known.
fn unknown(doing: &str) -> CloudError {
    CloudError::refused(doing, "a part of the access point's settings is not known yet")
}

fn unbuilt(doing: &str, error: &BuildError) -> CloudError {
    CloudError::refused(doing, error.to_string())
}
