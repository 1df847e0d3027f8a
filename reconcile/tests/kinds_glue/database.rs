use crate::{
    change,
    common::{comes_round, found, mark},
    settings, stage,
};
use aws_sdk_glue::types::{DatabaseInput, TableInput};
use lake_api::Input;
use lake_reconcile::{
    aws::{Aws, Priority},
    inventory::Sight,
    kind::Data,
    kinds::{Database, Typed, database::DatabaseKey},
};

fn database(aws: &Aws, fields: &str) -> Database {
    Database::typed(&settings(aws, &format!("databases: {{ main: {fields} }}"), "database/main"))
        .expect("settings of this kind")
}

#[tokio::test]
async fn a_database_comes_round() {
    let (endpoint, aws) = stage().await;
    let variants = [
        ("described", "{ description: told }"),
        ("placed", "{ location: { bucket: store, prefix: db/ } }"),
        ("placed in a whole bucket", "{ location: { bucket: store } }"),
        ("parametrised", "{ parameters: { team: data, a: b } }"),
        ("closed", "{ createTableDefaults: { iamAllowed: false } }"),
        (
            "open to some",
            "{ createTableDefaults: { iamAllowed: true, permissions: [
                { principal: 'arn:aws:iam::123456789012:role/b', permissions: [Select, Alter] },
                { principal: 'arn:aws:iam::123456789012:role/a', permissions: [All] } ] } }",
        ),
        ("tagged", "{ tags: { team: data, empty: '' } }"),
        ("all of it", "{ description: told, parameters: { a: c }, tags: { team: ops } }"),
    ];
    let variants = variants.map(|(name, fields)| (name, database(&aws, fields)));
    comes_round(&aws, "database/main", &database(&aws, "{}"), &variants).await;
    endpoint.assert_all_emulated();
}

#[tokio::test]
async fn an_update_keeps_the_parameters_of_engines() {
    let (_endpoint, aws) = stage().await;
    let base = database(&aws, "{ parameters: { team: data } }");
    base.create(&aws, &mark("database/main")).await.unwrap();
    let theirs = DatabaseInput::builder()
        .name("kinds-main")
        .parameters("team", "data")
        .parameters("engine", "wrote this")
        .build()
        .unwrap();
    aws.glue.update_database().name("kinds-main").database_input(theirs).send().await.unwrap();
    let wanted = database(&aws, "{ parameters: { team: ops }, description: told }");
    let key = wanted.key(&aws.place).unwrap();
    wanted.update(&aws, &key, &[change("parameters.team"), change("description")]).await.unwrap();
    let seen = found::<Database>(&aws, &key).await.settings;
    assert_eq!(seen.description, Some(Input::from("told")));
    assert_eq!(seen.parameters.get("team"), Some(&Input::from("ops")));
    assert_eq!(seen.parameters.get("engine"), Some(&Input::from("wrote this")));
}

#[tokio::test]
async fn a_database_with_tables_is_deleted_only_when_it_may_be_emptied() {
    let (_endpoint, aws) = stage().await;
    let key = DatabaseKey { catalog: aws.place.account.clone(), name: "kinds-lake".into() };
    let make = async |name: &str, owner: Option<&str>| {
        let table = TableInput::builder().name(name);
        let table = owner.into_iter().fold(table, |table, owner| table.parameters("lake.dev/owner", owner));
        let table = table.build().unwrap();
        aws.glue.create_table().database_name("kinds-lake").table_input(table).send().await.unwrap();
    };
    let held = async || Database::held(&aws, &key).await.unwrap().unwrap().to_string();
    assert_eq!(held().await, "nothing in it");
    make("crawled", None).await;
    assert_eq!(held().await, "the 1 table in it");
    make("retained", Some("retained:terraform/tests/other")).await;

    let refused = Database::delete(&aws, &key, Data::Keep).await.unwrap_err();
    assert!(refused.said.contains("crawled") && refused.said.contains("onDelete: Empty"), "{refused}");
    let refused = Database::delete(&aws, &key, Data::Empty).await.unwrap_err();
    assert!(refused.said.contains("retained") && !refused.said.contains("crawled"), "{refused}");
    found::<Database>(&aws, &key).await;

    aws.glue.delete_table().database_name("kinds-lake").name("retained").send().await.unwrap();
    Database::delete(&aws, &key, Data::Empty).await.unwrap();
    assert!(matches!(Database::read(&aws, &[key]).await[..], [Sight::Absent]));
}

#[tokio::test]
async fn many_databases_take_few_calls() {
    let (endpoint, aws) = stage().await;
    let base = database(&aws, "{}");
    let mut keys = Vec::new();
    for number in 0..12 {
        let one = Database { name: Input::Known(format!("kinds-{number}")), ..base.clone() };
        one.create(&aws, &mark("database/main")).await.unwrap();
        keys.push(one.key(&aws.place).unwrap());
    }
    keys.push(DatabaseKey { name: "absent".into(), ..keys[0].clone() });
    endpoint.clear_journal();
    let sights = Priority::Routine.of(Database::read(&aws, &keys)).await;
    assert!(sights[..12].iter().all(|sight| matches!(sight, Sight::Present(seen) if seen.worn.is_some())));
    assert!(matches!(sights[12], Sight::Absent));
    let calls: Vec<String> = endpoint.journal().iter().map(|call| call.name()).collect();
    assert_eq!(
        calls,
        ["glue:GetDatabases", "glue:GetDatabase", "resourcegroupstaggingapi:GetResources"],
        "{calls:?}"
    );
}

#[tokio::test]
async fn of_a_full_database_one_page_is_counted() {
    let (endpoint, aws) = stage().await;
    let key = DatabaseKey { catalog: aws.place.account.clone(), name: "kinds-lake".into() };
    for number in 0..101 {
        let table = TableInput::builder().name(format!("t{number}")).build().unwrap();
        aws.glue.create_table().database_name(&key.name).table_input(table).send().await.unwrap();
    }
    endpoint.clear_journal();
    assert_eq!(Database::held(&aws, &key).await.unwrap().unwrap().to_string(), "100 tables or more in it");
    assert_eq!(endpoint.journal().len(), 1);
}
