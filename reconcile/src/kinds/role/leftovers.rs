//! Roles that wear a lake's mark. The tagging API does not list roles, so IAM is asked.

use super::{
    account::{details, roles},
    read::{are_many, plain},
};
use crate::{
    aws::Aws,
    error::CloudError,
    key::Key,
    owner::{Owner, Worn},
};
use aws_sdk_iam::types::RoleDetail;
use futures::stream::{self, StreamExt, TryStreamExt};

/// How many roles are asked for at once.
const AT_ONCE: usize = 8;

/// The roles under the lake's own path that wear its mark; and where nothing of the lake is known yet, roles under any
/// path.
///
/// Listing a path is cheap, and is where roles are unless their members say otherwise. The whole account's list is
/// neither cheap nor always allowed. It is asked for only when nothing of this lake is known (a lake that is about to
/// be created or imported, of which a killed apply may have left roles that no record names), or when so many roles lie
/// under the path that asking each for its tags costs more.
pub(super) async fn leftovers(
    aws: &Aws,
    owner: &Owner,
    parents: &[Key],
) -> Result<Vec<(String, Option<Worn>)>, CloudError> {
    if parents.is_empty() {
        // Who may not list the account learns what lies under the path, as always.
        if let Ok(all) = anywhere(aws, owner).await {
            return Ok(all);
        }
    }
    let under = roles(aws, &path(owner), |_| true).await?;
    if are_many(under.len())
        && let Ok(all) = anywhere(aws, owner).await
    {
        return Ok(all);
    }
    let worn: Vec<(String, Option<Worn>)> = stream::iter(under)
        .map(|role| async move {
            let name = role.role_name().to_owned();
            let worn = super::read::worn(aws, &name).await?.flatten();
            Ok::<_, CloudError>((name, worn))
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(ours(worn, owner))
}

/// All roles of the account that wear the mark.
async fn anywhere(aws: &Aws, owner: &Owner) -> Result<Vec<(String, Option<Worn>)>, CloudError> {
    let worn = |role: RoleDetail| Some((role.role_name?, Worn::part(plain(role.tags.as_deref()?)).1));
    Ok(ours(details(aws, worn).await?, owner))
}

/// Those that are in the lake, or were left behind by it.
fn ours(
    roles: impl IntoIterator<Item = (String, Option<Worn>)>,
    owner: &Owner,
) -> Vec<(String, Option<Worn>)> {
    roles.into_iter().filter(|(_, worn)| worn.as_ref().is_some_and(|worn| worn.is_of(owner))).collect()
}

/// The path of a lake's roles, unless they say otherwise. In Kubernetes a lake's name follows its namespace.
fn path(owner: &Owner) -> String {
    format!("/lake/{}/", owner.lake.rsplit('/').next().unwrap_or(&owner.lake))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::NodeId;

    #[test]
    fn a_lakes_roles_are_those_that_wear_its_mark() {
        let owner = |lake: &str| Owner { door: "terraform".into(), instance: "t".into(), lake: lake.into() };
        let node = NodeId::new("role", "etl");
        let worn =
            |lake: &str| Worn { owner: owner(lake).to_string(), node: node.to_string(), ..Worn::default() };
        let worn = vec![
            ("a".to_owned(), Some(worn("events"))),
            ("b".to_owned(), Some(worn("other"))),
            ("c".to_owned(), None),
            ("d".to_owned(), Some(Worn::retained(&owner("events"), &node, None))),
        ];
        let names: Vec<String> = ours(worn, &owner("events")).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "d"]);
        assert_eq!(path(&owner("data/events")), "/lake/events/");
    }
}
