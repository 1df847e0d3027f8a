//! The plan of a lake that is to be created.

use super::{Scene, look, planned};
use crate::{diagnostics, private::Private, told::Told};
use lake_reconcile::{
    contents::Contents,
    engine::{Members, Rivals},
    graph::{Graph, NodeId},
    inventory::{Inventory, Presence},
    kinds::KINDS,
    observe::Observed,
    owner::Owner,
    plan::{Plan, plan},
    record::Record,
};
use std::collections::BTreeSet;
use tfplug::{Diagnostic, Diagnostics, Path, Severity, Value};

impl Scene<'_> {
    /// A lake of which nothing is there, as far as planned values may say. With `look`, what is there all the same is
    /// told; the bytes for apply then name the lineage that it goes on with, or makes.
    pub(super) async fn create(
        &self,
        mut lake: Value,
        look: Option<&mut Option<Private>>,
        told: &mut Diagnostics,
    ) -> Value {
        let Some(graph) = self.graph(&lake, told) else { return lake };
        let record = Record::new(self.connection.place.clone());
        let shown = plan(KINDS, &graph, &record, &Inventory::new());
        if let Some(will_be) = planned(&shown, &graph, &Told::default(), |_| false) {
            will_be.put(&mut lake);
        }
        if let Some(private) = look {
            match self.look_at_all(&graph, record, told).await {
                Some(record) => *private = Some(Private::of(record)),
                None => told.extend(diagnostics::plan(&shown, &Contents::new(), |_| false)),
            }
        }
        lake
    }

    /// How bad it is that the lake lives already: the apply refuses in any case, before it writes.
    ///
    /// This plan may be the one that core makes within an apply with `create_before_destroy`, after it has taken the
    /// living lake for deposed. An error here would leave it so, to be destroyed by the next apply; after an error of
    /// the apply itself core puts it back. Nothing in the request tells the two plans apart. But where this process
    /// has seen the lake's state, core is only planning: the lake is tainted.
    fn severity_of_meeting_oneself(&self) -> Severity {
        let region = &self.connection.place.region;
        if self.door.has_seen(region, &self.name) { Severity::Error } else { Severity::Warning }
    }

    /// Look at everything that the lake would make, and at what wears its mark already: an empty record of the lineage that
    /// was found, or of a new one; `None` where that was not possible.
    async fn look_at_all(&self, graph: &Graph, mut record: Record, told: &mut Diagnostics) -> Option<Record> {
        let running = self.door.engine(&self.connection, &self.name, &self.request.stop);
        let observed = look::within(running.engine.observe(graph, &mut record)).await?;
        let planned = Record { lineage: record.lineage.clone(), ..Record::new(record.place.clone()) };
        if let Some(rivals) = &observed.rivals {
            let owner = self.door.owner(&self.name);
            let severity = self.severity_of_meeting_oneself();
            told.extend([meets_itself(severity, &owner, &self.connection.place.region, rivals)]);
            return Some(planned);
        }
        let looked = plan(KINDS, graph, &record, &observed.inventory);
        leftovers(graph, &observed, &looked, told);
        // What no record names is never emptied.
        told.extend(diagnostics::plan(&looked, &Contents::new(), |_| false));
        Some(planned)
    }
}

/// What is told of a create that meets a lake of its own name and owner.
pub(crate) fn meets_itself(severity: Severity, owner: &Owner, region: &str, rivals: &Rivals) -> Diagnostic {
    let lake = &owner.lake;
    let one = |(lineage, members): (&String, &Members)| {
        let nodes: Vec<&str> = members.nodes.iter().map(NodeId::as_str).collect();
        let how =
            if members.unfinished { "its creation never came to its end" } else { "it lives in some state" };
        format!(
            "- lineage {lineage}, {how}: {}\n\n  import {{\n    to = lake.<its name in this configuration>\n    id = \
             \"{region}/{lake}@{lineage}\"\n  }}",
            nodes.join(", ")
        )
    };
    let all: Vec<String> = rivals.lineages.iter().map(one).collect();
    let all = all.join("\n");
    let path = Some(Path::root("name"));
    if rivals.at_this_moment {
        let detail = format!(
            "Nothing of it was there when this was planned, and now resources in {region} wear the mark {owner}:\n\n{all}\n\nNothing \
             was written beside it. Stop one of the two applies. Where that was the other, plan again: the next apply goes \
             on with what it left."
        );
        let summary = format!("Another apply creates the lake {lake} at this moment");
        return Diagnostic { severity, summary, detail, path };
    }
    let detail = format!(
        "In {region}, resources wear the mark {owner} already:\n\n{all}\n\nIt is not created a second time, and nothing of it \
         is touched. To go on with it in this configuration, import it as shown. If it belongs to another configuration, set \
         another `owner` in this one's provider \"lake\", or another name. If it is this configuration's own and tainted, \
         `terraform untaint` it: its replacement would destroy it. With create_before_destroy a lake cannot be replaced."
    );
    let summary = format!("The lake {lake} exists already");
    Diagnostic { severity, summary, detail, path }
}

/// What wears the lake's mark, and is confirmed to be there by its own service.
fn living(observed: &Observed) -> impl Iterator<Item = &NodeId> {
    observed
        .leftovers
        .iter()
        .filter(|(node, key)| {
            let found = observed.inventory.get(node).and_then(|found| found.get(key));
            matches!(found, Some(Presence::Present { .. } | Presence::Settling(_)))
        })
        .map(|(node, _)| node)
}

/// Tell what an interrupted create has left, and what becomes of it.
fn leftovers(graph: &Graph, observed: &Observed, looked: &Plan, told: &mut Diagnostics) {
    let ends: BTreeSet<&NodeId> =
        looked.steps.iter().filter(|step| step.change.destroys()).map(|step| &step.node).collect();
    let mut lines: Vec<String> = living(observed)
        .map(|node| match (graph.contains_key(node), ends.contains(node)) {
            (true, _) => format!("- {node} is taken up"),
            (false, true) => format!("- {node} is in no member any more and will be deleted"),
            (false, false) => format!("- {node} is in no member any more and stays on AWS"),
        })
        .collect();
    lines.dedup();
    if !lines.is_empty() {
        told.warning(
            None,
            "An interrupted create left resources behind",
            format!(
                "They wear this lake's mark, and this apply goes on with them; if another apply is running, stop \
                 here:\n\n{}",
                lines.join("\n")
            ),
        );
    }
    told.extend(diagnostics::unlisted(&observed.unlisted));
}
