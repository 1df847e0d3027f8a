//! Which call a request is. Connections see bytes alone, so each request carries the name of its operation to them.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeTransmitInterceptorContextMut},
        orchestrator::Metadata,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;

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

/// Writes its operation's name on every request.
#[derive(Debug)]
pub(super) struct Name;

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
        if let Some(call) = cfg.load::<Metadata>() {
            ctx.request_mut().add_extension(Operation(call.name().to_owned()));
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
