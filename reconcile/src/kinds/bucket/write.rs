//! Making a bucket and changing it, one call for each facet.
//!
//! The calls on one bucket follow each other: S3 answers `OperationAborted` to two at a time. Public access is let
//! in before the policy that needs it, and shut out whatever the policy says.

use super::{Bucket, facets, lifecycle, read, switches};
use crate::{aws::Aws, diff::FieldChange, error::CloudError, owner::Worn, policy};
use aws_sdk_s3::{
    error::BuildError,
    types::{
        self, BucketLifecycleConfiguration, BucketLocationConstraint, BucketLoggingStatus,
        BucketVersioningStatus, CorsConfiguration, CreateBucketConfiguration, EventBridgeConfiguration,
        NotificationConfiguration, OwnershipControls, OwnershipControlsRule,
        ServerSideEncryptionConfiguration, Tag, Tagging, TransitionDefaultMinimumObjectSize,
        VersioningConfiguration,
    },
};
use lake_api::{
    Input,
    spec::{
        bucket::{BucketNamespace, ObjectOwnership},
        lifecycle::TransitionMinimumSize,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// The one region whose name S3 does not take as a location, and where making a bucket anew is no error.
const FIRST_REGION: &str = "us-east-1";

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
pub(super) async fn mark(aws: &Aws, name: &str, mark: &Worn) -> Result<(), CloudError> {
    let tags = read::tags(aws, name).await?;
    put_tags(aws, name, mark.put_on(tags)).await
}

/// What is set by one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Facet {
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
    const ALL: [Facet; 11] = [
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

    fn differs(self, one: &Bucket, other: &Bucket) -> bool {
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

async fn set(
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
        .map_err(|e| CloudError::from_sdk(DOING, e))?;
    Ok(())
}

async fn exists(aws: &Aws, name: &str) -> Result<bool, CloudError> {
    match aws.s3.head_bucket().bucket(name).send().await {
        Ok(_) => Ok(true),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found()) => Ok(false),
        Err(error) => Err(CloudError::from_sdk("s3:HeadBucket", error)),
    }
}

/// A bucket of this name is ours: it may have come from a call of ours whose answer was lost.
async fn taken_by_us(aws: &Aws, name: &str, mark: &Worn) -> Result<(), CloudError> {
    match Worn::part(read::tags(aws, name).await?).1 {
        Some(worn) if worn == *mark => Ok(()),
        _ => Err(CloudError::answered(
            "s3:CreateBucket",
            "BucketAlreadyOwnedByYou",
            "this account has a bucket of this name that does not wear this lake's mark",
        )),
    }
}

async fn set_tags(wanted: &Bucket, aws: &Aws, name: &str) -> Result<(), CloudError> {
    let there = read::tags(aws, name).await?;
    let (own, _) = Worn::part(there.clone());
    let mut tags: BTreeMap<String, String> =
        there.into_iter().filter(|(key, _)| !own.contains_key(key)).collect();
    tags.extend(known_tags(&wanted.tags)?);
    put_tags(aws, name, tags).await
}

async fn put_tags(aws: &Aws, name: &str, tags: BTreeMap<String, String>) -> Result<(), CloudError> {
    const DOING: &str = "s3:PutBucketTagging";
    let tagging = tag_set(&tags).and_then(|set| Tagging::builder().set_tag_set(Some(set)).build());
    let tagging = tagging.map_err(|e| unbuilt(DOING, &e))?;
    let put = aws.s3.put_bucket_tagging().bucket(name).tagging(tagging).send().await;
    put.map(drop).map_err(|e| CloudError::from_sdk(DOING, e))
}

async fn set_versioning(wanted: &Bucket, aws: &Aws, name: &str) -> Result<(), CloudError> {
    let status =
        if wanted.versioning { BucketVersioningStatus::Enabled } else { BucketVersioningStatus::Suspended };
    let configuration = VersioningConfiguration::builder().status(status).build();
    let put =
        aws.s3.put_bucket_versioning().bucket(name).versioning_configuration(configuration).send().await;
    put.map(drop).map_err(|e| CloudError::from_sdk("s3:PutBucketVersioning", e))
}

async fn set_encryption(wanted: &Bucket, aws: &Aws, name: &str) -> Result<(), CloudError> {
    const DOING: &str = "s3:PutBucketEncryption";
    let configuration = facets::write_encryption(&wanted.encryption)
        .and_then(|rule| ServerSideEncryptionConfiguration::builder().rules(rule).build())
        .map_err(|e| unbuilt(DOING, &e))?;
    let put = aws.s3.put_bucket_encryption().bucket(name).server_side_encryption_configuration(configuration);
    put.send().await.map(drop).map_err(|e| CloudError::from_sdk(DOING, e))
}

async fn set_ownership(wanted: &Bucket, aws: &Aws, name: &str) -> Result<(), CloudError> {
    const DOING: &str = "s3:PutBucketOwnershipControls";
    let controls = OwnershipControlsRule::builder()
        .object_ownership(facets::write_ownership(wanted.object_ownership))
        .build()
        .and_then(|rule| OwnershipControls::builder().rules(rule).build())
        .map_err(|e| unbuilt(DOING, &e))?;
    let put = aws.s3.put_bucket_ownership_controls().bucket(name).ownership_controls(controls).send().await;
    put.map(drop).map_err(|e| CloudError::from_sdk(DOING, e))
}

async fn set_public_access(wanted: &Bucket, aws: &Aws, name: &str) -> Result<(), CloudError> {
    let block = facets::write_public_access(&wanted.public_access_block);
    let put =
        aws.s3.put_public_access_block().bucket(name).public_access_block_configuration(block).send().await;
    put.map(drop).map_err(|e| CloudError::from_sdk("s3:PutPublicAccessBlock", e))
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
        return deleted.map(drop).map_err(|e| CloudError::from_sdk("s3:DeleteBucketPolicy", e));
    }
    let document = policy::render(&statements).ok_or_else(|| unknown(DOING))?;
    let put = aws.s3.put_bucket_policy().bucket(name).policy(document).send().await;
    put.map(drop).map_err(|e| CloudError::from_sdk(DOING, e))
}

async fn set_lifecycle(wanted: &Bucket, aws: &Aws, name: &str) -> Result<(), CloudError> {
    const DOING: &str = "s3:PutBucketLifecycleConfiguration";
    if wanted.lifecycle_rules.is_empty() {
        let deleted = aws.s3.delete_bucket_lifecycle().bucket(name).send().await;
        return deleted.map(drop).map_err(|e| CloudError::from_sdk("s3:DeleteBucketLifecycle", e));
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
    put.send().await.map(drop).map_err(|e| CloudError::from_sdk(DOING, e))
}

async fn set_cors(wanted: &Bucket, aws: &Aws, name: &str) -> Result<(), CloudError> {
    const DOING: &str = "s3:PutBucketCors";
    if wanted.cors_rules.is_empty() {
        let deleted = aws.s3.delete_bucket_cors().bucket(name).send().await;
        return deleted.map(drop).map_err(|e| CloudError::from_sdk("s3:DeleteBucketCors", e));
    }
    let rules: Result<Vec<_>, _> = wanted.cors_rules.iter().map(facets::write_cors).collect();
    let configuration = rules
        .and_then(|rules| CorsConfiguration::builder().set_cors_rules(Some(rules)).build())
        .map_err(|e| unbuilt(DOING, &e))?;
    let put = aws.s3.put_bucket_cors().bucket(name).cors_configuration(configuration).send().await;
    put.map(drop).map_err(|e| CloudError::from_sdk(DOING, e))
}

async fn set_logging(wanted: &Bucket, aws: &Aws, name: &str) -> Result<(), CloudError> {
    const DOING: &str = "s3:PutBucketLogging";
    let enabled = wanted.logging.as_ref().map(facets::write_logging).transpose();
    let status =
        BucketLoggingStatus::builder().set_logging_enabled(enabled.map_err(|e| unbuilt(DOING, &e))?).build();
    let put = aws.s3.put_bucket_logging().bucket(name).bucket_logging_status(status).send().await;
    put.map(drop).map_err(|e| CloudError::from_sdk(DOING, e))
}

/// Topics, queues and functions that others have subscribed stay: the call replaces the whole.
async fn set_notification(wanted: &Bucket, aws: &Aws, name: &str) -> Result<(), CloudError> {
    const DOING: &str = "s3:PutBucketNotificationConfiguration";
    let there = aws.s3.get_bucket_notification_configuration().bucket(name).send().await;
    let there = there.map_err(|e| CloudError::from_sdk("s3:GetBucketNotificationConfiguration", e))?;
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
    put.send().await.map(drop).map_err(|e| CloudError::from_sdk(DOING, e))
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
        put.send().await.map_err(|e| CloudError::from_sdk(DOING, e))?;
    }
    for id in dropped(changes, &["requestMetrics"]) {
        let deleted = aws.s3.delete_bucket_metrics_configuration().bucket(name).id(id).send().await;
        deleted.map_err(|e| CloudError::from_sdk("s3:DeleteBucketMetricsConfiguration", e))?;
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

fn tag_set(tags: &BTreeMap<String, String>) -> Result<Vec<Tag>, BuildError> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

fn known_tags(tags: &BTreeMap<String, Input<String>>) -> Result<BTreeMap<String, String>, CloudError> {
    tags.iter().map(|(key, value)| Ok((key.clone(), known(value)?.to_owned()))).collect()
}

fn known(input: &Input<String>) -> Result<&str, CloudError> {
    input.text().ok_or_else(|| unknown("s3:CreateBucket"))
}

/// Nothing is written before all that it refers to is known.
fn unknown(doing: &str) -> CloudError {
    CloudError::refused(doing, "a part of the bucket's settings is not known yet")
}

fn unbuilt(doing: &str, error: &BuildError) -> CloudError {
    CloudError::refused(doing, error.to_string())
}
