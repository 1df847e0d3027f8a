//! Looking at a bucket: one call for each facet, side by side.

use super::{
    Bucket, facets, lifecycle,
    spec::{
        BucketNamespace, CorsRule, ObjectOwnership, PublicAccessBlock,
        lifecycle::{LifecycleRule, TransitionMinimumSize},
    },
    switches,
};
use crate::{
    aws::{Aws, born, from_sdk},
    error::CloudError,
    inventory::{Seen, Sight},
    owner::{ANOTHER_ACCOUNT, Worn},
    place::Place,
    policy::{self, Statements},
};
use aws_sdk_s3::{
    error::{ProvideErrorMetadata, SdkError},
    types::{BucketVersioningStatus, TransitionDefaultMinimumObjectSize},
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use lake_api::Input;
use std::collections::BTreeMap;

/// Pages of request metrics; a bucket has at most 1000 of them, 100 to the page.
const PAGES: usize = 11;
/// Buckets on a page of the account's list, the most that S3 allows.
const LISTED: i32 = 10_000;

/// Its tags, marks and system tags among them.
type Tags = BTreeMap<String, String>;

/// Look at one bucket. Its tags may be known already.
pub(super) async fn read(aws: &Aws, name: &str, listed: Option<&Tags>) -> Sight<Bucket> {
    match all(aws, name, listed).await {
        Ok(seen) => Sight::Present(seen),
        Err(error) if error.is("NoSuchBucket") => Sight::Absent,
        Err(error) if error.is("AccessDenied") || error.is("AllAccessDisabled") => {
            denied(aws, name, error).await
        }
        Err(error) => Sight::Unreadable(elsewhere(aws, name, error)),
    }
}

/// The tags of a bucket.
pub(super) async fn tags(aws: &Aws, name: &str) -> Result<Tags, CloudError> {
    let answer = aws.s3.get_bucket_tagging().bucket(name).send().await;
    let tags = or_off("s3:GetBucketTagging", "NoSuchTagSet", answer)?.map(|answer| answer.tag_set);
    Ok(tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect())
}

/// The statements of a bucket's policy.
pub(super) async fn statements(aws: &Aws, name: &str) -> Result<Statements, CloudError> {
    const DOING: &str = "s3:GetBucketPolicy";
    let answer = aws.s3.get_bucket_policy().bucket(name).send().await;
    match or_off(DOING, "NoSuchBucketPolicy", answer)?.and_then(|answer| answer.policy) {
        Some(document) => policy::parse(&document, &aws.place.partition)
            .map_err(|malformed| CloudError::refused(DOING, malformed.to_string())),
        None => Ok(Statements::new()),
    }
}

/// The tags tell first whether there is a bucket at all: one call for one that is absent. Where they were listed, every
/// other facet tells.
async fn all(aws: &Aws, name: &str, listed: Option<&Tags>) -> Result<Seen<Bucket>, CloudError> {
    let tags = match listed {
        Some(tags) => tags.clone(),
        None => tags(aws, name).await?,
    };
    let (versioning, encryption, public_access_block, object_ownership, statements) = futures::try_join!(
        versioning(aws, name),
        encryption(aws, name),
        public_access_block(aws, name),
        object_ownership(aws, name),
        statements(aws, name),
    )?;
    let (rules, cors_rules, logging, event_bridge, request_metrics) = futures::try_join!(
        lifecycle_rules(aws, name),
        cors_rules(aws, name),
        logging(aws, name),
        event_bridge(aws, name),
        request_metrics(aws, name),
    )?;
    let (tags, worn) = Worn::part(tags);
    let (lifecycle_rules, transition_minimum_size) = rules;
    let own = Input::from(name);
    let (tls_only, delegate_to_access_points, policy) = switches::part(statements, &own, &aws.place);
    let settings = Bucket {
        bucket_namespace: namespace(name, &aws.place),
        versioning,
        encryption,
        public_access_block,
        object_ownership,
        tls_only,
        delegate_to_access_points,
        policy,
        lifecycle_rules,
        transition_minimum_size,
        cors_rules,
        logging,
        event_bridge,
        request_metrics,
        tags: tags.into_iter().map(|(key, value)| (key, Input::Known(value))).collect(),
        name: own,
    };
    Ok(Seen { facts: super::facts(name, &aws.place), settings, worn, birth: None })
}

/// When buckets were made, or their policies last edited, as the list of the account's buckets in this region tells it.
pub(super) async fn births(aws: &Aws, names: &[String]) -> Result<Vec<(String, String)>, CloudError> {
    let list = aws.s3.list_buckets().bucket_region(&aws.place.region).max_buckets(LISTED);
    let mut pages = list.into_paginator().send();
    let mut told = Vec::new();
    while told.len() < names.len()
        && let Some(page) = pages.next().await
    {
        let page = page.map_err(|why| from_sdk("s3:ListBuckets", why))?;
        told.extend(page.buckets().iter().filter_map(|bucket| {
            let name = names.iter().find(|name| bucket.name() == Some(name.as_str()))?;
            Some((name.clone(), born(bucket.creation_date())?))
        }));
    }
    Ok(told)
}

/// S3 refuses to tell somebody else's bucket from one that our credentials may not read. Our own are listed.
async fn denied(aws: &Aws, name: &str, error: CloudError) -> Sight<Bucket> {
    let listed = aws.s3.list_buckets().prefix(name).send().await;
    match listed.map_err(|why| from_sdk("s3:ListBuckets", why)) {
        Ok(ours) if ours.buckets().iter().any(|bucket| bucket.name() == Some(name)) => {
            Sight::Unreadable(error)
        }
        Ok(_) => Sight::Present(Seen {
            settings: Bucket::of(Input::from(name)),
            facts: super::facts(name, &aws.place),
            worn: Some(Worn { owner: ANOTHER_ACCOUNT.to_owned(), ..Worn::default() }),
            birth: None,
        }),
        Err(_) => Sight::Unreadable(CloudError {
            said: format!(
                "{}; either bucket {name} belongs to another account, or these credentials may not read it",
                error.said
            ),
            ..error
        }),
    }
}

/// A bucket of another region answers with a redirection, or with a complaint about the region of the signature.
fn elsewhere(aws: &Aws, name: &str, error: CloudError) -> CloudError {
    match error.code.as_deref() {
        Some("PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException") => {
            CloudError {
                said: format!(
                    "bucket {name} exists in another region than {}: {}. Choose another name, or the bucket's region",
                    aws.place.region, error.said
                ),
                ..error
            }
        }
        _ => error,
    }
}

/// A name of the account's own namespace says so at its end.
fn namespace(name: &str, place: &Place) -> BucketNamespace {
    if name.ends_with(&format!("-{}-{}-an", place.account, place.region)) {
        BucketNamespace::AccountRegional
    } else {
        BucketNamespace::Global
    }
}

async fn versioning(aws: &Aws, name: &str) -> Result<bool, CloudError> {
    let answer = aws.s3.get_bucket_versioning().bucket(name).send().await;
    let answer = answer.map_err(|e| from_sdk("s3:GetBucketVersioning", e))?;
    Ok(answer.status() == Some(&BucketVersioningStatus::Enabled))
}

async fn encryption(aws: &Aws, name: &str) -> Result<super::Encryption, CloudError> {
    const OFF: &str = "ServerSideEncryptionConfigurationNotFoundError";
    let answer = aws.s3.get_bucket_encryption().bucket(name).send().await;
    let configuration = or_off("s3:GetBucketEncryption", OFF, answer)?
        .and_then(|answer| answer.server_side_encryption_configuration);
    Ok(facets::read_encryption(
        configuration.as_ref().and_then(|configuration| configuration.rules().first()),
    ))
}

async fn public_access_block(aws: &Aws, name: &str) -> Result<PublicAccessBlock, CloudError> {
    let answer = aws.s3.get_public_access_block().bucket(name).send().await;
    let block = or_off("s3:GetPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration", answer)?
        .and_then(|answer| answer.public_access_block_configuration);
    Ok(facets::read_public_access(block.as_ref()))
}

async fn object_ownership(aws: &Aws, name: &str) -> Result<ObjectOwnership, CloudError> {
    let answer = aws.s3.get_bucket_ownership_controls().bucket(name).send().await;
    let controls = or_off("s3:GetBucketOwnershipControls", "OwnershipControlsNotFoundError", answer)?
        .and_then(|answer| answer.ownership_controls);
    let rule = controls.as_ref().and_then(|controls| controls.rules().first());
    Ok(facets::read_ownership(rule.map(|rule| rule.object_ownership())))
}

async fn lifecycle_rules(
    aws: &Aws,
    name: &str,
) -> Result<(BTreeMap<String, LifecycleRule>, TransitionMinimumSize), CloudError> {
    let answer = aws.s3.get_bucket_lifecycle_configuration().bucket(name).send().await;
    let Some(answer) = or_off("s3:GetBucketLifecycleConfiguration", "NoSuchLifecycleConfiguration", answer)?
    else {
        return Ok((BTreeMap::new(), TransitionMinimumSize::default()));
    };
    let size = match answer.transition_default_minimum_object_size() {
        Some(TransitionDefaultMinimumObjectSize::VariesByStorageClass) => {
            TransitionMinimumSize::VariesByClass
        }
        _ => TransitionMinimumSize::AllClasses128K,
    };
    Ok((answer.rules().iter().map(lifecycle::read).collect(), size))
}

async fn cors_rules(aws: &Aws, name: &str) -> Result<Vec<CorsRule>, CloudError> {
    let answer = aws.s3.get_bucket_cors().bucket(name).send().await;
    let answer = or_off("s3:GetBucketCors", "NoSuchCORSConfiguration", answer)?;
    Ok(answer.iter().flat_map(|answer| answer.cors_rules()).map(facets::read_cors).collect())
}

async fn logging(aws: &Aws, name: &str) -> Result<Option<super::Logging>, CloudError> {
    let answer = aws.s3.get_bucket_logging().bucket(name).send().await;
    let answer = answer.map_err(|e| from_sdk("s3:GetBucketLogging", e))?;
    Ok(answer.logging_enabled().map(facets::read_logging))
}

async fn event_bridge(aws: &Aws, name: &str) -> Result<bool, CloudError> {
    let answer = aws.s3.get_bucket_notification_configuration().bucket(name).send().await;
    let answer = answer.map_err(|e| from_sdk("s3:GetBucketNotificationConfiguration", e))?;
    Ok(answer.event_bridge_configuration().is_some())
}

async fn request_metrics(
    aws: &Aws,
    name: &str,
) -> Result<BTreeMap<String, super::RequestMetrics>, CloudError> {
    const DOING: &str = "s3:ListBucketMetricsConfigurations";
    let mut all = BTreeMap::new();
    let mut token = None;
    for _ in 0..PAGES {
        let page =
            aws.s3.list_bucket_metrics_configurations().bucket(name).set_continuation_token(token).send();
        let page = page.await.map_err(|e| from_sdk(DOING, e))?;
        all.extend(page.metrics_configuration_list().iter().map(facets::read_metrics));
        token = page.next_continuation_token.filter(|_| page.is_truncated == Some(true));
        if token.is_none() {
            return Ok(all);
        }
    }
    Err(CloudError::refused(DOING, "the list of request metrics does not end"))
}

/// An answer, or `None` where S3 says by this code that nothing is configured.
fn or_off<T, E>(
    doing: &str,
    off: &str,
    answer: Result<T, SdkError<E, HttpResponse>>,
) -> Result<Option<T>, CloudError>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match answer.map_err(|e| from_sdk(doing, e)) {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is(off) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_namespace_is_told_by_the_name() {
        let place =
            Place { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() };
        assert_eq!(namespace("a-123456789012-eu-west-1-an", &place), BucketNamespace::AccountRegional);
        assert_eq!(namespace("a-123456789012-eu-west-2-an", &place), BucketNamespace::Global);
    }
}
