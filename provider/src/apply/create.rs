//! A lake is created.
//!
//! A create that fails leaves an error and no state: with a state the lake would be tainted, and Terraform would plan
//! to destroy it. The next create finds what is there by its mark.

use super::{Work, as_planned, unchanged, within};
use crate::{
    diagnostics, door::Door, plan::meets_itself, private::Private, read::remembered, told::Told, wanted,
};
use lake_reconcile::{
    deadline, engine::Outcome, inventory::Inventory, kinds::KINDS, plan::plan, record::Record,
};
use tfplug::{ApplyRequest, ApplyResponse, Diagnostics, Severity};
use tokio::time::Instant;

pub(super) async fn create(door: &Door, request: ApplyRequest) -> ApplyResponse {
    let mut told = Diagnostics::default();
    let Some((work, outcome)) = make(door, &request, &mut told).await else {
        return unchanged(request, told);
    };
    work.tell(&outcome, &Told::default(), &mut told);
    if told.has_errors() {
        hint(&work, &outcome, &mut told);
        return unchanged(request, told);
    }
    ApplyResponse {
        state: as_planned(&request.planned, &outcome),
        private: Private::applied(outcome.record, door.settings().default_tags).bytes(),
        diagnostics: told,
    }
}

async fn make<'a>(
    door: &'a Door,
    request: &ApplyRequest,
    told: &mut Diagnostics,
) -> Option<(Work<'a>, Outcome)> {
    let name = request.planned.get("name").as_str()?.to_owned();
    let connection = door.open(request.planned.get("region").as_str(), "create", told).await?;
    let owner = door.owner(&name);
    let _alone = door.create_alone(&connection.place, &owner).await;
    let graph = wanted::graph(&request.planned, &door.settings(), &connection.place, &owner);
    let graph = graph.map_err(|findings| told.extend(diagnostics::findings(findings))).ok()?;
    let mut record = Record::new(connection.place.clone());
    // What the plan found, or made, is what this apply goes on with: the sign of any other lineage is another apply's.
    record.lineage = remembered(&request.private, told)?.and_then(|private| private.record.lineage);
    let shown = plan(KINDS, &graph, &record, &Inventory::new());
    let within = within(&request.planned, "create");
    let work = Work { door, connection, name, graph, record, shown, within };
    let running = work.running(&request.stop);
    let look = running.engine.look(&work.graph, work.record.clone());
    let mut look = deadline::by(Instant::now() + within, look).await;
    look.list(within).await;
    if let Some(rivals) = &look.observed().rivals {
        let region = &work.connection.place.region;
        told.extend([meets_itself(Severity::Error, &owner, region, rivals)]);
        return None;
    }
    let outcome = look.settle(within, Some(&work.shown)).await;
    Some((work, outcome))
}

/// Say that nothing is lost.
fn hint(work: &Work<'_>, outcome: &Outcome, told: &mut Diagnostics) {
    if outcome.record.nodes.is_empty() {
        return;
    }
    let made: Vec<&str> = outcome.record.nodes.keys().map(|node| node.as_str()).collect();
    told.warning(
        None,
        format!("The lake {} is unfinished", work.name),
        format!(
            "{} wear its mark already: apply again, and they are taken up. Nothing is in the state, so nothing is \
             tainted. To remove them instead, import the lake (id \"{}/{}\") and destroy it.",
            made.join(", "),
            work.connection.place.region,
            work.name
        ),
    );
}
