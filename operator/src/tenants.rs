//! Whose credentials work for which namespace: decided by a file of the operator's own, which no tenant can write.

use lake_reconcile::aws::{Access, AssumeRole};
use serde::Deserialize;
use std::{collections::BTreeMap, path::Path};

/// How often a call that was throttled or not answered is repeated at once; then the lake makes way for others and
/// comes back.
const MAX_RETRIES: u32 = 3;

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tenants {
    /// For namespaces that are not named; without it they are refused.
    #[serde(default)]
    pub default: Option<Tenant>,
    /// By namespace.
    #[serde(default)]
    pub namespaces: BTreeMap<String, Tenant>,
}

/// As whom a namespace's lakes are worked on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tenant {
    /// The role to assume; left out, the operator's own credentials.
    pub role_arn: Option<String>,
    /// What the role's owner demands of third parties.
    pub external_id: Option<String>,
    /// The region of lakes that name none.
    pub region: Option<String>,
}

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NoTenants {
    /// It cannot be read.
    #[error("the tenants' file {0} cannot be read: {1}")]
    Unreadable(String, std::io::Error),
    /// It says what cannot be understood.
    #[error("the tenants' file {0} is not as it should be: {1}")]
    Malformed(String, Box<serde_saphyr::Error>),
}

impl Tenants {
    /// Everybody works with the operator's own credentials.
    #[must_use]
    pub fn everybody() -> Self {
        Tenants { default: Some(Tenant::default()), namespaces: BTreeMap::new() }
    }

    /// What a file says.
    ///
    /// # Errors
    /// When it cannot be read, or holds a word that is not known.
    pub fn read(path: &Path) -> Result<Self, NoTenants> {
        let name = path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|error| NoTenants::Unreadable(name.clone(), error))?;
        serde_saphyr::from_str(&text).map_err(|error| NoTenants::Malformed(name, Box::new(error)))
    }

    /// How AWS is reached for a namespace, in the region of a lake or else its own; nothing when it is refused.
    #[must_use]
    pub fn access(&self, namespace: &str, region: Option<&str>, fallback: Option<&str>) -> Option<Access> {
        let tenant = self.namespaces.get(namespace).or(self.default.as_ref())?;
        let role = tenant.role_arn.as_ref().map(|arn| AssumeRole {
            role_arn: arn.clone(),
            // CloudTrail shows it.
            session_name: Some(session_name(namespace)),
            external_id: tenant.external_id.clone(),
            ..AssumeRole::default()
        });
        Some(Access {
            region: region.or(tenant.region.as_deref()).or(fallback).map(str::to_owned),
            assume_role: role.into_iter().collect(),
            max_retries: Some(MAX_RETRIES),
            ..Access::default()
        })
    }
}

/// A session's name has 64 characters at most (sts:AssumeRole).
fn session_name(namespace: &str) -> String {
    format!("lake-{namespace}").chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenants() -> Tenants {
        serde_saphyr::from_str(
            "namespaces:\n  team-a: { roleArn: 'arn:aws:iam::111122223333:role/lake', externalId: x1, region: eu-north-1 }",
        )
        .unwrap()
    }

    #[test]
    fn a_namespace_works_as_the_file_says_and_as_nobody_else() {
        let access = tenants().access("team-a", None, Some("us-east-1")).unwrap();
        assert_eq!(access.region.as_deref(), Some("eu-north-1"));
        assert_eq!(access.assume_role[0].role_arn, "arn:aws:iam::111122223333:role/lake");
        assert_eq!(access.assume_role[0].external_id.as_deref(), Some("x1"));
        assert_eq!(access.assume_role[0].session_name.as_deref(), Some("lake-team-a"));
        assert_eq!(tenants().access("team-b", None, None), None);
    }

    #[test]
    fn the_lake_s_own_region_comes_first() {
        let access = tenants().access("team-a", Some("eu-west-1"), None).unwrap();
        assert_eq!(access.region.as_deref(), Some("eu-west-1"));
        let access = Tenants::everybody().access("any", None, Some("us-east-1")).unwrap();
        assert_eq!((access.region.as_deref(), access.assume_role.len()), (Some("us-east-1"), 0));
    }

    #[test]
    fn an_unknown_word_is_refused() {
        assert!(serde_saphyr::from_str::<Tenants>("namespaces: { a: { role: x } }").is_err());
    }
}
