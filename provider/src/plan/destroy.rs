//! The plan of a lake that is destroyed: what stays, what goes, and what goes with it.

use super::{look, no_record};
use crate::{
    diagnostics,
    door::{Door, Way},
    private::Private,
    read::{is_owned, remembered},
};
use lake_reconcile::{
    contents::Contents,
    graph::Graph,
    kind::Data,
    kinds::KINDS,
    plan::{Change, Plan, plan as decide},
};
use tfplug::{Diagnostics, PlanRequest, Value};

pub(super) async fn destroy(door: &Door, request: &PlanRequest, told: &mut Diagnostics) {
    let Some(private) = remembered(&request.private, told) else { return };
    let Some(private) = private else { return no_record(told) };
    let name = request.prior.get("name").as_str().unwrap_or_default();
    if door.settings().owner.is_none() || is_owned(&private.record, &door.owner(name), &Value::Null, told) {
        let end = end(&private);
        let contents = contents(door, request, name, &private, &end).await.unwrap_or_default();
        told.extend(diagnostics::plan(&end, &contents, |_| true));
    }
}

/// The plan of a lake's end, as far as it was looked at.
pub(crate) fn end(private: &Private) -> Plan {
    let seen = private.inventory.clone().unwrap_or_default();
    decide(KINDS, &Graph::new(), &private.record, &seen)
}

/// What goes with what is emptied. Nobody is asked where nothing is; where nobody can be, the apply says why.
async fn contents(
    door: &Door,
    request: &PlanRequest,
    name: &str,
    private: &Private,
    end: &Plan,
) -> Option<Contents> {
    if !end.steps.iter().any(|step| step.change == Change::Delete(Data::Empty)) {
        return None;
    }
    let place = &private.record.place;
    let way = look::within(door.way(Some(&place.region), &mut Diagnostics::default())).await?;
    let Way::Open(connection) = way else { return None };
    if connection.place != *place {
        return None;
    }
    let running = door.engine(&connection, name, &request.stop);
    look::within(running.engine.contents(end)).await
}
