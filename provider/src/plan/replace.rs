//! The plan of a lake that is to be replaced by itself (`-replace`, `replace_triggered_by`): nothing is made anew.

use super::Scene;
use crate::private::Private;
use lake_api::member::OnDelete;
use lake_reconcile::{
    graph::NodeId,
    inventory::Inventory,
    key::Key,
    kinds::{KINDS, RegisteredKey as _},
    plan::plan,
    record::{Keeping, Record},
};
use std::collections::BTreeSet;
use tfplug::{Diagnostics, Value};

impl Scene<'_> {
    /// What the new configuration wants stays and is taken up by the create that follows the destroy; the rest goes as its
    /// `on_delete` says. What holds data and is wanted no more is neither deleted nor emptied by that: the plan refuses.
    pub(super) async fn replace(
        &self,
        lake: Value,
        private: Private,
        kept: &mut Option<Private>,
        told: &mut Diagnostics,
    ) -> Value {
        let Some(graph) = self.graph(&lake, told) else { return lake };
        let wanted: BTreeSet<(NodeId, Key)> = plan(KINDS, &graph, &private.record, &Inventory::new())
            .steps
            .into_iter()
            .filter(|step| step.wanted.is_some())
            .filter_map(|step| Some((step.node, step.key?)))
            .collect();
        let lost = lost(&private.record, &wanted);
        if !lost.is_empty() {
            told.error(
                None,
                format!("The lake {} holds data and is not replaced", self.name),
                format!(
                    "Its replacement would delete or empty {}, which no member of this configuration names. Plan without \
                     -replace (or replace_triggered_by), so that the members leave by an update of the lake; or declare \
                     them again.",
                    lost.join(", ")
                ),
            );
        }
        let there = |(node, key): &(NodeId, Key)| private.record.got(node, key).is_some();
        let wanted = wanted.into_iter().filter(there).collect();
        *kept = Some(Private { kept: wanted, ..private });
        self.create(lake, None, told).await
    }
}

/// What holds data, would be deleted or emptied with the lake, and is not wanted. That its member names something else now
/// keeps nothing.
fn lost(record: &Record, wanted: &BTreeSet<(NodeId, Key)>) -> Vec<String> {
    let goes =
        |key: &Key, keeping: &Keeping| key.traits().holds_data && keeping.on_delete != OnDelete::Retain;
    let all =
        record.nodes.iter().flat_map(|(node, it)| it.keys.iter().map(move |(key, how)| (node, key, how)));
    all.filter(|(_, key, how)| goes(key, how) && !wanted.iter().any(|(_, it)| it == *key))
        .map(|(node, key, _)| format!("{node} ({key})"))
        .collect()
}
