//! The filters that a spec asks for, and the tables that they wait for.

use super::{Columns, Filter, spec};
use crate::{
    LakeSpec,
    aliases::{Aliases, path},
    expand::{
        Scope,
        members::{Wanted, members},
        names::{Names, TheDatabase, TheTable, nodes},
    },
    graph::{Node, NodeId},
    kinds::{
        crawler::crawls,
        table::{self, spec::ColumnName},
    },
    policy::Texts,
};
use lake_api::{FieldPath, Input, collections::Set, names::Word};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn expand(spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)> {
    let names = Names::new(spec, scope);
    let awaited: BTreeMap<&str, (NodeId, Node)> = spec
        .filters
        .own()
        .filter(|(_, filter)| filter.table.is_none())
        .map(|(key, filter)| (key.as_str(), awaited(filter, key, spec, &names)))
        .collect();
    let filters = members(
        "filters",
        &spec.filters,
        |key, filter| {
            let table = table(filter, &names);
            let awaited = awaited.get(key.as_str()).map(|(id, _)| id.clone());
            Wanted {
                after: nodes([table.node.clone(), awaited]),
                settings: wanted(filter, key, table, &names),
                secret: BTreeSet::new(),
                aliases: match &filter.table_name {
                    Some(_) => Aliases::default().renamed(path("tableName"), path("table")),
                    None => Aliases::default(),
                },
            }
        },
        |name| external(&names.filled(name), &names),
    );
    awaited.values().cloned().chain(filters).collect()
}

fn wanted(filter: &spec::Filter, key: &str, table: TheTable, names: &Names<'_>) -> Filter {
    let texts = |set: &Set<_>| set.iter().map(|name: &ColumnName| name.input().clone()).collect();
    let columns = filter.columns.as_ref().and_then(|columns| match (&columns.only, &columns.except) {
        (Some(only), _) => Some(Columns::Only(texts(only))),
        (None, Some(except)) => {
            Some(texts(except)).filter(|all: &Texts| !all.is_empty()).map(Columns::Except)
        }
        (None, None) => None,
    });
    Filter {
        name: names.name(filter.name.as_ref(), key),
        catalog: table.catalog,
        database: table.database,
        table: table.name,
        rows: filter.rows.as_ref().map(|rows| rows.input().clone()),
        columns,
    }
}

/// The table of a filter: a member or somebody else's; or, with `tableName`, one in a database that may be a member.
fn table(filter: &spec::Filter, names: &Names<'_>) -> TheTable {
    if let Some(reference) = &filter.table {
        return names.table(reference);
    }
    let name = filter.table_name.as_ref().map_or(Input::Unknown, |name| names.filled(name));
    match filter.database.as_ref().map(|reference| names.database(reference)) {
        Some(TheDatabase { catalog, name: database, node }) => TheTable { catalog, database, name, node },
        None => TheTable { catalog: names.catalog(), database: Input::Unknown, name, node: None },
    }
}

/// The table that a crawl brings, as a node of its own to look at.
fn awaited(filter: &spec::Filter, key: &str, spec: &LakeSpec, names: &Names<'_>) -> (NodeId, Node) {
    let table = table(filter, names);
    let brought_by = bringers(&table.database, &table.name, spec, names);
    let origin = FieldPath::root().field("filters").key(key).field("tableName");
    table::looked_at(table, key, origin, brought_by)
}

/// The member crawlers that can make a table of this name: those that surely name one so, else all that may.
fn bringers(
    database: &Input<String>,
    table: &Input<String>,
    spec: &LakeSpec,
    names: &Names<'_>,
) -> BTreeSet<NodeId> {
    let Some(table) = table.text() else { return BTreeSet::new() };
    let there = |sure: bool| -> BTreeSet<NodeId> {
        spec.crawlers
            .own()
            .filter(|(_, crawler)| names.database(&crawler.database).name == *database)
            .filter(
                |(_, crawler)| {
                    if sure { crawls::names(crawler, table) } else { crawls::may_name(crawler, table) }
                },
            )
            .map(|(key, _)| NodeId::new("crawler", key))
            .collect()
    };
    let sure = there(true);
    if sure.is_empty() { there(false) } else { sure }
}

/// A filter that is not ours, as `<database>/<table>/<name>`: filters have no ARN.
fn external(text: &Input<String>, names: &Names<'_>) -> Filter {
    let part =
        |at: usize| text.clone().map(|text| text.splitn(3, '/').nth(at).unwrap_or_default().to_owned());
    Filter {
        name: part(2),
        catalog: names.catalog(),
        database: part(0),
        table: part(1),
        rows: None,
        columns: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        graph::{Graph, Hold},
        kinds::Typed as _,
        owner::Owner,
        place::Place,
    };
    use serde_json::{Value, json};

    fn graph(spec: Value) -> Graph {
        let spec: LakeSpec = serde_json::from_value(spec).unwrap();
        let text = str::to_owned;
        let scope = Scope {
            place: Place { partition: text("aws"), region: text("eu-west-1"), account: text("123456789012") },
            owner: Owner { door: text("terraform"), instance: text("test"), lake: text("events") },
            lake: text("events"),
            namespace: String::new(),
        };
        expand(&spec, &scope).into_iter().collect()
    }

    fn filter(graph: &Graph, id: &str) -> Filter {
        let settings = &graph[&NodeId::from(id.to_owned())].settings;
        settings.as_ref().and_then(Filter::typed).expect("a filter")
    }

    fn crawler(prefix: &str, folder: &str, database: &str) -> Value {
        json!({ "role": "etl", "database": database, "tablePrefix": prefix,
                "targets": { "s3": [{ "bucket": "store", "prefix": folder }] } })
    }

    #[test]
    fn a_filter_on_a_crawled_table_waits_for_it_and_knows_who_brings_it() {
        let graph = graph(json!({
            "databases": { "lake": { "name": "serverless-lake" }, "other": {} },
            "crawlers": {
                "processed": crawler("processed-", "glue/output/", "lake"),
                "vague": crawler("processed-", "glue/", "lake"),
                "elsewhere": crawler("processed-", "glue/output/", "other"),
                "raw": crawler("raw-", "glue/output/", "lake"),
            },
            "filters": { "india": { "database": "lake", "tableName": "processed-output", "rows": "country='IN'",
                                    "columns": { "except": ["card"] } } },
        }));
        let table = NodeId::new("table", "serverless-lake.processed-output");
        let waiting = &graph[&NodeId::new("filter", "india")];
        assert_eq!(waiting.after, BTreeSet::from([NodeId::new("database", "lake"), table.clone()]));
        let looked_at = &graph[&table];
        assert_eq!(looked_at.hold, Hold::LookAt);
        assert_eq!(looked_at.origin.to_string(), "filters.india.tableName");
        assert_eq!(looked_at.brought_by, BTreeSet::from([NodeId::new("crawler", "processed")]));
        let filter = filter(&graph, "filter/india");
        assert_eq!(filter.name.text(), Some("events-india"));
        assert_eq!(filter.database.text(), Some("serverless-lake"));
        assert_eq!(filter.columns, Some(Columns::Except(Texts::from(["card".into()]))));
    }

    #[test]
    fn a_filter_on_a_member_comes_after_it_and_brings_no_node() {
        let graph = graph(json!({
            "databases": { "lake": {} },
            "tables": { "orders": { "database": "lake", "format": "Parquet", "location": { "bucket": "store" } } },
            "filters": { "all": { "table": "orders", "columns": { "except": [] } } },
        }));
        assert_eq!(graph.len(), 1);
        assert_eq!(
            graph[&NodeId::new("filter", "all")].after,
            BTreeSet::from([NodeId::new("table", "orders")])
        );
        assert_eq!(filter(&graph, "filter/all").columns, None, "no exceptions are no columns said");
    }

    #[test]
    fn a_filter_of_somebody_else_is_found_by_its_path() {
        let filter = filter(&graph(json!({ "filters": { "x": { "external": "db/t/f" } } })), "filter/x");
        assert_eq!(
            filter
                .key(&Place { partition: "aws".into(), region: "r".into(), account: "1".into() })
                .unwrap()
                .name,
            "f"
        );
    }
}
