use crate::{
    common::{changes, comes_round, found, mark},
    graph, settings, stage,
};
use lake_api::Input;
use lake_reconcile::{
    aws::{Aws, Priority},
    graph::{Hold, NodeId},
    inventory::Sight,
    kinds::{Job, Typed, job::spec::Command},
};

const BASE: &str = "role: etl, script: { bucket: store, key: etl.py, content: 'print()' }";

fn job(aws: &Aws, fields: &str) -> Job {
    Job::typed(&settings(aws, &format!("jobs: {{ etl: {{ {BASE}, {fields} }} }}"), "job/etl"))
        .expect("settings of this kind")
}

#[tokio::test]
async fn a_job_comes_round() {
    let (endpoint, aws) = stage().await;
    let variants = [
        ("described", "description: told"),
        ("of another version", "glueVersion: '4.0'"),
        ("larger", "workers: { type: G.2X, count: 7 }"),
        ("streaming", "command: GlueStreaming"),
        ("streaming with a limit", "command: GlueStreaming, timeout: 60, maintenanceWindow: 'Sun:3'"),
        ("plain Python", "command: PythonShell"),
        ("larger plain Python", "command: PythonShell, maxCapacity: 1.0"),
        ("in Scala", "language: Scala, mainClass: Etl"),
        ("with arguments", "arguments: { '--day': today, '--x': '' }"),
        ("with secrets", "arguments: { '--day': today }, secretArguments: { '--salt': pepper }"),
        ("with firm arguments", "nonOverridableArguments: { '--mode': strict }"),
        ("with bookmarks", "bookmarks: true"),
        ("without the catalogue", "dataCatalog: false"),
        ("measured", "metrics: true, observabilityMetrics: true"),
        ("explained", "insights: true"),
        ("scaling itself", "autoScaling: true"),
        ("logging", "continuousLogging: {}"),
        ("logging all", "continuousLogging: { group: /lake/etl, filter: false }"),
        ("shown", "sparkUi: { bucket: store, prefix: ui/ }"),
        ("with a place of its own", "tempDir: { bucket: store, prefix: tmp/ }"),
        ("connected", "connections: [vpc, db]"),
        ("limited", "timeout: 10"),
        ("stubborn", "maxRetries: 3"),
        ("in parallel", "maxConcurrentRuns: 5"),
        ("patient", "executionClass: Flex"),
        ("encrypted", "securityConfiguration: kms"),
        ("telling", "notifyDelay: 15"),
        ("queued", "runQueuing: true"),
        ("tagged", "tags: { team: data }"),
    ];
    let variants = variants.map(|(name, fields)| (name, job(&aws, fields)));
    comes_round(&aws, "job/etl", &job(&aws, "tags: {}"), &variants).await;
    endpoint.assert_all_emulated();
}

#[tokio::test]
async fn a_job_made_with_everything_reads_back_as_it_is_wanted() {
    let (_endpoint, aws) = stage().await;
    let wanted = job(
        &aws,
        "description: told, workers: { type: G.2X, count: 3 }, arguments: { '--a': b }, secretArguments: { '--s': t },
         nonOverridableArguments: { '--m': strict }, bookmarks: true, metrics: true, observabilityMetrics: true,
         insights: true, autoScaling: true, continuousLogging: { group: g }, sparkUi: { bucket: store },
         tempDir: { bucket: store, prefix: tmp/ }, timeout: 30, maxRetries: 1,
         maxConcurrentRuns: 2, executionClass: Flex, securityConfiguration: kms, notifyDelay: 5, tags: { a: b }",
    );
    wanted.create(&aws, &mark("job/etl")).await.unwrap();
    let seen = found::<Job>(&aws, &"kinds-etl".to_owned()).await;
    assert_eq!(changes(&seen.settings, &wanted), []);
}

#[tokio::test]
async fn jobs_are_read_together() {
    let (endpoint, aws) = stage().await;
    let base = job(&aws, "tags: {}");
    let mut keys = vec!["absent".to_owned()];
    for number in 0..4 {
        let one = Job { name: Input::Known(format!("job-{number}")), ..base.clone() };
        one.create(&aws, &mark("job/etl")).await.unwrap();
        keys.push(format!("job-{number}"));
    }
    endpoint.clear_journal();
    let sights = Priority::Routine.of(Job::read(&aws, &keys)).await;
    assert!(matches!(sights[0], Sight::Absent));
    assert!(sights[1..].iter().all(|sight| matches!(sight, Sight::Present(seen) if seen.worn.is_some())));
    let calls: Vec<String> = endpoint.journal().iter().map(|call| call.name()).collect();
    assert_eq!(calls, ["glue:BatchGetJobs", "resourcegroupstaggingapi:GetResources"]);
}

#[tokio::test]
async fn a_script_with_content_is_uploaded_and_one_without_is_looked_at() {
    let (_endpoint, aws) = stage().await;
    let node = |sections: &str, id: &str| graph(&aws, sections).remove(&NodeId::from(id.to_owned()));
    let script = "object/etl.script";
    let uploaded = node(&format!("jobs: {{ etl: {{ {BASE} }} }}"), script).unwrap();
    assert_eq!(uploaded.hold, Hold::Own);
    assert_eq!(uploaded.origin.to_string(), "jobs.etl.script");
    let bare = "jobs: { etl: { role: etl, script: { bucket: store, key: etl.py } } }";
    assert_eq!(node(bare, script).unwrap().hold, Hold::LookAt);
    let job = node(bare, "job/etl").unwrap();
    let after: Vec<&str> = job.after.iter().map(NodeId::as_str).collect();
    assert_eq!(after, ["bucket/store", script, "role/etl"]);
}

#[tokio::test]
async fn secrets_are_named_and_plain_python_knows_no_catalogue() {
    let (_endpoint, aws) = stage().await;
    let graph = graph(&aws, &format!("jobs: {{ etl: {{ {BASE}, secretArguments: {{ '--salt': x }} }} }}"));
    let secret = &graph[&NodeId::from("job/etl".to_owned())].treatment.secret;
    assert_eq!(secret.iter().map(ToString::to_string).collect::<Vec<_>>(), ["arguments.--salt"]);
    let shell = job(&aws, "command: PythonShell");
    assert_eq!((shell.command, shell.data_catalog), (Command::PythonShell, false));
}
