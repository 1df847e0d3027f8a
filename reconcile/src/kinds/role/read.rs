//! Roles as IAM has them.

use super::{ALLOW, Role, account};
use crate::{
    aws::{Aws, Priority, from_sdk},
    error::CloudError,
    inventory::{Facts, Seen, Sight},
    owner::Worn,
    policy::{self, Statements, Texts},
};
use aws_sdk_iam::types::{Role as IamRole, RoleDetail, Tag};
use futures::{
    future::try_join,
    stream::{self, StreamExt, TryStreamExt},
};
use lake_api::Input;
use std::collections::BTreeMap;

/// From how many roles on the account's whole list is cheaper, when somebody waits.
///
/// A role takes three calls and one for each inline policy. The account's list takes two calls per thousand roles
/// that the *account* has, each of them slow and heavy (all policies of all roles), and an account has 1000 roles
/// unless AWS raised its quota to at most 5000. So ten heavy calls at worst stand against four light ones a role: while
/// the light ones are few they are answered sooner, though there be more of them.
const MANY: usize = 20;
/// From how many roles on a routine look takes the list: there calls count and time does not, and ten calls at worst are
/// no more than those of three roles.
const SEVERAL: usize = 3;

/// Whether so many roles are cheaper read from the account's list.
pub(super) fn are_many(count: usize) -> bool {
    count
        >= match Priority::now() {
            Priority::Urgent => MANY,
            Priority::Routine => SEVERAL,
        }
}

/// How many roles are asked for at once.
const AT_ONCE: usize = 8;

/// IAM's parts agree a moment after a change.
pub(super) const SETTLING: &str = "IAM does not know the role everywhere";

/// What of a role is not its policies.
struct Bare<'a> {
    role: &'a IamRole,
    boundary: Option<&'a str>,
    tags: &'a [Tag],
}

/// The policies of a role, as documents.
struct Policies {
    inline: BTreeMap<String, String>,
    attached: Texts,
}

pub(super) async fn read(aws: &Aws, names: &[String]) -> Vec<Sight<Role>> {
    if are_many(names.len()) {
        // Who may not list the whole account may still read each role.
        if let Ok(mut found) = account::read(aws, names).await {
            return names.iter().map(|name| found.remove(name).unwrap_or(Sight::Absent)).collect();
        }
    }
    stream::iter(names.to_vec())
        .map(|name| async move { read_one(aws, &name).await })
        .buffered(AT_ONCE)
        .collect()
        .await
}

/// What a role wears now.
pub(super) async fn worn(aws: &Aws, name: &str) -> Result<Option<Option<Worn>>, CloudError> {
    Ok(get(aws, name).await?.map(|role| Worn::part(plain(role.tags())).1))
}

/// The plain map that tags are.
pub(super) fn plain(tags: &[Tag]) -> BTreeMap<String, String> {
    tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}

pub(super) fn sight(read: Result<Seen<Role>, CloudError>) -> Sight<Role> {
    match read {
        Ok(seen) => Sight::Present(seen),
        Err(error) => Sight::Unreadable(error),
    }
}

/// The role itself says whether it exists, by one call for one that is absent. Where its policies do not know it then,
/// it was made or deleted this moment.
async fn read_one(aws: &Aws, name: &str) -> Sight<Role> {
    let role = match get(aws, name).await {
        Ok(Some(role)) => role,
        Ok(None) => return Sight::Absent,
        Err(error) => return Sight::Unreadable(error),
    };
    match try_join(inline(aws, name), attached(aws, name)).await {
        Ok((inline, attached)) => {
            let boundary =
                role.permissions_boundary().and_then(|boundary| boundary.permissions_boundary_arn());
            let bare = Bare { role: &role, boundary, tags: role.tags() };
            sight(seen(&bare, Policies { inline, attached }, &aws.place.partition))
        }
        Err(error) if error.is_gone() => Sight::Settling(SETTLING.to_owned()),
        Err(error) => Sight::Unreadable(error),
    }
}

async fn get(aws: &Aws, name: &str) -> Result<Option<IamRole>, CloudError> {
    match aws.iam.get_role().role_name(name).send().await.map_err(|e| from_sdk("iam:GetRole", e)) {
        Ok(answer) => Ok(answer.role),
        Err(error) if error.is_gone() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The documents of the inline policies, by name.
async fn inline(aws: &Aws, name: &str) -> Result<BTreeMap<String, String>, CloudError> {
    let names = inline_names(aws, name).await?;
    stream::iter(names)
        .map(|policy| async move {
            let answer = aws.iam.get_role_policy().role_name(name).policy_name(&policy).send().await;
            let answer = answer.map_err(|e| from_sdk("iam:GetRolePolicy", e))?;
            Ok((policy, decoded(answer.policy_document())))
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await
}

/// The names of the inline policies.
pub(super) async fn inline_names(aws: &Aws, name: &str) -> Result<Vec<String>, CloudError> {
    let mut pages = aws.iam.list_role_policies().role_name(name).into_paginator().items().send();
    let mut names = Vec::new();
    while let Some(policy) = pages.next().await {
        names.push(policy.map_err(|e| from_sdk("iam:ListRolePolicies", e))?);
    }
    Ok(names)
}

/// The ARNs of the attached policies.
pub(super) async fn attached(aws: &Aws, name: &str) -> Result<Texts, CloudError> {
    let mut pages = aws.iam.list_attached_role_policies().role_name(name).into_paginator().items().send();
    let mut arns = Texts::new();
    while let Some(policy) = pages.next().await {
        let policy = policy.map_err(|e| from_sdk("iam:ListAttachedRolePolicies", e))?;
        arns.extend(policy.policy_arn().map(Input::from));
    }
    Ok(arns)
}

/// A role as the account's lists tell it.
pub(super) fn detailed(
    detail: &RoleDetail,
    role: &IamRole,
    partition: &str,
) -> Result<Seen<Role>, CloudError> {
    let boundary = detail.permissions_boundary().and_then(|boundary| boundary.permissions_boundary_arn());
    let inline = detail
        .role_policy_list()
        .iter()
        .filter_map(|policy| Some((policy.policy_name()?.to_owned(), decoded(policy.policy_document()?))));
    let attached = detail.attached_managed_policies().iter().filter_map(|policy| policy.policy_arn());
    let policies = Policies { inline: inline.collect(), attached: attached.map(Input::from).collect() };
    seen(&Bare { role, boundary, tags: detail.tags() }, policies, partition)
}

fn seen(bare: &Bare<'_>, policies: Policies, partition: &str) -> Result<Seen<Role>, CloudError> {
    let Bare { role, boundary, tags } = bare;
    let statements = |doing: &str, document: &str| -> Result<Statements, CloudError> {
        policy::parse(document, partition).map_err(|why| CloudError::refused(doing, why.to_string()))
    };
    let mut inline_policies = BTreeMap::new();
    for (name, document) in &policies.inline {
        inline_policies.insert(name.clone(), statements("iam:GetRolePolicy", document)?);
    }
    let (tags, worn) = Worn::part(plain(tags));
    let facts = [("arn", role.arn()), ("name", role.role_name()), ("uniqueId", role.role_id())];
    Ok(Seen {
        settings: Role {
            name: role.role_name().into(),
            path: role.path().into(),
            description: role.description().filter(|text| !text.is_empty()).map(Input::from),
            assumed_by: statements(
                "iam:GetRole",
                &decoded(role.assume_role_policy_document().unwrap_or("{}")),
            )?,
            allow: inline_policies.remove(ALLOW).unwrap_or_default(),
            inline_policies,
            managed_policies: policies.attached,
            permissions_boundary: boundary.map(Input::from),
            max_session_duration: role.max_session_duration().unwrap_or(3600).into(),
            tags: tags.into_iter().map(|(key, value)| (key, Input::Known(value))).collect(),
        },
        facts: facts.map(|(name, fact)| (name.to_owned(), fact.to_owned())).into_iter().collect::<Facts>(),
        worn,
        birth: Some(role.role_id().to_owned()),
    })
}

/// A document as it was before IAM wrote it for a URL (RFC 3986). What is no such writing stays as it is.
fn decoded(document: &str) -> String {
    let bytes = document.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let coded = document.get(at + 1..at + 3).filter(|_| byte == b'%');
        match coded.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                plain.push(byte);
                at += 3;
            }
            None => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(plain).unwrap_or_else(|_| document.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_read_as_they_were_written() {
        assert_eq!(decoded("%7B%22Statement%22%3A%5B%5D%7D"), r#"{"Statement":[]}"#);
        assert_eq!(decoded(r#"{"Statement":[]}"#), r#"{"Statement":[]}"#);
        assert_eq!(decoded("%C3%A9+%zz%2"), "é+%zz%2");
        assert_eq!(decoded("%ff"), "%ff");
    }

    #[test]
    fn off_is_absent_and_the_policy_of_allow_is_apart() {
        let role = IamRole::builder()
            .role_name("etl")
            .path("/lake/events/")
            .role_id("AROA1")
            .arn("arn:aws:iam::123456789012:role/lake/events/etl")
            .create_date(aws_smithy_types::DateTime::from_secs(0))
            .description("")
            .assume_role_policy_document("%7B%22Statement%22%3A%5B%5D%7D")
            .build()
            .unwrap();
        let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build().unwrap();
        let tags =
            [tag("team", "a"), tag("aws:x", "y"), tag("lake.dev/owner", "o"), tag("lake.dev/node", "n")];
        let allow = r#"{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
        let inline =
            BTreeMap::from([("lake".to_owned(), allow.to_owned()), ("own".to_owned(), "{}".to_owned())]);
        let bare = Bare { role: &role, boundary: None, tags: &tags };
        let seen = seen(&bare, Policies { inline, attached: Texts::new() }, "aws").unwrap();
        assert_eq!(seen.settings.description, None);
        assert_eq!(seen.settings.max_session_duration, 3600);
        assert_eq!(seen.settings.allow.len(), 1);
        assert_eq!(seen.settings.inline_policies.keys().collect::<Vec<_>>(), ["own"]);
        assert_eq!(seen.settings.tags.keys().collect::<Vec<_>>(), ["team"]);
        assert_eq!(seen.worn.map(|worn| worn.node).as_deref(), Some("n"));
        assert_eq!(seen.facts["uniqueId"], "AROA1");
    }
}
