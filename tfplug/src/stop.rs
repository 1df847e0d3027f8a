//! The user's wish that it ends.

use tokio::sync::watch;

/// Says when the user wants it to end (Ctrl-C, by way of Terraform's StopProvider). Clones hear the same.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    pub(crate) fn new(told: watch::Receiver<bool>) -> Self {
        Stop(told)
    }

    /// A wish, and what expresses it; for tests.
    #[must_use]
    pub fn channel() -> (watch::Sender<bool>, Stop) {
        let (tell, told) = watch::channel(false);
        (tell, Stop(told))
    }

    /// Whether it was expressed.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        *self.0.borrow()
    }

    /// Wait until it is.
    pub async fn wanted(&self) {
        let mut told = self.0.clone();
        if told.wait_for(|wanted| *wanted).await.is_err() {
            // Nobody is left who could express it.
            std::future::pending::<()>().await;
        }
    }
}
