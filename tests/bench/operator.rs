//! The operator on a real control plane, against the figures that it promises and those that ACK was measured at.
//!
//! `LAKE_BENCH_PART=10` measures with a tenth of the lakes.

pub(crate) mod calls;
pub(crate) mod growth;
pub(crate) mod many;

use lake_tests::{
    aws::{Call, Endpoint},
    cluster::{Cluster, Namespace, is_ready},
    operator::{Operator, Setting},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

/// A thousand lakes that have waited for others to be made are looked at first.
const PATIENCE: Duration = Duration::from_secs(900);

/// A namespace with lakes in it, an account, and how the operator is started on both.
struct Stage {
    cluster: &'static Cluster,
    namespace: Namespace<'static>,
    aws: Endpoint,
    setting: Setting,
}

impl Stage {
    fn new(namespace: &str) -> Self {
        let cluster = Cluster::shared();
        let setting = Setting { released: true, ..Setting::of(cluster, namespace).replica("only") };
        Stage { cluster, namespace: cluster.namespace(namespace), aws: Endpoint::start(), setting }
    }

    fn start(&self) -> Operator {
        Operator::start(&self.setting, &self.aws)
    }

    fn apply(&self, lakes: &[Value]) {
        let lakes: Vec<String> = lakes.iter().map(Value::to_string).collect();
        // kubectl holds all of one call in memory, several times.
        for some in lakes.chunks(100) {
            let _ = self.namespace.apply(&format!("---\n{}", some.join("\n---\n"))).ok();
        }
    }

    /// Start an operator on lakes that are there already: it, and how long it takes until so many are Ready.
    fn started_until_ready(&self, lakes: usize, within: Duration) -> (Operator, Result<Duration, usize>) {
        let started = Instant::now();
        let operator = self.start();
        let mut ready = BTreeSet::new();
        let all = self.namespace.follow("lakes", within, |seen| {
            let name = seen.object["metadata"]["name"].to_string();
            if is_ready(&seen.object) {
                ready.insert(name)
            } else {
                ready.remove(&name)
            };
            ready.len() >= lakes
        });
        (operator, if all { Ok(started.elapsed()) } else { Err(ready.len()) })
    }

    /// The calls of the journal, once nothing is under way any more.
    fn calls_when_idle(&self, operator: &Operator) -> Vec<Call> {
        operator.until_within(PATIENCE, "it is idle", |it| {
            it.metric("controller_runtime_active_workers{controller=\"lake\"}") == Some(0.0)
        });
        self.aws.journal()
    }
}

/// So much of the full size as `LAKE_BENCH_PART` says.
fn part_of(full: usize) -> usize {
    let part = std::env::var("LAKE_BENCH_PART").ok().and_then(|part| part.parse().ok()).unwrap_or(1);
    (full / part).max(1)
}

/// One lake that holds one bucket.
fn bucket_lake(number: usize) -> Value {
    lake(
        &format!("bucket-{number:04}"),
        json!({
            "tags": { "project": "bench" },
            "buckets": { "store": {
                "versioning": true,
                "lifecycleRules": [{ "id": "temporary", "prefix": "tmp/", "expire": { "days": 7 } }],
            } },
        }),
    )
}

/// One lake that holds one role with a policy.
fn role_lake(number: usize) -> Value {
    lake(
        &format!("role-{number:04}"),
        json!({
            "tags": { "project": "bench" },
            "roles": { "reader": {
                "assumedBy": { "services": ["glue.amazonaws.com"] },
                "allow": [{ "read": { "bucket": "arn:aws:s3:::somebodys-data", "prefix": "raw/" } }],
            } },
        }),
    )
}

/// A lake of the ten resources of first-lake.
fn ten_resources(number: usize) -> Value {
    let mut lake = lake_tests::example::first_lake_not_retained();
    lake["metadata"]["name"] = format!("ten-{number:04}").into();
    lake["spec"]["databases"]["lake"]["name"] = format!("ten_{number:04}").into();
    lake
}

/// A lake of ten resources of which AWS tells all but the bucket together with those of other lakes.
fn ten_gathered(number: usize) -> Value {
    let three = |one: fn(usize) -> Value| -> Value {
        (0..3).map(|each| (format!("events-{each}"), one(each))).collect::<serde_json::Map<_, _>>().into()
    };
    let role = json!({
        "assumedBy": { "services": ["glue.amazonaws.com"] },
        "allow": [{ "read": { "bucket": "store", "prefix": "events/" } }, { "use": { "database": "lake" } }],
    });
    lake(
        &format!("gathered-{number:04}"),
        json!({
            "tags": { "project": "bench" },
            "buckets": { "store": { "versioning": true, "onDelete": "Empty" } },
            "roles": { "crawler": role, "reader": role },
            "databases": { "lake": { "name": format!("gathered_{number:04}") } },
            "tables": three(|each| json!({
                "database": "lake",
                "name": format!("events_{each}"),
                "format": "Parquet",
                "location": { "bucket": "store", "prefix": format!("events/{each}/") },
                "columns": [{ "name": "id", "type": "string" }],
            })),
            "crawlers": three(|each| json!({
                "role": "crawler",
                "database": "lake",
                "targets": { "s3": [{ "bucket": "store", "prefix": format!("events/{each}/") }] },
            })),
        }),
    )
}

fn lake(name: &str, spec: Value) -> Value {
    json!({ "apiVersion": "lake.dev/v1alpha1", "kind": "Lake", "metadata": { "name": name }, "spec": spec })
}

/// What the kernel says of a process.
struct Usage {
    resident: u64,
    peak: u64,
    cpu: f64,
}

impl Usage {
    fn of(operator: &Operator) -> Self {
        let read = |file: &str| {
            std::fs::read_to_string(format!("/proc/{}/{file}", operator.id())).expect("the operator runs")
        };
        let status = read("status");
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
        };
        let stat = read("stat");
        // After the name in brackets: the 12th and the 13th word are the time in and out of the kernel, in ticks of 10 ms.
        let words: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        let ticks: f64 = words[11..13].iter().filter_map(|word| word.parse::<f64>().ok()).sum();
        Usage { resident: kib("VmRSS:"), peak: kib("VmHWM:"), cpu: ticks / 100.0 }
    }

    fn text(&self) -> String {
        let mib = |kib: u64| kib as f64 / 1024.0;
        format!("{:.0} MiB, at most {:.0} MiB", mib(self.resident), mib(self.peak))
    }
}
