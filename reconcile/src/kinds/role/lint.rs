//! The sense of roles.

use super::spec::{InlinePolicy, Role};
use crate::LakeSpec;
use crate::lint::names::{Names, Rule, given, has_only};
use crate::lint::statement::{self, Policy};
use crate::lint::{member, same_name, tags};
use lake_api::names::{MemberKey, Word};
use lake_api::{FieldPath, Finding};

/// The name of the inline policy that `allow` is compiled into.
const ALLOW: &str = "lake";
/// The policies that an account attaches to a role unless AWS raised its quota, and the most that AWS raises it to.
const ATTACHED: (usize, usize) = (10, 20);

/// What IAM takes for the name of a role.
pub(super) const NAME: Rule = Rule {
    section: "roles",
    sort: "role",
    length: (1, 64),
    external: Some(&[':', '/']),
    folds: true,
    letters,
    source: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html",
};

pub(super) fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
    let names = Names::of(spec, lake);
    names.section(&NAME, &spec.roles, told, |key, role| {
        (String::new(), given(role.name.as_ref(), &format!("{{lake}}-{key}-{{region}}")))
    });
    for (key, role) in spec.roles.own() {
        let path = member(NAME.section, key);
        names.template(&path.field("path"), role.path.known(), told);
        told.extend(tags::folded(&path.field("tags"), &spec.tags, &role.tags));
        check(&path, role, told);
    }
}

fn letters(name: &str) -> Option<&'static str> {
    (!has_only(name, "+=,.@_-")).then_some("A role's name has letters, digits and `+=,.@_-`")
}

fn check(path: &FieldPath, role: &Role, told: &mut Vec<Finding>) {
    let who = &role.assumed_by;
    let at = path.field("assumedBy");
    for (index, one) in who.statements.iter().enumerate() {
        statement::check(&at.field("statements").index(index), one, Policy::Trust, told);
    }
    statement::twice(&at.field("statements"), &who.statements, told);
    if who.services.is_empty() && who.accounts.is_empty() && who.arns.is_empty() && who.statements.is_empty()
    {
        told.push(Finding::error(
            at.clone(),
            "nobody may assume the role",
            "Name `services`, `accounts`, `arns` or `statements`.",
        ));
    }
    for arn in who.arns.iter().filter_map(Word::known) {
        let kinds = [":role/", ":user/", ":root", ":assumed-role/", ":federated-user/"];
        if arn.splitn(6, ':').count() == 6 && !kinds.iter().any(|kind| arn.contains(kind)) {
            told.push(Finding::error(
                at.field("arns"),
                format!("`{arn}` can assume nothing"),
                "Only roles, users, their sessions and accounts can; services belong to `services`.",
            ));
        }
    }
    for service in
        who.services.iter().filter_map(Word::known).filter(|service| !service.contains(".amazonaws."))
    {
        told.push(Finding::warning(
            at.field("services"),
            format!("`{service}` looks like no service of AWS"),
            "Services are called as `glue.amazonaws.com`; the partition's own ending is put there for you.",
        ));
    }
    managed(path, role, told);
    inline(path, role, told);
    let duration = role.max_session_duration;
    if !(3600..=43_200).contains(&duration) {
        told.push(Finding::error(
            path.field("maxSessionDuration"),
            format!("a session cannot last {duration} seconds"),
            "IAM takes 3600 (one hour) to 43200 (twelve).",
        ));
    }
    if let Some(text) = role.description.as_ref().and_then(Word::known)
        && text.chars().count() > 1000
    {
        told.push(Finding::error(
            path.field("description"),
            format!("{} characters are more than the 1000 that IAM takes", text.chars().count()),
            "Shorten it.",
        ));
    }
}

fn managed(path: &FieldPath, role: &Role, told: &mut Vec<Finding>) {
    let at = path.field("managedPolicies");
    let (usual, most) = ATTACHED;
    match role.managed_policies.len() {
        count if count > most => told.push(Finding::error(
            at.clone(),
            format!("{count} managed policies are more than the {most} that a role can have"),
            "Merge some into `inlinePolicies`.",
        )),
        count if count > usual => told.push(Finding::warning(
            at.clone(),
            format!("{count} managed policies are more than an account allows unless its quota was raised"),
            format!("The quota is {usual}; AWS raises it to {most} on request."),
        )),
        _ => {}
    }
    let boundary = role.permissions_boundary.as_ref().map(|arn| (path.field("permissionsBoundary"), arn));
    for (at, arn) in role.managed_policies.iter().map(|arn| (at.clone(), arn)).chain(boundary) {
        if let Some(arn) = arn.known()
            && arn.splitn(6, ':').count() == 6
            && !(arn.contains(":iam:") && arn.contains(":policy/"))
        {
            told.push(Finding::error(
                at,
                format!("`{arn}` is no managed policy"),
                "It would be `arn:{partition}:iam::aws:policy/name` or `arn:{partition}:iam::{account}:policy/name`.",
            ));
        }
    }
}

fn inline(path: &FieldPath, role: &Role, told: &mut Vec<Finding>) {
    let all = path.field("inlinePolicies");
    let name = |key: &MemberKey, policy: &InlinePolicy| match &policy.name {
        Some(name) => name.known().map(str::to_owned),
        None => Some(key.to_string()),
    };
    let names: Vec<_> =
        role.inline_policies.iter().map(|(key, policy)| (all.key(key.as_str()), name(key, policy))).collect();
    let named = names.iter().map(|(at, name)| (at.clone(), name.as_deref()));
    told.extend(same_name(named, "inline policies"));
    for (key, policy) in role.inline_policies.iter() {
        let at = all.key(key.as_str());
        if name(key, policy).as_deref() == Some(ALLOW) {
            told.push(Finding::error(
                at.clone(),
                format!("the name `{ALLOW}` is taken by the policy that `allow` is compiled into"),
                "Give the policy another `name`.",
            ));
        }
        let at = at.field("statements");
        if policy.statements.is_empty() {
            told.push(Finding::error(
                at.clone(),
                "the policy has no statements",
                "Add some, or remove the policy.",
            ));
        }
        for (index, one) in policy.statements.iter().enumerate() {
            statement::check(&at.index(index), one, Policy::Identity, told);
        }
        statement::twice(&at, &policy.statements, told);
    }
}
