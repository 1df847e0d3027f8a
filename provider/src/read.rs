//! ReadResource: look at the lake.
//!
//! The spec attributes are what was last applied, and stay that; what is true is told in `resources` and `outputs`,
//! and what was found travels in the private bytes to the plan that follows.

use crate::{
    diagnostics::{self, remedy},
    door::{Door, Way},
    private::Private,
    spec::Sources,
    told::{self, Told},
    wanted,
};
use lake_reconcile::{
    engine::Engine,
    graph::{Graph, Hold, Node, NodeId},
    kinds::KINDS,
    observe::Observed,
    owner::Owner,
    place::Place,
    plan::plan,
    record::Record,
};
use serde_json::Value as Json;
use tfplug::{Diagnostics, ReadRequest, ReadResponse, Value};

/// Answer ReadResource. What cannot be looked at yet, or not at all, stays as it was.
pub async fn read(door: &Door, request: ReadRequest) -> ReadResponse {
    let mut told = Diagnostics::default();
    let text = |argument: &str| request.current.get(argument).as_str();
    if let (Some(region), Some(name)) = (text("region"), text("name")) {
        door.note_read(region, name);
    }
    let (state, private) = match look(door, &request, &mut told).await {
        Some((state, Some(private))) => (state, private.bytes()),
        Some((state, None)) => (state, Vec::new()),
        None => (request.current, request.private),
    };
    ReadResponse { state, private, diagnostics: told }
}

async fn look(
    door: &Door,
    request: &ReadRequest,
    told: &mut Diagnostics,
) -> Option<(Value, Option<Private>)> {
    let private = remembered(&request.private, told)?;
    let region = match &private {
        Some(private) => Some(private.record.place.region.as_str()),
        None => request.current.get("region").as_str(),
    };
    let Way::Open(connection) = door.way(region, told).await else { return None };
    if private.as_ref().is_some_and(|private| !lives_there(&private.record, &connection.place, told)) {
        return None;
    }
    let name = request.current.get("name").as_str()?;
    let owner = door.owner(name);
    let graph = wanted::graph_of_state(&request.current, &door.settings(), &connection.place, &owner);
    let graph = graph.map_err(|finding| told.extend(diagnostics::findings([finding]))).ok()?;
    let running = door.engine(&connection, name, &request.stop);
    let mut imported = false;
    let default_tags = private.as_ref().and_then(|private| private.default_tags.clone());
    let (record, observed) = match private {
        Some(Private { mut record, imported: was, .. }) => {
            if record.owner.as_ref().is_some_and(|of| *of != owner.to_string()) {
                // Whose it is decides the plan; seen from another owner all of it is foreign.
                return None;
            }
            imported = was;
            let observed = running.engine.observe(&graph, &mut record).await;
            record.learn_owner(&observed.inventory, &owner);
            (record, observed)
        }
        None => remember_again(&running.engine, &graph, told).await?,
    };
    told.extend(diagnostics::unlisted(&observed.unlisted));
    if is_gone(&graph, &record, &Told::of(&request.current)) {
        return Some((Value::Null, None));
    }
    let found = plan(KINDS, &graph, &record, &observed.inventory);
    let mut state = request.current.clone();
    told::found(&found, &observed.inventory).put(&mut state);
    let found =
        Private { inventory: Some(observed.inventory), imported, default_tags, ..Private::of(record) };
    Some((state, Some(found)))
}

/// What the lake remembers, found again; `None` when it cannot be, or there is nothing, and the state stays as it is.
///
/// Core keeps the prior state of a lake whose provider died within an update, and forgets the private bytes.
async fn remember_again(engine: &Engine, was: &Graph, told: &mut Diagnostics) -> Option<(Record, Observed)> {
    let (record, observed) = match engine.remember_again(was).await {
        Ok(found) => found,
        Err(error) => {
            told.warning(
                None,
                "The lake's record is lost and cannot be made again",
                format!(
                    "The provider died within an apply, and Terraform forgot the record with it. It is made again from \
                     the marks that the lake's resources wear, and these cannot be listed: {error}.{}",
                    remedy(error.remedy())
                ),
            );
            return None;
        }
    };
    if record.nodes.is_empty() {
        return None;
    }
    let found: Vec<String> = record.nodes.keys().map(|node| format!("- {node}")).collect();
    told.warning(
        None,
        "An interrupted apply left the lake without a record",
        format!(
            "The provider died before it could tell what it had done. What is the lake's was found again by the marks it \
             wears, and this plan goes on with it:\n\n{}",
            found.join("\n")
        ),
    );
    Some((record, observed))
}

/// The private bytes; `None` when they cannot be used, and the user was told why.
pub(crate) fn remembered(bytes: &[u8], told: &mut Diagnostics) -> Option<Option<Private>> {
    Private::read(bytes)
        .map_err(|error| {
            told.error(None, "Cannot use the lake's record", format!("{error}.\n{}", error.remedy()))
        })
        .ok()
}

/// Whether the lake is this owner's, or taken over from the one that the record names by `adopt_from` of the lake.
pub(crate) fn is_owned(record: &Record, owner: &Owner, lake: &Value, told: &mut Diagnostics) -> bool {
    let Some(of) = record.owner.as_ref().filter(|of| **of != owner.to_string()) else { return true };
    if Sources::of(lake).field("adoptFrom").and_then(Json::as_str) == Some(of) {
        return true;
    }
    let instance = of.split('/').nth(1).unwrap_or_default();
    told.error(
        None,
        "The lake belongs to another owner",
        format!(
            "Its resources wear the mark {of}, and this configuration works as {owner}. Nothing of it is changed or \
             destroyed under another owner. Set `owner = \"{instance}\"` in provider \"lake\" back; or, to hand the lake over, \
             apply once with `adopt_from = \"{of}\"` at the lake."
        ),
    );
    false
}

/// Whether the credentials lead to where the lake lives.
pub(crate) fn lives_there(record: &Record, place: &Place, told: &mut Diagnostics) -> bool {
    let lives = (&record.place.partition, &record.place.account) == (&place.partition, &place.account);
    if !lives {
        told.error(
            None,
            "The lake lives in another AWS account",
            format!(
                "It was made in {} ({}), and the credentials lead to account {} ({}). Nothing was looked at. Use \
                 credentials of account {}; a lake does not move between accounts.",
                record.place, record.place.partition, place.account, place.partition, record.place.account
            ),
        );
    }
    lives
}

/// Whether nothing of the lake could be back: nothing is remembered of members that there were. Of one that waited there was
/// nothing.
fn is_gone(graph: &Graph, record: &Record, was: &Told) -> bool {
    let was_there = |(id, node): (&NodeId, &Node)| node.hold == Hold::Own && !was.is_waiting(id.as_str());
    record.nodes.is_empty() && graph.iter().any(was_there)
}
