//! How long a call is repeated: throttling is waited out, anything else is told soon.

use aws_sdk_sts::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::context::InterceptorContext,
        orchestrator::HttpRequest,
        result::ConnectorError,
        retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority, RetryReason},
    },
};
use aws_smithy_types::retry::ErrorKind;
use std::error::Error;

/// So often is a call tried that gets no answer or a broken one. More would keep a user waiting for minutes at an
/// endpoint that does not exist.
const ATTEMPTS: u32 = 5;

/// No ration of repetitions beside the pace of each service. The SDK's own is shared by all calls of a process and runs
/// dry where three of ten are throttled: calls would fail that a moment's wait brings home.
pub(super) fn unrationed() -> RetryPartition {
    RetryPartition::custom("lake").token_bucket(TokenBucket::unlimited()).build()
}

/// What is known of an attempt once it is over: whether another may follow. It travels with the answer, or with the error
/// that came instead, since those who decide about another attempt see nothing else.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tried {
    /// Whether the time of the whole operation is over.
    late: bool,
    /// Whether it was tried as often as makes sense where no answer comes.
    often: bool,
}

impl Tried {
    /// What is known of the attempt that a request was. Its number, from 1, the SDK tells the service:
    /// `amz-sdk-request: attempt=2; max=26`.
    pub(super) fn of(request: &HttpRequest) -> impl FnOnce(bool) -> Self + use<> {
        let told = request.headers().get("amz-sdk-request");
        let number =
            told.and_then(|told| told.split(';').find_map(|part| part.trim().strip_prefix("attempt=")));
        let number: u32 = number.and_then(|number| number.parse().ok()).unwrap_or(1);
        move |late| Tried { late, often: number >= ATTEMPTS }
    }

    /// An error that tells it.
    pub(super) fn told_by(self, error: ConnectorError) -> ConnectorError {
        let (timeout, user, io, other) =
            (error.is_timeout(), error.is_user(), error.is_io(), error.as_other());
        let failed = Box::new(Failed { tried: self, source: error.into_source() });
        match () {
            () if timeout => ConnectorError::timeout(failed),
            () if user => ConnectorError::user(failed),
            () if io => ConnectorError::io(failed),
            () => ConnectorError::other(failed, other),
        }
    }

    fn read(ctx: &InterceptorContext) -> Option<Self> {
        if let Some(tried) = ctx.response().and_then(|answer| answer.extension::<Tried>()) {
            return Some(*tried);
        }
        let error = ctx.output_or_error()?.err()?.as_connector_error()?;
        Some(error.source()?.downcast_ref::<Failed>()?.tried)
    }
}

/// An attempt that brought no answer.
#[derive(Debug, thiserror::Error)]
#[error("{source}")]
struct Failed {
    tried: Tried,
    source: BoxError,
}

/// Ends the repetitions that no throttling asked for, and all when the time is over.
#[derive(Debug)]
pub(super) struct Patience;

impl ClassifyRetry for Patience {
    fn classify_retry(&self, _: &InterceptorContext) -> RetryAction {
        RetryAction::NoActionIndicated
    }

    fn classify_retry_v2(&self, ctx: &InterceptorContext, previous: &RetryAction) -> RetryAction {
        let RetryAction::RetryIndicated(reason) = previous else { return RetryAction::NoActionIndicated };
        let throttled =
            matches!(reason, RetryReason::RetryableError { kind: ErrorKind::ThrottlingError, .. });
        match Tried::read(ctx) {
            Some(Tried { late: true, .. }) => RetryAction::RetryForbidden,
            Some(Tried { often: true, .. }) if !throttled => RetryAction::RetryForbidden,
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
