//! Roles and filters against the AWS of tests: the state of the world, not the calls.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod common;

use aws_sdk_glue::types::{Column, DatabaseInput, StorageDescriptor, TableInput};
use common::{Endpoint, changes, comes_round, connect, found, graph, look, mark, owner, settings};
use lake_reconcile::{
    aws::Aws,
    engine::Engine,
    error::Retry,
    graph::NodeId,
    inventory::Sight,
    key::Key,
    kind::Data,
    kinds::{AwsCloud, Filter, Role, Table, Typed},
    owner::Worn,
    record::Record,
};
use serde_json::json;
use std::{sync::Arc, time::Duration};

/// The role `etl` with these fields beside who may assume it.
fn role(aws: &Aws, fields: &str) -> Role {
    let yaml = format!(
        "{{ buckets: {{ store: {{}} }}, databases: {{ lake: {{}} }},
            roles: {{ etl: {{ assumedBy: {{ services: [glue.amazonaws.com] }}, {fields} }} }} }}"
    );
    Role::typed(&settings(&graph(aws, &yaml), "role/etl")).expect("settings of this kind")
}

/// The filter `india` on the table `orders`, with these fields.
fn filter(aws: &Aws, fields: &str) -> Filter {
    let yaml = format!(
        "{{ databases: {{ lake: {{}} }}, filters: {{ india: {{ database: lake, tableName: orders, {fields} }} }} }}"
    );
    Filter::typed(&settings(&graph(aws, &yaml), "filter/india")).expect("settings of this kind")
}

/// The table that the filters are on.
async fn make_table(aws: &Aws) {
    let database = DatabaseInput::builder().name("kinds-lake").build().unwrap();
    aws.glue.create_database().database_input(database).send().await.unwrap();
    let columns = ["country", "card", "age"];
    let columns = columns.map(|name| Column::builder().name(name).r#type("string").build().unwrap());
    let storage = StorageDescriptor::builder().set_columns(Some(columns.to_vec())).build();
    let table = TableInput::builder().name("orders").storage_descriptor(storage).build().unwrap();
    aws.glue.create_table().database_name("kinds-lake").table_input(table).send().await.unwrap();
}

/// A managed policy of the account, by name; its ARN.
async fn make_policy(aws: &Aws, name: &str) -> String {
    let document =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;
    let made = aws.iam.create_policy().policy_name(name).policy_document(document).send().await.unwrap();
    made.policy().and_then(|policy| policy.arn()).unwrap().to_owned()
}

#[tokio::test]
async fn a_role_comes_round() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    for name in ["one", "two", "bound"] {
        make_policy(&aws, name).await;
    }
    let policy = |name: &str| format!("'arn:{{partition}}:iam::{{account}}:policy/{name}'");
    let (one, two, bound) = (policy("one"), policy("two"), policy("bound"));
    let variants = [
        ("described", "description: Runs the jobs".to_owned()),
        ("long in session", "maxSessionDuration: 7200".to_owned()),
        ("assumed by more", "assumedBy: { services: [glue.amazonaws.com, lambda.amazonaws.com], accounts: ['123456789012'] }".to_owned()),
        (
            "assumed under a condition",
            "assumedBy: { statements: [ { sid: Web, actions: ['sts:AssumeRole'], principals: { aws: ['{account}'] },
                conditions: { StringEquals: { 'sts:ExternalId': [x] } } } ] }"
                .to_owned(),
        ),
        (
            "allowed something",
            "allow: [ { read: { bucket: store, prefix: raw/ } }, { write: { bucket: store, prefix: glue/ } },
                      { use: { database: lake } }, { passRole: { role: etl, services: [glue.amazonaws.com] } } ]"
                .to_owned(),
        ),
        (
            "with policies of its own",
            "inlinePolicies: { logs: { statements: [ { actions: ['logs:PutLogEvents'], resources: ['*'] } ] },
                               keys: { statements: [ { effect: Deny, notActions: ['kms:Decrypt'], resources: ['*'] } ] } }"
                .to_owned(),
        ),
        ("with an attached policy", format!("managedPolicies: [{one}]")),
        ("with attached policies", format!("managedPolicies: [{one}, {two}]")),
        ("bounded", format!("permissionsBoundary: {bound}")),
        ("tagged", "tags: { team: data, empty: '' }".to_owned()),
    ];
    let variants: Vec<_> = variants
        .iter()
        .map(|(name, fields)| {
            // A second `assumedBy` in the text stands for the first.
            let fields = fields.strip_prefix("assumedBy:").map_or_else(
                || role(&aws, fields),
                |who| {
                    Role::typed(&settings(
                        &graph(&aws, &format!("{{ roles: {{ etl: {{ assumedBy: {who} }} }} }}")),
                        "role/etl",
                    ))
                    .expect("settings of this kind")
                },
            );
            (*name, fields)
        })
        .collect();
    comes_round(&aws, "role/etl", &role(&aws, ""), &variants).await;
    endpoint.assert_all_emulated();
}

/// A role with everything that a member can say of it.
fn whole(aws: &Aws) -> Role {
    role(
        aws,
        "description: Whole, maxSessionDuration: 43200, allow: [ { read: { bucket: store } } ],
         inlinePolicies: { own: { statements: [ { actions: ['logs:*'], resources: ['*'] } ] } },
         managedPolicies: ['arn:{partition}:iam::{account}:policy/one', 'arn:{partition}:iam::{account}:policy/two'],
         permissionsBoundary: 'arn:{partition}:iam::{account}:policy/bound', tags: { a: b }, path: '/own/'",
    )
}

#[tokio::test]
async fn a_role_made_with_everything_reads_back_and_goes_with_everything_on_it() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    for name in ["one", "two", "bound", "other"] {
        make_policy(&aws, name).await;
    }
    let wanted = whole(&aws);
    let name = wanted.key(&aws.place).unwrap();
    wanted.create(&aws, &mark("role/etl")).await.unwrap();
    let seen = found::<Role>(&aws, &name).await;
    assert_eq!(changes(&seen.settings, &wanted), []);
    assert_eq!(seen.facts["arn"], "arn:aws:iam::123456789012:role/own/kinds-etl-eu-west-1");

    // What others put on it is drift, and is taken off again.
    let other = "arn:aws:iam::123456789012:policy/other";
    aws.iam.attach_role_policy().role_name(&name).policy_arn(other).send().await.unwrap();
    aws.iam
        .put_role_policy()
        .role_name(&name)
        .policy_name("theirs")
        .policy_document(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#,
        )
        .send()
        .await
        .unwrap();
    let drifted = found::<Role>(&aws, &name).await;
    let drift = changes(&drifted.settings, &wanted);
    let paths: Vec<String> = drift.iter().map(|change| change.path.to_string()).collect();
    assert!(paths.iter().any(|path| path == "inlinePolicies.theirs"), "{paths:?}");
    assert!(paths.iter().any(|path| path.starts_with("managedPolicies")), "{paths:?}");
    wanted.update(&aws, &name, &drift).await.unwrap();
    assert_eq!(found::<Role>(&aws, &name).await, seen);

    // Whatever is on it, it can be deleted.
    aws.iam.attach_role_policy().role_name(&name).policy_arn(other).send().await.unwrap();
    aws.iam.create_instance_profile().instance_profile_name("machines").send().await.unwrap();
    aws.iam
        .add_role_to_instance_profile()
        .instance_profile_name("machines")
        .role_name(&name)
        .send()
        .await
        .unwrap();
    Role::delete(&aws, &name, Data::Keep).await.unwrap();
    assert!(matches!(look::<Role>(&aws, &name).await, Sight::Absent));
    endpoint.assert_all_emulated();
}

#[tokio::test]
async fn many_roles_are_read_from_the_accounts_list_as_one_by_one() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    for name in ["one", "two", "bound"] {
        make_policy(&aws, name).await;
    }
    let wanted = whole(&aws);
    let mut names = vec![wanted.key(&aws.place).unwrap()];
    wanted.create(&aws, &mark("role/etl")).await.unwrap();
    names.extend((0..30).map(|number| format!("absent-{number}")));
    endpoint.clear_journal();
    let sights = Role::read(&aws, &names).await;
    let calls = endpoint.journal();
    assert!(calls.len() <= 4, "the account's list is cheaper: {calls:?}");
    let Sight::Present(seen) = &sights[0] else { panic!("it is there: {:?}", sights[0]) };
    assert_eq!(*seen, found::<Role>(&aws, &names[0]).await);
    assert!(sights[1..].iter().all(|sight| matches!(sight, Sight::Absent)));
}

#[tokio::test]
async fn roles_that_wear_the_lakes_mark_are_found() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let other = Worn { owner: "terraform/tests/other".into(), ..mark("role/other") };
    for (key, path, worn) in [
        ("under", "/lake/kinds/", mark("role/under")),
        ("retained", "/lake/kinds/", Worn::retained(&owner(), &NodeId::new("role", "retained"), None)),
        ("elsewhere", "/own/", mark("role/elsewhere")),
        ("others", "/lake/kinds/", other),
    ] {
        let made = Role { name: key.into(), path: path.into(), ..role(&aws, "") };
        made.create(&aws, &worn).await.unwrap();
    }
    let found = |parents: Vec<Key>| {
        let aws = aws.clone();
        async move {
            let mut all = Role::leftovers(&aws, &owner(), &parents).await.unwrap();
            all.sort_by(|(one, _), (other, _)| one.cmp(other));
            all.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        }
    };
    assert_eq!(
        found(Vec::new()).await,
        ["elsewhere", "retained", "under"],
        "nothing is known yet: look everywhere"
    );
    let known = vec![Key::new("bucket", "kinds-store")];
    assert_eq!(found(known).await, ["retained", "under"], "a lake that is known looks under its path");
    endpoint.assert_all_emulated();
}

#[tokio::test]
async fn a_filter_comes_round() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    make_table(&aws).await;
    let variants = [
        ("on rows", "rows: \"country = 'IN' AND  age >= '18'\""),
        ("without a column", "columns: { except: [card] }"),
        ("on columns", "columns: { only: [age, country] }"),
        ("on rows and columns", "rows: \"country='IN'\", columns: { except: [card, age] }"),
    ];
    let variants: Vec<_> = variants.iter().map(|(name, fields)| (*name, filter(&aws, fields))).collect();
    comes_round(&aws, "filter/india", &filter(&aws, ""), &variants).await;
    endpoint.assert_all_emulated();
}

#[tokio::test]
async fn filters_are_absent_without_their_table_and_listed_with_it() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let wanted = filter(&aws, "rows: \"country = 'IN'\"");
    let key = wanted.key(&aws.place).unwrap();
    assert!(matches!(look::<Filter>(&aws, &key).await, Sight::Absent), "no table, no filter");
    let error = wanted.create(&aws, &mark("filter/india")).await.unwrap_err();
    assert_eq!(error.retry, Retry::Settling, "the table was seen, so it is on its way: {error}");
    assert!(matches!(Filter::delete(&aws, &key, Data::Keep).await, Ok(())), "what is gone is gone");

    make_table(&aws).await;
    let second = Filter { name: "second".into(), ..wanted.clone() };
    for filter in [&wanted, &second] {
        filter.create(&aws, &mark("filter/india")).await.unwrap();
    }
    let keys =
        [key.clone(), second.key(&aws.place).unwrap(), filter(&aws, "name: absent").key(&aws.place).unwrap()];
    endpoint.clear_journal();
    let sights = Filter::read(&aws, &keys).await;
    let calls: Vec<String> = endpoint.journal().iter().map(|call| call.name()).collect();
    let asked = ["lakeformation:ListDataCellsFilter", "lakeformation:GetDataCellsFilter"];
    assert_eq!(
        calls, asked,
        "several filters of a table are one listing, and what is not in it is asked for"
    );
    endpoint.faults(
        json!([{ "operation": "ListDataCellsFilter", "code": "AccessDeniedException", "status": 400 }]),
    );
    let alone = Filter::read(&aws, &keys).await;
    assert!(matches!(alone.as_slice(), [Sight::Present(_), Sight::Present(_), Sight::Absent]), "{alone:?}");
    endpoint.faults(json!([]));
    assert!(matches!(sights.as_slice(), [Sight::Present(_), Sight::Present(_), Sight::Absent]), "{sights:?}");

    let mut left = Filter::leftovers(&aws, &owner(), &[Table::erased_key(&key.of_table())]).await.unwrap();
    left.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert_eq!(
        left.into_iter().map(|(key, worn)| (key.name, worn)).collect::<Vec<_>>(),
        [("kinds-india".to_owned(), None), ("second".to_owned(), None),]
    );
    endpoint.assert_all_emulated();
}

/// IAM takes no trust in a role that it does not know, be it the very role that is made.
#[tokio::test]
async fn roles_that_trust_themselves_and_each_other_are_made() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let arn =
        |role: &str| format!("arn:{{partition}}:iam::{{account}}:role/lake/kinds/kinds-{role}-{{region}}");
    let (alone, one, two) = (arn("alone"), arn("one"), arn("two"));
    let lake = graph(
        &aws,
        &format!(
            "{{ roles: {{
                alone: {{ assumedBy: {{ statements: [ {{ actions: ['sts:AssumeRole'], principals: {{ aws: ['{alone}'] }} }} ] }} }},
                one: {{ assumedBy: {{ services: [glue.amazonaws.com], arns: ['{one}', '{two}'] }} }},
                two: {{ assumedBy: {{ arns: ['{one}'] }}, allow: [ {{ passRole: {{ role: one }} }} ] }} }} }}"
        ),
    );
    let engine = Engine::new(Arc::new(AwsCloud(aws.clone())), owner(), aws.place.clone(), common::lineage());
    let made = engine.settle(&lake, Record::new(aws.place.clone()), Duration::from_secs(60), None).await;
    assert_eq!(made.failures, [], "{:?}", made.plan);
    for node in lake.keys() {
        let wanted = Role::typed(&settings(&lake, node.as_str())).unwrap();
        let seen = found::<Role>(&aws, &wanted.key(&aws.place).unwrap()).await;
        assert_eq!(changes(&seen.settings, &wanted), [], "{node}");
    }
    endpoint.assert_all_emulated();
}

/// IAM attaches ten policies to a role, and takes 10,240 characters of its own ones in all.
#[tokio::test]
async fn policies_are_exchanged_where_a_quota_is_full() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let mut arns = Vec::new();
    for number in 0..11 {
        arns.push(make_policy(&aws, &format!("policy-{number}")).await);
    }
    let bulk = "x".repeat(4_800);
    let inline = |names: [&str; 2]| {
        let one = |name: &str| {
            format!(
                "{name}: {{ statements: [ {{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::{bulk}'] }} ] }}"
            )
        };
        names.map(one).join(", ")
    };
    let with = |arns: &[String], names: [&str; 2]| {
        role(
            &aws,
            &format!("managedPolicies: ['{}'], inlinePolicies: {{ {} }}", arns.join("', '"), inline(names)),
        )
    };
    let full = with(&arns[..10], ["a", "b"]);
    let name = full.key(&aws.place).unwrap();
    full.create(&aws, &mark("role/etl")).await.unwrap();
    let other = with(&arns[1..], ["b", "c"]);
    let there = changes(&found::<Role>(&aws, &name).await.settings, &other);
    other.update(&aws, &name, &there).await.unwrap();
    assert_eq!(changes(&found::<Role>(&aws, &name).await.settings, &other), []);
}

/// The SDK asks again where an answer was lost, and hears that the filter exists; nothing on a filter tells whose it is.
#[tokio::test]
async fn a_filter_whose_answer_was_lost_is_made() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    make_table(&aws).await;
    let wanted = filter(&aws, "rows: \"country = 'IN'\"");
    endpoint.faults(json!([{ "operation": "CreateDataCellsFilter", "lost": "drop", "times": 1 }]));
    wanted.create(&aws, &mark("filter/india")).await.unwrap();
    let other = filter(&aws, "rows: \"country = 'FR'\"");
    let refused = other.create(&aws, &mark("filter/india")).await.unwrap_err();
    assert_eq!(refused.code.as_deref(), Some("AlreadyExistsException"), "another one is somebody else's");
}
