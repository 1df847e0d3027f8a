//! Access points of the spec.

use super::{AccessPoint, spec};
use crate::{
    LakeSpec,
    aliases::{Aliases, path},
    expand::{
        members::{Wanted, members},
        names::{Names, nodes},
    },
    graph::{Node, NodeId},
    kinds::bucket::spec::PublicAccessBlock,
    policy::{self, Statement, Texts},
};
use lake_api::{
    Input,
    member::Own,
    names::{ExternalName, MemberKey, Target, Word},
};
use std::collections::{BTreeMap, BTreeSet};

/// The nodes of the section `accessPoints`.
pub(super) fn expand(spec: &LakeSpec, names: &Names<'_>) -> Vec<(NodeId, Node)> {
    let own = |key: &MemberKey, member: &Own<spec::AccessPoint>| wanted(key, member, names);
    let external = |name: &ExternalName| AccessPoint {
        name: names.filled(name).map(|name| name.rsplit('/').next().unwrap_or(&name).to_owned()),
        bucket: Input::Unknown,
        bucket_account: Input::Unknown,
        vpc_id: None,
        public_access_block: PublicAccessBlock::default(),
        statements: policy::Statements::new(),
        tags: BTreeMap::new(),
    };
    members("accessPoints", &spec.access_points, own, external)
}

fn wanted(key: &MemberKey, point: &spec::AccessPoint, names: &Names<'_>) -> Wanted<AccessPoint> {
    let name = names.name(point.name.as_ref(), key.as_str());
    let bucket = names.bucket(&point.bucket);
    let arn = name.clone().map(|name| names.place().arn("s3", &format!("accesspoint/{name}")));
    let everything = Texts::from([arn.clone(), arn.clone().map(|arn| format!("{arn}/object/*"))]);
    let allowed = policy::access_point(&point.allow, &arn, names);
    let said = point.statements.iter().map(|statement| Statement::on(statement, names, &everything));
    let mut after: BTreeSet<NodeId> = nodes([bucket.node]);
    // S3 refuses a policy that names a role which does not exist.
    after.extend(point.allow.iter().flat_map(|allow| allow.roles.iter()).filter_map(
        |role| match role.target() {
            Some(Target::Member(key)) => Some(NodeId::new("role", key)),
            _ => None,
        },
    ));
    Wanted {
        settings: AccessPoint {
            bucket: bucket.name,
            bucket_account: match &point.bucket_account {
                Some(account) => account.input().clone(),
                None => Input::Known(names.place().account.clone()),
            },
            vpc_id: point.vpc_id.as_ref().map(|vpc| vpc.input().clone()),
            public_access_block: point.public_access_block.clone(),
            statements: policy::keyed(allowed.into_iter().chain(said)),
            tags: names.tags(&point.tags),
            name,
        },
        after,
        secret: BTreeSet::new(),
        aliases: aliases(point),
    }
}

/// The policy is one, whether it is told as what is allowed, in statements, or in both.
fn aliases(point: &spec::AccessPoint) -> Aliases {
    let [first, second] =
        if point.statements.is_empty() { ["allow", "statements"] } else { ["statements", "allow"] };
    let policy = || path("statements");
    Aliases::default().compiled(path(first), policy()).compiled(path(second), policy())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{expand::Scope, kinds::Typed as _, owner::Owner, place::Place};

    #[test]
    fn an_access_point_comes_after_its_bucket_and_the_roles_it_names() {
        let spec: LakeSpec = serde_saphyr::from_str(
            "{ buckets: { store: {} },
             roles: { analyst: { assumedBy: { services: [glue.amazonaws.com] } } },
             accessPoints: { door: { bucket: store, allow: [ { roles: [analyst, 'arn:aws:iam::1:role/x'], read: {} } ],
                 statements: [ { sid: Mine, actions: [s3:GetObject] } ] } } }",
        )
        .unwrap();
        let owner = Owner { door: "terraform".into(), instance: "t".into(), lake: "l".into() };
        let place =
            Place { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() };
        let scope = Scope { place, owner, lake: "l".into(), namespace: String::new() };
        let nodes: BTreeMap<_, _> = expand(&spec, &Names::new(&spec, &scope)).into_iter().collect();
        let node = &nodes[&NodeId::new("accessPoint", "door")];
        assert_eq!(
            node.after,
            BTreeSet::from([NodeId::new("bucket", "store"), NodeId::new("role", "analyst")])
        );
        let point = node.settings.as_ref().and_then(AccessPoint::typed).expect("an access point");
        assert_eq!(point.name, Input::from("l-door"));
        assert_eq!(point.bucket_account, Input::from("123456789012"));
        let mine = &point.statements["Mine"].resources;
        let arn = "arn:aws:s3:eu-west-1:123456789012:accesspoint/l-door";
        assert_eq!(*mine, policy::texts([arn.to_owned(), format!("{arn}/object/*")]));
    }
}
