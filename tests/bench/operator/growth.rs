//! How the operator grows with its lakes, each of ten resources, at 20 ms per call.

use super::{Stage, Usage, part_of, ten_resources};
use crate::Figure;
use std::{thread, time::Duration};

const PATIENCE: Duration = Duration::from_secs(1_800);
/// Over how long is counted: half the interval of a lake that names none, in which half of them have their turn.
const WATCHED: Duration = Duration::from_secs(150);

pub(crate) fn figures() -> Vec<Figure> {
    let largest = part_of(1_000);
    [10, 100, 1_000]
        .into_iter()
        .filter(|lakes| *lakes <= largest)
        .flat_map(|lakes| grown(lakes, lakes == largest))
        .collect()
}

fn grown(lakes: usize, steady: bool) -> Vec<Figure> {
    let stage = Stage::new(&format!("ten-{lakes}"));
    stage.apply(&(0..lakes).map(ten_resources).collect::<Vec<_>>());
    stage.aws.latency(20);
    let (operator, took) = stage.started_until_ready(lakes, PATIENCE);
    let usage = Usage::of(&operator);
    let took = match took {
        Ok(took) => format!("{:.0} s", took.as_secs_f64()),
        Err(ready) => format!("{ready} Ready in {PATIENCE:?}"),
    };
    let mut figures = vec![
        Figure::new(
            format!("{lakes} lakes of 10 resources to Ready"),
            "",
            format!("{took}, {:.1} CPU-s", usage.cpu),
        ),
        Figure::new(format!("resident memory with {lakes} lakes of 10 resources"), "≤ 128 MiB", usage.text()),
    ];
    if steady {
        figures.extend(steadily(&stage, &operator, lakes));
    }
    figures
}

/// Half an interval in which nothing happens.
fn steadily(stage: &Stage, operator: &lake_tests::operator::Operator, lakes: usize) -> Vec<Figure> {
    let _ = stage.calls_when_idle(operator);
    let audit = stage.cluster.audit();
    stage.aws.clear_journal();
    let (before, rounds) = (Usage::of(operator), operator.sum("controller_runtime_reconcile_total"));
    thread::sleep(WATCHED); // the time over which is counted
    let seconds = WATCHED.as_secs_f64();
    let calls = stage.aws.journal().len() as f64;
    let looked = operator.sum("controller_runtime_reconcile_total") - rounds;
    let requests = audit
        .requests()
        .into_iter()
        .filter(|it| it.namespace == stage.namespace.name() && !it.agent.starts_with("kubectl"));
    let requests = requests.count() as f64;
    let after = Usage::of(operator);
    let figure = |what: &str, bound, measured: String| {
        Figure::new(format!("{lakes} lakes, steadily: {what}"), bound, measured)
    };
    vec![
        figure("lakes looked at in half an interval", "half", format!("{looked:.0}")),
        figure("AWS calls", "≤ 40/s", format!("{:.1}/s", calls / seconds)),
        figure("API server requests", "≤ 5/s", format!("{:.2}/s", requests / seconds)),
        figure("CPU", "", format!("{:.1} %", (after.cpu - before.cpu) / seconds * 100.0)),
        figure("resident memory", "≤ 128 MiB", after.text()),
    ]
}
