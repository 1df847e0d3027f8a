//! Which installation works on a lake: this one says so in the status, or leaves the lake to another one that has.

use super::{Attended, Refusal, Visit, tell::Teller};
use crate::{installations::Left, object::Object, operator::Operator, queue::Lane};
use kube::runtime::events::EventType;
use tokio::time::Instant;

/// The reason of the event, and the class of the failure.
const REASON: &str = "OtherInstallation";

/// Leave the lake alone, say so once, and look again later. Its status is the other installation's to write.
pub(super) async fn leave(operator: &Operator, object: &Object, left: &Left) -> Attended {
    let (name, Left { lease, remedy, pause }) = (object.name(), left);
    operator.courses.forget(&name);
    let next = Some((Lane::Routine, Instant::now() + *pause));
    let Some(remedy) = remedy else { return Attended { next, failed: false } };
    operator.metrics.failed(REASON);
    if operator.installations.leaves(&name, left) {
        let own = operator.installations.own();
        let note = format!(
            "The installation whose Lease is {lease} works on this lake; the one whose Lease is {own} leaves it alone. \
             {remedy}"
        );
        tracing::warn!(lake = %name, "{note}");
        Teller::new(operator, object, None).event(EventType::Warning, REASON, "Reconcile", &note).await;
    }
    Attended { next, failed: true }
}

impl Visit<'_> {
    /// Let the status name this installation before anything is written on AWS. Of a lake that has made nothing yet, the
    /// record that is kept before its first resource says it too.
    pub(super) async fn claim(&self) -> Result<(), Refusal> {
        let mut status = self.teller.writer.seen().status;
        let own = Some(self.operator.installations.own());
        if status.lease.as_deref() == own {
            return Ok(());
        }
        status.lease = own.map(str::to_owned);
        self.teller.writer.tell(&status).await
    }
}
