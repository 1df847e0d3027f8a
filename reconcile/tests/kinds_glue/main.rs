//! Databases, tables, jobs and crawlers against the AWS of tests: the state of the world, not the calls.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

#[path = "../common/mod.rs"]
mod common;

mod crawler;
mod database;
mod job;
mod table;

use common::{Endpoint, connect, mark};
use lake_reconcile::{
    aws::Aws,
    diff::FieldChange,
    graph::{Graph, NodeId},
    kinds::{KINDS, RegisteredSettings as _},
    settings::Settings,
};
use serde_json::json;

/// What all these lakes stand on, in YAML's flow style: `sections` come beside it.
fn graph(aws: &Aws, sections: &str) -> Graph {
    let yaml = format!(
        "{{ buckets: {{ store: {{}} }},
            roles: {{ etl: {{ assumedBy: {{ services: [glue.amazonaws.com] }} }} }},
            {sections} }}"
    );
    common::graph(aws, &yaml)
}

/// The settings of one node, all references in their place: each node tells its predicted facts.
fn settings(aws: &Aws, sections: &str, node: &str) -> Settings {
    let graph = graph(aws, sections);
    let wanted = |node: &str| common::settings(&graph, node);
    let known = |id: &NodeId, fact: &str| wanted(id.as_str()).predict(&aws.place).get(fact).cloned();
    let wanted = wanted(node);
    let resolved = lake_reconcile::reference::resolve(wanted.json(), &known);
    KINDS.settings(wanted.kind(), resolved).expect("resolved settings are settings")
}

/// An endpoint with the bucket and the role that all these lakes stand on, and a database.
async fn stage() -> (Endpoint, Aws) {
    let endpoint = Endpoint::start();
    let aws = connect(&endpoint).await;
    for node in ["bucket/store", "role/etl", "database/lake"] {
        let wanted = settings(&aws, "databases: { lake: {} }", node);
        let made = wanted.driver().create(&aws, wanted.json(), &mark(node)).await;
        made.unwrap_or_else(|error| panic!("{node}: {error}"));
    }
    (endpoint, aws)
}

/// A change at a path, as an update is told of it.
fn change(path: &str) -> FieldChange {
    FieldChange { path: path.parse().expect("a path"), was: None, wanted: Some(json!("another")) }
}
