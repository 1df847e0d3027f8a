//! How long a call is repeated: throttling is waited out, anything else is told soon.

use aws_sdk_sts::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::{
    interceptors::context::InterceptorContext,
    retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority, RetryReason},
};
use aws_smithy_types::retry::ErrorKind;

/// So often is a call tried that gets no answer or a broken one. More would keep a user waiting for minutes at an
/// endpoint that does not exist.
const ATTEMPTS: u32 = 5;

/// No ration of repetitions beside the pace of each service. The SDK's own is shared by all calls of a process and runs
/// dry where three of ten are throttled: calls would fail that a moment's wait brings home.
pub(super) fn unrationed() -> RetryPartition {
    RetryPartition::custom("lake").token_bucket(TokenBucket::unlimited()).build()
}

/// Ends the repetitions that no throttling asked for.
#[derive(Debug)]
pub(super) struct Patience;

impl ClassifyRetry for Patience {
    fn classify_retry(&self, _: &InterceptorContext) -> RetryAction {
        RetryAction::NoActionIndicated
    }

    fn classify_retry_v2(&self, ctx: &InterceptorContext, previous: &RetryAction) -> RetryAction {
        match previous {
            RetryAction::RetryIndicated(RetryReason::RetryableError {
                kind: ErrorKind::ThrottlingError,
                ..
            }) => RetryAction::NoActionIndicated,
            RetryAction::RetryIndicated(_) if attempt(ctx) >= ATTEMPTS => RetryAction::RetryForbidden,
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "patience"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// The number of the attempt, from 1, as the SDK tells it to the service: `amz-sdk-request: attempt=2; max=26`.
fn attempt(ctx: &InterceptorContext) -> u32 {
    ctx.request()
        .and_then(|request| request.headers().get("amz-sdk-request"))
        .and_then(|told| told.split(';').find_map(|part| part.trim().strip_prefix("attempt=")))
        .and_then(|number| number.parse().ok())
        .unwrap_or(1)
}
