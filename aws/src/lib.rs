//! Calls of AWS: clients of its services for one place and one set of credentials (generated ones, and one for all services
//! that have none here), and the way that each call goes: limits, gates, meters, retries, the classification of errors. It
//! knows no kind.

mod access;
mod answer;
mod birth;
mod bound;
mod call;
mod client;
mod endpoint;
mod error;
mod gated;
pub mod gather;
mod hooks;
mod kept;
#[cfg(test)]
mod law;
mod limit;
mod pace;
mod patience;
mod priority;
mod rate;
mod tagging;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod trace;
mod way;

pub use access::{Access, AssumeRole, NoAccess};
pub use birth::{born, born_as_told};
pub use call::mutates;
pub use client::{Endpoint, Form, Operation, Protocol, Service};
pub use error::{answered, from_sdk};
pub use hooks::{Called, Gate, Hooks, Meter};
pub use limit::CALL_TIMEOUT;
pub use priority::Priority;
pub use tagging::{tagged, tags_at_leisure};
pub use trace::DISCREET;

use aws_config::SdkConfig;
use kept::Kept;
use lake_engine::{error::CloudError, place::Place};
use serde_json::Value;
use std::{any::Any, sync::Arc};

/// The configuration of a service's client: the shared one, and the way to that service.
macro_rules! on_the_way {
    ($sdk:ident, $service:literal, $config:expr, $place:expr, $hooks:expr) => {
        $sdk::config::Builder::from(&$crate::way::to($service, $config, $place, $hooks))
            .interceptor($crate::call::Name::of($config))
            .interceptor($crate::trace::Trace)
            .retry_classifier($crate::patience::Patience)
            .retry_partition($crate::patience::unrationed())
    };
}
use on_the_way;

/// Things that one call of `delete` takes out of a resource: some tens of calls.
const PORTION: usize = 20_000;

/// The clients of one place. Cheap to clone: all share one pool of connections.
#[derive(Clone, Debug)]
pub struct Aws {
    /// Where the credentials lead.
    pub place: Place,
    /// S3.
    pub s3: aws_sdk_s3::Client,
    /// S3 Control: access points.
    pub s3control: aws_sdk_s3control::Client,
    /// Identity and access management.
    pub iam: aws_sdk_iam::Client,
    /// Glue.
    pub glue: aws_sdk_glue::Client,
    /// Lake Formation.
    pub lakeformation: aws_sdk_lakeformation::Client,
    /// The resource groups tagging API.
    pub tagging: aws_sdk_resourcegroupstagging::Client,
    /// All other services.
    client: client::Client,
    /// How many things one call of a kind's `delete` takes out of a resource that is emptied; where more is left, it answers so.
    pub portion: usize,
    kept: Arc<Kept>,
}

impl Aws {
    /// Make ready what a first [`connect`](Self::connect) would do before its call. Takes some milliseconds; asks nobody.
    pub fn prepare() {
        access::prepare();
    }

    /// Connect, and learn by one call (`sts:GetCallerIdentity`) to which partition and account the credentials
    /// belong. The region is the configured one.
    ///
    /// # Errors
    /// When no region or no credentials are configured, or AWS does not accept them; the error says what to do.
    pub async fn connect(access: &Access) -> Result<Self, NoAccess> {
        Aws::connect_with(access, Hooks::default()).await
    }

    /// Connect, with a gate and a meter on the way.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_with(access: &Access, hooks: Hooks) -> Result<Self, NoAccess> {
        let config = access.load().await?;
        let place = access::identify(access, &config, &hooks).await?;
        tracing::debug!(%place, "connected");
        Ok(Aws::over(&config, place, access.s3_use_path_style, &hooks))
    }

    /// Make a call of a service that has no client here, with an input in the words of the service's model; answers come
    /// in them, too.
    ///
    /// # Errors
    /// When AWS refuses, or cannot be asked.
    pub async fn call(&self, operation: &Operation, input: Value) -> Result<Value, CloudError> {
        self.client.call(operation, input).await
    }

    /// What a kind keeps beside the clients, one value of a type for all clones.
    #[must_use]
    pub fn kept<T: Any + Default + Send + Sync>(&self) -> Arc<T> {
        self.kept.of()
    }

    fn over(config: &SdkConfig, place: Place, path_style: bool, hooks: &Hooks) -> Self {
        macro_rules! of {
            ($sdk:ident, $service:literal) => {
                on_the_way!($sdk, $service, config, &place, hooks)
            };
        }
        let local = endpoint::local(config, "S3").is_some();
        let mut s3control = of!(aws_sdk_s3control, "s3control");
        if let Some(url) = endpoint::local(config, "S3 Control") {
            s3control = s3control.endpoint_resolver(endpoint::AsGiven(url));
        }
        Aws {
            s3: aws_sdk_s3::Client::from_conf(
                of!(aws_sdk_s3, "s3").force_path_style(path_style || local).build(),
            ),
            s3control: aws_sdk_s3control::Client::from_conf(s3control.build()),
            iam: aws_sdk_iam::Client::from_conf(of!(aws_sdk_iam, "iam").build()),
            glue: aws_sdk_glue::Client::from_conf(of!(aws_sdk_glue, "glue").build()),
            lakeformation: aws_sdk_lakeformation::Client::from_conf(
                of!(aws_sdk_lakeformation, "lakeformation").build(),
            ),
            tagging: aws_sdk_resourcegroupstagging::Client::from_conf(
                of!(aws_sdk_resourcegroupstagging, "tagging").build(),
            ),
            client: client::Client::new(config, &place, hooks),
            portion: PORTION,
            kept: Arc::default(),
            place,
        }
    }
}
