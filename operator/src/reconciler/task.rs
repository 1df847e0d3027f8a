//! What a round has to do: the way to AWS, what is wanted there, and what is remembered.

use super::{Reconciliation, report};
use crate::{connections::Connection, summary::Summary};
use lake_reconcile::{graph::Graph, place::Place, record::Record};

/// What there is to do for a lake, and where.
pub(super) struct Task {
    pub(super) connection: Connection,
    /// What is wanted: nothing, of a lake that leaves.
    pub(super) graph: Graph,
    pub(super) record: Record,
}

impl Reconciliation<'_> {
    /// What there is to do and where; nothing, when the lake leaves and nothing is left of it.
    pub(super) async fn prepare(&mut self) -> Result<Option<Task>, Summary> {
        let (leaves, record) = (self.object.is_leaving(), self.remembered()?);
        let is_lost = self.is_lost(record.as_ref());
        let spec = match (leaves, is_lost) {
            (false, _) => Some(self.context.wanted(self.object).await?),
            (true, true) => Some(self.context.named(self.object)?),
            (true, false) => None,
        };
        if let (false, Some(spec)) = (leaves, &spec)
            && self.before.observed_generation != Some(self.object.generation())
        {
            self.reporter.warn(&self.object.name().warnings(spec)).await;
        }
        let asked = spec.as_ref().and_then(|spec| Some(spec.region.as_ref()?.0.known()?.to_owned()));
        let lives = self.place(record.as_ref());
        if let (Some(asked), Some(lives), false) = (&asked, &lives, leaves)
            && *asked != lives.region
        {
            return Err(Summary::other_region(&lives.region, asked));
        }
        let region = lives.as_ref().map(|place| place.region.clone()).or(asked);
        let connection = self.context.connect(self.object, region.as_deref()).await?;
        if let Some(summary) = lives.and_then(|lives| Summary::elsewhere(&lives, &connection.place)) {
            return Err(summary);
        }
        let name = self.object.name();
        let graph = spec.map_or_else(Graph::new, |spec| self.context.graph(&name, &spec, &connection.place));
        let record = match record {
            _ if is_lost => self.recall(&connection, &graph).await?,
            Some(record) => record,
            None => Record::new(connection.place.clone()),
        };
        if leaves && record.nodes.is_empty() {
            return Ok(None);
        }
        let record = if leaves { self.unprotected(record, &connection) } else { record };
        let graph = if leaves { Graph::new() } else { graph };
        Ok(Some(Task { connection, graph, record }))
    }

    /// What a lake that leaves remembers, without the protections that its spec has lifted. A spec that cannot be used lifts
    /// none.
    fn unprotected(&self, mut record: Record, connection: &Connection) -> Record {
        if !record.nodes.values().flat_map(|it| it.keys.values()).any(|keeping| keeping.protected) {
            return record;
        }
        let Ok(spec) = self.context.named(self.object) else { return record };
        let name = self.object.name();
        let graph = name.graph(&spec, &connection.place, &self.context.owner(&name));
        let lifted = |id| graph.get(id).is_some_and(|node| node.treatment.protected == Some(false));
        for (_, remembered) in record.nodes.iter_mut().filter(|(id, _)| lifted(*id)) {
            remembered.keys.values_mut().for_each(|keeping| keeping.protected = false);
        }
        record
    }

    /// Where the lake lives, once anything of it was made.
    fn place(&self, record: Option<&Record>) -> Option<Place> {
        match record {
            Some(record) => (!record.nodes.is_empty()).then(|| record.place.clone()),
            None => self.before.place.as_ref().filter(|_| self.reporter.writer.holds()).map(report::place_of),
        }
    }
}
