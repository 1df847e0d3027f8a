//! The lake's memory: its status, written before anything is made.

use crate::status_writer::StatusWriter;
use futures::future::BoxFuture;
use lake_api::LakeStatus;
use lake_reconcile::{engine::Memory, error::CloudError, record::Record};

/// Keeps the record in the object's status.
pub(super) struct RecordStore {
    writer: StatusWriter,
    /// The status beside the record.
    status: LakeStatus,
}

impl RecordStore {
    pub(super) fn new(writer: StatusWriter, status: LakeStatus) -> Self {
        RecordStore { writer, status }
    }
}

impl Memory for RecordStore {
    fn keep<'a>(&'a self, record: &'a Record) -> BoxFuture<'a, Result<(), CloudError>> {
        Box::pin(async move {
            let status = LakeStatus { record: Some(record.to_string()), ..self.status.clone() };
            self.writer.tell(&status).await.map_err(|refusal| {
                let said = format!("the record cannot be kept. {}", refusal.message);
                CloudError::own("kubernetes:PatchStatus", refusal.retry, said)
            })
        })
    }
}
