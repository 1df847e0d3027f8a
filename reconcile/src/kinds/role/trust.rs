//! Whom a role trusts: which of its trust names roles that need not exist yet, and which roles wait for which.

use crate::{
    place::Place,
    policy::{Principals, Statement, Statements, Texts, keyed, texts},
    spec::statement::Effect,
};
use lake_api::Input;
use std::collections::{BTreeMap, BTreeSet};

/// A trust policy without the roles and users of this account, which IAM must know when it takes a policy
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>). Nobody else comes to be
/// trusted by that: only what allows is shortened. `None` where it names none of them.
pub(super) fn of_others(trust: &Statements, place: &Place) -> Option<Statements> {
    let ours = place.global_arn("iam", "");
    let is_ours =
        |who: &Input<String>| who.text().is_some_and(|arn| arn.starts_with(&ours) && !arn.ends_with(":root"));
    let mut shortened = false;
    let mut rest: Vec<Statement> = Vec::new();
    for statement in trust.values() {
        let mut statement = statement.clone();
        if statement.effect == Effect::Allow && statement.principals.aws.iter().any(is_ours) {
            shortened = true;
            statement.principals.aws.retain(|who| !is_ours(who));
            if statement.principals.is_empty() {
                continue;
            }
        }
        rest.push(statement);
    }
    if rest.is_empty() {
        rest.push(nobody());
    }
    shortened.then(|| keyed(rest))
}

/// Nobody: a policy has a statement.
fn nobody() -> Statement {
    Statement {
        effect: Effect::Deny,
        actions: texts(["sts:AssumeRole"]),
        principals: Principals::everybody(),
        ..Statement::default()
    }
}

/// The roles, by ARN, that a trust policy names.
pub(super) fn named(trust: &Statements) -> Texts {
    let all = trust
        .values()
        .flat_map(|statement| statement.principals.aws.iter().chain(&statement.not_principals.aws));
    all.cloned().collect()
}

/// The roles that one role waits for, of those that it trusts: all but those that trust it back, directly or not.
pub(super) fn waits_for<'a, K: Ord + ?Sized>(
    role: &'a K,
    trusts: &BTreeMap<&'a K, BTreeSet<&'a K>>,
) -> BTreeSet<&'a K> {
    let reaches = |from: &'a K| {
        let (mut seen, mut left) = (BTreeSet::new(), vec![from]);
        while let Some(next) = left.pop() {
            if seen.insert(next) {
                left.extend(trusts.get(next).into_iter().flatten().copied());
            }
        }
        seen.contains(role)
    };
    trusts.get(role).into_iter().flatten().copied().filter(|other| !reaches(other)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() }
    }

    fn trusting(effect: Effect, aws: &[&str], services: &[&str]) -> Statement {
        Statement {
            effect,
            actions: texts(["sts:AssumeRole"]),
            principals: Principals {
                aws: texts(aws.iter().copied()),
                services: texts(services.iter().copied()),
                ..Principals::default()
            },
            ..Statement::default()
        }
    }

    #[test]
    fn nobody_is_trusted_whom_the_whole_policy_does_not_trust() {
        let (itself, root) = ("arn:aws:iam::123456789012:role/etl", "arn:aws:iam::123456789012:root");
        let theirs = "arn:aws:iam::210987654321:role/x";
        let rest = |statements: &[Statement]| of_others(&keyed(statements.iter().cloned()), &place());
        let some = trusting(Effect::Allow, &[itself, root, theirs], &["glue.amazonaws.com"]);
        let left = trusting(Effect::Allow, &[root, theirs], &["glue.amazonaws.com"]);
        let denied = trusting(Effect::Deny, &[itself], &[]);
        assert_eq!(rest(&[some, denied.clone()]), Some(keyed([left, denied.clone()])));
        assert_eq!(rest(&[trusting(Effect::Allow, &[itself], &[])]), Some(keyed([nobody()])));
        assert_eq!(rest(&[trusting(Effect::Allow, &[root], &[]), denied]), None, "nothing can be left out");
    }

    #[test]
    fn a_role_waits_for_those_that_do_not_trust_it_back() {
        let trusts = BTreeMap::from([
            ("a", BTreeSet::from(["a", "b", "c"])),
            ("b", BTreeSet::from(["d"])),
            ("c", BTreeSet::from(["e"])),
            ("e", BTreeSet::from(["a"])),
        ]);
        assert_eq!(waits_for("a", &trusts), BTreeSet::from(["b"]));
        assert_eq!(waits_for("c", &trusts), BTreeSet::new(), "through e");
        assert_eq!(waits_for("d", &trusts), BTreeSet::new());
    }
}
