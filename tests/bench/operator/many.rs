//! Many lakes of one resource, as ACK was measured.

use super::{PATIENCE, Stage, Usage, bucket_lake, part_of, role_lake};
use crate::Figure;
use lake_tests::cluster::is_ready;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn told(took: Result<Duration, usize>) -> String {
    match took {
        Ok(took) => format!("{:.1} s", took.as_secs_f64()),
        Err(ready) => format!("{ready} Ready in the time that was given"),
    }
}

pub(crate) fn buckets() -> Vec<Figure> {
    let stage = Stage::new("buckets");
    let lakes: Vec<Value> = (0..part_of(100)).map(bucket_lake).collect();
    stage.apply(&lakes);
    stage.aws.latency(50);
    let (_operator, took) = stage.started_until_ready(lakes.len(), PATIENCE);
    vec![Figure::new(
        format!("{} buckets to Ready at 50 ms per call, from exec (ACK, 100: 161 s)", lakes.len()),
        "≤ 5 s",
        told(took),
    )]
}

pub(crate) fn throttled() -> Vec<Figure> {
    let stage = Stage::new("throttled");
    let each = part_of(100);
    let lakes: Vec<Value> = (0..each).map(bucket_lake).chain((0..each).map(role_lake)).collect();
    stage.apply(&lakes);
    let every_third = |service: &str, code: &str, status: u16| json!({ "service": service, "every": 3, "code": code, "status": status });
    stage.aws.faults(json!([
        every_third("s3", "SlowDown", 503),
        every_third("iam", "Throttling", 400),
        every_third("resourcegroupstaggingapi", "ThrottledException", 400),
    ]));
    let (_operator, took) = stage.started_until_ready(lakes.len(), PATIENCE);
    vec![Figure::new(
        format!("a third of all calls throttled, {} objects to Ready (ACK, 200: none in 90 s)", lakes.len()),
        "≤ 90 s",
        told(took),
    )]
}

pub(crate) fn restart() -> Vec<Figure> {
    let stage = Stage::new("restart");
    let each = part_of(550);
    let lakes: Vec<Value> = (0..each).map(bucket_lake).chain((0..each).map(role_lake)).collect();
    stage.apply(&lakes);
    let (operator, took) = stage.started_until_ready(lakes.len(), PATIENCE);
    let created = Figure::new(format!("{} objects to Ready", lakes.len()), "", told(took));
    drop(operator);

    stage.aws.latency(20);
    stage.aws.clear_journal();
    let started = Instant::now();
    let operator = stage.start();
    let _ = stage.namespace.apply_object(&bucket_lake(9999)).ok();
    let applied = Instant::now();
    let _ = stage.namespace.until("lake/bucket-9999", is_ready);
    let fresh = applied.elapsed();
    operator.until("all have been looked at", |it| {
        it.sum("controller_runtime_reconcile_total") > lakes.len() as f64
    });
    let looked = started.elapsed();
    let calls = stage.calls_when_idle(&operator).len();
    vec![
        created,
        Figure::new(
            format!("restart with {} objects until all were looked at (ACK, 1 100: 158 s)", lakes.len()),
            "≤ 45 s",
            format!(
                "{:.1} s, {calls} AWS calls, {:.1} CPU-s",
                looked.as_secs_f64(),
                Usage::of(&operator).cpu
            ),
        ),
        Figure::new("a new lake Ready meanwhile", "≤ 3 s", format!("{:.1} s", fresh.as_secs_f64())),
        Figure::new(
            format!("resident memory with {} objects (ACK, 2 200 in two processes: 161 MB)", lakes.len()),
            "≤ 100 MB",
            Usage::of(&operator).text(),
        ),
    ]
}
