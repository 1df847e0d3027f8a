//! The handle by which a user stops what is under way.

use tokio::sync::watch;

/// Stops an engine: calls under way are finished, no other is begun. Clones are one handle.
#[derive(Clone, Debug)]
pub struct Stop(watch::Sender<bool>);

impl Default for Stop {
    fn default() -> Self {
        Stop(watch::Sender::new(false))
    }
}

impl Stop {
    /// Stop, now and for good.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was stopped.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves when it is stopped.
    pub async fn stopped(&self) {
        // The sender lives in this very handle, so the channel cannot be closed while we wait.
        let _ = self.0.subscribe().wait_for(|stopped| *stopped).await;
    }
}
