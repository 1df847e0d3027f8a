//! What the tests of this crate have in common: connections that are the tests' own, and a meter that notes.

use super::{Called, Meter};
use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector, http_client_fn};
use std::{sync::Mutex, time::Duration};

/// A client of HTTP that makes all calls by one connector.
pub(crate) fn over(connector: SharedHttpConnector) -> SharedHttpClient {
    http_client_fn(move |_, _| connector.clone())
}

/// A configuration in `eu-west-1` whose calls go by this client, and are repeated as often as those of a lake.
pub(crate) fn config(http: SharedHttpClient) -> aws_types::sdk_config::Builder {
    let keys = Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .http_client(http)
        .retry_config(RetryConfig::standard().with_max_attempts(26))
}

/// Notes what was called, and what came of it.
#[derive(Default)]
pub(crate) struct Noting(pub(crate) Mutex<Vec<String>>);

impl Meter for Noting {
    fn called(&self, called: &Called<'_>) {
        let told = format!("{}:{} {}", called.service, called.operation, called.result());
        self.0.lock().unwrap().push(told);
    }

    fn waited(&self, _: &'static str, _: Duration) {}
}
