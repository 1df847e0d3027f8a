//! The sense of buckets.

mod lifecycle;

use super::spec::{Bucket, BucketNamespace, ObjectOwnership, Sse};
use crate::LakeSpec;
use crate::lint::names::{Names, Rule, given};
use crate::lint::{member, public, same_name, statement};
use lake_api::names::{MemberKey, Word};
use lake_api::{FieldPath, Finding};

/// The statements that a bucket's switches make: id and switch.
const MADE: [(&str, &str); 3] = [
    ("LakeTlsOnly", "tlsOnly"),
    ("LakeDelegateToAccessPoints", "delegateToAccessPoints"),
    ("LakeLogDelivery", "logging"),
];

/// What S3 takes for the name of a bucket.
pub(super) const NAME: Rule = Rule {
    section: "buckets",
    sort: "bucket",
    length: (3, 63),
    external: Some(&[':', '/']),
    folds: false,
    letters,
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",
};

pub(super) fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
    Names::of(spec, lake).section(&NAME, &spec.buckets, told, |key, bucket| {
        let end = match bucket.bucket_namespace {
            BucketNamespace::Global => "",
            BucketNamespace::AccountRegional => "-an",
        };
        let default = format!("{{lake}}-{key}-{{account}}-{{region}}{end}");
        (String::new(), given(bucket.name.as_ref(), &default))
    });
    for (key, bucket) in spec.buckets.own() {
        check(&member(NAME.section, key), key, bucket, told);
    }
}

fn letters(name: &str) -> Option<&'static str> {
    if !name.bytes().all(|c| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-')) {
        return Some("A bucket's name has lower-case letters, digits, hyphens and dots");
    }
    let ends = [name.bytes().next(), name.bytes().last()];
    if !ends.iter().flatten().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()) {
        return Some("A bucket's name begins and ends with a letter or a digit");
    }
    if name.contains("..") {
        return Some("A bucket's name has no two dots side by side");
    }
    if name.split('.').count() == 4 && name.split('.').all(|part| part.parse::<u8>().is_ok()) {
        return Some("A bucket's name is no IP address");
    }
    if ["xn--", "sthree-", "amzn-s3-demo-"].iter().any(|front| name.starts_with(front)) {
        return Some("S3 keeps names that begin with `xn--`, `sthree-` or `amzn-s3-demo-` to itself");
    }
    if ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].iter().any(|end| name.ends_with(end)) {
        return Some(
            "S3 keeps names that end with `-s3alias`, `--ol-s3`, `.mrap`, `--x-s3` or `--table-s3` to itself",
        );
    }
    None
}

fn check(path: &FieldPath, key: &MemberKey, bucket: &Bucket, told: &mut Vec<Finding>) {
    told.extend(account_regional(bucket, &path.field("name")));
    lifecycle::check(path, bucket, told);
    policy(path, bucket, told);
    metrics(path, bucket, told);
    encryption(path, bucket, told);
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

/// A name in the account's own namespace ends as S3 demands.
fn account_regional(bucket: &Bucket, path: &FieldPath) -> Option<Finding> {
    let name = bucket.name.as_ref()?.known()?;
    let regional = bucket.bucket_namespace == BucketNamespace::AccountRegional;
    (regional && !name.ends_with("-{account}-{region}-an")).then(|| {
        Finding::error(
            path.clone(),
            "the name of an account-regional bucket ends with `-{account}-{region}-an`",
            "Put that at the end of `name`, or leave `name` out.",
        )
    })
}
