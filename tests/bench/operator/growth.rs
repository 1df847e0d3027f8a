//! How the operator grows with its lakes, each of ten resources, at 20 ms per call.

use super::{Stage, Usage, part_of, ten_gathered, ten_resources};
use crate::{Figure, calls::counted};
use serde_json::Value;
use std::{thread, time::Duration};

const PATIENCE: Duration = Duration::from_secs(1_800);
/// Over how long is counted: the interval of a lake that names none, in which each has its turn.
const WATCHED: Duration = Duration::from_secs(300);

/// Lakes of ten resources each.
#[derive(Clone, Copy)]
struct Sort {
    name: &'static str,
    /// What is said of them.
    said: &'static str,
    make: fn(usize) -> Value,
}

/// Those of first-lake.
const FIRST: Sort = Sort { name: "first", said: "lakes of first-lake's ten resources", make: ten_resources };
/// A bucket, and nine that AWS tells together with those of other lakes.
const GATHERED: Sort =
    Sort { name: "gathered", said: "lakes of a bucket and nine gathered resources", make: ten_gathered };

pub(crate) fn figures() -> Vec<Figure> {
    let largest = part_of(1_000);
    let first = [10, 100, 1_000].into_iter().filter(|lakes| *lakes <= largest).map(|lakes| (FIRST, lakes));
    let all = first.chain([(GATHERED, largest)]);
    all.flat_map(|(sort, lakes)| grown(sort, lakes, lakes == largest)).collect()
}

fn grown(sort: Sort, lakes: usize, steady: bool) -> Vec<Figure> {
    let stage = Stage::new(&format!("{}-{lakes}", sort.name));
    stage.apply(&(0..lakes).map(sort.make).collect::<Vec<_>>());
    stage.aws.latency(20);
    let what = format!("{lakes} {}", sort.said);
    let (operator, took) = stage.started_until_ready(lakes, PATIENCE);
    let usage = Usage::of(&operator);
    let took = match took {
        Ok(took) => format!("{:.0} s", took.as_secs_f64()),
        Err(ready) => format!("{ready} Ready in {PATIENCE:?}"),
    };
    let mut figures = vec![
        Figure::new(format!("{what} to Ready"), "", format!("{took}, {:.1} CPU-s", usage.cpu)),
        Figure::new(format!("resident memory with {what}"), "≤ 128 MiB", usage.text()),
    ];
    if steady {
        figures.extend(steadily(&stage, &operator, &what));
    }
    figures
}

/// An interval in which nothing happens.
fn steadily(stage: &Stage, operator: &lake_tests::operator::Operator, what: &str) -> Vec<Figure> {
    let _ = stage.calls_when_idle(operator);
    let audit = stage.cluster.audit();
    stage.aws.clear_journal();
    let (before, rounds) = (Usage::of(operator), operator.sum("controller_runtime_reconcile_total"));
    thread::sleep(WATCHED); // the time over which is counted
    let seconds = WATCHED.as_secs_f64();
    let calls = stage.aws.journal();
    let looked = operator.sum("controller_runtime_reconcile_total") - rounds;
    let requests = audit
        .requests()
        .into_iter()
        .filter(|it| it.namespace == stage.namespace.name() && !it.agent.starts_with("kubectl"));
    let requests = requests.count() as f64;
    let after = Usage::of(operator);
    let figure = |which: &str, bound, measured: String| {
        Figure::new(format!("{what}, steadily: {which}"), bound, measured)
    };
    vec![
        figure("lakes looked at in an interval", "all", format!("{looked:.0}")),
        figure("AWS calls", "≤ 40/s", format!("{:.1}/s: {}", calls.len() as f64 / seconds, counted(&calls))),
        figure("API server requests", "≤ 5/s", format!("{:.2}/s", requests / seconds)),
        figure("CPU", "", format!("{:.1} %", (after.cpu - before.cpu) / seconds * 100.0)),
        figure("resident memory", "≤ 128 MiB", after.text()),
    ]
}
