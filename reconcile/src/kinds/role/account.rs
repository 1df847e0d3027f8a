//! The account's lists of roles. They are heavy: of a thousand roles, all policies. So one is asked for at a time, and of
//! each page what nobody wants is dropped before the next one comes.

use super::{
    Role,
    read::{SETTLING, detailed, sight},
};
use crate::{
    aws::{Aws, from_sdk},
    error::CloudError,
    inventory::Sight,
};
use aws_sdk_iam::types::{EntityType, Role as IamRole, RoleDetail};
use futures::future::try_join;
use std::collections::{BTreeMap, BTreeSet};

/// Roles on a page, the most that IAM allows.
const PAGE: i32 = 1000;

/// Roles by their names, as far as there are such. The account's details lack description and session duration, which
/// the list of roles has; the list lacks all the rest. A role that only one of them knows was made or deleted this moment.
pub(super) async fn read(aws: &Aws, names: &[String]) -> Result<BTreeMap<String, Sight<Role>>, CloudError> {
    let wanted: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let named = |role: &RoleDetail| role.role_name().filter(|name| wanted.contains(name)).map(str::to_owned);
    let details = details(aws, |role| Some((named(&role)?, role)));
    let roles = roles(aws, "/", |role| wanted.contains(role.role_name()));
    let (details, roles) = try_join(details, roles).await?;
    let mut details: BTreeMap<String, RoleDetail> = details.into_iter().collect();
    let mut sights = BTreeMap::new();
    for role in roles {
        let told = match details.remove(role.role_name()) {
            Some(detail) => sight(detailed(&detail, &role, &aws.place.partition)),
            None => Sight::Settling(SETTLING.to_owned()),
        };
        sights.insert(role.role_name, told);
    }
    let unlisted = details.into_keys().map(|name| (name, Sight::Settling(SETTLING.to_owned())));
    sights.extend(unlisted);
    Ok(sights)
}

/// Who lists all roles of the account, with which one list alone fills some megabytes: one after the other.
#[derive(Debug, Default)]
struct AccountLists(tokio::sync::Mutex<()>);

/// What is wanted of each role of the account, which is told with its policies and tags.
pub(super) async fn details<T>(
    aws: &Aws,
    mut take: impl FnMut(RoleDetail) -> Option<T>,
) -> Result<Vec<T>, CloudError> {
    let lists = aws.kept::<AccountLists>();
    let _alone = lists.0.lock().await;
    let mut taken = Vec::new();
    let list = aws.iam.get_account_authorization_details().filter(EntityType::Role).max_items(PAGE);
    let mut pages = list.into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|e| from_sdk("iam:GetAccountAuthorizationDetails", e))?;
        taken.extend(page.role_detail_list.into_iter().flatten().filter_map(&mut take));
    }
    Ok(taken)
}

/// The roles under a path that are wanted, without tags and boundary.
pub(super) async fn roles(
    aws: &Aws,
    path: &str,
    wanted: impl Fn(&IamRole) -> bool,
) -> Result<Vec<IamRole>, CloudError> {
    let mut taken = Vec::new();
    let mut pages = aws.iam.list_roles().path_prefix(path).max_items(PAGE).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|e| from_sdk("iam:ListRoles", e))?;
        taken.extend(page.roles.into_iter().filter(&wanted));
    }
    Ok(taken)
}
