//! What a door hooks into the way to AWS: a gate before everything that writes, and a meter of all that is called.

use lake_engine::error::Retry;
use std::{fmt, sync::Arc, time::Duration};

/// Says whether this process may write: the operator's lease.
pub trait Gate: Send + Sync {
    /// Whether it may write now. Asked before each attempt of each call that can change something, after all waiting for
    /// its turn, and once more when the body of the call is about to be written: a process that slept past its lease writes
    /// nothing when it wakes. Reads are not asked for.
    fn is_open(&self) -> bool;
}

/// Told of all calls: the operator's metrics.
pub trait Meter: Send + Sync {
    /// An attempt of a call was made.
    fn called(&self, called: &Called<'_>);

    /// An attempt of a call to a service has waited so long for its turn.
    fn waited(&self, service: &'static str, waited: Duration);
}

/// An attempt of a call that was made.
#[derive(Clone, Copy, Debug)]
pub struct Called<'a> {
    /// The service's word in errors: `s3`.
    pub service: &'static str,
    /// The operation: `PutBucketTagging`.
    pub operation: &'a str,
    /// What it failed with; `None` when it was done.
    pub failed: Option<Retry>,
    /// From its sending to its answer.
    pub took: Duration,
}

impl Called<'_> {
    /// What came of it as one word: `Done`, or the class of the error.
    #[must_use]
    pub fn result(&self) -> &'static str {
        self.failed.map_or("Done", Retry::word)
    }
}

/// The hooks of one door. Without any, nothing is held back and nobody is told.
#[derive(Clone, Default)]
pub struct Hooks {
    /// Says whether this process may write.
    pub gate: Option<Arc<dyn Gate>>,
    /// Told of all calls.
    pub meter: Option<Arc<dyn Meter>>,
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks")
            .field("gate", &self.gate.is_some())
            .field("meter", &self.meter.is_some())
            .finish()
    }
}
