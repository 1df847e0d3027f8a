//! `allow`, the short way to say what a role or an access point's users may do, compiled into least privilege.

use super::{Principals, Statement, Texts, fewest::fewest, texts};
use crate::{
    expand::names::Names,
    kinds::{
        access_point::spec::AccessPointAllow,
        bucket::spec::Prefix,
        role::spec::{Allow, PassRole, UseDatabase},
    },
    spec::statement::Effect,
};
use lake_api::{Input, names::Word};
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
    fewest(allow.iter().flat_map(|allow| {
        let mut statements = Vec::new();
        for (location, writes) in [(&allow.read, false), (&allow.write, true)] {
            if let Some(location) = location {
                let bucket = names.bucket(&location.bucket).name;
                let arn = bucket.map(|name| format!("arn:{}:s3:::{name}", names.place().partition));
                let door = Door { objects: suffixed(&arn, "/"), arn, principals: Principals::default() };
                statements.extend(door.statements(location.prefix.as_ref(), writes));
                statements.extend(names.bucket_key(&location.bucket).map(|key| use_key(key, writes, names)));
            }
        }
        statements.extend(allow.r#use.iter().flat_map(|database| use_database(database, names)));
        statements.extend(allow.pass_role.iter().filter_map(|role| pass_role(role, names)));
        statements
    }))
}

/// The statements of an access point's policy. `arn` is the access point's.
pub(crate) fn access_point(
    allow: &[AccessPointAllow],
    arn: &Input<String>,
    names: &Names<'_>,
) -> Vec<Statement> {
    fewest(allow.iter().flat_map(|allow| {
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
    }))
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
    fn statements(&self, prefix: Option<&Prefix>, writes: bool) -> Vec<Statement> {
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
        let look = self.allow(["s3:GetBucketLocation"], Texts::from([self.arn.clone()]));
        let mut all = vec![list, look, self.allow(READ, objects.clone())];
        if writes {
            // Apart, so that what is only read can be joined with what is written, too.
            all.push(self.allow(["s3:ListBucketMultipartUploads"], Texts::from([self.arn.clone()])));
            all.push(self.allow(WRITE, objects));
        }
        all
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

/// The key of KMS that encrypts a bucket's objects, through S3 alone. An alias is no resource: it is a condition on all keys
/// (<https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html>). Uploads in parts are decrypted, too
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html>, "Multipart upload API and permissions").
fn use_key(key: Input<String>, writes: bool, names: &Names<'_>) -> Statement {
    let place = names.place();
    let one = |value: Input<String>| Texts::from([value]);
    let via = Input::Known(format!("s3.{}.{}", place.region, place.domain()));
    let mut conditions = BTreeMap::from([(
        "StringEquals".to_owned(),
        BTreeMap::from([("kms:ViaService".to_owned(), one(via))]),
    )]);
    let alias = key
        .text()
        .and_then(|arn| arn.split_once(":alias/"))
        .map(|(front, name)| (front.to_owned(), name.to_owned()));
    let resource = match alias {
        Some((front, name)) => {
            let aliases =
                BTreeMap::from([("kms:ResourceAliases".to_owned(), texts([format!("alias/{name}")]))]);
            conditions.insert("ForAnyValue:StringEquals".to_owned(), aliases);
            Input::Known(format!("{front}:key/*"))
        }
        None => key,
    };
    let actions: &[&str] = if writes { &["kms:Decrypt", "kms:GenerateDataKey"] } else { &["kms:Decrypt"] };
    Statement {
        effect: Effect::Allow,
        actions: texts(actions.iter().copied()),
        resources: one(resource),
        conditions,
        ..Statement::default()
    }
}

/// Nothing where the list of services is empty: it may be handed to none.
fn pass_role(wanted: &PassRole, names: &Names<'_>) -> Option<Statement> {
    let services = wanted.services.as_ref();
    let services: Option<Texts> =
        services.map(|some| some.iter().map(|service| names.filled(service)).collect());
    let to = |services: Texts| {
        let key = BTreeMap::from([("iam:PassedToService".to_owned(), services)]);
        ("StringEquals".to_owned(), key)
    };
    (services != Some(Texts::new())).then(|| Statement {
        effect: Effect::Allow,
        actions: texts(["iam:PassRole"]),
        resources: Texts::from([names.role_arn(&wanted.role)]),
        conditions: services.map(to).into_iter().collect(),
        ..Statement::default()
    })
}

fn suffixed(text: &Input<String>, end: &str) -> Input<String> {
    Input::concat([text, &Input::from(end)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        LakeSpec,
        expand::Scope,
        owner::Owner,
        place::Place,
        policy::{keyed, render},
    };
    use expect_test::{Expect, expect};
    use serde_json::Value;

    const LAKE: &str = "
        buckets: { store: {}, theirs: { external: 'arn:aws:s3:::theirs' } }
        databases: { sales: { name: sales } }
        roles: { etl: { assumedBy: { services: [glue.amazonaws.com] } } }
    ";

    fn scope() -> Scope {
        let owner = Owner { door: "terraform".into(), instance: "t".into(), lake: "l".into() };
        let place =
            Place { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() };
        Scope { place, owner, lake: "l".into(), namespace: String::new() }
    }

    fn check(statements: impl IntoIterator<Item = Statement>, expected: &Expect) {
        let document: Value = serde_json::from_str(&render(&keyed(statements)).unwrap()).unwrap();
        let mut lines: Vec<String> =
            document["Statement"].as_array().unwrap().iter().map(ToString::to_string).collect();
        lines.sort();
        expected.assert_eq(&lines.join("\n"));
    }

    fn check_role(allow: &str, expected: &Expect) {
        let (spec, scope): (LakeSpec, _) = (serde_saphyr::from_str(LAKE).unwrap(), scope());
        let allow: Vec<Allow> = serde_saphyr::from_str(allow).unwrap();
        check(identity(&allow, &Names::new(&spec, &scope)), expected);
    }

    #[test]
    fn reading_below_a_prefix_lists_and_reads_nothing_else() {
        check_role(
            "[ { read: { bucket: store, prefix: raw/ } } ]",
            &expect![[r#"
                {"Action":"s3:GetBucketLocation","Effect":"Allow","Resource":"arn:aws:s3:::l-store-123456789012-eu-west-1"}
                {"Action":"s3:ListBucket","Condition":{"StringLike":{"s3:prefix":["raw","raw/*"]}},"Effect":"Allow","Resource":"arn:aws:s3:::l-store-123456789012-eu-west-1"}
                {"Action":["s3:GetObject","s3:GetObjectVersion"],"Effect":"Allow","Resource":"arn:aws:s3:::l-store-123456789012-eu-west-1/raw/*"}"#]],
        );
    }

    #[test]
    fn writing_a_whole_bucket_needs_no_condition() {
        check_role(
            "[ { write: { bucket: theirs } } ]",
            &expect![[r#"
                {"Action":["s3:AbortMultipartUpload","s3:DeleteObject","s3:GetObject","s3:GetObjectVersion","s3:ListMultipartUploadParts","s3:PutObject"],"Effect":"Allow","Resource":"arn:aws:s3:::theirs/*"}
                {"Action":["s3:GetBucketLocation","s3:ListBucket","s3:ListBucketMultipartUploads"],"Effect":"Allow","Resource":"arn:aws:s3:::theirs"}"#]],
        );
    }

    #[test]
    fn a_folder_that_is_written_may_be_marked() {
        let (spec, scope): (LakeSpec, _) = (serde_saphyr::from_str(LAKE).unwrap(), scope());
        let allow: Vec<Allow> =
            serde_saphyr::from_str("[ { write: { bucket: theirs, prefix: out/ } } ]").unwrap();
        let statements = identity(&allow, &Names::new(&spec, &scope));
        let marker = Input::from("arn:aws:s3:::theirs/out_$folder$");
        assert!(statements.iter().any(|statement| statement.resources.contains(&marker)));
    }

    fn allowed(lake: &str, allow: &str) -> Vec<Statement> {
        let (spec, scope): (LakeSpec, _) = (serde_saphyr::from_str(lake).unwrap(), scope());
        let allow: Vec<Allow> = serde_saphyr::from_str(allow).unwrap();
        identity(&allow, &Names::new(&spec, &scope))
    }

    /// IAM takes 10,240 characters of a role's own policies.
    #[test]
    fn forty_prefixes_of_a_bucket_are_three_statements() {
        let all: Vec<String> =
            (0..40).map(|at| format!("{{ read: {{ bucket: store, prefix: domain-{at:03}/ }} }}")).collect();
        let statements = allowed(LAKE, &format!("[ {} ]", all.join(", ")));
        assert_eq!(statements.len(), 3);
        let size = render(&keyed(statements)).unwrap().len();
        assert!(size < 5_000, "{size}");
    }

    #[test]
    fn a_key_comes_with_the_bucket_that_it_encrypts() {
        let lake =
            |key: &str| format!("buckets: {{ store: {{ encryption: {{ sse: Kms, key: '{key}' }} }} }}");
        let key = "arn:aws:kms:eu-west-1:123456789012:key/1";
        let on_keys = |key: &str, allow: &str| {
            let all = allowed(&lake(key), allow).into_iter();
            all.filter(|it| it.actions.iter().any(|action| action.text().unwrap().starts_with("kms:")))
                .collect::<Vec<_>>()
        };
        let [read] = on_keys(key, "[ { read: { bucket: store } } ]").try_into().unwrap();
        assert_eq!((read.actions, read.resources), (texts(["kms:Decrypt"]), texts([key])));
        assert_eq!(read.conditions["StringEquals"]["kms:ViaService"], texts(["s3.eu-west-1.amazonaws.com"]));
        let [write] = on_keys(key, "[ { write: { bucket: store, prefix: a/ } } ]").try_into().unwrap();
        assert_eq!(write.actions, texts(["kms:Decrypt", "kms:GenerateDataKey"]));
        let alias = "arn:aws:kms:{region}:{account}:alias/lake";
        let [named] = on_keys(alias, "[ { read: { bucket: store } } ]").try_into().unwrap();
        assert_eq!(named.resources, texts(["arn:aws:kms:eu-west-1:123456789012:key/*"]));
        assert_eq!(
            named.conditions["ForAnyValue:StringEquals"]["kms:ResourceAliases"],
            texts(["alias/lake"])
        );
        let own = "arn:aws:kms:eu-west-1:123456789012:alias/aws/s3";
        assert_eq!(on_keys(own, "[ { read: { bucket: store } } ]"), []);
    }

    #[test]
    fn an_empty_list_never_means_all() {
        assert_eq!(allowed(LAKE, "[ { passRole: { role: etl, services: [] } } ]"), []);
        let (spec, scope) = (LakeSpec::default(), scope());
        let said = serde_saphyr::from_str("{ actions: [s3:GetObject], resources: [] }").unwrap();
        let statement = Statement::on(&said, &Names::new(&spec, &scope), &texts(["arn:aws:s3:::b"]));
        assert_eq!(statement.resources, Texts::new());
    }

    #[test]
    fn a_role_is_passed_to_the_services_that_are_named() {
        check_role(
            "[ { passRole: { role: etl, services: [glue.amazonaws.com] } }, { passRole: { role: 'arn:aws:iam::1:role/x' } } ]",
            &expect![[r#"
                {"Action":"iam:PassRole","Condition":{"StringEquals":{"iam:PassedToService":"glue.amazonaws.com"}},"Effect":"Allow","Resource":"arn:aws:iam::123456789012:role/lake/l/l-etl-eu-west-1"}
                {"Action":"iam:PassRole","Effect":"Allow","Resource":"arn:aws:iam::1:role/x"}"#]],
        );
    }

    #[test]
    fn using_a_database_ends_at_its_tables() {
        let (spec, scope): (LakeSpec, _) = (serde_saphyr::from_str(LAKE).unwrap(), scope());
        let allow: Vec<Allow> = serde_saphyr::from_str("[ { use: { database: sales } } ]").unwrap();
        let statements = identity(&allow, &Names::new(&spec, &scope));
        let front = "arn:aws:glue:eu-west-1:123456789012:";
        let written = statements
            .iter()
            .find(|statement| statement.actions.contains(&Input::from("glue:UpdateTable")))
            .unwrap();
        let ends = ["catalog", "database/sales", "table/sales/*"].map(|end| format!("{front}{end}"));
        assert_eq!(written.resources, texts(ends));
    }

    #[test]
    fn an_access_point_names_its_roles_and_its_own_arns() {
        let (spec, scope): (LakeSpec, _) = (serde_saphyr::from_str(LAKE).unwrap(), scope());
        let allow: Vec<AccessPointAllow> =
            serde_saphyr::from_str("[ { roles: [etl], read: { prefix: out/ } } ]").unwrap();
        let arn = Input::from("arn:aws:s3:eu-west-1:123456789012:accesspoint/door");
        check(
            access_point(&allow, &arn, &Names::new(&spec, &scope)),
            &expect![[r#"
                {"Action":"s3:GetBucketLocation","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/lake/l/l-etl-eu-west-1"},"Resource":"arn:aws:s3:eu-west-1:123456789012:accesspoint/door"}
                {"Action":"s3:ListBucket","Condition":{"StringLike":{"s3:prefix":["out","out/*"]}},"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/lake/l/l-etl-eu-west-1"},"Resource":"arn:aws:s3:eu-west-1:123456789012:accesspoint/door"}
                {"Action":["s3:GetObject","s3:GetObjectVersion"],"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/lake/l/l-etl-eu-west-1"},"Resource":"arn:aws:s3:eu-west-1:123456789012:accesspoint/door/object/out/*"}"#]],
        );
    }
}
