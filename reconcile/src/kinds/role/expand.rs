//! The roles that a spec asks for.

use super::{
    Role,
    spec::{self, AssumedBy},
    trust,
};
use crate::{
    LakeSpec,
    aliases::{Aliases, path},
    expand::{
        Scope,
        members::{Wanted, members},
        names::Names,
    },
    graph::{Node, NodeId},
    policy::{self, Principals, Statement, Statements, Texts, keyed, texts},
    spec::statement::ServicePrincipal,
};
use lake_api::{FieldPath, Input, names::Word};
use std::collections::{BTreeMap, BTreeSet};

/// Services whose principal ends with the partition's own domain in China; all others are called the same
/// everywhere (AWS CDK, `region-info`, `Default.servicePrincipal`).
const PARTITIONAL: [&str; 2] = ["ec2.amazonaws.com", "elasticmapreduce.amazonaws.com"];

pub(super) fn expand(spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)> {
    let names = Names::new(spec, scope);
    let waits = waits(spec, &names);
    members(
        "roles",
        &spec.roles,
        |key, role| Wanted {
            settings: wanted(role, key, &names),
            after: waits.get(key.as_str()).cloned().unwrap_or_default(),
            secret: BTreeSet::new(),
            aliases: aliases(role),
        },
        |name| external(&names.filled(name)),
    )
}

/// Policies are compiled, each as a whole.
fn aliases(role: &spec::Role) -> Aliases {
    let whole = ["assumedBy", "allow", "managedPolicies"];
    let aliases =
        whole.into_iter().fold(Aliases::default(), |all, field| all.compiled(path(field), path(field)));
    let inline = |name: &str| FieldPath::root().field("inlinePolicies").key(name);
    role.inline_policies.iter().fold(aliases, |all, (key, policy)| {
        all.compiled(
            inline(key.as_str()),
            inline(policy.name.as_ref().and_then(Word::known).unwrap_or(key.as_str())),
        )
    })
}

/// What each role waits for: the roles that it trusts, which IAM must know. What its own policies name need not exist yet.
fn waits(spec: &LakeSpec, names: &Names<'_>) -> BTreeMap<String, BTreeSet<NodeId>> {
    let own: Vec<(&str, &spec::Role)> = spec.roles.own().map(|(key, role)| (key.as_str(), &**role)).collect();
    let arns: BTreeMap<Input<String>, &str> =
        own.iter().map(|(key, role)| (names.own_role_arn(key, role), *key)).collect();
    let trusts = own.iter().map(|(key, role)| {
        let named = trust::named(&assumed_by(&role.assumed_by, names));
        (*key, named.iter().filter(|arn| arn.is_known()).filter_map(|arn| arns.get(arn).copied()).collect())
    });
    let trusts: BTreeMap<&str, BTreeSet<&str>> = trusts.collect();
    let nodes =
        |key| trust::waits_for(key, &trusts).into_iter().map(|other| NodeId::new("role", other)).collect();
    trusts.keys().map(|key| ((*key).to_owned(), nodes(*key))).collect()
}

fn wanted(role: &spec::Role, key: &str, names: &Names<'_>) -> Role {
    let description = role.description.as_ref().map(|text| text.input().clone());
    Role {
        name: names.role_name(role, key),
        path: names.filled(&role.path),
        description: description.filter(|text| text.text() != Some("")),
        assumed_by: assumed_by(&role.assumed_by, names),
        allow: keyed(policy::identity(&role.allow, names)),
        inline_policies: role
            .inline_policies
            .iter()
            .map(|(key, policy)| {
                let name = policy.name.as_ref().and_then(Word::known).unwrap_or(key.as_str());
                let statements = policy.statements.iter().map(|statement| Statement::of(statement, names));
                (name.to_string(), keyed(statements))
            })
            .collect(),
        managed_policies: role.managed_policies.iter().map(|arn| names.filled(arn)).collect(),
        permissions_boundary: role.permissions_boundary.as_ref().map(|arn| names.filled(arn)),
        max_session_duration: role.max_session_duration,
        tags: names.tags(&role.tags),
    }
}

/// A role that is not ours, by its name or its ARN: only what finds it is said.
fn external(name: &Input<String>) -> Role {
    let resource = name.clone().map(|name| match name.split_once(":role") {
        Some((_, path_and_name)) => path_and_name.to_owned(),
        None => format!("/{name}"),
    });
    let slash = |text: &str| text.rfind('/').map_or(0, |at| at + 1);
    Role {
        name: resource.clone().map(|text| text[slash(&text)..].to_owned()),
        path: resource.map(|text| text[..slash(&text)].to_owned()),
        description: None,
        assumed_by: Statements::new(),
        allow: Statements::new(),
        inline_policies: BTreeMap::new(),
        managed_policies: Texts::new(),
        permissions_boundary: None,
        max_session_duration: 3600,
        tags: BTreeMap::new(),
    }
}

/// One statement for all who are named plainly, and the statements that are given.
fn assumed_by(who: &AssumedBy, names: &Names<'_>) -> Statements {
    let partition = &names.place().partition;
    let accounts = who
        .accounts
        .iter()
        .map(|account| account.input().clone().map(|account| format!("arn:{partition}:iam::{account}:root")));
    let principals = Principals {
        aws: accounts.chain(who.arns.iter().map(|arn| names.filled(arn))).collect(),
        services: who.services.iter().map(|service| principal(service, partition)).collect(),
        ..Principals::default()
    };
    let plain = (!principals.is_empty()).then(|| Statement {
        principals,
        actions: texts(["sts:AssumeRole"]),
        ..Statement::default()
    });
    keyed(plain.into_iter().chain(who.statements.iter().map(|statement| Statement::of(statement, names))))
}

/// A service as this partition calls it.
fn principal(service: &ServicePrincipal, partition: &str) -> Input<String> {
    service.input().clone().map(|service| {
        let chinese = partition == "aws-cn" && PARTITIONAL.contains(&service.as_str());
        if chinese { format!("{service}.cn") } else { service }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{kinds::Typed as _, owner::Owner, place::Place, policy::render};
    use serde_json::{Value, json};

    fn scope(partition: &str) -> Scope {
        let text = str::to_owned;
        Scope {
            place: Place {
                partition: text(partition),
                region: text("eu-west-1"),
                account: text("123456789012"),
            },
            owner: Owner { door: text("terraform"), instance: text("test"), lake: text("events") },
            lake: text("events"),
            namespace: String::new(),
        }
    }

    fn role(member: Value, partition: &str) -> Role {
        let spec: LakeSpec = serde_json::from_value(json!({
            "buckets": { "store": { "name": "store-{account}" } },
            "roles": { "etl": member },
        }))
        .unwrap();
        let (_, node) = expand(&spec, &scope(partition)).remove(0);
        assert!(node.after.is_empty(), "a role waits for nothing");
        node.settings.as_ref().and_then(Role::typed).expect("a role")
    }

    fn document(statements: &Statements) -> Value {
        serde_json::from_str(&render(statements).unwrap()).unwrap()
    }

    #[test]
    fn names_and_path_have_their_templates_filled_in() {
        let role = role(json!({ "assumedBy": { "services": ["glue.amazonaws.com"] } }), "aws");
        let place = scope("aws").place;
        assert_eq!(role.key(&place).as_deref(), Some("events-etl-eu-west-1"));
        assert_eq!(
            role.predict(&place)["arn"],
            "arn:aws:iam::123456789012:role/lake/events/events-etl-eu-west-1"
        );
        assert_eq!(
            Role::key_of_arn("arn:aws:iam::123456789012:role/lake/events/events-etl-eu-west-1", &place)
                .as_deref(),
            Some("events-etl-eu-west-1")
        );
        assert_eq!(Role::key_of_arn("arn:aws:iam::210987654321:role/x", &place), None, "another account's");
    }

    #[test]
    fn a_role_that_is_trusted_is_made_first() {
        let arn = |role: &str| {
            format!("arn:{{partition}}:iam::{{account}}:role/lake/events/events-{role}-{{region}}")
        };
        let member =
            |arns: Value| json!({ "assumedBy": { "services": ["glue.amazonaws.com"], "arns": arns } });
        let spec: LakeSpec = serde_json::from_value(json!({ "roles": {
            "analyst": member(json!([arn("etl"), arn("analyst"), arn("one")])),
            "etl": member(json!([])),
            "one": member(json!([arn("two")])),
            "two": member(json!([arn("one")])),
        } }))
        .unwrap();
        let nodes: BTreeMap<_, _> = expand(&spec, &scope("aws")).into_iter().collect();
        let after = |role: &str| nodes[&NodeId::new("role", role)].after.clone();
        let roles =
            |roles: &[&str]| roles.iter().map(|role| NodeId::new("role", role)).collect::<BTreeSet<_>>();
        assert_eq!(after("analyst"), roles(&["etl", "one"]));
        assert_eq!((after("etl"), after("one"), after("two")), (roles(&[]), roles(&[]), roles(&[])));
    }

    #[test]
    fn those_named_plainly_share_a_statement() {
        let role = role(
            json!({ "assumedBy": {
                "services": ["glue.amazonaws.com", "ec2.amazonaws.com"],
                "accounts": ["210987654321"],
                "arns": ["arn:{partition}:iam::{account}:role/admin"],
                "statements": [{ "sid": "Web", "actions": ["sts:AssumeRoleWithWebIdentity"],
                                 "principals": { "federated": ["arn:aws:iam::123456789012:oidc-provider/x"] } }],
            } }),
            "aws-cn",
        );
        let statements = document(&role.assumed_by)["Statement"].as_array().unwrap().clone();
        assert_eq!(statements.len(), 2);
        let plain = statements.iter().find(|statement| statement["Action"] == "sts:AssumeRole").unwrap();
        assert_eq!(
            plain["Principal"],
            json!({
                "AWS": ["arn:aws-cn:iam::123456789012:role/admin", "arn:aws-cn:iam::210987654321:root"],
                "Service": ["ec2.amazonaws.com.cn", "glue.amazonaws.com"],
            })
        );
    }

    #[test]
    fn allow_is_compiled_and_nothing_allowed_is_no_policy() {
        let bare = role(json!({ "assumedBy": { "services": ["glue.amazonaws.com"] } }), "aws");
        assert!(bare.allow.is_empty());
        let role = role(
            json!({
                "assumedBy": { "services": ["glue.amazonaws.com"] },
                "allow": [{ "read": { "bucket": "store", "prefix": "raw/" } }],
            }),
            "aws",
        );
        assert!(render(&role.allow).unwrap().contains("arn:aws:s3:::store-123456789012/raw/*"));
    }

    #[test]
    fn a_role_of_somebody_else_is_found_by_name_or_arn() {
        for (name, path, key) in [
            ("admin", "/", "admin"),
            ("arn:{partition}:iam::{account}:role/admin", "/", "admin"),
            ("arn:aws:iam::123456789012:role/ops/eu/admin", "/ops/eu/", "admin"),
        ] {
            let role = role(json!({ "external": name }), "aws");
            assert_eq!((role.path.text(), role.name.text()), (Some(path), Some(key)), "{name}");
        }
    }
}
