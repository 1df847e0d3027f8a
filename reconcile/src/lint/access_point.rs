//! Access points.

use super::{public, statement};
use crate::LakeSpec;
use crate::spec::AccessPoint;
use lake_api::member::Member;
use lake_api::names::{Target, Word};
use lake_api::{FieldPath, Finding};

pub(super) fn check(path: &FieldPath, point: &AccessPoint, spec: &LakeSpec, told: &mut Vec<Finding>) {
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
