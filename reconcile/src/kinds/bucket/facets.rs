//! The smaller facets of a bucket in S3's words and in the spec's. S3's spelling of *off* is ours.

use super::{
    Encryption, Logging, RequestMetrics,
    spec::{CorsRule, HttpMethod, LogKeyFormat, ObjectOwnership, PublicAccessBlock, Sse},
};
use crate::expand::names::is_s3s_own;
use aws_sdk_s3::{
    error::BuildError,
    types::{
        self, BlockedEncryptionTypes, EncryptionType, LoggingEnabled, MetricsAndOperator,
        MetricsConfiguration, MetricsFilter, PartitionDateSource, PartitionedPrefix,
        PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault,
        ServerSideEncryptionRule, SimplePrefix, Tag, TargetObjectKeyFormat,
    },
};
use lake_api::{
    Input,
    collections::Set,
    names::{Text, Word},
};
use std::collections::BTreeMap;

pub(super) fn read_encryption(rule: Option<&ServerSideEncryptionRule>) -> Encryption {
    let default = rule.and_then(|rule| rule.apply_server_side_encryption_by_default());
    let sse = match default.map(ServerSideEncryptionByDefault::sse_algorithm) {
        Some(ServerSideEncryption::AwsKms) => Sse::Kms,
        Some(ServerSideEncryption::AwsKmsDsse) => Sse::KmsDsse,
        _ => Sse::S3,
    };
    let key = default.and_then(|default| default.kms_master_key_id()).filter(|key| !is_s3s_own(key));
    Encryption {
        sse,
        key: key.map(Input::from),
        bucket_key: (sse == Sse::Kms)
            .then(|| rule.and_then(|rule| rule.bucket_key_enabled()).unwrap_or_default()),
        block_customer_keys: rule
            .and_then(|rule| rule.blocked_encryption_types())
            .is_some_and(|blocked| blocked.encryption_type().contains(&EncryptionType::SseC)),
    }
}

pub(super) fn write_encryption(wanted: &Encryption) -> Result<ServerSideEncryptionRule, BuildError> {
    let default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(match wanted.sse {
            Sse::S3 => ServerSideEncryption::Aes256,
            Sse::Kms => ServerSideEncryption::AwsKms,
            Sse::KmsDsse => ServerSideEncryption::AwsKmsDsse,
        })
        .set_kms_master_key_id(wanted.key.as_ref().and_then(Input::known).cloned())
        .build()?;
    let blocked = if wanted.block_customer_keys { EncryptionType::SseC } else { EncryptionType::None };
    Ok(ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(default)
        .set_bucket_key_enabled(wanted.bucket_key)
        .blocked_encryption_types(BlockedEncryptionTypes::builder().encryption_type(blocked).build())
        .build())
}

/// No configuration at all blocks nothing.
pub(super) fn read_public_access(block: Option<&PublicAccessBlockConfiguration>) -> PublicAccessBlock {
    let on = |of: fn(&PublicAccessBlockConfiguration) -> Option<bool>| block.and_then(of).unwrap_or_default();
    PublicAccessBlock {
        block_public_acls: on(PublicAccessBlockConfiguration::block_public_acls),
        ignore_public_acls: on(PublicAccessBlockConfiguration::ignore_public_acls),
        block_public_policy: on(PublicAccessBlockConfiguration::block_public_policy),
        restrict_public_buckets: on(PublicAccessBlockConfiguration::restrict_public_buckets),
    }
}

pub(super) fn write_public_access(wanted: &PublicAccessBlock) -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration::builder()
        .block_public_acls(wanted.block_public_acls)
        .ignore_public_acls(wanted.ignore_public_acls)
        .block_public_policy(wanted.block_public_policy)
        .restrict_public_buckets(wanted.restrict_public_buckets)
        .build()
}

/// Buckets older than ownership controls have none, which is what `ObjectWriter` says.
pub(super) fn read_ownership(ownership: Option<&types::ObjectOwnership>) -> ObjectOwnership {
    match ownership {
        Some(types::ObjectOwnership::BucketOwnerEnforced) => ObjectOwnership::BucketOwnerEnforced,
        Some(types::ObjectOwnership::BucketOwnerPreferred) => ObjectOwnership::BucketOwnerPreferred,
        _ => ObjectOwnership::ObjectWriter,
    }
}

pub(super) fn write_ownership(wanted: ObjectOwnership) -> types::ObjectOwnership {
    match wanted {
        ObjectOwnership::BucketOwnerEnforced => types::ObjectOwnership::BucketOwnerEnforced,
        ObjectOwnership::BucketOwnerPreferred => types::ObjectOwnership::BucketOwnerPreferred,
        ObjectOwnership::ObjectWriter => types::ObjectOwnership::ObjectWriter,
    }
}

pub(super) fn read_cors(rule: &types::CorsRule) -> CorsRule {
    let words =
        |texts: &[String]| -> Set<Text> { texts.iter().map(|text| Text::from(text.as_str())).collect() };
    CorsRule {
        id: rule.id().map(Text::from),
        allowed_origins: words(rule.allowed_origins()),
        allowed_methods: rule.allowed_methods().iter().filter_map(|method| read_method(method)).collect(),
        allowed_headers: words(rule.allowed_headers()),
        expose_headers: words(rule.expose_headers()),
        max_age_seconds: rule.max_age_seconds().map(i64::from),
    }
}

pub(super) fn write_cors(wanted: &CorsRule) -> Result<types::CorsRule, BuildError> {
    let texts = |words: &Set<Text>| -> Vec<String> {
        words.iter().filter_map(|word| word.known().map(ToOwned::to_owned)).collect()
    };
    types::CorsRule::builder()
        .set_id(wanted.id.as_ref().and_then(|id| id.known().map(ToOwned::to_owned)))
        .set_allowed_origins(Some(texts(&wanted.allowed_origins)))
        .set_allowed_methods(Some(
            wanted.allowed_methods.iter().map(|m| write_method(*m).to_owned()).collect(),
        ))
        .set_allowed_headers(Some(texts(&wanted.allowed_headers)).filter(|headers| !headers.is_empty()))
        .set_expose_headers(Some(texts(&wanted.expose_headers)).filter(|headers| !headers.is_empty()))
        .set_max_age_seconds(wanted.max_age_seconds.and_then(|seconds| i32::try_from(seconds).ok()))
        .build()
}

fn read_method(method: &str) -> Option<HttpMethod> {
    [HttpMethod::Get, HttpMethod::Head, HttpMethod::Put, HttpMethod::Post, HttpMethod::Delete]
        .into_iter()
        .find(|known| write_method(*known) == method)
}

fn write_method(method: HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Head => "HEAD",
        HttpMethod::Put => "PUT",
        HttpMethod::Post => "POST",
        HttpMethod::Delete => "DELETE",
    }
}

pub(super) fn read_logging(logging: &LoggingEnabled) -> Logging {
    let partitioned = logging.target_object_key_format().and_then(|format| format.partitioned_prefix());
    Logging {
        bucket: Input::from(logging.target_bucket()),
        prefix: Input::from(logging.target_prefix()),
        key_format: match partitioned.map(PartitionedPrefix::partition_date_source) {
            None => LogKeyFormat::Simple,
            Some(Some(PartitionDateSource::DeliveryTime)) => LogKeyFormat::DeliveryTime,
            Some(_) => LogKeyFormat::EventTime,
        },
    }
}

pub(super) fn write_logging(wanted: &Logging) -> Result<LoggingEnabled, BuildError> {
    let partitioned = |by: PartitionDateSource| {
        let prefix = PartitionedPrefix::builder().partition_date_source(by).build();
        TargetObjectKeyFormat::builder().partitioned_prefix(prefix).build()
    };
    LoggingEnabled::builder()
        .set_target_bucket(wanted.bucket.known().cloned())
        .target_prefix(wanted.prefix.text().unwrap_or_default())
        .target_object_key_format(match wanted.key_format {
            LogKeyFormat::Simple => {
                TargetObjectKeyFormat::builder().simple_prefix(SimplePrefix::builder().build()).build()
            }
            LogKeyFormat::EventTime => partitioned(PartitionDateSource::EventTime),
            LogKeyFormat::DeliveryTime => partitioned(PartitionDateSource::DeliveryTime),
        })
        .build()
}

pub(super) fn read_metrics(metrics: &MetricsConfiguration) -> (String, RequestMetrics) {
    let tag = |tag: &Tag| (tag.key().to_owned(), Input::from(tag.value()));
    let read = match metrics.filter() {
        Some(MetricsFilter::Prefix(prefix)) => {
            RequestMetrics { prefix: Some(Input::from(prefix.as_str())), ..RequestMetrics::default() }
        }
        Some(MetricsFilter::Tag(one)) => {
            RequestMetrics { tags: BTreeMap::from([tag(one)]), ..RequestMetrics::default() }
        }
        Some(MetricsFilter::AccessPointArn(arn)) => {
            RequestMetrics { access_point: Some(Input::from(arn.as_str())), ..RequestMetrics::default() }
        }
        Some(MetricsFilter::And(and)) => RequestMetrics {
            prefix: and.prefix().map(Input::from),
            tags: and.tags().iter().map(tag).collect(),
            access_point: and.access_point_arn().map(Input::from),
        },
        _ => RequestMetrics::default(),
    };
    (metrics.id().to_owned(), read)
}

pub(super) fn write_metrics(id: &str, wanted: &RequestMetrics) -> Result<MetricsConfiguration, BuildError> {
    let prefix = wanted.prefix.as_ref().and_then(Input::known).cloned();
    let point = wanted.access_point.as_ref().and_then(Input::known).cloned();
    let tags: Vec<Tag> = wanted
        .tags
        .iter()
        .map(|(key, value)| Tag::builder().key(key).value(value.text().unwrap_or_default()).build())
        .collect::<Result<_, _>>()?;
    let filter = match (prefix, tags.as_slice(), point) {
        (None, [], None) => None,
        (Some(prefix), [], None) => Some(MetricsFilter::Prefix(prefix)),
        (None, [tag], None) => Some(MetricsFilter::Tag(tag.clone())),
        (None, [], Some(arn)) => Some(MetricsFilter::AccessPointArn(arn)),
        (prefix, _, point) => Some(MetricsFilter::And(
            MetricsAndOperator::builder()
                .set_prefix(prefix)
                .set_tags(Some(tags).filter(|tags| !tags.is_empty()))
                .set_access_point_arn(point)
                .build(),
        )),
    };
    MetricsConfiguration::builder().id(id).set_filter(filter).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_reads_back_as_it_was_written() {
        let key = || Some(Input::from("arn:aws:kms:eu-west-1:123456789012:key/1234"));
        for (sse, key, bucket_key) in [
            (Sse::S3, None, None),
            (Sse::Kms, None, Some(true)),
            (Sse::Kms, key(), Some(false)),
            (Sse::KmsDsse, key(), None),
        ] {
            for block_customer_keys in [true, false] {
                let wanted = Encryption { sse, key: key.clone(), bucket_key, block_customer_keys };
                assert_eq!(read_encryption(Some(&write_encryption(&wanted).unwrap())), wanted);
            }
        }
    }

    #[test]
    fn the_accounts_own_key_is_no_key() {
        let default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(ServerSideEncryption::AwsKms)
            .kms_master_key_id("arn:aws:kms:eu-west-1:123456789012:alias/aws/s3")
            .build()
            .unwrap();
        let rule =
            ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(default).build();
        assert_eq!(read_encryption(Some(&rule)).key, None);
    }

    #[test]
    fn each_switch_of_the_public_access_block_stands_alone() {
        for bits in 0..16u8 {
            let on = |bit: u8| bits & (1 << bit) != 0;
            let wanted = PublicAccessBlock {
                block_public_acls: on(0),
                ignore_public_acls: on(1),
                block_public_policy: on(2),
                restrict_public_buckets: on(3),
            };
            assert_eq!(read_public_access(Some(&write_public_access(&wanted))), wanted);
        }
        assert!(!read_public_access(None).block_public_policy, "none at all blocks nothing");
    }

    #[test]
    fn ownership_reads_back_as_it_was_written() {
        for wanted in [
            ObjectOwnership::BucketOwnerEnforced,
            ObjectOwnership::BucketOwnerPreferred,
            ObjectOwnership::ObjectWriter,
        ] {
            assert_eq!(read_ownership(Some(&write_ownership(wanted))), wanted);
        }
        assert_eq!(read_ownership(None), ObjectOwnership::ObjectWriter);
    }

    #[test]
    fn cors_reads_back_as_it_was_written() {
        for text in [
            "{ allowedOrigins: ['*'], allowedMethods: [Get] }",
            "{ id: web, allowedOrigins: [https://a.example, https://b.example], allowedMethods: [Get, Head, Put, Post, Delete],
               allowedHeaders: ['*'], exposeHeaders: [ETag], maxAgeSeconds: 300 }",
        ] {
            let wanted: CorsRule = serde_saphyr::from_str(text).unwrap();
            assert_eq!(read_cors(&write_cors(&wanted).unwrap()), wanted);
        }
    }

    #[test]
    fn logging_reads_back_as_it_was_written() {
        for key_format in [LogKeyFormat::Simple, LogKeyFormat::EventTime, LogKeyFormat::DeliveryTime] {
            let wanted = Logging { bucket: Input::from("logs"), prefix: Input::from("s3/"), key_format };
            assert_eq!(read_logging(&write_logging(&wanted).unwrap()), wanted);
        }
    }

    #[test]
    fn metrics_read_back_as_they_were_written() {
        for text in [
            "{}",
            "{ prefix: raw/ }",
            "{ tags: { a: b } }",
            "{ tags: { a: b, c: d } }",
            "{ accessPoint: 'arn:aws:s3:eu-west-1:123456789012:accesspoint/p' }",
            "{ prefix: raw/, tags: { a: b }, accessPoint: 'arn:aws:s3:eu-west-1:123456789012:accesspoint/p' }",
        ] {
            let wanted: RequestMetrics = serde_saphyr::from_str(text).unwrap();
            assert_eq!(read_metrics(&write_metrics("m", &wanted).unwrap()), ("m".to_owned(), wanted));
        }
    }
}
