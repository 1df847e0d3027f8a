//! Changing a bucket, one call for each facet.
//!
//! The calls on one bucket follow each other: S3 answers `OperationAborted` to two at a time. Public access is let
//! in before the policy that needs it, and shut out whatever the policy says.

use super::{Bucket, facets, lifecycle, read, spec::lifecycle::TransitionMinimumSize, switches};
use crate::{
    aws::{Aws, from_sdk},
    diff::FieldChange,
    error::CloudError,
    owner::{Marking, Worn},
    policy,
};
use aws_sdk_s3::{
    error::BuildError,
    types::{
        BucketLifecycleConfiguration, BucketLoggingStatus, BucketVersioningStatus, CorsConfiguration,
        EventBridgeConfiguration, NotificationConfiguration, OwnershipControls, OwnershipControlsRule,
        ServerSideEncryptionConfiguration, Tag, Tagging, TransitionDefaultMinimumObjectSize,
        VersioningConfiguration,
    },
};
use lake_api::Input;
use std::collections::{BTreeMap, BTreeSet};

/// Change the facets that differ.
pub(super) async fn update(
    wanted: &Bucket,
    aws: &Aws,
    name: &str,
    changes: &[FieldChange],
) -> Result<(), CloudError> {
    let fields: BTreeSet<&str> = changes
        .iter()
        .filter_map(|change| change.path.steps().first().and_then(|step| step.name()))
        .collect();
    let changed =
        Facet::ALL.into_iter().filter(|facet| facet.fields().iter().any(|field| fields.contains(field)));
    set(wanted, aws, name, changed, changes).await
}

/// Put another mark on, and leave all other tags.
pub(super) async fn mark(aws: &Aws, name: &str, marking: &Marking) -> Result<(), CloudError> {
    let tags = read::tags(aws, name).await?;
    put_tags(aws, name, marking.over(tags)).await
}

/// What is set by one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Facet {
    Tags,
    Versioning,
    Encryption,
    ObjectOwnership,
    PublicAccessBlock,
    Policy,
    Lifecycle,
    Cors,
    Logging,
    Notification,
    Metrics,
}

impl Facet {
    /// In the order in which they are set.
    pub(super) const ALL: [Facet; 11] = [
        Facet::Tags,
        Facet::Versioning,
        Facet::Encryption,
        Facet::ObjectOwnership,
        Facet::PublicAccessBlock,
        Facet::Policy,
        Facet::Lifecycle,
        Facet::Cors,
        Facet::Logging,
        Facet::Notification,
        Facet::Metrics,
    ];

    /// The fields of the settings that the call sets.
    fn fields(self) -> &'static [&'static str] {
        match self {
            Facet::Tags => &["tags"],
            Facet::Versioning => &["versioning"],
            Facet::Encryption => &["encryption"],
            Facet::ObjectOwnership => &["objectOwnership"],
            Facet::PublicAccessBlock => &["publicAccessBlock"],
            Facet::Policy => &["tlsOnly", "delegateToAccessPoints", "policy"],
            Facet::Lifecycle => &["lifecycleRules", "transitionMinimumSize"],
            Facet::Cors => &["corsRules"],
            Facet::Logging => &["logging"],
            Facet::Notification => &["eventBridge"],
            Facet::Metrics => &["requestMetrics"],
        }
    }

    pub(super) fn differs(self, one: &Bucket, other: &Bucket) -> bool {
        match self {
            Facet::Tags => one.tags != other.tags,
            Facet::Versioning => one.versioning != other.versioning,
            Facet::Encryption => one.encryption != other.encryption,
            Facet::ObjectOwnership => one.object_ownership != other.object_ownership,
            Facet::PublicAccessBlock => one.public_access_block != other.public_access_block,
            Facet::Policy => {
                (one.tls_only, one.delegate_to_access_points, &one.policy)
                    != (other.tls_only, other.delegate_to_access_points, &other.policy)
            }
            Facet::Lifecycle => one.lifecycle_rules != other.lifecycle_rules,
            Facet::Cors => one.cors_rules != other.cors_rules,
            Facet::Logging => one.logging != other.logging,
            Facet::Notification => one.event_bridge != other.event_bridge,
            Facet::Metrics => one.request_metrics != other.request_metrics,
        }
    }
}

/// Set some facets, one after the other.
pub(super) async fn set(
    wanted: &Bucket,
    aws: &Aws,
    name: &str,
    facets: impl Iterator<Item = Facet>,
    changes: &[FieldChange],
) -> Result<(), CloudError> {
    for facet in facets {
        match facet {
            Facet::Tags => set_tags(wanted, aws, name).await,
            Facet::Versioning => set_versioning(wanted, aws, name).await,
            Facet::Encryption => set_encryption(wanted, aws, name).await,
            Facet::ObjectOwnership => set_ownership(wanted, aws, name).await,
            Facet::PublicAccessBlock => set_public_access(wanted, aws, name).await,
            Facet::Policy => set_policy(wanted, aws, name, changes).await,
            Facet::Lifecycle => set_lifecycle(wanted, aws, name).await,
            Facet::Cors => set_cors(wanted, aws, name).await,
            Facet::Logging => set_logging(wanted, aws, name).await,
            Facet::Notification => set_notification(wanted, aws, name).await,
            Facet::Metrics => set_metrics(wanted, aws, name, changes).await,
        }?;
    }
    Ok(())
}

async fn set_tags(wanted: &Bucket, aws: &Aws, name: &str) -> Result<(), CloudError> {
    let there = read::tags(aws, name).await?;
    let (own, _) = Worn::part(there.clone());
    let mut tags: BTreeMap<String, String> =
        there.into_iter().filter(|(key, _)| !own.contains_key(key)).collect();
    tags.extend(known_tags(&wanted.tags)?);
    put_tags(aws, name, tags).await
}

pub(super) async fn put_tags(
    aws: &Aws,
    name: &str,
    tags: BTreeMap<String, String>,
) -> Result<(), CloudError> {
    const DOING: &str = "s3:PutBucketTagging";
    let tagging = tag_set(&tags).and_then(|set| Tagging::builder().set_tag_set(Some(set)).build());
    let tagging = tagging.map_err(|e| unbuilt(DOING, &e))?;
    let put = aws.s3.put_bucket_tagging().bucket(name).tagging(tagging).send().await;
    put.map(drop).map_err(|e| from_sdk(DOING, e))
}

async fn set_versioning(wanted: &Bucket, aws: &Aws, name: &str) -> Result<(), CloudError> {
    let status =
        if wanted.versioning { BucketVersioningStatus::Enabled } else { BucketVersioningStatus::Suspended };
    let configuration = VersioningConfiguration::builder().status(status).build();
    let put =
        aws.s3.put_bucket_versioning().bucket(name).versioning_configuration(configuration).send().await;
    put.map(drop).map_err(|e| from_sdk("s3:PutBucketVersioning", e))
}

async fn set_encryption(wanted: &Bucket, aws: &Aws, name: &str) -> Result<(), CloudError> {
    const DOING: &str = "s3:PutBucketEncryption";
    let configuration = facets::write_encryption(&wanted.encryption)
        .and_then(|rule| ServerSideEncryptionConfiguration::builder().rules(rule).build())
        .map_err(|e| unbuilt(DOING, &e))?;
    let put = aws.s3.put_bucket_encryption().bucket(name).server_side_encryption_configuration(configuration);
    put.send().await.map(drop).map_err(|e| from_sdk(DOING, e))
}

async fn set_ownership(wanted: &Bucket, aws: &Aws, name: &str) -> Result<(), CloudError> {
    const DOING: &str = "s3:PutBucketOwnershipControls";
    let controls = OwnershipControlsRule::builder()
        .object_ownership(facets::write_ownership(wanted.object_ownership))
        .build()
        .and_then(|rule| OwnershipControls::builder().rules(rule).build())
        .map_err(|e| unbuilt(DOING, &e))?;
    let put = aws.s3.put_bucket_ownership_controls().bucket(name).ownership_controls(controls).send().await;
    put.map(drop).map_err(|e| from_sdk(DOING, e))
}

async fn set_public_access(wanted: &Bucket, aws: &Aws, name: &str) -> Result<(), CloudError> {
    let block = facets::write_public_access(&wanted.public_access_block);
    let put =
        aws.s3.put_public_access_block().bucket(name).public_access_block_configuration(block).send().await;
    put.map(drop).map_err(|e| from_sdk("s3:PutPublicAccessBlock", e))
}

async fn set_policy(
    wanted: &Bucket,
    aws: &Aws,
    name: &str,
    changes: &[FieldChange],
) -> Result<(), CloudError> {
    const DOING: &str = "s3:PutBucketPolicy";
    let mut statements = switches::whole(wanted, &aws.place);
    if wanted.policy.keep_others {
        let (_, _, there) = switches::part(read::statements(aws, name).await?, &wanted.name, &aws.place);
        let dropped = dropped(changes, &["policy", "besideOthers"]);
        let others = there.statements.into_iter().filter(|(key, _)| !dropped.contains(key.as_str()));
        for (key, statement) in others {
            statements.entry(key).or_insert(statement);
        }
    }
    if statements.is_empty() {
        let deleted = aws.s3.delete_bucket_policy().bucket(name).send().await;
        return deleted.map(drop).map_err(|e| from_sdk("s3:DeleteBucketPolicy", e));
    }
    let document = policy::render(&statements).ok_or_else(|| unknown(DOING))?;
    let put = aws.s3.put_bucket_policy().bucket(name).policy(document).send().await;
    put.map(drop).map_err(|e| from_sdk(DOING, e))
}

async fn set_lifecycle(wanted: &Bucket, aws: &Aws, name: &str) -> Result<(), CloudError> {
    const DOING: &str = "s3:PutBucketLifecycleConfiguration";
    if wanted.lifecycle_rules.is_empty() {
        let deleted = aws.s3.delete_bucket_lifecycle().bucket(name).send().await;
        return deleted.map(drop).map_err(|e| from_sdk("s3:DeleteBucketLifecycle", e));
    }
    let rules: Result<Vec<_>, _> =
        wanted.lifecycle_rules.iter().map(|(id, rule)| lifecycle::write(id, rule)).collect();
    let configuration = rules
        .and_then(|rules| BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build())
        .map_err(|e| unbuilt(DOING, &e))?;
    let size = match wanted.transition_minimum_size {
        TransitionMinimumSize::AllClasses128K => TransitionDefaultMinimumObjectSize::AllStorageClasses128K,
        TransitionMinimumSize::VariesByClass => TransitionDefaultMinimumObjectSize::VariesByStorageClass,
    };
    let put = aws
        .s3
        .put_bucket_lifecycle_configuration()
        .bucket(name)
        .lifecycle_configuration(configuration)
        .transition_default_minimum_object_size(size);
    put.send().await.map(drop).map_err(|e| from_sdk(DOING, e))
}

async fn set_cors(wanted: &Bucket, aws: &Aws, name: &str) -> Result<(), CloudError> {
    const DOING: &str = "s3:PutBucketCors";
    if wanted.cors_rules.is_empty() {
        let deleted = aws.s3.delete_bucket_cors().bucket(name).send().await;
        return deleted.map(drop).map_err(|e| from_sdk("s3:DeleteBucketCors", e));
    }
    let rules: Result<Vec<_>, _> = wanted.cors_rules.iter().map(facets::write_cors).collect();
    let configuration = rules
        .and_then(|rules| CorsConfiguration::builder().set_cors_rules(Some(rules)).build())
        .map_err(|e| unbuilt(DOING, &e))?;
    let put = aws.s3.put_bucket_cors().bucket(name).cors_configuration(configuration).send().await;
    put.map(drop).map_err(|e| from_sdk(DOING, e))
}

async fn set_logging(wanted: &Bucket, aws: &Aws, name: &str) -> Result<(), CloudError> {
    const DOING: &str = "s3:PutBucketLogging";
    let enabled = wanted.logging.as_ref().map(facets::write_logging).transpose();
    let status =
        BucketLoggingStatus::builder().set_logging_enabled(enabled.map_err(|e| unbuilt(DOING, &e))?).build();
    let put = aws.s3.put_bucket_logging().bucket(name).bucket_logging_status(status).send().await;
    put.map(drop).map_err(|e| from_sdk(DOING, e))
}

/// Topics, queues and functions that others have subscribed stay: the call replaces the whole.
async fn set_notification(wanted: &Bucket, aws: &Aws, name: &str) -> Result<(), CloudError> {
    const DOING: &str = "s3:PutBucketNotificationConfiguration";
    let there = aws.s3.get_bucket_notification_configuration().bucket(name).send().await;
    let there = there.map_err(|e| from_sdk("s3:GetBucketNotificationConfiguration", e))?;
    let configuration = NotificationConfiguration::builder()
        .set_topic_configurations(there.topic_configurations)
        .set_queue_configurations(there.queue_configurations)
        .set_lambda_function_configurations(there.lambda_function_configurations)
        .set_event_bridge_configuration(
            wanted.event_bridge.then(|| EventBridgeConfiguration::builder().build()),
        )
        .build();
    let put =
        aws.s3.put_bucket_notification_configuration().bucket(name).notification_configuration(configuration);
    put.send().await.map(drop).map_err(|e| from_sdk(DOING, e))
}

/// Each of them is a document of its own: only those that differ are written.
async fn set_metrics(
    wanted: &Bucket,
    aws: &Aws,
    name: &str,
    changes: &[FieldChange],
) -> Result<(), CloudError> {
    const DOING: &str = "s3:PutBucketMetricsConfiguration";
    let path = lake_api::FieldPath::root().field("requestMetrics");
    for (id, metrics) in &wanted.request_metrics {
        if !changes.is_empty() && !changes.iter().any(|change| change.touches(&path.key(id))) {
            continue;
        }
        let metrics = facets::write_metrics(id, metrics).map_err(|e| unbuilt(DOING, &e))?;
        let put =
            aws.s3.put_bucket_metrics_configuration().bucket(name).id(id).metrics_configuration(metrics);
        put.send().await.map_err(|e| from_sdk(DOING, e))?;
    }
    for id in dropped(changes, &["requestMetrics"]) {
        let deleted = aws.s3.delete_bucket_metrics_configuration().bucket(name).id(id).send().await;
        deleted.map_err(|e| from_sdk("s3:DeleteBucketMetricsConfiguration", e))?;
    }
    Ok(())
}

/// The entries of a map that shall go.
fn dropped<'c>(changes: &'c [FieldChange], map: &[&str]) -> BTreeSet<&'c str> {
    changes
        .iter()
        .filter(|change| change.wanted.is_none())
        .filter_map(|change| {
            let names: Vec<&str> = change.path.steps().iter().filter_map(|step| step.name()).collect();
            match names.as_slice() {
                [front @ .., last] if front == map => Some(*last),
                _ => None,
            }
        })
        .collect()
}

pub(super) fn tag_set(tags: &BTreeMap<String, String>) -> Result<Vec<Tag>, BuildError> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

pub(super) fn known_tags(
    tags: &BTreeMap<String, Input<String>>,
) -> Result<BTreeMap<String, String>, CloudError> {
    tags.iter().map(|(key, value)| Ok((key.clone(), known(value)?.to_owned()))).collect()
}

pub(super) fn known(input: &Input<String>) -> Result<&str, CloudError> {
    input.text().ok_or_else(|| unknown("s3:CreateBucket"))
}

/// Nothing is written before all that it refers to is known.
fn unknown(doing: &str) -> CloudError {
    CloudError::refused(doing, "a part of the bucket's settings is not known yet")
}

pub(super) fn unbuilt(doing: &str, error: &BuildError) -> CloudError {
    CloudError::refused(doing, error.to_string())
}
