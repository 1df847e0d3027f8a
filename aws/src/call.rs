//! Which call a request is. Connections see bytes alone, so each request carries the name of its operation to them, and
//! how long it may take.

use super::limit::{CALL_TIMEOUT, Clock};
use aws_config::SdkConfig;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeTransmitInterceptorContextMut},
        orchestrator::Metadata,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use std::time::Duration;

/// The words that operations begin with which change nothing. AWS names its operations so in every service; what
/// begins otherwise counts as writing.
const READS: [&str; 6] = ["BatchGet", "Describe", "Get", "Head", "List", "Search"];

/// Whether an operation can change something.
#[must_use]
pub fn mutates(operation: &str) -> bool {
    !READS.iter().any(|word| operation.starts_with(word))
}

/// The operation of a request.
#[derive(Clone, Debug)]
pub(super) struct Operation(pub(super) String);

/// Writes its operation's name on every request, and how long it may take.
#[derive(Debug)]
pub(super) struct Name {
    /// How long an attempt may take.
    attempt: Duration,
}

impl Name {
    pub(super) fn of(config: &SdkConfig) -> Self {
        let attempt = config.timeout_config().and_then(|limits| limits.operation_attempt_timeout());
        Name { attempt: attempt.unwrap_or(CALL_TIMEOUT) }
    }
}

impl Storable for Clock {
    type Storer = StoreReplace<Self>;
}

impl Intercept for Name {
    fn name(&self) -> &'static str {
        "name"
    }

    fn modify_before_transmit(
        &self,
        ctx: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(operation) = cfg.load::<Metadata>().map(|call| Operation(call.name().to_owned())) {
            // The first attempt starts the clock of all.
            let clock = cfg.load::<Clock>().cloned();
            let clock = clock.unwrap_or_else(|| Clock::start(&operation.0, self.attempt));
            cfg.interceptor_state().store_put(clock.clone());
            ctx.request_mut().add_extension(clock);
            ctx.request_mut().add_extension(operation);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_plainly_read_writes() {
        for reads in ["BatchGetJobs", "GetCallerIdentity", "HeadBucket", "ListRoles", "SearchTables"] {
            assert!(!mutates(reads), "{reads}");
        }
        for writes in ["BatchDeleteTable", "CopyObject", "PutObject", "StopCrawler", "TagRole", "Anything"] {
            assert!(mutates(writes), "{writes}");
        }
    }
}
