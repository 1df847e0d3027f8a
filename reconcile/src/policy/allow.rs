//! `allow`, the short way to say what a role or an access point's users may do, compiled into least privilege.

use super::{Principals, Statement, Texts, texts};
use crate::expand::names::Names;
use lake_api::{
    Input,
    names::{Prefix, Word},
    spec::{
        access_point::AccessPointAllow,
        role::{Allow, PassRole, UseDatabase},
        statement::Effect,
    },
};
use std::collections::BTreeMap;

/// What reading an object takes.
const READ: [&str; 2] = ["s3:GetObject", "s3:GetObjectVersion"];
/// What writing takes beside reading: uploads in parts, and deleting what they replace.
const WRITE: [&str; 4] =
    ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:ListMultipartUploadParts", "s3:PutObject"];
/// Reading a database of the catalogue and writing what is in it.
const USE: [&str; 22] = [
    "glue:BatchCreatePartition",
    "glue:BatchDeletePartition",
    "glue:BatchGetPartition",
    "glue:BatchUpdatePartition",
    "glue:CreatePartition",
    "glue:CreateTable",
    "glue:DeletePartition",
    "glue:DeleteTable",
    "glue:GetColumnStatisticsForPartition",
    "glue:GetColumnStatisticsForTable",
    "glue:GetDatabase",
    "glue:GetPartition",
    "glue:GetPartitionIndexes",
    "glue:GetPartitions",
    "glue:GetTable",
    "glue:GetTableVersion",
    "glue:GetTableVersions",
    "glue:GetTables",
    "glue:UpdateColumnStatisticsForPartition",
    "glue:UpdateColumnStatisticsForTable",
    "glue:UpdatePartition",
    "glue:UpdateTable",
];

/// The statements of a role's own policy.
pub(crate) fn identity(allow: &[Allow], names: &Names<'_>) -> Vec<Statement> {
    allow
        .iter()
        .flat_map(|allow| {
            let mut statements = Vec::new();
            for (location, writes) in [(&allow.read, false), (&allow.write, true)] {
                if let Some(location) = location {
                    let bucket = names.bucket(&location.bucket).name;
                    let arn = bucket.map(|name| format!("arn:{}:s3:::{name}", names.place().partition));
                    let door = Door { objects: suffixed(&arn, "/"), arn, principals: Principals::default() };
                    statements.extend(door.statements(location.prefix.as_ref(), writes));
                }
            }
            statements.extend(allow.r#use.iter().flat_map(|database| use_database(database, names)));
            statements.extend(allow.pass_role.iter().map(|role| pass_role(role, names)));
            statements
        })
        .collect()
}

/// The statements of an access point's policy. `arn` is the access point's.
pub(crate) fn access_point(
    allow: &[AccessPointAllow],
    arn: &Input<String>,
    names: &Names<'_>,
) -> Vec<Statement> {
    allow
        .iter()
        .flat_map(|allow| {
            let roles = allow.roles.iter().map(|role| names.role_arn(role)).collect();
            let door = Door {
                arn: arn.clone(),
                objects: suffixed(arn, "/object/"),
                principals: Principals { aws: roles, ..Principals::default() },
            };
            [(&allow.read, false), (&allow.write, true)]
                .into_iter()
                .filter_map(|(below, writes)| Some(door.statements(below.as_ref()?.prefix.as_ref(), writes)))
                .flatten()
                .collect::<Vec<_>>()
        })
        .collect()
}

/// A way to a bucket's objects: the bucket itself, or an access point.
struct Door {
    /// Its ARN, on which listing is allowed.
    arn: Input<String>,
    /// What stands before the keys of objects in their ARNs.
    objects: Input<String>,
    /// Who goes through; nobody in a policy of their own.
    principals: Principals,
}

impl Door {
    fn statements(&self, prefix: Option<&Prefix>, writes: bool) -> [Statement; 3] {
        let prefix = prefix.map_or_else(Input::default, |prefix| prefix.input().clone());
        let whole = prefix.text() == Some("");
        let mut objects = Texts::from([Input::concat([&self.objects, &prefix, &Input::from("*")])]);
        let mut listed = Texts::from([suffixed(&prefix, "*")]);
        if let Some(folder) = prefix.text().and_then(|prefix| prefix.strip_suffix('/')) {
            // Hadoop lists a folder without its slash, and marks it by an object beside it.
            listed.extend(texts([folder]));
            if writes {
                objects.insert(suffixed(&self.objects, &format!("{folder}_$folder$")));
            }
        }
        let list = Statement {
            conditions: if whole {
                BTreeMap::new()
            } else {
                BTreeMap::from([(
                    "StringLike".to_owned(),
                    BTreeMap::from([("s3:prefix".to_owned(), listed)]),
                )])
            },
            ..self.allow(["s3:ListBucket"], Texts::from([self.arn.clone()]))
        };
        let look: &[&str] = if writes {
            &["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"]
        } else {
            &["s3:GetBucketLocation"]
        };
        let look = self.allow(look.iter().copied(), Texts::from([self.arn.clone()]));
        let touch = READ.into_iter().chain(WRITE.into_iter().filter(|_| writes));
        [list, look, self.allow(touch, objects)]
    }

    fn allow<'a>(&self, actions: impl IntoIterator<Item = &'a str>, resources: Texts) -> Statement {
        Statement {
            effect: Effect::Allow,
            actions: texts(actions),
            resources,
            principals: self.principals.clone(),
            ..Statement::default()
        }
    }
}

/// A database, its tables and their partitions. `GetDataAccess` lends Lake Formation's credentials for data that is
/// registered there; it knows no resources. Spark asks for the database `default` before any other.
fn use_database(wanted: &UseDatabase, names: &Names<'_>) -> [Statement; 3] {
    let database = names.database(&wanted.database);
    let place = names.place();
    let front = Input::concat([
        &Input::Known(format!("arn:{}:glue:{}:", place.partition, place.region)),
        &database.catalog,
        &Input::from(":"),
    ]);
    let tables = Input::concat([&front, &Input::from("table/"), &database.name, &Input::from("/*")]);
    let itself = Input::concat([&front, &Input::from("database/"), &database.name]);
    let allow = |actions: &[&str], resources: Texts| Statement {
        effect: Effect::Allow,
        actions: texts(actions.iter().copied()),
        resources,
        ..Statement::default()
    };
    [
        allow(&USE, Texts::from([suffixed(&front, "catalog"), itself, tables])),
        allow(
            &["glue:GetDatabase"],
            Texts::from([suffixed(&front, "catalog"), suffixed(&front, "database/default")]),
        ),
        allow(&["lakeformation:GetDataAccess"], texts(["*"])),
    ]
}

fn pass_role(wanted: &PassRole, names: &Names<'_>) -> Statement {
    let services: Texts = wanted.services.iter().map(|service| names.filled(service)).collect();
    Statement {
        effect: Effect::Allow,
        actions: texts(["iam:PassRole"]),
        resources: Texts::from([names.role_arn(&wanted.role)]),
        conditions: if services.is_empty() {
            BTreeMap::new()
        } else {
            let key = BTreeMap::from([("iam:PassedToService".to_owned(), services)]);
            BTreeMap::from([("StringEquals".to_owned(), key)])
        },
        ..Statement::default()
    }
}

fn suffixed(text: &Input<String>, end: &str) -> Input<String> {
    Input::concat([text, &Input::from(end)])
}
