//! Which installation works on a lake: this one says so in the status, or leaves the lake to another one that has.

use super::{Reconciled, Reconciliation, report::StatusReporter};
use crate::{context::Context, installations::Left, object::Object, queue::Priority, refusal::Refusal};
use kube::runtime::events::EventType;
use tokio::time::Instant;

/// The reason of the event, and the class of the failure.
const REASON: &str = "OtherInstallation";

/// Leave the lake alone, say so once, and look again later. Its status is the other installation's to write.
pub(super) async fn leave(context: &Context, object: &Object, left: &Left) -> Reconciled {
    let (name, Left { lease, remedy, pause }) = (object.name(), left);
    context.lake_states.forget(&name);
    let next = Some((Priority::Routine, Instant::now() + *pause));
    let Some(remedy) = remedy else { return Reconciled { next, failed: false } };
    context.metrics.failed(REASON);
    if context.installations.leaves(&name, left) {
        let own = context.installations.own();
        let note = format!(
            "The installation whose Lease is {lease} works on this lake; the one whose Lease is {own} leaves it alone. \
             {remedy}"
        );
        tracing::warn!(lake = %name, "{note}");
        StatusReporter::new(context, object, None)
            .event(EventType::Warning, REASON, "Reconcile", &note)
            .await;
    }
    Reconciled { next, failed: true }
}

impl Reconciliation<'_> {
    /// Let the status name this installation before anything is written on AWS. Of a lake that has made nothing yet, the
    /// record that is kept before its first resource says it too.
    pub(super) async fn name_installation(&self) -> Result<(), Refusal> {
        let mut status = self.reporter.writer.seen().status;
        let own = Some(self.context.installations.own());
        if status.lease.as_deref() == own {
            return Ok(());
        }
        status.lease = own.map(str::to_owned);
        self.reporter.writer.tell(&status).await
    }
}
