//! Buckets.

use super::{lifecycle, public, same_name, statement};
use crate::spec::Bucket;
use crate::spec::bucket::{ObjectOwnership, Sse};
use lake_api::names::{MemberKey, Word};
use lake_api::{FieldPath, Finding};

/// The statements that a bucket's switches make: id and switch.
const MADE: [(&str, &str); 3] = [
    ("LakeTlsOnly", "tlsOnly"),
    ("LakeDelegateToAccessPoints", "delegateToAccessPoints"),
    ("LakeLogDelivery", "logging"),
];

pub(super) fn check(path: &FieldPath, key: &MemberKey, bucket: &Bucket, told: &mut Vec<Finding>) {
    lifecycle::check(path, bucket, told);
    policy(path, bucket, told);
    metrics(path, bucket, told);
    encryption(path, bucket, told);
    objects(path, bucket, told);
    if let Some(logging) = &bucket.logging {
        let at = path.field("logging").field("bucket");
        if logging.bucket.known() == Some(key.as_str()) {
            told.push(Finding::error(
                at,
                "the bucket logs requests to itself",
                "Each log object that S3 writes would be a request to log, without end. Name another bucket.",
            ));
        }
    }
    if bucket.cors_rules.len() > 100 {
        told.push(Finding::error(
            path.field("corsRules"),
            format!("{} rules are more than the 100 that S3 takes", bucket.cors_rules.len()),
            "Merge rules that differ in their origins only.",
        ));
    }
    for (index, rule) in bucket.cors_rules.iter().enumerate() {
        let origins = rule.allowed_origins.iter().filter_map(Word::known);
        for origin in origins.filter(|origin| origin.matches('*').count() > 1) {
            told.push(Finding::error(
                path.field("corsRules").index(index).field("allowedOrigins"),
                format!("`{origin}` has more than one `*`"),
                "S3 takes one `*` in an origin.",
            ));
        }
    }
    let block = &bucket.public_access_block;
    if bucket.object_ownership != ObjectOwnership::BucketOwnerEnforced && !block.block_public_acls {
        told.push(Finding::warning(
            path.field("publicAccessBlock").field("blockPublicAcls"),
            "anybody who may write objects may make them public",
            "ACLs are in force because of `objectOwnership`. Leave `blockPublicAcls` on, or let the bucket's owner own \
             all objects.",
        ));
    }
}

fn metrics(path: &FieldPath, bucket: &Bucket, told: &mut Vec<Finding>) {
    let at = path.field("requestMetrics");
    let named = bucket.request_metrics.iter().map(|(key, metrics)| {
        (at.key(key.as_str()), metrics.name.as_ref().map_or(Some(key.as_str()), Word::known))
    });
    told.extend(same_name(named, "request metrics"));
}

fn policy(path: &FieldPath, bucket: &Bucket, told: &mut Vec<Finding>) {
    let Some(policy) = &bucket.policy else { return };
    let at = path.field("policy").field("statements");
    for (index, one) in policy.statements.iter().enumerate() {
        statement::check(&at.index(index), one, statement::Policy::Resource, told);
        if bucket.public_access_block.block_public_policy {
            public::check(&at.index(index), one, told);
        }
    }
    statement::twice(&at, &policy.statements, told);
    for (index, one) in policy.statements.iter().enumerate() {
        let sid = one.sid.as_ref().and_then(Word::known);
        if let Some((sid, field)) = MADE.iter().find(|(made, _)| sid == Some(made)) {
            told.push(Finding::error(
                at.index(index).field("sid"),
                format!("`{sid}` is the id of the statement that `{field}` makes"),
                format!("Choose another id, or remove the statement and set `{field}`."),
            ));
        }
    }
}

fn encryption(path: &FieldPath, bucket: &Bucket, told: &mut Vec<Finding>) {
    let encryption = &bucket.encryption;
    if encryption.sse == Sse::S3 && encryption.key.is_some() {
        told.push(Finding::error(
            path.field("encryption").field("key"),
            "a KMS key is named, and S3's own keys encrypt",
            "Set `sse: Kms`, or remove `key`.",
        ));
    }
}

fn objects(path: &FieldPath, bucket: &Bucket, told: &mut Vec<Finding>) {
    for (key, object) in bucket.objects.own() {
        if object.tags.len() > 10 {
            told.push(Finding::error(
                path.field("objects").key(key.as_str()).field("tags"),
                format!("{} tags are more than the 10 that an object takes", object.tags.len()),
                "Remove some.",
            ));
        }
        if object.key.known().is_some_and(|key| key.len() > 1024) {
            told.push(Finding::error(
                path.field("objects").key(key.as_str()).field("key"),
                "the key has more than 1024 bytes",
                "S3 counts bytes, of which a letter beyond ASCII takes two to four.",
            ));
        }
    }
}
