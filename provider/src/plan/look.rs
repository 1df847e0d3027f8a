//! The look of a plan at what nobody has looked at. It gives diagnostics, and never a planned value.

use std::{future::Future, time::Duration};

/// How long a plan looks. Longer looks are left to the apply, which looks in any case.
const WITHIN: Duration = Duration::from_secs(10);

/// What the look brought, if it came to its end in time.
pub(super) async fn within<T>(look: impl Future<Output = T>) -> Option<T> {
    let seen = tokio::time::timeout(WITHIN, look).await.ok();
    if seen.is_none() {
        let seconds = WITHIN.as_secs();
        tracing::warn!("AWS did not answer within {seconds} s: the plan tells less than it could");
    }
    seen
}
