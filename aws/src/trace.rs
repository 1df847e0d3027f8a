//! One line of the debug log for each call: `s3:PutBucketTagging PUT /lake-store?tagging → 200 in 23 ms`.
//!
//! Bodies are never shown: they may hold secret arguments. The SDK traces them, and tells what it was answered in full,
//! so of its own words a log may hold no more than [`DISCREET`] says.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{
                BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
                FinalizerInterceptorContextRef,
            },
        },
        orchestrator::Metadata,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use std::time::Instant;
use tracing::level_filters::LevelFilter;

/// The targets of the SDK's own events, by the beginnings of their names, and the finest level of them that holds no
/// body, output or header of a call. Every log of a program that calls AWS is held to it.
pub const DISCREET: [(&str, LevelFilter); 1] = [("aws_", LevelFilter::DEBUG)];

/// Tells of every call in the debug log.
#[derive(Debug)]
pub(super) struct Trace;

/// When a call began.
#[derive(Debug)]
struct Began(Instant);

impl Storable for Began {
    type Storer = StoreReplace<Self>;
}

/// What is asked: method and path. The request itself is gone when its answer is there.
#[derive(Debug)]
struct Asked(String);

impl Storable for Asked {
    type Storer = StoreReplace<Self>;
}

impl Intercept for Trace {
    fn name(&self) -> &'static str {
        "trace"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        cfg.interceptor_state().store_put(Began(Instant::now()));
        Ok(())
    }

    fn read_before_transmit(
        &self,
        ctx: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let (method, path) = (ctx.request().method(), path(ctx.request().uri()));
        cfg.interceptor_state().store_put(Asked(format!("{method} {path}")));
        Ok(())
    }

    fn read_after_execution(
        &self,
        ctx: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(call) = cfg.load::<Metadata>() else { return Ok(()) };
        let took = cfg.load::<Began>().map_or(0, |began| began.0.elapsed().as_millis());
        let status = ctx.response().map_or("no answer".to_owned(), |answer| answer.status().to_string());
        let asked = cfg.load::<Asked>().map_or("was not sent", |asked| asked.0.as_str());
        tracing::debug!("{}:{} {asked} → {status} in {took} ms", service(call.service()), call.name());
        Ok(())
    }
}

/// A URI without scheme and host.
fn path(uri: &str) -> &str {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}

/// The service's word as permissions spell it: `S3 Control` is `s3control`.
fn service(id: &str) -> String {
    id.chars().filter(|c| *c != ' ').collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_told_by_its_path() {
        assert_eq!(path("https://s3.eu-west-1.amazonaws.com/b?tagging"), "/b?tagging");
        assert_eq!(path("http://127.0.0.1:1"), "/");
        assert_eq!(service("S3 Control"), "s3control");
    }
}
