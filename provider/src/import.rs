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
use lake_reconcile::{graph::Graph, plan::plan};
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
    if !MemberKey::fits(name) {
        told.error(
            None,
            format!("\"{}\" does not name a lake", request.id),
            "A lake is imported by its name, `events`, or where it lives in another region than the provider's by \
             region and name, `eu-central-1/events`.",
        );
        return None;
    }
    let connection = door.open(region, "import", told).await?;
    let running = door.engine(&connection, name, &request.stop);
    let recalled = match running.engine.recall().await {
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
    let found = plan(&nothing, &recalled.record, &recalled.inventory);
    told::found(&found, &recalled.inventory).put(&mut state);
    Some((state, Private::of(recalled.record)))
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
