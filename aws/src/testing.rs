//! What tests have in common: connections that are the tests' own, and a meter that notes.

use super::{Aws, Called, Hooks, Meter};
use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector, http_client_fn};
use lake_engine::place::Place;
use std::{sync::Mutex, time::Duration};

/// A client of HTTP that makes all calls by one connector.
#[must_use]
pub fn over(connector: SharedHttpConnector) -> SharedHttpClient {
    http_client_fn(move |_, _| connector.clone())
}

impl Aws {
    /// Clients of a place whose calls go by this client of HTTP.
    #[must_use]
    pub fn over_http(http: SharedHttpClient, place: Place) -> Self {
        let config = config(http).region(Region::new(place.region.clone())).build();
        Aws::over(&config, place, true, &Hooks::default())
    }
}

/// A configuration in `eu-west-1` whose calls go by this client, and are repeated as often as those of a lake.
#[must_use]
pub fn config(http: SharedHttpClient) -> aws_types::sdk_config::Builder {
    let keys = Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .http_client(http)
        .retry_config(RetryConfig::standard().with_max_attempts(26))
}

/// Notes what was called, and what came of it.
#[derive(Debug, Default)]
pub struct Noting(pub Mutex<Vec<String>>);

impl Meter for Noting {
    fn called(&self, called: &Called<'_>) {
        let told = format!("{}:{} {}", called.service, called.operation, called.result());
        self.0.lock().expect("nobody panics who holds it").push(told);
    }

    fn waited(&self, _: &'static str, _: Duration) {}
}
