//! ImportResourceState: a lake that exists, found again by the marks it wears.
//!
//! Name, place, `resources` and `outputs` are imported; the arguments are the configuration's to say.

use crate::{
    door::Door,
    private::Private,
    projection::{self, Nesting},
    told,
};
use lake_api::names::MemberKey;
use lake_reconcile::{
    engine::Members,
    graph::{Graph, NodeId},
    kinds::KINDS,
    plan::plan,
};
use tfplug::{Diagnostics, ImportRequest, ImportResponse, Value};

/// Answer ImportResourceState.
pub async fn import(door: &Door, request: ImportRequest) -> ImportResponse {
    let mut told = Diagnostics::default();
    match recall(door, &request, &mut told).await {
        Some((state, private)) => ImportResponse { state, private: private.bytes(), diagnostics: told },
        None => ImportResponse { diagnostics: told, ..ImportResponse::default() },
    }
}

async fn recall(door: &Door, request: &ImportRequest, told: &mut Diagnostics) -> Option<(Value, Private)> {
    let (region, name) = match request.id.split_once('/') {
        Some((region, name)) => (Some(region), name),
        None => (None, request.id.as_str()),
    };
    let (name, lineage) = match name.split_once('@') {
        Some((name, lineage)) => (name, Some(lineage)),
        None => (name, None),
    };
    if !MemberKey::fits(name) || lineage.is_some_and(str::is_empty) {
        told.error(
            None,
            format!("\"{}\" does not name a lake", request.id),
            "A lake is imported by its name, `events`, or where it lives in another region than the provider's by \
             region and name, `eu-central-1/events`; where several lineages of it were found, by `events@<lineage>`.",
        );
        return None;
    }
    let connection = door.open(region, "import", told).await?;
    let running = door.engine(&connection, name, &request.stop);
    let recalled = match running.engine.recall(lineage).await {
        Ok(recalled) => recalled,
        Err(error) => {
            let remedy = error.remedy().unwrap_or_default();
            told.error(None, format!("Cannot look for the lake {name}"), format!("{error}.\n{remedy}"));
            return None;
        }
    };
    if recalled.is_empty() {
        told.error(
            None,
            format!("There is no lake {name} here"),
            format!(
                "In {} nothing wears the mark {}. The mark names the provider's `owner` and the lake: check both, the \
                 region, and the account.",
                connection.place,
                door.owner(name)
            ),
        );
        return None;
    }
    if let Some(several) = &recalled.several {
        let one = |(lineage, members): (&String, &Members)| {
            let nodes: Vec<&str> = members.nodes.iter().map(NodeId::as_str).collect();
            let how = if members.unfinished { "never finished" } else { "finished" };
            format!("- {}/{name}@{lineage} ({how}): {}", connection.place.region, nodes.join(", "))
        };
        let all: Vec<String> = several.iter().map(one).collect();
        told.error(
            None,
            format!("There are several lakes {name} of this owner"),
            format!(
                "They were created by different configurations or applies. Import the one that is meant by its id, and the \
                 others elsewhere, to destroy them or to go on with them:\n\n{}",
                all.join("\n")
            ),
        );
        return None;
    }
    told.warning(
        None,
        format!("The lake {name} is imported without its arguments"),
        "The members have to be written into the configuration: a generated one (-generate-config-out) holds none. Until an \
         apply has succeeded, a plan that would delete or retain what no member names is an error.",
    );
    if recalled.unfinished {
        told.warning(
            None,
            format!("The lake {name} was never finished"),
            "Its creation was interrupted. The next apply goes on with it; destroy removes it.",
        );
    }
    let mut state = empty();
    state.set("name", Value::from(name));
    state.set("region", Value::from(connection.place.region.as_str()));
    let nothing = Graph::new();
    let found = plan(KINDS, &nothing, &recalled.record, &recalled.inventory);
    told::found(&found, &recalled.inventory).put(&mut state);
    Some((state, Private { imported: true, ..Private::of(recalled.record) }))
}

/// A lake without any argument or block.
fn empty() -> Value {
    let spec = projection::spec();
    let attributes = spec.attributes.keys().map(|name| (name.clone(), Value::Null));
    let blocks = spec.blocks.iter().map(|(name, nested)| {
        let none = match nested.nesting {
            Nesting::Single => Value::Null,
            Nesting::List => Value::List(Vec::new()),
            Nesting::Map => Value::map::<String>([]),
        };
        (name.clone(), none)
    });
    Value::map(attributes.chain(blocks).chain([("timeouts".to_owned(), Value::Null)]))
}
