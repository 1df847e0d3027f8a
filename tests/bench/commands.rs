//! What a user waits for, beside what terraform needs for nothing at all.

use crate::{Figure, lakes, median};
use lake_tests::{
    aws::Endpoint,
    terraform::{Terraform, release},
};
use std::time::Instant;

pub(crate) fn figures() -> Vec<Figure> {
    let aws = Endpoint::start();
    let empty = Terraform::with(&aws, release());
    empty.main("");
    let first = lakes::first(&aws);
    let nothing = time(&empty, &["validate"]);
    let validate = time(&first, &["validate"]);
    let plan_nothing = time(&empty, &["plan"]);
    let plan = time(&first, &["plan", "-refresh=false"]);
    let looks = calls_of_one_plan(&aws, &first);
    vec![
        Figure::new("terraform validate, first-lake", "≤ 2 × empty", beside(validate, nothing)),
        Figure::new(
            format!("terraform plan (create), first-lake, {looks} AWS calls included"),
            "≤ 2 × empty, without the AWS calls",
            beside(plan, plan_nothing),
        ),
        apply_with_latency(&aws, &first),
    ]
}

fn beside(measured: f64, empty: f64) -> String {
    format!("{measured:.0} ms, {:.1} × {empty:.0} ms", measured / empty)
}

fn time(terraform: &Terraform, arguments: &[&str]) -> f64 {
    let once = || {
        let started = Instant::now();
        let _ = terraform.run(arguments).ok();
        started.elapsed().as_secs_f64() * 1000.0
    };
    median((0..7).map(|_| once()).collect())
}

fn calls_of_one_plan(aws: &Endpoint, terraform: &Terraform) -> usize {
    aws.clear_journal();
    let _ = terraform.plan();
    aws.journal().len()
}

/// The longest chain of calls of first-lake's create of which each needs the one before it.
const CHAIN: [&str; 12] = [
    "who we are",
    "what wears our mark, at apply",
    "a look at every member",
    "the anchor, alone: the bucket",
    "its settings",
    "the bucket is read before what hangs on it",
    "the role",
    "its policy",
    "the job and the crawler",
    "the last look",
    "the anchor's mark, read",
    "the anchor's mark, without creating",
];

fn apply_with_latency(aws: &Endpoint, terraform: &Terraform) -> Figure {
    let empty = Terraform::with(aws, release());
    empty.main("");
    let base = time(&empty, &["apply", "-auto-approve"]);
    aws.latency(50);
    let _ = terraform.plan_with(&["-out=plan.out"]).changes();
    let started = Instant::now();
    let _ = terraform.run(&["apply", "plan.out"]).ok();
    let wall = started.elapsed().as_secs_f64() * 1000.0 - base;
    aws.latency(0);
    let chain = CHAIN.len() as f64 * 50.0;
    Figure::new(
        "apply of first-lake at 50 ms per call, above an empty apply",
        "≤ 2 × the longest chain of dependent calls",
        format!("{wall:.0} ms, {:.1} × {} calls of 50 ms", wall / chain, CHAIN.len()),
    )
}
