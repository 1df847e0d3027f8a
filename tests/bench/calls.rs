//! The AWS calls of a second plan.

use crate::{Figure, lakes};
use lake_tests::aws::Endpoint;
use std::collections::BTreeMap;

pub(crate) fn figures() -> Vec<Figure> {
    let aws = Endpoint::start();
    let terraform = lakes::first(&aws);
    let _ = terraform.apply().ok();
    aws.clear_journal();
    terraform.plan().nothing();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for call in aws.journal() {
        *counts.entry(call.name()).or_default() += 1;
    }
    let list: Vec<String> = counts
        .iter()
        .map(|(name, count)| if *count == 1 { name.clone() } else { format!("{count} × {name}") })
        .collect();
    vec![Figure::new(
        "AWS calls of a second plan of first-lake",
        "≤ 1.2 × one read for each facet, + tagging and roles",
        format!("{}: {}", counts.values().sum::<usize>(), list.join(", ")),
    )]
}
