//! What a user waits for, beside what terraform needs for nothing at all.

use crate::{Figure, lakes, least};
use lake_tests::{
    aws::{Call, Endpoint},
    terraform::Terraform,
};
use std::time::Instant;

pub(crate) fn figures() -> Vec<Figure> {
    let aws = Endpoint::start();
    let configurations = [lakes::first(&aws), lakes::none(&aws), lakes::note(&aws), lakes::silent(&aws)];
    let validate = Times::of(&aws, &configurations, "validate");
    let plan = Times::of(&aws, &configurations, "plan");
    vec![
        Figure::new(
            "`terraform validate` of first-lake",
            "≤ 2 × that of an empty configuration",
            validate.text(),
        ),
        Figure::new(
            "`terraform plan` (create) of first-lake, without the time of its AWS calls",
            "≤ 2 × that of an empty configuration",
            plan.text(),
        ),
        with_latency(&aws),
    ]
}

/// How often a command is timed.
const TIMES: usize = 9;

/// The milliseconds that a command takes at least: of first-lake, of an empty configuration, of a single small
/// resource of a provider that does next to nothing, and of first-lake with a provider that does nothing.
struct Times([f64; 4]);

impl Times {
    /// By turns, so that what else the machine does falls on all; without the time in which AWS was asked.
    fn of(aws: &Endpoint, configurations: &[Terraform; 4], command: &str) -> Self {
        let mut least = [f64::INFINITY; 4];
        for _ in 0..TIMES {
            for (least, terraform) in least.iter_mut().zip(configurations) {
                aws.clear_journal();
                let took = time(terraform, command) - under_way(&aws.journal());
                *least = least.min(took);
            }
        }
        Times(least)
    }

    fn text(&self) -> String {
        let Times([lake, empty, note, silent]) = self;
        format!(
            "{lake:.0} ms, {:.1} × {empty:.0} ms; the least provider: {note:.0} ms, {:.1} ×; the same lake with a provider \
             that does nothing: {silent:.0} ms, {:.1} ×",
            lake / empty,
            note / empty,
            silent / empty
        )
    }
}

fn time(terraform: &Terraform, command: &str) -> f64 {
    let started = Instant::now();
    let _ = terraform.run(&[command]).ok();
    started.elapsed().as_secs_f64() * 1000.0
}

/// The milliseconds in which calls were under way.
fn under_way(calls: &[Call]) -> f64 {
    let mut spans: Vec<(f64, f64)> = calls.iter().map(|call| (call.began, call.ended)).collect();
    spans.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut total = 0.0;
    let mut until = f64::MIN;
    for (began, ended) in spans {
        total += (ended - began.max(until)).max(0.0);
        until = until.max(ended);
    }
    total
}

/// The longest chain of calls of first-lake's create of which each needs the one before it. S3 takes one change of a
/// bucket at a time.
const CHAIN: [&str; 12] = [
    "who we are",
    "a look at every member, and meanwhile what wears our mark",
    "the anchor, alone: the bucket",
    "its versioning",
    "its policy",
    "its lifecycle",
    "the role",
    "its policy",
    "the crawler",
    "the last look",
    "the anchor's mark, read",
    "the anchor's mark, without creating",
];

/// From the first call of an apply to its last one.
fn with_latency(aws: &Endpoint) -> Figure {
    let mut best: Option<(f64, f64)> = None;
    for _ in 0..3 {
        aws.reset();
        let terraform = lakes::first(aws);
        let _ = terraform.plan_with(&["-out=plan.out"]).changes();
        aws.clear_journal();
        aws.latency(50);
        let _ = terraform.run(&["apply", "plan.out"]).ok();
        aws.latency(0);
        let calls = aws.journal();
        let began = least(calls.iter().map(|call| call.began));
        let wall = -least(calls.iter().map(|call| -call.ended)) - began;
        let each = calls.iter().map(|call| call.ended - call.began).sum::<f64>() / calls.len() as f64;
        best = best.filter(|(other, _)| *other <= wall).or(Some((wall, each)));
    }
    let (wall, each) = best.unwrap_or_default();
    Figure::new(
        "wall of apply of first-lake at 50 ms per call, from its first call to its last",
        "≤ 2 × the longest chain of dependent calls",
        format!(
            "{wall:.0} ms, {:.1} × {} calls of {each:.0} ms",
            wall / (CHAIN.len() as f64 * each),
            CHAIN.len()
        ),
    )
}
