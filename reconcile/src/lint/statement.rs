//! Statements of policies.

use crate::spec::statement::Statement;
use lake_api::names::Word;
use lake_api::{FieldPath, Finding};

/// What kind of policy a statement stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Of a bucket or an access point: about others.
    Resource,
    /// Of a role: about itself.
    Identity,
    /// Who may assume a role.
    Trust,
}

/// What is wrong with a statement on its own.
pub(crate) fn check(path: &FieldPath, statement: &Statement, policy: Policy, told: &mut Vec<Finding>) {
    let named = statement.principals.is_some() || statement.not_principals.is_some();
    let on = statement.resources.is_some() || statement.not_resources.is_some();
    match policy {
        Policy::Identity if named => told.push(Finding::error(
            path.field(if statement.principals.is_some() { "principals" } else { "notPrincipals" }),
            "a role's own policy names no principals",
            "It is about the role itself. Who may assume the role is said in `assumedBy`.",
        )),
        Policy::Identity if !on => told.push(Finding::error(
            path.clone(),
            "the statement says nothing about resources",
            "Add `resources`, which may be `*`, or `notResources`.",
        )),
        Policy::Resource | Policy::Trust if !named => told.push(Finding::error(
            path.clone(),
            "the statement names no principals",
            "Add `principals`, with `aws: [\"*\"]` for everybody.",
        )),
        Policy::Trust if on => told.push(Finding::error(
            path.field(if statement.resources.is_some() { "resources" } else { "notResources" }),
            "a trust policy names no resources",
            "The role itself is what may be assumed. Remove this.",
        )),
        _ => {}
    }
    if let Some(sid) = statement.sid.as_ref().and_then(Word::known)
        && !(sid.chars().all(|c| c.is_ascii_alphanumeric())
            || (policy == Policy::Resource && !sid.is_empty()))
    {
        told.push(Finding::error(
            path.field("sid"),
            format!("`{sid}` is no id of a statement"),
            "Use letters and digits only.",
        ));
    }
}

/// Statements of one policy that share an id, of which IAM takes no two.
pub(crate) fn twice(path: &FieldPath, statements: &[Statement], told: &mut Vec<Finding>) {
    let mut seen = std::collections::BTreeSet::new();
    for (index, statement) in statements.iter().enumerate() {
        if let Some(sid) = statement.sid.as_ref().and_then(Word::known)
            && !seen.insert(sid)
        {
            told.push(Finding::error(
                path.index(index).field("sid"),
                format!("two statements have the id `{sid}`"),
                "Ids are unique within a policy. Rename one, or leave it out.",
            ));
        }
    }
}
