//! A lake is destroyed, where it lives, as its members' `on_delete` say.

use super::{Work, as_found, unchanged, within};
use crate::{
    diagnostics,
    door::Door,
    plan::{end, no_record},
    private::Private,
    read::{is_owned, lives_there, remembered},
    told::Told,
};
use lake_reconcile::{
    engine::Outcome,
    graph::Graph,
    record::{Record, Remembered},
};
use std::collections::BTreeMap;
use tfplug::{ApplyRequest, ApplyResponse, Diagnostics, Value};

pub(super) async fn destroy(door: &Door, request: ApplyRequest) -> ApplyResponse {
    let mut told = Diagnostics::default();
    let Some(private) = remembered(&request.private, &mut told) else { return unchanged(request, told) };
    let Some(private) = private else {
        no_record(&mut told);
        return unchanged(request, told);
    };
    let before = Private { kept: Vec::new(), ..private.clone() };
    let Some((work, outcome)) = end_it(door, &request, private.clone(), &mut told).await else {
        // What was to be kept was so for this replacement alone.
        return ApplyResponse { private: before.bytes(), ..unchanged(request, told) };
    };
    work.tell(&outcome, &Told::default(), &mut told);
    if told.has_errors() {
        let mut record = outcome.record.clone();
        remember(&mut record, &private);
        let state = as_found(&request.prior, &outcome);
        let private = Private { record, inventory: None, ..before };
        return ApplyResponse { state, private: private.bytes(), diagnostics: told };
    }
    ApplyResponse { state: Value::Null, private: Vec::new(), diagnostics: told }
}

async fn end_it<'a>(
    door: &'a Door,
    request: &ApplyRequest,
    mut private: Private,
    told: &mut Diagnostics,
) -> Option<(Work<'a>, Outcome)> {
    let name = request.prior.get("name").as_str()?.to_owned();
    let region = private.record.place.region.clone();
    let connection = door.open(Some(&region), "destroy", told).await?;
    if !lives_there(&private.record, &connection.place, told) {
        return None;
    }
    let owner = door.owner(&name);
    if !is_owned(&private.record, &owner, &Value::Null, told) {
        return None;
    }
    for (node, key) in &private.kept {
        private.record.forget(node, key);
    }
    let shown = end(&private);
    let within = within(&request.prior, "delete");
    let work = Work { door, connection, name, graph: Graph::new(), record: private.record, shown, within };
    let running = work.running(&request.stop);
    if !private.kept.is_empty() {
        if let Err(failure) = running.engine.sign(&private.kept, &work.record).await {
            told.extend(diagnostics::failures(&[failure]));
            return None;
        }
        told.warning(
            None,
            format!("Nothing of the lake {} is made anew", work.name),
            "What this configuration wants stays as it is and is brought up to date; only what no member names any more \
             leaves, as its on_delete says. To make one resource anew, remove its member, apply, and declare it again.",
        );
    }
    let kept = private.kept.into_iter().map(|(_, key)| key).collect();
    let outcome = work.settle(&running.engine.clone().with_kept(kept)).await;
    Some((work, outcome))
}

/// Put what was to be kept back into the record of a lake whose replacement has failed.
fn remember(record: &mut Record, private: &Private) {
    for (node, key) in &private.kept {
        let Some(was) = private.record.nodes.get(node) else { continue };
        let fresh = || Remembered { keys: BTreeMap::new(), ..was.clone() };
        let now = record.nodes.entry(node.clone()).or_insert_with(fresh);
        now.keys.extend(was.keys.get_key_value(key).map(|(key, keeping)| (key.clone(), keeping.clone())));
    }
}
