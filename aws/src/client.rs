//! Calls of services for which no generated crate is linked, on the SDK's own runtime.
//!
//! ```text
//! static ATHENA: Service = Service::json11("Athena", "athena", "AmazonAthena");
//! static GET_WORK_GROUP: Operation = ATHENA.operation("GetWorkGroup");
//!
//! let answer = aws.call(&GET_WORK_GROUP, json!({ "WorkGroup": "primary" })).await?;
//! ```
//!
//! Signing, credentials and their cache, retries, timeouts, clock skew and telemetry headers are the SDK's, as for a
//! generated client; the way to the service is the one of all clients. Here is what a crate would be generated for: where
//! a service is, how its requests are spelt and how its answers are read.
//!
//! # Values
//!
//! Inputs and answers are JSON in the words of the service's model, and have its types:
//!
//! | in the model | in JSON |
//! | --- | --- |
//! | blob | text, in base64 |
//! | timestamp | seconds since 1970 as a number, with a fraction where there is one; in a path, query or header, and in query protocols, text as the service wants it (`2026-01-31T12:00:00Z`) |
//! | long | a number, exact from -2⁶³ to 2⁶⁴ - 1 |
//! | float, double | a number, exact as a double; what is beyond that loses digits. `NaN` and `Infinity` are texts |
//! | list, map, structure | array, object, object |
//!
//! A member that is `null` is left out, at every depth. Of answers in XML every value is a text, as XML tells no types, an
//! empty element is an empty text, and what is a list or a map is what the operation calls so ([`Form`]). An answer
//! that is empty is an empty object.
//!
//! # What is not done
//!
//! No token that makes a call repeatable is made up: whoever calls gives it. No member of an answer is read from its
//! headers. No prefix is put before a host. ARNs choose no other endpoint, as generated clients of Kinesis and DynamoDB let
//! them: the service's common one serves those calls, too.
//!
//! Two things only a model tells, and services take either way. A generated client of an operation that has no members
//! leaves the length of the body for the connection to tell; here it is told, and signed, with every body. One of
//! restJson1 sends no body where the model has no member for it; here a PATCH, POST or PUT sends `{}` at least.

mod endpoint;
mod plugin;
mod query;
mod request;
mod response;
mod service;
mod text;
mod xml;

#[cfg(test)]
mod tests;

pub use service::{Endpoint, Form, Operation, Protocol, Service};

use super::{hooks::Hooks, way};
use crate::error::from_sdk;
use aws_config::SdkConfig;
use aws_smithy_runtime::client::orchestrator::operation::{Operation as SdkOperation, OperationBuilder};
use aws_smithy_runtime_api::client::{
    orchestrator::HttpResponse, result::SdkError, runtime_plugin::SharedRuntimePlugin,
};
use aws_smithy_types::error::ErrorMetadata;
use lake_engine::{error::CloudError, place::Place};
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Calls any [`Service`] of one place with one set of credentials. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Client(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    config: SdkConfig,
    place: Place,
    hooks: Hooks,
    /// What was called before, by the SDK's id of the service.
    ready: Mutex<HashMap<&'static str, Ready>>,
}

/// What all calls of one service share. It is kept, since the clock skew that one call learns holds for the next, and so do
/// the credentials.
#[derive(Clone, Debug)]
struct Ready {
    endpoint: Result<String, &'static str>,
    plugin: SharedRuntimePlugin,
}

impl Client {
    pub(super) fn new(config: &SdkConfig, place: &Place, hooks: &Hooks) -> Self {
        Client(Arc::new(Shared {
            config: config.clone(),
            place: place.clone(),
            hooks: hooks.clone(),
            ready: Mutex::default(),
        }))
    }

    /// Make a call, repeated as the configuration says.
    pub(super) async fn call(&self, operation: &Operation, input: Value) -> Result<Value, CloudError> {
        let doing = operation.action();
        let sdk = self.prepare(operation).map_err(|said| CloudError::refused(&doing, said))?;
        send(sdk, operation, input).await.map_err(|error| from_sdk(&doing, error))
    }

    /// The operation as the SDK's runtime wants it, but for its input; or why the service has no endpoint.
    fn prepare(&self, operation: &Operation) -> Result<OperationBuilder, &'static str> {
        let Ready { endpoint, plugin } = self.ready(operation.service);
        let mut builder = SdkOperation::builder()
            .service_name(operation.service.id)
            .operation_name(operation.name)
            .endpoint_url(&endpoint?)
            .runtime_plugin(plugin);
        if let Some(version) = self.0.config.behavior_version() {
            builder = builder.behavior_version(version);
        }
        Ok(builder)
    }

    fn ready(&self, service: &'static Service) -> Ready {
        let Shared { config, place, hooks, ready } = &*self.0;
        let mut ready = ready.lock().unwrap_or_else(PoisonError::into_inner);
        let of_service = ready.entry(service.id).or_insert_with(|| Ready {
            endpoint: endpoint::of(service, config, place),
            plugin: plugin::of(service, config, &way::to(service.word, config, place, hooks)),
        });
        of_service.clone()
    }
}

/// Send what was prepared.
async fn send(
    sdk: OperationBuilder,
    operation: &Operation,
    input: Value,
) -> Result<Value, SdkError<ErrorMetadata, HttpResponse>> {
    let (asked, answered) = (*operation, *operation);
    sdk.serializer(move |input| request::of(&asked, input))
        .deserializer(move |answer| response::read(&answered, answer))
        .build()
        .invoke(input)
        .await
}
