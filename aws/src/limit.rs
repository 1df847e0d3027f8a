//! How long a call may take: a peer that is silent, as behind a broken network, is not waited for without end.
//!
//! The SDK sets no limit by itself but for the opening of a connection ("Timeouts", AWS SDK for Rust Developer Guide). Its
//! own limits would count the time that a call waits for its turn in this process, which says nothing of the peer.

use aws_config::timeout::TimeoutConfig;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long an attempt of a call may take where nothing else is said.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the opening of a connection may take.
const CONNECT: Duration = Duration::from_secs(3);
/// Whoever says longer means for ever.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);
/// An operation with all its attempts may take so many times as long as an attempt.
const ATTEMPTS: u32 = 4;
/// An attempt that sends a content may take so many times as long as another, for it may go over a slow line.
const CONTENT: u32 = 20;
/// An operation that sends a content may take so many times as long as an attempt of it.
const CONTENT_ATTEMPTS: u32 = 2;

/// The limits of all calls, for what the SDK does by itself, such as assuming a role.
pub(super) fn of_attempts(attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(attempt.min(CONNECT))
        .operation_attempt_timeout(attempt)
        .operation_timeout(attempt.saturating_mul(ATTEMPTS))
        .build()
}

/// The limits without those that [`Clock`] keeps.
pub(super) fn of_connections(all: Option<&TimeoutConfig>) -> TimeoutConfig {
    let mut builder = TimeoutConfig::builder();
    builder.set_connect_timeout(all.and_then(TimeoutConfig::connect_timeout));
    builder.build()
}

/// The time of one operation, over all its attempts.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    /// How long an attempt may take.
    attempt: Duration,
    /// When the time of the operation is over, if it never had to wait for its turn again.
    end: Arc<Mutex<Instant>>,
}

impl Clock {
    /// The time of an operation that begins now, where attempts may take so long.
    pub(super) fn start(operation: &str, attempt: Duration) -> Self {
        let (attempt, attempts) = match operation {
            "PutObject" => (attempt.saturating_mul(CONTENT), CONTENT_ATTEMPTS),
            _ => (attempt, ATTEMPTS),
        };
        let end = Instant::now() + attempt.saturating_mul(attempts).min(LONGEST);
        Clock { attempt, end: Arc::new(Mutex::new(end)) }
    }

    /// An attempt has waited so long for its turn: that is not the peer's time.
    pub(super) fn waited(&self, waited: Duration) {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) += waited;
    }

    /// How long an attempt that begins now may take. One that begins late, after a pause, is made all the same: its answer
    /// says more than silence.
    pub(super) fn left(&self) -> Duration {
        self.attempt.min(self.end().saturating_duration_since(Instant::now()).max(self.attempt / 10))
    }

    /// Whether the time of the operation is over: no other attempt follows.
    pub(super) fn is_over(&self) -> bool {
        self.end() <= Instant::now()
    }

    fn end(&self) -> Instant {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
