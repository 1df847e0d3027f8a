//! Whose credentials work for which namespace: decided by a file of the operator's own, which no tenant can write.

use lake_reconcile::aws::{Access, AssumeRole};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

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
    /// The owners that its lakes may take over from, beside those of its own namespace: whole ones, or what theirs begin
    /// with, `terraform/analytics`.
    #[serde(default)]
    pub adopt_from: BTreeSet<String>,
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
    /// It names a role by what is no ARN of a role.
    #[error(
        "the tenants' file {0}: {1}.roleArn: `{2}` is no ARN of a role; write `arn:aws:iam::111122223333:role/NAME`, with the \
         partition, account and path that the role has"
    )]
    NoRole(String, String, String),
}

impl Tenants {
    /// Everybody works with the operator's own credentials.
    #[must_use]
    pub fn everybody() -> Self {
        Tenants { default: Some(Tenant::default()), namespaces: BTreeMap::new() }
    }

    /// What the file says of a namespace; nothing when it is refused.
    #[must_use]
    pub fn tenant(&self, namespace: &str) -> Option<&Tenant> {
        self.namespaces.get(namespace).or(self.default.as_ref())
    }

    /// How AWS is reached for a namespace, in the region of a lake or else its own; nothing when it is refused.
    #[must_use]
    pub fn access(&self, namespace: &str, region: Option<&str>, fallback: Option<&str>) -> Option<Access> {
        let tenant = self.tenant(namespace)?;
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

/// The tenants as the file has them now: it is read again for each round, so that whoever edits it restarts nothing.
#[derive(Debug)]
pub struct TenantsFile {
    /// None where everybody works with the operator's own credentials.
    file: Option<PathBuf>,
    last: Mutex<Last>,
}

/// What was read last.
#[derive(Debug)]
struct Last {
    text: String,
    /// What that says or, while nobody can understand it, what was said before.
    tenants: Arc<Tenants>,
    /// Why it could not be used the last time, which is told once.
    trouble: Option<String>,
}

impl TenantsFile {
    /// The register that a file holds; without one, everybody works with the operator's own credentials.
    ///
    /// # Errors
    /// When it cannot be read, or holds a word that is not known.
    pub fn open(file: Option<&Path>) -> Result<Self, NoTenants> {
        let last = match file {
            None => Last::of(String::new(), Tenants::everybody()),
            Some(path) => {
                let text = read(path)?;
                let tenants = parse(path, &text)?;
                Last::of(text, tenants)
            }
        };
        Ok(TenantsFile { file: file.map(Path::to_owned), last: Mutex::new(last) })
    }

    /// What it says now. A file that cannot be used is told in the log, and what it said before stays in force.
    #[must_use]
    pub fn tenants(&self) -> Arc<Tenants> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(path) = &self.file else { return last.tenants.clone() };
        let read = read(path).and_then(|text| {
            if text == last.text {
                return Ok(None);
            }
            let tenants = parse(path, &text)?;
            last.text = text;
            Ok(Some(tenants))
        });
        match read {
            Ok(None) => last.trouble = None,
            Ok(Some(tenants)) => {
                tracing::info!(file = %path.display(), "the tenants have changed");
                (last.tenants, last.trouble) = (Arc::new(tenants), None);
            }
            Err(error) => {
                let trouble = error.to_string();
                if last.trouble.as_ref() != Some(&trouble) {
                    tracing::error!("{trouble}; what it said before stays in force");
                }
                last.trouble = Some(trouble);
            }
        }
        last.tenants.clone()
    }
}

impl Last {
    fn of(text: String, tenants: Tenants) -> Self {
        Last { text, tenants: Arc::new(tenants), trouble: None }
    }
}

fn read(path: &Path) -> Result<String, NoTenants> {
    std::fs::read_to_string(path).map_err(|error| NoTenants::Unreadable(path.display().to_string(), error))
}

fn parse(path: &Path, text: &str) -> Result<Tenants, NoTenants> {
    let file = || path.display().to_string();
    let tenants: Tenants =
        serde_saphyr::from_str(text).map_err(|error| NoTenants::Malformed(file(), Box::new(error)))?;
    let named = tenants.namespaces.iter().map(|(name, tenant)| (format!("namespaces.{name}"), tenant));
    for (place, tenant) in named.chain(tenants.default.iter().map(|it| ("default".to_owned(), it))) {
        if let Some(arn) = tenant.role_arn.as_ref().filter(|arn| !is_role(arn)) {
            return Err(NoTenants::NoRole(file(), place, arn.clone()));
        }
    }
    Ok(tenants)
}

/// Whether a text is `arn:<partition>:iam::<account>:role/<path and name>`.
fn is_role(arn: &str) -> bool {
    match arn.splitn(6, ':').collect::<Vec<_>>()[..] {
        ["arn", partition, "iam", "", account, role] => {
            partition.starts_with("aws")
                && account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && role.strip_prefix("role/").is_some_and(|name| !name.is_empty() && !name.ends_with('/'))
        }
        _ => false,
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
    fn what_is_written_later_holds_from_then_on_unless_nobody_understands_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let write = |text: &str| std::fs::write(file.path(), text).unwrap();
        write("namespaces: { team-a: {} }");
        let register = TenantsFile::open(Some(file.path())).unwrap();
        let names = || register.tenants().namespaces.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(), ["team-a"]);
        write("namespaces: { team-a: {}, team-b: {} }");
        assert_eq!(names(), ["team-a", "team-b"]);
        write("namespaces: { team-a: { role: x } }");
        assert_eq!(names(), ["team-a", "team-b"], "a misspelt word gives nobody other rights");
        write("namespaces: { team-b: {} }");
        assert_eq!(names(), ["team-b"]);
        assert!(TenantsFile::open(Some(std::path::Path::new("/nowhere"))).is_err());
    }

    #[test]
    fn what_is_no_role_is_refused_before_aws_is_asked() {
        let parse = |arn: &str| {
            let text = format!("namespaces: {{ team-a: {{ roleArn: '{arn}' }} }}");
            parse(Path::new("tenants.yaml"), &text).map_err(|error| error.to_string())
        };
        for arn in
            ["123456789012", "lake", "arn:aws:iam::1234:role/lake", "arn:aws:iam::111122223333:user/lake"]
        {
            let error = parse(arn).unwrap_err();
            assert!(error.contains("namespaces.team-a.roleArn") && error.contains(arn), "{error}");
        }
        for arn in ["arn:aws:iam::111122223333:role/lake", "arn:aws-cn:iam::111122223333:role/a/b"] {
            assert!(parse(arn).is_ok(), "{arn}");
        }
    }

    #[test]
    fn an_unknown_word_is_refused() {
        assert!(serde_saphyr::from_str::<Tenants>("namespaces: { a: { role: x } }").is_err());
    }
}
