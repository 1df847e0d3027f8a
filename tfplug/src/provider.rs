//! What a provider answers: one request and one response per call of the protocol.

use crate::{Diagnostics, Path, Schema, Stop, Value};
use serde_json::Value as Json;
use std::{collections::BTreeMap, future::Future, pin::Pin, sync::Arc};

/// A future on the heap.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A provider: its own configuration, and what it offers.
pub trait Provider: Send + Sync + 'static {
    /// What its own configuration may hold.
    fn schema(&self) -> Schema;

    /// Its resources, by type name. Asked once.
    fn resources(&self) -> BTreeMap<String, Arc<dyn Resource>>;

    /// Its data sources, by type name. Asked once.
    fn data_sources(&self) -> BTreeMap<String, Arc<dyn DataSource>> {
        BTreeMap::new()
    }

    /// Look over a configuration, which may hold unknowns, without asking anybody.
    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// Take the configuration; comes before any call that may ask the provider's service. It may hold unknowns while
    /// Terraform plans.
    fn configure(&self, request: ConfigureRequest) -> BoxFuture<'_, Diagnostics>;
}

/// One type of resource.
pub trait Resource: Send + Sync + 'static {
    /// What a configuration may hold, and a state.
    fn schema(&self) -> Schema;

    /// Look over a configuration, which may hold unknowns, without asking anybody.
    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// Bring a state that an earlier release wrote into today's form. The version may be today's. What the schema has and
    /// the answer lacks is filled in: attributes as null, blocks as a configuration without them has them.
    fn upgrade(&self, request: UpgradeRequest) -> UpgradeResponse {
        UpgradeResponse { state: request.state, diagnostics: Diagnostics::default() }
    }

    /// See what has become of it; null when it is gone.
    fn read(&self, request: ReadRequest) -> BoxFuture<'_, ReadResponse>;

    /// Decide what the state will be.
    fn plan(&self, request: PlanRequest) -> BoxFuture<'_, PlanResponse>;

    /// Do what was planned: create when the prior state is null, delete when the planned one is, else update.
    fn apply(&self, request: ApplyRequest) -> BoxFuture<'_, ApplyResponse>;

    /// Find one that exists.
    fn import(&self, request: ImportRequest) -> BoxFuture<'_, ImportResponse>;
}

/// One type of data source.
pub trait DataSource: Send + Sync + 'static {
    /// What a configuration may hold, and what is read.
    fn schema(&self) -> Schema;

    /// Look over a configuration, which may hold unknowns, without asking anybody.
    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// Read it. `current` is the configuration.
    fn read(&self, request: ReadRequest) -> BoxFuture<'_, ReadResponse>;
}

/// The provider's configuration.
#[derive(Clone, Debug)]
pub struct ConfigureRequest {
    /// The configuration.
    pub config: Value,
    /// Terraform's version, `1.11.4`.
    pub terraform_version: String,
    /// Says when the user wants it to end.
    pub stop: Stop,
}

/// A state that was kept.
#[derive(Clone, Debug)]
pub struct UpgradeRequest {
    /// The version of the schema that wrote it.
    pub version: i64,
    /// The state. Numbers that `serde_json` would round are text in it, and may stay so.
    pub state: Json,
}

/// A state in today's form.
#[derive(Clone, Debug)]
pub struct UpgradeResponse {
    /// The state.
    pub state: Json,
    /// What the user is told.
    pub diagnostics: Diagnostics,
}

/// Look at something.
#[derive(Clone, Debug)]
pub struct ReadRequest {
    /// The state as it was kept.
    pub current: Value,
    /// The provider's own bytes beside it.
    pub private: Vec<u8>,
    /// Says when the user wants it to end.
    pub stop: Stop,
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct ReadResponse {
    /// The state; null when it is gone.
    pub state: Value,
    /// The provider's own bytes beside it.
    pub private: Vec<u8>,
    /// What the user is told.
    pub diagnostics: Diagnostics,
}

/// Decide.
#[derive(Clone, Debug)]
pub struct PlanRequest {
    /// The state as it is; null for a create.
    pub prior: Value,
    /// The configuration, and where it is null what the prior state has; null for a delete.
    pub proposed: Value,
    /// The configuration.
    pub config: Value,
    /// The provider's own bytes beside the prior state.
    pub private: Vec<u8>,
    /// Says when the user wants it to end.
    pub stop: Stop,
}

/// What was decided.
#[derive(Clone, Debug, Default)]
pub struct PlanResponse {
    /// The state that will be, with unknowns for what only apply tells.
    pub planned: Value,
    /// Changes here need a new object.
    pub requires_replace: Vec<Path>,
    /// Bytes for apply.
    pub private: Vec<u8>,
    /// What the user is told.
    pub diagnostics: Diagnostics,
}

/// Do.
#[derive(Clone, Debug)]
pub struct ApplyRequest {
    /// The state as it is; null for a create.
    pub prior: Value,
    /// The state that was planned; null for a delete.
    pub planned: Value,
    /// The configuration.
    pub config: Value,
    /// The bytes that plan left.
    pub private: Vec<u8>,
    /// Says when the user wants it to end.
    pub stop: Stop,
}

/// What was done.
#[derive(Clone, Debug, Default)]
pub struct ApplyResponse {
    /// The state that is. With an error, a create's state makes Terraform destroy and create the object next time
    /// ("tainted"); null makes it create.
    pub state: Value,
    /// The provider's own bytes beside it.
    pub private: Vec<u8>,
    /// What the user is told.
    pub diagnostics: Diagnostics,
}

/// Find one that exists.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// What the user names it by.
    pub id: String,
    /// Says when the user wants it to end.
    pub stop: Stop,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct ImportResponse {
    /// Its state; Terraform reads it next.
    pub state: Value,
    /// The provider's own bytes beside it.
    pub private: Vec<u8>,
    /// What the user is told.
    pub diagnostics: Diagnostics,
}
