//! A lake is updated in place.
//!
//! An update that fails leaves the planned spec, what is true in `resources` and `outputs`, and the error: the next
//! plan shows what is left as drift.

use super::{Work, as_found, as_planned, unchanged, within};
use crate::{
    diagnostics,
    door::Door,
    plan::{no_record, prior_graph, shown},
    private::Private,
    read::{is_owned, lives_there, remembered},
    told::Told,
    wanted,
};
use lake_reconcile::engine::Outcome;
use tfplug::{ApplyRequest, ApplyResponse, Diagnostics};

pub(super) async fn update(door: &Door, request: ApplyRequest) -> ApplyResponse {
    let mut told = Diagnostics::default();
    let imported = remembered(&request.private, &mut told).flatten().is_some_and(|private| private.imported);
    let Some((work, outcome)) = change(door, &request, &mut told).await else {
        return unchanged(request, told);
    };
    work.tell(&outcome, &Told::of(&request.prior), &mut told);
    let state = if told.has_errors() {
        as_found(&request.planned, &outcome)
    } else {
        as_planned(&request.planned, &outcome)
    };
    let imported = imported && told.has_errors();
    let private = Private::applied(outcome.record, door.settings().default_tags);
    let private = Private { imported, ..private };
    ApplyResponse { state, private: private.bytes(), diagnostics: told }
}

async fn change<'a>(
    door: &'a Door,
    request: &ApplyRequest,
    told: &mut Diagnostics,
) -> Option<(Work<'a>, Outcome)> {
    let name = request.planned.get("name").as_str()?.to_owned();
    let Some(private) = remembered(&request.private, told)? else {
        no_record(told);
        return None;
    };
    let connection = door.open(request.planned.get("region").as_str(), "update", told).await?;
    if !lives_there(&private.record, &connection.place, told) {
        return None;
    }
    let owner = door.owner(&name);
    if !is_owned(&private.record, &owner, &request.planned, told) {
        return None;
    }
    let graph = wanted::graph(&request.planned, &door.settings(), &connection.place, &owner);
    let graph = graph.map_err(|findings| told.extend(diagnostics::findings(findings))).ok()?;
    let was = prior_graph(&request.prior, &private, &door.settings(), &connection.place, &owner);
    let shown = shown(&graph, &private, &request.prior, &was);
    let within = within(&request.planned, "update");
    let work = Work { door, connection, name, graph, record: private.record, shown, within };
    let outcome = work.settle(&work.running(&request.stop).engine).await;
    Some((work, outcome))
}
