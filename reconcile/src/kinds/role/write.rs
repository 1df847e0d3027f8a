//! Writes to roles. Each of them may be repeated.

use super::{ALLOW, Role, read, trust};
use crate::{
    aws::{Aws, from_sdk},
    diff::FieldChange,
    error::CloudError,
    owner::{Marking, Worn},
    policy::{self, Statements},
};
use aws_sdk_iam::types::Tag;
use futures::future::{try_join, try_join_all};
use lake_api::{FieldPath, Input};
use std::collections::{BTreeMap, BTreeSet};

pub(super) async fn create(role: &Role, aws: &Aws, mark: &Worn) -> Result<(), CloudError> {
    const DOING: &str = "iam:CreateRole";
    let name = known(DOING, "name", &role.name)?;
    let mut tags = plain(DOING, &role.tags)?;
    tags.extend(mark.tags());
    let new = aws
        .iam
        .create_role()
        .role_name(name)
        .path(known(DOING, "path", &role.path)?)
        .set_description(optional(DOING, "description", role.description.as_ref())?)
        .max_session_duration(seconds(role))
        .set_permissions_boundary(optional(DOING, "permissionsBoundary", role.permissions_boundary.as_ref())?)
        .set_tags(Some(iam_tags(DOING, &tags)?));
    let trusting = async |who: &Statements| {
        let made = new.clone().assume_role_policy_document(document(DOING, "assumedBy", who)?).send().await;
        made.map(drop).map_err(|e| from_sdk(DOING, e))
    };
    let whole = match trusting(&role.assumed_by).await {
        // It trusts itself, or a role that is still to be made: it is made with the rest of its trust, and then gets all.
        Err(refused) if refused.is("MalformedPolicyDocument") => {
            let Some(rest) = trust::of_others(&role.assumed_by, &aws.place) else { return Err(refused) };
            trusting(&rest).await.map_err(|_| refused)?;
            false
        }
        answer => {
            answer?;
            true
        }
    };
    let inline = role.inline_policies.iter().map(|(policy, statements)| (policy.as_str(), statements));
    let allow = (!role.allow.is_empty()).then_some((ALLOW, &role.allow));
    let puts = inline.chain(allow).map(|(policy, statements)| put(aws, name, policy, statements));
    let attaches = role.managed_policies.iter().map(|arn| attach(aws, name, arn));
    try_join(try_join_all(puts), try_join_all(attaches)).await?;
    if whole { Ok(()) } else { set_trust(role, aws, name).await }
}

pub(super) async fn update(
    role: &Role,
    aws: &Aws,
    name: &str,
    changes: &[FieldChange],
) -> Result<(), CloudError> {
    let touched = |field: &str| changes.iter().any(|change| change.touches(&FieldPath::root().field(field)));
    if touched("assumedBy") {
        set_trust(role, aws, name).await?;
    }
    if touched("description") || touched("maxSessionDuration") {
        // What this call is not told falls back to IAM's default, so it is told both.
        const DOING: &str = "iam:UpdateRole";
        aws.iam
            .update_role()
            .role_name(name)
            .description(optional(DOING, "description", role.description.as_ref())?.unwrap_or_default())
            .max_session_duration(seconds(role))
            .send()
            .await
            .map_err(|e| from_sdk(DOING, e))?;
    }
    if touched("permissionsBoundary") {
        bound(role, aws, name).await?;
    }
    if touched("managedPolicies") {
        let there = read::attached(aws, name).await?;
        let come = role.managed_policies.difference(&there).map(Part::Managed);
        let leave = there.difference(&role.managed_policies).map(Part::Managed);
        exchange(aws, name, come.collect(), leave.collect()).await?;
    }
    let (mut come, mut leave) = (Vec::new(), Vec::new());
    if touched("allow") {
        let to = if role.allow.is_empty() { &mut leave } else { &mut come };
        to.push(Part::Inline(ALLOW, &role.allow));
    }
    for policy in entries(changes, "inlinePolicies") {
        match role.inline_policies.get(policy) {
            Some(statements) => come.push(Part::Inline(policy, statements)),
            None => leave.push(Part::Inline(policy, &role.allow)),
        }
    }
    exchange(aws, name, come, leave).await?;
    retag(role, aws, name, changes).await
}

/// A policy of a role.
#[derive(Clone, Copy)]
enum Part<'a> {
    /// One that is attached, by ARN.
    Managed(&'a Input<String>),
    /// One of its own, by name, and what it says where it comes.
    Inline(&'a str, &'a Statements),
}

impl Part<'_> {
    async fn add(self, aws: &Aws, name: &str) -> Result<(), CloudError> {
        match self {
            Part::Managed(arn) => attach(aws, name, arn).await,
            Part::Inline(policy, statements) => put(aws, name, policy, statements).await,
        }
    }

    async fn drop(self, aws: &Aws, name: &str) -> Result<(), CloudError> {
        match self {
            Part::Managed(arn) => detach(aws, name, arn).await,
            Part::Inline(policy, _) => remove(aws, name, policy).await,
        }
    }
}

/// Let some policies come and others leave. What comes is there before anything leaves, so that nothing is missing
/// meanwhile; but where a quota counts both, what leaves goes first.
async fn exchange(
    aws: &Aws,
    name: &str,
    come: Vec<Part<'_>>,
    leave: Vec<Part<'_>>,
) -> Result<(), CloudError> {
    let mut crowded = Vec::new();
    for part in come {
        match part.add(aws, name).await {
            Err(error) if error.is("LimitExceeded") => crowded.push(part),
            answer => answer?,
        }
    }
    for part in leave {
        part.drop(aws, name).await?;
    }
    for part in crowded {
        part.add(aws, name).await?;
    }
    Ok(())
}

async fn set_trust(role: &Role, aws: &Aws, name: &str) -> Result<(), CloudError> {
    const DOING: &str = "iam:UpdateAssumeRolePolicy";
    let document = document(DOING, "assumedBy", &role.assumed_by)?;
    let answer = aws.iam.update_assume_role_policy().role_name(name).policy_document(document).send().await;
    answer.map(drop).map_err(|e| from_sdk(DOING, e))
}

pub(super) async fn mark(aws: &Aws, name: &str, marking: &Marking) -> Result<(), CloudError> {
    if !marking.put.is_empty() {
        tag(aws, name, &marking.put).await?;
    }
    if marking.take.is_empty() { Ok(()) } else { untag(aws, name, marking.take.clone()).await }
}

/// IAM deletes only roles that have nothing: what is attached, inline or in an instance profile goes first, be it ours
/// or not.
pub(super) async fn delete(aws: &Aws, name: &str) -> Result<(), CloudError> {
    gone_is_done(strip(aws, name).await)?;
    let answer = aws.iam.delete_role().role_name(name).send().await;
    gone_is_done(answer.map(drop).map_err(|e| from_sdk("iam:DeleteRole", e)))
}

async fn strip(aws: &Aws, name: &str) -> Result<(), CloudError> {
    let (attached, inline) = try_join(read::attached(aws, name), read::inline_names(aws, name)).await?;
    try_join_all(attached.iter().map(|arn| detach(aws, name, arn))).await?;
    try_join_all(inline.iter().map(|policy| remove(aws, name, policy))).await?;
    let mut profiles =
        aws.iam.list_instance_profiles_for_role().role_name(name).into_paginator().items().send();
    while let Some(profile) = profiles.next().await {
        let profile = profile.map_err(|e| from_sdk("iam:ListInstanceProfilesForRole", e))?;
        let answer = aws
            .iam
            .remove_role_from_instance_profile()
            .instance_profile_name(profile.instance_profile_name())
            .role_name(name)
            .send()
            .await;
        let doing = "iam:RemoveRoleFromInstanceProfile";
        gone_is_done(answer.map(drop).map_err(|e| from_sdk(doing, e)))?;
    }
    Ok(())
}

async fn bound(role: &Role, aws: &Aws, name: &str) -> Result<(), CloudError> {
    const DOING: &str = "iam:PutRolePermissionsBoundary";
    match optional(DOING, "permissionsBoundary", role.permissions_boundary.as_ref())? {
        Some(arn) => {
            let answer = aws
                .iam
                .put_role_permissions_boundary()
                .role_name(name)
                .permissions_boundary(arn)
                .send()
                .await;
            answer.map(drop).map_err(|e| from_sdk(DOING, e))
        }
        None => {
            let answer = aws.iam.delete_role_permissions_boundary().role_name(name).send().await;
            gone_is_done(answer.map(drop).map_err(|e| from_sdk("iam:DeleteRolePermissionsBoundary", e)))
        }
    }
}

async fn put(aws: &Aws, name: &str, policy: &str, statements: &Statements) -> Result<(), CloudError> {
    const DOING: &str = "iam:PutRolePolicy";
    let field = if policy == ALLOW { "allow" } else { policy };
    let document = document(DOING, field, statements)?;
    let answer =
        aws.iam.put_role_policy().role_name(name).policy_name(policy).policy_document(document).send().await;
    answer.map(drop).map_err(|e| from_sdk(DOING, e))
}

async fn remove(aws: &Aws, name: &str, policy: &str) -> Result<(), CloudError> {
    let answer = aws.iam.delete_role_policy().role_name(name).policy_name(policy).send().await;
    gone_is_done(answer.map(drop).map_err(|e| from_sdk("iam:DeleteRolePolicy", e)))
}

async fn attach(aws: &Aws, name: &str, arn: &Input<String>) -> Result<(), CloudError> {
    const DOING: &str = "iam:AttachRolePolicy";
    let arn = known(DOING, "managedPolicies", arn)?;
    let answer = aws.iam.attach_role_policy().role_name(name).policy_arn(arn).send().await;
    answer.map(drop).map_err(|e| from_sdk(DOING, e))
}

async fn detach(aws: &Aws, name: &str, arn: &Input<String>) -> Result<(), CloudError> {
    const DOING: &str = "iam:DetachRolePolicy";
    let arn = known(DOING, "managedPolicies", arn)?;
    let answer = aws.iam.detach_role_policy().role_name(name).policy_arn(arn).send().await;
    gone_is_done(answer.map(drop).map_err(|e| from_sdk(DOING, e)))
}

async fn retag(role: &Role, aws: &Aws, name: &str, changes: &[FieldChange]) -> Result<(), CloudError> {
    let touched = entries(changes, "tags");
    let (kept, dropped): (BTreeSet<&str>, BTreeSet<&str>) =
        touched.into_iter().partition(|key| role.tags.contains_key(*key));
    let kept: BTreeMap<String, Input<String>> = role
        .tags
        .iter()
        .filter(|(key, _)| kept.contains(key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    // What leaves goes first: their number is limited.
    if !dropped.is_empty() {
        untag(aws, name, dropped.into_iter().map(ToOwned::to_owned).collect()).await?;
    }
    if !kept.is_empty() {
        tag(aws, name, &plain("iam:TagRole", &kept)?).await?;
    }
    Ok(())
}

async fn tag(aws: &Aws, name: &str, tags: &BTreeMap<String, String>) -> Result<(), CloudError> {
    const DOING: &str = "iam:TagRole";
    let answer = aws.iam.tag_role().role_name(name).set_tags(Some(iam_tags(DOING, tags)?)).send().await;
    answer.map(drop).map_err(|e| from_sdk(DOING, e))
}

async fn untag(aws: &Aws, name: &str, keys: Vec<String>) -> Result<(), CloudError> {
    let answer = aws.iam.untag_role().role_name(name).set_tag_keys(Some(keys)).send().await;
    answer.map(drop).map_err(|e| from_sdk("iam:UntagRole", e))
}

/// The entries of a map that changes touch. The map itself is always there, so every path names an entry.
fn entries<'a>(changes: &'a [FieldChange], map: &str) -> BTreeSet<&'a str> {
    let map = FieldPath::root().field(map);
    changes
        .iter()
        .filter(|change| change.path.starts_with(&map))
        .filter_map(|change| change.path.steps().get(1)?.name())
        .collect()
}

fn gone_is_done(answer: Result<(), CloudError>) -> Result<(), CloudError> {
    match answer {
        Err(error) if error.is_gone() => Ok(()),
        other => other,
    }
}

/// Every reference is known once a write is made; what is not would be written wrongly.
fn known<'a>(doing: &str, field: &str, value: &'a Input<String>) -> Result<&'a str, CloudError> {
    value.text().ok_or_else(|| CloudError::refused(doing, format!("{field} is not known yet")))
}

fn optional(doing: &str, field: &str, value: Option<&Input<String>>) -> Result<Option<String>, CloudError> {
    value.map(|value| known(doing, field, value).map(ToOwned::to_owned)).transpose()
}

fn document(doing: &str, field: &str, statements: &Statements) -> Result<String, CloudError> {
    policy::render(statements).ok_or_else(|| CloudError::refused(doing, format!("{field} is not known yet")))
}

fn plain(
    doing: &str,
    tags: &BTreeMap<String, Input<String>>,
) -> Result<BTreeMap<String, String>, CloudError> {
    tags.iter().map(|(key, value)| Ok((key.clone(), known(doing, "tags", value)?.to_owned()))).collect()
}

fn iam_tags(doing: &str, tags: &BTreeMap<String, String>) -> Result<Vec<Tag>, CloudError> {
    tags.iter()
        .map(|(key, value)| {
            let tag = Tag::builder().key(key).value(value).build();
            tag.map_err(|why| CloudError::refused(doing, why.to_string()))
        })
        .collect()
}

/// The schema bounds it to 43200.
fn seconds(role: &Role) -> i32 {
    i32::try_from(role.max_session_duration).unwrap_or(i32::MAX)
}
