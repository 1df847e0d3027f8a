//! The sense of access points.

use super::spec::AccessPoint;
use crate::LakeSpec;
use crate::lint::names::{self, Names, Rule, given};
use crate::lint::{member, public, statement};
use lake_api::member::Member;
use lake_api::names::{Target, Word};
use lake_api::{FieldPath, Finding};

/// What S3 takes for the name of an access point.
pub(super) const NAME: Rule = Rule {
    section: "accessPoints",
    sort: "access point",
    length: (3, 50),
    external: Some(&[':', '/']),
    folds: false,
    letters,
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-restrictions-limitations-naming-rules.html",
};

pub(super) fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
    Names::of(spec, lake).section(&NAME, &spec.access_points, told, |key, point| {
        (String::new(), given(point.name.as_ref(), &names::default(key)))
    });
    for (key, point) in spec.access_points.own() {
        check(&member(NAME.section, key), point, spec, told);
    }
}

fn letters(name: &str) -> Option<&'static str> {
    if !name.bytes().all(|c| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'-')) {
        return Some("An access point's name has lower-case letters, digits and hyphens");
    }
    if name.starts_with('-') || name.ends_with('-') {
        return Some("An access point's name neither begins nor ends with a hyphen");
    }
    if name.starts_with("xn--") || ["-s3alias", "-ext-s3alias"].iter().any(|end| name.ends_with(end)) {
        return Some("S3 keeps names that begin with `xn--` or end with `-s3alias` to itself");
    }
    None
}

fn check(path: &FieldPath, point: &AccessPoint, spec: &LakeSpec, told: &mut Vec<Finding>) {
    let at = path.field("statements");
    for (index, one) in point.statements.iter().enumerate() {
        statement::check(&at.index(index), one, statement::Policy::Resource, told);
        // What is reached from one VPC alone is never public.
        if point.public_access_block.block_public_policy && point.vpc_id.is_none() {
            public::check(&at.index(index), one, told);
        }
    }
    statement::twice(&at, &point.statements, told);
    for (index, allow) in point.allow.iter().enumerate() {
        if allow.roles.is_empty() {
            told.push(Finding::error(
                path.field("allow").index(index).field("roles"),
                "nobody is allowed anything",
                "Name roles, or remove this entry.",
            ));
        }
    }
    if point.bucket_account.is_some()
        && let Some(Target::Member(key)) = point.bucket.target()
        && matches!(spec.buckets.get(key), Some(Member::Own(_)))
    {
        told.push(Finding::error(
            path.field("bucketAccount"),
            format!("the bucket `{key}` is this lake's, so its account is this one"),
            "Remove `bucketAccount`, or name the other account's bucket by its ARN.",
        ));
    }
}
