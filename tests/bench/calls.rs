//! The AWS calls of a second plan.

use crate::{Figure, lakes};
use lake_tests::aws::{Call, Endpoint};
use std::collections::{BTreeMap, BTreeSet};

/// Calls that read no facet of a resource: who we are, and what may be there that no record names. Of these the bound
/// allows one to the tagging API and the listing of roles.
const NO_FACET: [&str; 5] = [
    "sts:GetCallerIdentity",
    "resourcegroupstaggingapi:GetResources",
    "iam:ListRoles",
    "glue:GetTables",
    "lakeformation:ListDataCellsFilter",
];

pub(crate) fn figures() -> Vec<Figure> {
    let aws = Endpoint::start();
    let terraform = lakes::first(&aws);
    let _ = terraform.apply().ok();
    aws.clear_journal();
    terraform.plan().nothing();
    let calls = aws.journal();
    let facets: BTreeSet<(String, &str)> = calls
        .iter()
        .map(|call| (call.name(), call.resource.as_str()))
        .filter(|(name, _)| !NO_FACET.contains(&name.as_str()))
        .collect();
    let bound = facets.len() as f64 * 1.2 + 2.0;
    vec![Figure::new(
        "AWS calls of a second plan of first-lake",
        "≤ 1.2 × one read for each facet, + tagging and roles",
        format!("{} of {bound:.0} ({} facets): {}", calls.len(), facets.len(), counted(&calls)),
    )]
}

/// Calls by their names, with how many there were of each.
pub(crate) fn counted(calls: &[Call]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for call in calls {
        *counts.entry(call.name()).or_default() += 1;
    }
    let times = |(name, count)| if count == 1 { name } else { format!("{count} × {name}") };
    counts.into_iter().map(times).collect::<Vec<_>>().join(", ")
}
