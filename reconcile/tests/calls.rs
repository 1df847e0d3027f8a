//! How often AWS is asked, which is the cost of this program.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod common;

use common::{Endpoint, connect, found, graph, lineage, look, mark, owner};
use expect_test::expect;
use futures::future::{BoxFuture, join_all};
use lake_reconcile::{
    LakeSpec,
    aws::{Aws, Priority},
    cloud::Cloud,
    engine::{Engine, Memory},
    error::CloudError,
    expand::{Scope, expand},
    gather::Gathered,
    graph::Graph,
    inventory::Sight,
    key::Key,
    kinds::{AccessPoint, AwsCloud, Bucket, RegisteredSettings as _, Role, Typed},
    owner::{Marking, Owner, Worn},
    record::Record,
    settings::Settings,
};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

fn names(endpoint: &Endpoint) -> Vec<String> {
    endpoint.journal().iter().map(|call| call.name()).collect()
}

/// The calls that making something takes, looking before and after; then those of a look that finds nothing.
async fn calls<K: Typed>(
    endpoint: &Endpoint,
    aws: &Aws,
    node: &str,
    wanted: K,
) -> (Vec<String>, Vec<String>) {
    let key = wanted.key(&aws.place).unwrap();
    endpoint.clear_journal();
    assert!(matches!(look::<K>(aws, &key).await, Sight::Absent));
    assert_eq!(names(endpoint).len(), 1, "one call for what is absent: {:?}", names(endpoint));
    wanted.create(aws, &mark(node)).await.unwrap();
    found::<K>(aws, &key).await;
    let made = names(endpoint);
    endpoint.clear_journal();
    found::<K>(aws, &key).await;
    (made, names(endpoint))
}

fn settings(aws: &Aws, yaml: &str, node: &str) -> Settings {
    graph(aws, yaml)[&node.into()].settings.clone().unwrap()
}

#[tokio::test]
async fn a_bucket_a_role_and_an_access_point_take_few_calls() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let yaml = "{
        buckets: { store: { versioning: true, encryption: { sse: S3 }, tags: { a: b },
            lifecycleRules: [ { prefix: tmp/, expire: { days: 7 } } ] } },
        roles: { etl: { assumedBy: { services: [glue.amazonaws.com] }, allow: [ { read: { bucket: store } } ] } },
        accessPoints: { door: { bucket: store, statements: [ { actions: [s3:GetObject], principals: { aws: ['{account}'] } } ] } } }";
    let bucket = Bucket::typed(&settings(&aws, yaml, "bucket/store")).unwrap();
    let (made, quiet) = calls::<Bucket>(&endpoint, &aws, "bucket/store", bucket).await;
    assert!(made.len() <= 16, "{}: {made:?}", made.len());
    assert!(quiet.len() <= 11, "{}: {quiet:?}", quiet.len());
    let role = Role::typed(&settings(&aws, yaml, "role/etl")).unwrap();
    let (made, quiet) = calls::<Role>(&endpoint, &aws, "role/etl", role).await;
    assert!(made.len() <= 7, "{}: {made:?}", made.len());
    assert!(quiet.len() <= 4, "{}: {quiet:?}", quiet.len());
    let point = AccessPoint::typed(&settings(&aws, yaml, "accessPoint/door")).unwrap();
    let (made, quiet) = calls::<AccessPoint>(&endpoint, &aws, "accessPoint/door", point).await;
    assert!(made.len() <= 6, "{}: {made:?}", made.len());
    assert!(quiet.len() <= 3, "{}: {quiet:?}", quiet.len());
}

/// A list that lags is late news, and no licence to write: the mark is asked of the bucket itself.
#[tokio::test]
async fn tags_that_are_told_late_are_told_late_and_no_more() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let bucket = Bucket::typed(&settings(&aws, "{ buckets: { store: {} } }", "bucket/store")).unwrap();
    let names = ["one", "two"].map(|name| format!("late-{name}"));
    for name in &names {
        Bucket { name: name.as_str().into(), ..(bucket).clone() }
            .create(&aws, &mark("bucket/late"))
            .await
            .unwrap();
    }
    let taken = Worn { owner: "terraform/tests/other".into(), ..mark("bucket/late") };
    // Posted before the write, from which on it answers as before.
    endpoint.faults(json!([{ "operation": "GetResources", "stale": 1 }]));
    Bucket::mark(&aws, &names[0], &Marking::of(&taken)).await.unwrap();
    let worn = async || {
        let sights = Priority::Routine.of(Bucket::read(&aws, &names)).await;
        sights.into_iter().map(|sight| match sight {
            Sight::Present(seen) => seen.worn,
            other => panic!("{other:?}"),
        })
    };
    endpoint.clear_journal();
    assert_eq!(worn().await.next(), Some(Some(mark("bucket/late"))), "as it was");
    assert!(!self::names(&endpoint).contains(&"s3:GetBucketTagging".to_owned()));
    assert_eq!(Bucket::worn(&aws, &names[0]).await.unwrap(), Some(Some(taken.clone())), "as it is");
    assert_eq!(worn().await.collect::<Vec<_>>(), [Some(taken), Some(mark("bucket/late"))], "and soon told");
    endpoint.faults(json!([{ "operation": "GetResources", "stale": 1 }]));
    aws.s3.delete_bucket().bucket(&names[1]).send().await.unwrap();
    let sights = Priority::Routine.of(Bucket::read(&aws, &names)).await;
    assert!(
        matches!(&sights[..], [Sight::Present(_), Sight::Absent]),
        "what is listed may be gone: {sights:?}"
    );
}

/// A memory that was lost whenever somebody asks.
struct Lost;

impl Memory for Lost {
    fn keep<'a>(&'a self, _: &'a Record) -> BoxFuture<'a, Result<(), CloudError>> {
        Box::pin(async { Ok(()) })
    }
}

/// What is kept in a memory need not be searched for, unless the memory was lost: then something that is wanted is there
/// already, and what else there is, is found.
#[tokio::test]
async fn a_new_lake_is_spared_the_search_and_a_forgotten_one_is_found() {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let role = "etl: { assumedBy: { services: [glue.amazonaws.com] } }";
    let (owner, both) = lake(&aws, "lost", &format!("{{ buckets: {{ store: {{}} }}, roles: {{ {role} }} }}"));
    let (_, store) = lake(&aws, "lost", "{ buckets: { store: {} } }");
    let engine = Engine::new(Arc::new(AwsCloud(aws.clone())), owner, aws.place.clone(), lineage())
        .with_memory(Arc::new(Lost));
    endpoint.clear_journal();
    let round = engine.round(&both, Record::new(aws.place.clone())).await;
    assert_eq!(round.outcome.failures, []);
    let calls = names(&endpoint);
    let searches = |call: &String| call.ends_with(":GetResources") || call.ends_with(":ListRoles");
    assert!(!calls.iter().any(searches), "{calls:?}");
    endpoint.clear_journal();
    let round = engine.round(&store, Record::new(aws.place.clone())).await;
    assert_eq!(round.outcome.failures, []);
    let calls = names(&endpoint);
    assert!(calls.iter().any(searches) && calls.contains(&"iam:DeleteRole".to_owned()), "{calls:?}");
}

/// Lakes that are looked at together.
const LAKES: u32 = 20;

/// A lake of ten resources, of which AWS tells all but the bucket's facets together.
const TABLES: &str = "{
    buckets: { store: { versioning: true, tags: { a: b } } },
    roles: {
        etl: { assumedBy: { services: [glue.amazonaws.com] }, allow: [ { write: { bucket: store } } ] },
        reader: { assumedBy: { services: [glue.amazonaws.com] }, allow: [ { read: { bucket: store } } ] } },
    databases: { lake: { location: { bucket: store } } },
    tables: {
        a: { database: lake, format: Json, location: { bucket: store, prefix: a/ }, columns: [ { name: id, type: bigint } ] },
        b: { database: lake, format: Json, location: { bucket: store, prefix: b/ }, columns: [ { name: id, type: bigint } ] },
        c: { database: lake, format: Json, location: { bucket: store, prefix: c/ }, columns: [ { name: id, type: bigint } ] } },
    crawlers: {
        a: { role: etl, database: lake, targets: { s3: [ { bucket: store, prefix: a/ } ] } },
        b: { role: etl, database: lake, targets: { s3: [ { bucket: store, prefix: b/ } ] } },
        c: { role: etl, database: lake, targets: { s3: [ { bucket: store, prefix: c/ } ] } } } }";

/// One of each kind: most of what AWS tells of no two at once.
const EACH: &str = "{
    buckets: { store: { versioning: true, objects: { script: { key: etl.py, content: print(1) } } } },
    roles: { etl: { assumedBy: { services: [glue.amazonaws.com] }, allow: [ { write: { bucket: store } } ] } },
    databases: { lake: {} },
    tables: { a: { database: lake, format: Json, location: { bucket: store, prefix: a/ }, columns: [ { name: id, type: bigint } ] } },
    jobs: { etl: { role: etl, glueVersion: '5.0', workers: { type: G.1X, count: 2 }, script: { bucket: store, key: etl.py } } },
    crawlers: { raw: { role: etl, database: lake, targets: { s3: [ { bucket: store, prefix: a/ } ] } } },
    accessPoints: { door: { bucket: store } },
    filters: { some: { table: a, rows: 'id > 7' } } }";

/// What a lake of a name asks for.
fn lake(aws: &Aws, name: &str, yaml: &str) -> (Owner, Graph) {
    let spec: LakeSpec = serde_saphyr::from_str(yaml).expect("the spec is one");
    let owner = Owner { lake: name.to_owned(), ..owner() };
    let scope = Scope {
        place: aws.place.clone(),
        owner: owner.clone(),
        lake: name.to_owned(),
        namespace: String::new(),
    };
    (owner, expand(&spec, &scope))
}

/// The calls of one routine look at some lakes of a spec at once, by their names.
async fn routine_calls(yaml: &str) -> BTreeMap<String, usize> {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    let lakes: Vec<_> = (0..LAKES).map(|number| lake(&aws, &format!("lake-{number}"), yaml)).collect();
    join_all(lakes.iter().map(|(owner, graph)| {
        let engine =
            Engine::new(Arc::new(AwsCloud(aws.clone())), owner.clone(), aws.place.clone(), lineage());
        let record = Record::new(aws.place.clone());
        async move {
            let outcome = engine.settle(graph, record, Duration::from_secs(120), None).await;
            assert_eq!(outcome.failures, []);
        }
    }))
    .await;
    let gathered = Gathered::new(Arc::new(AwsCloud(aws.clone())));
    // The second look of a process knows what never changes.
    for _ in 0..2 {
        endpoint.clear_journal();
        let looks = lakes.iter().map(|(_, graph)| {
            let handle = gathered.routine(Duration::from_millis(250));
            let wanted = graph.values().filter_map(|node| node.settings.as_ref()?.key(&aws.place));
            let keys: Vec<Key> = wanted.collect();
            async move { handle.read(keys).await }
        });
        for (key, sight) in join_all(looks).await.into_iter().flatten() {
            assert!(matches!(sight, Sight::Present(_)), "{key}: {sight:?}");
        }
    }
    endpoint.assert_all_emulated();
    let mut counted = BTreeMap::new();
    for name in names(&endpoint) {
        *counted.entry(name).or_default() += 1;
    }
    counted
}

/// Calls a second, when each of 1 000 such lakes is looked at every five minutes.
fn a_second(calls: &BTreeMap<String, usize>) -> f64 {
    let calls = u32::try_from(calls.values().sum::<usize>()).unwrap();
    f64::from(calls) / f64::from(LAKES) * 1_000.0 / 300.0
}

/// The calls that are not made once for each lake, but for all together.
fn together(calls: &BTreeMap<String, usize>) -> String {
    let shared = calls.iter().filter(|(_, times)| !times.is_multiple_of(LAKES as usize));
    shared.map(|(name, times)| format!("{name} {times}\n")).collect()
}

#[tokio::test]
async fn a_thousand_lakes_are_looked_at_with_forty_calls_a_second() {
    let calls = routine_calls(TABLES).await;
    expect![[r#"
        glue:BatchGetCrawlers 1
        glue:GetDatabases 1
        iam:GetAccountAuthorizationDetails 1
        iam:ListRoles 1
        resourcegroupstaggingapi:GetResources 3
    "#]]
    .assert_eq(&together(&calls));
    assert!(a_second(&calls) <= 40.0, "{:.1} calls a second: {calls:?}", a_second(&calls));
}

#[tokio::test]
async fn a_thousand_lakes_of_one_of_each_kind_take_little_more_than_what_has_no_batch() {
    let calls = routine_calls(EACH).await;
    expect![[r#"
        glue:BatchGetCrawlers 1
        glue:BatchGetJobs 1
        glue:GetDatabases 1
        iam:GetAccountAuthorizationDetails 1
        iam:ListRoles 1
        lakeformation:ListDataCellsFilter 1
        resourcegroupstaggingapi:GetResources 5
        s3control:ListAccessPoints 1
    "#]]
    .assert_eq(&together(&calls));
    // Ten facets of the bucket, the access point's policy, the object and the table are told one by one: thirteen.
    let floor = 13.0 * 1_000.0 / 300.0;
    let rate = a_second(&calls);
    assert!(rate <= floor + 3.0, "{rate:.1} calls a second where {floor:.1} cannot be helped: {calls:?}");
}
