//! A lake that has lost what it remembered: its marks tell what is its.
//!
//! The finalizer is put on before anything is made, and the record is kept before anything is made: an object that is held
//! and remembers nothing has lost its record (a status that was not restored with its object, or was cleared), unless the
//! process ended between the two.

use super::Reconciliation;
use crate::{connections::Connection, summary::Summary};
use lake_reconcile::{graph::Graph, kinds::KINDS, record::Record};

impl Reconciliation<'_> {
    /// What was kept of the lake.
    pub(super) fn remembered(&self) -> Result<Option<Record>, Summary> {
        if let Some(error) = self.reporter.writer.seen().unreadable {
            return Err(Summary::unreadable_status(&error));
        }
        let Some(text) = &self.before.record else { return Ok(None) };
        Record::read(KINDS, text).map(Some).map_err(|error| Summary::unreadable_record(&error))
    }

    /// Whether what the lake remembered is lost. One that leaves is let go on no record's word that there is nothing: what
    /// a look costs is little beside what it may find.
    pub(super) fn is_lost(&self, record: Option<&Record>) -> bool {
        let remembers_nothing = match record {
            None => true,
            Some(record) => self.object.is_leaving() && record.nodes.is_empty(),
        };
        remembers_nothing && self.reporter.writer.holds()
    }

    /// The record of a lake that has lost it, from what wears its mark; what becomes of each is what the graph says, and
    /// of what the graph does not name, that data stays.
    ///
    /// # Errors
    /// When what wears the mark cannot be listed.
    pub(super) async fn recall(&mut self, connection: &Connection, graph: &Graph) -> Result<Record, Summary> {
        let found = self.engine(connection).remember_again(graph).await;
        let (record, _) = found.map_err(|error| Summary::unlisted(&error))?;
        tracing::info!(
            lake = %self.object.name(),
            resources = record.nodes.len(),
            "the record is lost; it was made anew from the marks on AWS"
        );
        Ok(record)
    }
}
