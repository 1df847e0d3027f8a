//! The lake's memory: its status, written before anything is made.

use super::tell::Teller;
use futures::future::BoxFuture;
use lake_api::LakeStatus;
use lake_reconcile::{engine::Memory, error::CloudError, record::Record};
use std::sync::{Mutex, PoisonError};

/// Keeps the record in the object's status.
pub(super) struct Keeper {
    teller: Teller,
    /// The status beside the record.
    status: LakeStatus,
    told: Mutex<Option<LakeStatus>>,
}

impl Keeper {
    pub(super) fn new(teller: Teller, status: LakeStatus) -> Self {
        Keeper { teller, status, told: Mutex::default() }
    }

    /// What was told, if anything was.
    pub(super) fn told(&self) -> Option<LakeStatus> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Memory for Keeper {
    fn keep<'a>(&'a self, record: &'a Record) -> BoxFuture<'a, Result<(), CloudError>> {
        Box::pin(async move {
            let status = LakeStatus { record: Some(record.to_string()), ..self.status.clone() };
            self.teller.write(&status).await.map_err(|error| {
                let retry = super::verdict::class(&error);
                CloudError::own(
                    "kubernetes:PatchStatus",
                    retry,
                    format!("the record cannot be kept: {error}"),
                )
            })?;
            *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(status);
            Ok(())
        })
    }
}
