use crate::{
    change,
    common::{changes, comes_round, found, look, mark, owner},
    settings, stage,
};
use aws_sdk_glue::types::{Column, SerDeInfo, StorageDescriptor, TableInput};
use lake_api::Input;
use lake_reconcile::{
    aws::Aws,
    error::Retry,
    inventory::Sight,
    kinds::{Database, Table, Typed, database::DatabaseKey, table::TableKey},
    owner::Worn,
};
use serde_json::json;

const BASE: &str = "{ database: lake, location: { bucket: store, prefix: out/ }, format: Parquet,
    columns: [ { name: id, type: bigint } ], partitionKeys: [ { name: day, type: string } ] }";

fn table(aws: &Aws, fields: &str) -> Table {
    let sections = format!("databases: {{ lake: {{}} }}, tables: {{ events: {fields} }}");
    Table::typed(&settings(aws, &sections, "table/events")).expect("settings of this kind")
}

/// The base with more fields.
fn with(aws: &Aws, fields: &str) -> Table {
    table(aws, &format!("{}, {fields} }}", BASE.trim_end().trim_end_matches('}')))
}

async fn made(wanted: &Table, aws: &Aws) -> TableKey {
    wanted.create(aws, &mark("table/events")).await.unwrap();
    wanted.key(&aws.place).unwrap()
}

/// Somebody else writes a table's definition, as crawlers and engines do: whole, with what was there.
async fn rewritten(aws: &Aws, by: impl FnOnce(&mut TableInput)) {
    let live = aws.glue.get_table().database_name("kinds-lake").name("kinds-events").send().await.unwrap();
    let live = live.table.unwrap();
    let mut input = TableInput::builder()
        .name(live.name)
        .set_description(live.description)
        .set_parameters(live.parameters)
        .set_partition_keys(live.partition_keys)
        .set_storage_descriptor(live.storage_descriptor)
        .set_table_type(live.table_type)
        .build()
        .unwrap();
    by(&mut input);
    aws.glue.update_table().database_name("kinds-lake").table_input(input).send().await.unwrap();
}

#[tokio::test]
async fn a_table_comes_round() {
    let (endpoint, aws) = stage().await;
    let base = table(&aws, BASE);
    let variants = [
        ("described", with(&aws, "description: told")),
        ("elsewhere", table(&aws, &BASE.replace("out/", "elsewhere/"))),
        ("parametrised", with(&aws, "parameters: { team: data, 'EXTERNAL': 'TRUE' }")),
        ("in another format", table(&aws, &BASE.replace("Parquet", "Csv"))),
        ("named by a serde", with(&aws, "serde: { name: mine, parameters: { a: b } }")),
        ("compressed", with(&aws, "compressed: true")),
        ("in buckets", with(&aws, "buckets: { columns: [id], count: 4 }")),
        ("sorted", with(&aws, "sortColumns: [ { column: id }, { column: id, order: Descending } ]")),
        ("kept", with(&aws, "retention: 30")),
        (
            "projected",
            with(
                &aws,
                "projection: { columns: { day: { type: Date, range: '2020-01-01,NOW', format: yyyy-MM-dd } } }",
            ),
        ),
        ("wider", wider(&aws)),
        (
            "told of its partition key",
            table(
                &aws,
                &BASE.replace("name: day, ", "name: day, comment: of arrival, parameters: { x: z }, "),
            ),
        ),
    ];
    comes_round(&aws, "table/events", &base, &variants).await;
    endpoint.assert_all_emulated();
}

fn wider(aws: &Aws) -> Table {
    table(
        aws,
        "{ database: lake, location: { bucket: store, prefix: out/ }, format: Parquet,
           columns: [ { name: id, type: 'decimal(10, 2)', comment: the id }, { name: more, type: 'struct<a:int>', parameters: { x: z } } ],
           partitionKeys: [ { name: day, type: string } ] }",
    )
}

#[tokio::test]
async fn each_format_reads_back_as_it_is_wanted() {
    let (_endpoint, aws) = stage().await;
    for format in ["Parquet", "Orc", "Json", "Csv"] {
        let fields = format!(
            "{{ database: lake, name: {}, location: {{ bucket: store }}, format: {format} }}",
            format.to_lowercase()
        );
        let wanted = table(&aws, &fields);
        let key = made(&wanted, &aws).await;
        let seen = found::<Table>(&aws, &key).await;
        assert_eq!(changes(&seen.settings, &wanted), []);
        assert_eq!(seen.settings.parameters["classification"], Input::Known(format.to_lowercase()));
    }
}

#[tokio::test]
async fn what_a_crawler_wrote_stays() {
    let (_endpoint, aws) = stage().await;
    let key = made(&table(&aws, BASE), &aws).await;
    rewritten(&aws, |input| {
        input.parameters.get_or_insert_default().insert("recordCount".into(), "12".into());
        let stored = input.storage_descriptor.as_mut().unwrap();
        stored.parameters.get_or_insert_default().insert("compressionType".into(), "snappy".into());
        stored
            .serde_info
            .as_mut()
            .unwrap()
            .parameters
            .get_or_insert_default()
            .insert("paths".into(), "id".into());
    })
    .await;
    let wanted = with(&aws, "description: told, parameters: { team: data }");
    wanted.update(&aws, &key, &[change("description"), change("parameters.team")]).await.unwrap();
    let live = aws
        .glue
        .get_table()
        .database_name("kinds-lake")
        .name("kinds-events")
        .send()
        .await
        .unwrap()
        .table
        .unwrap();
    let stored = live.storage_descriptor().unwrap();
    assert_eq!(live.description(), Some("told"));
    assert_eq!(live.parameters().unwrap()["recordCount"], "12");
    assert_eq!(live.parameters().unwrap()["team"], "data");
    assert_eq!(stored.parameters().unwrap()["compressionType"], "snappy");
    let serde = stored.serde_info().unwrap();
    assert_eq!(serde.parameters().unwrap()["paths"], "id");
    assert_eq!(serde.parameters().unwrap()["serialization.format"], "1", "our own stays too");
    assert_eq!(found::<Table>(&aws, &key).await.worn, Some(mark("table/events")));
}

#[tokio::test]
async fn an_iceberg_table_keeps_what_commits_wrote() {
    let (_endpoint, aws) = stage().await;
    let fields = "database: lake, iceberg: { bucket: store, key: t/metadata/0.json }";
    let base = table(&aws, &format!("{{ {fields} }}"));
    let key = made(&base, &aws).await;
    assert_eq!(changes(&found::<Table>(&aws, &key).await.settings, &base), []);
    rewritten(&aws, |input| {
        let parameters = input.parameters.get_or_insert_default();
        parameters.insert("metadata_location".into(), "s3://kinds-store/t/metadata/1.json".into());
        parameters.insert("previous_metadata_location".into(), "s3://kinds-store/t/metadata/0.json".into());
        input.storage_descriptor = Some(
            StorageDescriptor::builder()
                .location("s3://kinds-store/t")
                .columns(Column::builder().name("id").r#type("bigint").build().unwrap())
                .serde_info(SerDeInfo::builder().build())
                .build(),
        );
    })
    .await;
    let seen = found::<Table>(&aws, &key).await.settings;
    let described = table(&aws, &format!("{{ {fields}, description: told }}"));
    described.update(&aws, &key, &[change("description")]).await.unwrap();
    let live = aws
        .glue
        .get_table()
        .database_name("kinds-lake")
        .name("kinds-events")
        .send()
        .await
        .unwrap()
        .table
        .unwrap();
    assert_eq!(live.parameters().unwrap()["metadata_location"], "s3://kinds-store/t/metadata/1.json");
    assert_eq!(live.storage_descriptor().unwrap().columns().len(), 1);
    assert_eq!(seen.iceberg.unwrap().key, Input::from("t/metadata/1.json"));
}

#[tokio::test]
async fn a_commit_in_between_is_a_conflict() {
    let (endpoint, aws) = stage().await;
    let key = made(&table(&aws, BASE), &aws).await;
    // The first read is the committer's; the second, ours, is answered as before the commit.
    endpoint.faults(json!([{ "service": "glue", "operation": "GetTable", "stale": 1, "afterCalls": 2 }]));
    rewritten(&aws, |input| input.description = Some("theirs".into())).await;
    let wanted = with(&aws, "description: told");
    let error = wanted.update(&aws, &key, &[change("description")]).await.unwrap_err();
    assert_eq!(error.retry, Retry::Conflict, "{error}");
    wanted.update(&aws, &key, &[change("description")]).await.expect("what is read anew can be changed");
    assert_eq!(found::<Table>(&aws, &key).await.settings.description, Some("told".into()));
}

#[tokio::test]
async fn tables_are_read_together_and_left_ones_are_found() {
    let (endpoint, aws) = stage().await;
    let base = table(&aws, BASE);
    let mut keys = Vec::new();
    for number in 0..3 {
        let one = Table { name: Input::Known(format!("t{number}")), ..base.clone() };
        keys.push(made(&one, &aws).await);
    }
    let theirs = Worn { owner: "terraform/tests/other".into(), node: "table/x".into(), ..Worn::default() };
    let other = Table { name: "theirs".into(), ..base.clone() };
    other.create(&aws, &theirs).await.unwrap();

    endpoint.clear_journal();
    let sights = Table::read(&aws, &keys).await;
    assert!(sights.iter().all(|sight| matches!(sight, Sight::Present(_))));
    let calls: Vec<String> = endpoint.journal().iter().map(|call| call.name()).collect();
    assert_eq!(calls, ["glue:GetTables"]);

    let parent = DatabaseKey { catalog: aws.place.account.clone(), name: "kinds-lake".into() };
    let gone = DatabaseKey { name: "gone".into(), ..parent.clone() };
    let left =
        Table::leftovers(&aws, &owner(), &[Database::erased_key(&parent), Database::erased_key(&gone)])
            .await
            .unwrap();
    let names: Vec<&str> = left.iter().map(|(key, _)| key.name.as_str()).collect();
    assert_eq!(names, ["t0", "t1", "t2"]);
    assert_eq!(left[0].1, Some(mark("table/events")));
}

#[tokio::test]
async fn a_table_in_no_database_is_absent() {
    let (_endpoint, aws) = stage().await;
    let key = TableKey { catalog: aws.place.account.clone(), database: "none".into(), name: "t".into() };
    assert!(matches!(look::<Table>(&aws, &key).await, Sight::Absent));
    let other = TableKey { name: "u".into(), ..key.clone() };
    assert!(matches!(Table::read(&aws, &[key, other]).await[..], [Sight::Absent, Sight::Absent]));
}

/// Engines write types in capitals, and crawlers parameters of partition keys.
#[tokio::test]
async fn what_is_written_of_a_partition_key_is_mended_in_place() {
    let (_endpoint, aws) = stage().await;
    let wanted = table(&aws, &BASE.replace("type: string", "type: 'decimal(12,2)'"));
    let key = made(&wanted, &aws).await;
    let column = Column::builder().name("day").r#type("DECIMAL(12, 2)");
    let told = column.comment("crawled").parameters("seen", "1").build().unwrap();
    rewritten(&aws, |input| input.partition_keys = Some(vec![told])).await;
    let drift = changes(&found::<Table>(&aws, &key).await.settings, &wanted);
    let paths: Vec<String> = drift.iter().map(|change| change.path.to_string()).collect();
    assert_eq!(paths, ["partitionKeys[0].comment", "partitionKeys[0].parameters.seen"]);
    for change in &drift {
        assert!(!Table::FIXED.iter().any(|path| change.touches_any(path)), "{}", change.path);
    }
    wanted.update(&aws, &key, &drift).await.unwrap();
    assert_eq!(changes(&found::<Table>(&aws, &key).await.settings, &wanted), []);
}
