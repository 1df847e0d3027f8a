use crate::{
    common::{changes, comes_round, found, look, mark},
    graph, settings, stage,
};
use lake_api::Input;
use lake_reconcile::{
    aws::{Aws, Priority},
    error::Retry,
    graph::NodeId,
    inventory::Sight,
    kind::Data,
    kinds::{Crawler, Typed},
    owner::Marking,
};
use serde_json::json;

const S3: &str = "targets: { s3: [ { bucket: store, prefix: out/ } ] }";

fn sections(fields: &str) -> String {
    format!("databases: {{ lake: {{}} }}, crawlers: {{ main: {{ role: etl, database: lake, {fields} }} }}")
}

fn crawler(aws: &Aws, fields: &str) -> Crawler {
    Crawler::typed(&settings(aws, &sections(fields), "crawler/main")).expect("settings of this kind")
}

#[tokio::test]
async fn a_crawler_comes_round() {
    let (endpoint, aws) = stage().await;
    let fields = [
        ("described", "description: told"),
        ("prefixed", "tablePrefix: p_"),
        ("scheduled", "schedule: 'cron(0 3 * * ? *)'"),
        ("only logging", "schemaChange: { update: Log, delete: Log }"),
        ("deleting", "schemaChange: { delete: DeleteFromDatabase }"),
        ("crawling new folders", "recrawl: NewFoldersOnly, schemaChange: { update: Log, delete: Log }"),
        ("with lineage", "lineage: true"),
        ("guarded", "lakeFormation: { useCredentials: true, account: '210987654321' }"),
        ("classified", "classifiers: [mine, yours]"),
        ("grouping", "configuration: { combineCompatibleSchemas: true, tableLevel: 3 }"),
        ("bounded", "configuration: { tableThreshold: 10, mergeNewColumns: true, partitionsInherit: true }"),
        ("without an index", "configuration: { partitionIndex: false }"),
        ("encrypted", "securityConfiguration: kms"),
        ("tagged", "tags: { team: data }"),
    ];
    let targets = [
        (
            "sampling",
            "s3: [ { bucket: store, exclusions: ['**.tmp', 'a/**'], sampleSize: 3, connection: vpc } ]",
        ),
        ("on two folders", "s3: [ { bucket: store, prefix: b/ }, { bucket: store, prefix: a/ } ]"),
        (
            "on a database",
            "jdbc: [ { connection: db, path: 'sales/%', exclusions: [x], metadata: [RawTypes, Comments] } ]",
        ),
        ("on DynamoDB", "dynamodb: [ { table: t, scanAll: false, scanRate: 0.7 } ]"),
        ("on MongoDB", "mongodb: [ { connection: m, path: shop/orders } ]"),
        ("on Delta Lake", "delta: [ { locations: [ { bucket: store, prefix: d/ } ], writeManifest: true } ]"),
        (
            "on Iceberg",
            "iceberg: [ { locations: [ { bucket: store, prefix: i/ } ], exclusions: [x], maxDepth: 4 } ]",
        ),
        ("on Hudi", "hudi: [ { locations: [ { bucket: store, prefix: h/ } ] } ]"),
    ];
    let mut variants: Vec<_> =
        fields.iter().map(|(name, fields)| (*name, crawler(&aws, &format!("{S3}, {fields}")))).collect();
    variants.extend(
        targets.iter().map(|(name, targets)| (*name, crawler(&aws, &format!("targets: {{ {targets} }}")))),
    );
    comes_round(&aws, "crawler/main", &crawler(&aws, S3), &variants).await;
    endpoint.assert_all_emulated();
}

#[tokio::test]
async fn a_crawler_of_catalogue_tables_reads_back_as_it_is_wanted() {
    let (_endpoint, aws) = stage().await;
    let wanted = crawler(
        &aws,
        "targets: { catalog: [ { database: lake, tableNames: [b, a] } ] }, schemaChange: { delete: Log }",
    );
    wanted.create(&aws, &mark("crawler/main")).await.unwrap();
    let seen = found::<Crawler>(&aws, &"kinds-main".to_owned()).await;
    assert_eq!(changes(&seen.settings, &wanted), []);
}

#[tokio::test]
async fn a_running_crawler_is_busy_for_an_update_and_stopped_for_a_deletion() {
    let (_endpoint, aws) = stage().await;
    let key = "kinds-main".to_owned();
    let base = crawler(&aws, S3);
    base.create(&aws, &mark("crawler/main")).await.unwrap();
    aws.glue.start_crawler().name(&key).send().await.unwrap();
    let wanted = crawler(&aws, &format!("{S3}, description: told"));
    let busy = wanted.update(&aws, &key, &changes(&base, &wanted)).await.unwrap_err();
    assert_eq!(busy.retry, Retry::Busy, "{busy}");
    let tagged = crawler(&aws, &format!("{S3}, tags: {{ a: b }}"));
    tagged.update(&aws, &key, &changes(&base, &tagged)).await.expect("tags wait for no crawl");

    let mut calls = 0;
    while let Err(error) = Crawler::delete(&aws, &key, Data::Keep).await {
        assert_eq!(error.retry, Retry::Busy, "{error}");
        calls += 1;
        assert!(calls < 10_000, "the crawl never ends");
        tokio::task::yield_now().await;
    }
    assert!(calls > 0, "it was stopped first");
    assert!(matches!(look::<Crawler>(&aws, &key).await, Sight::Absent));
}

#[tokio::test]
async fn crawlers_are_read_together() {
    let (endpoint, aws) = stage().await;
    let base = crawler(&aws, S3);
    let mut keys = vec!["absent".to_owned()];
    for number in 0..3 {
        let one = Crawler { name: Input::Known(format!("c-{number}")), ..base.clone() };
        one.create(&aws, &mark("crawler/main")).await.unwrap();
        keys.push(format!("c-{number}"));
    }
    endpoint.clear_journal();
    let sights = Priority::Routine.of(Crawler::read(&aws, &keys)).await;
    assert!(matches!(sights[0], Sight::Absent));
    assert!(sights[1..].iter().all(|sight| matches!(sight, Sight::Present(seen) if seen.worn.is_some())));
    let calls: Vec<String> = endpoint.journal().iter().map(|call| call.name()).collect();
    assert_eq!(calls, ["glue:BatchGetCrawlers", "resourcegroupstaggingapi:GetResources"]);
}

/// The list of tags lags behind, by seconds mostly: who waits for the end of a write asks Glue.
#[tokio::test]
async fn who_waits_is_told_the_tags_as_they_are() {
    let (endpoint, aws) = stage().await;
    let base = crawler(&aws, S3);
    let names = ["one", "two"].map(str::to_owned);
    for name in &names {
        let one = Crawler { name: Input::Known(name.clone()), ..base.clone() };
        one.create(&aws, &mark("crawler/main")).await.unwrap();
    }
    endpoint.faults(json!([{ "operation": "GetResources", "staleSeconds": 600, "staleSince": "rule" }]));
    for name in &names {
        Crawler::mark(&aws, name, &Marking::of(&mark("crawler/moved"))).await.unwrap();
    }
    for sight in Crawler::read(&aws, &names).await {
        assert!(
            matches!(&sight, Sight::Present(seen) if seen.worn == Some(mark("crawler/moved"))),
            "{sight:?}"
        );
    }
}

/// Right after it was made, or while it goes, Glue may know a crawler and not its tags.
#[tokio::test]
async fn tags_that_glue_does_not_find_are_not_nobodys() {
    let (endpoint, aws) = stage().await;
    let wanted = crawler(&aws, S3);
    let key = wanted.key(&aws.place).unwrap();
    wanted.create(&aws, &mark("crawler/main")).await.unwrap();
    endpoint.faults(json!([{ "operation": "GetTags", "code": "EntityNotFoundException", "status": 400 }]));
    let sight = look::<Crawler>(&aws, &key).await;
    assert!(matches!(sight, Sight::Settling(_)), "{sight:?}");
}

#[tokio::test]
async fn a_crawler_comes_after_all_that_it_names() {
    let (_endpoint, aws) = stage().await;
    let yaml = format!(
        "{}, tables: {{ t: {{ database: lake, location: {{ bucket: store }}, format: Csv }} }}",
        sections("targets: { catalog: [ { database: lake, tables: [t], tableNames: [other] } ] }")
    );
    let node = graph(&aws, &yaml).remove(&NodeId::from("crawler/main".to_owned())).unwrap();
    let after: Vec<&str> = node.after.iter().map(NodeId::as_str).collect();
    assert_eq!(after, ["database/lake", "role/etl", "table/t"]);
    let crawler = Crawler::typed(&node.settings.unwrap()).unwrap();
    let tables: Vec<_> = crawler.targets.catalog[0].tables.iter().filter_map(Input::text).collect();
    assert_eq!(tables, ["kinds-t", "other"]);
}
