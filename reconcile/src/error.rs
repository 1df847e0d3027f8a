//! AWS said no: one error type, and the one table that classifies it.

use serde::{Deserialize, Serialize};

/// What a caller can do about an error: decides whether and when to come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Retry {
    /// AWS asks for fewer calls.
    Throttled,
    /// Something just made (a role, a policy) is not visible everywhere yet.
    Propagating,
    /// A dependency is on its way to the state that is needed.
    Settling,
    /// Somebody changed it meanwhile: read again, plan again.
    Conflict,
    /// It is at work (a crawler is running).
    Busy,
    /// Coming again changes nothing until the spec, a quota or a permission does.
    Never,
    /// It does not exist.
    Gone,
}

/// An error of one AWS call.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{doing}: {said}")]
pub struct CloudError {
    /// What can be done about it.
    pub retry: Retry,
    /// The call that failed: `s3:PutBucketVersioning`.
    pub doing: String,
    /// The service's own error code, if it answered at all.
    pub code: Option<String>,
    /// What AWS said, in its words.
    pub said: String,
    /// AWS's id of the request, to be named to its support.
    pub request_id: Option<String>,
}
