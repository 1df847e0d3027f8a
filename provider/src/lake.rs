//! The resource `lake`: which file answers which call.

use crate::{apply, defaults, door::Door, import, plan, read, schema, validate};
use std::sync::Arc;
use tfplug::{
    ApplyRequest, ApplyResponse, BoxFuture, Diagnostics, ImportRequest, ImportResponse, PlanRequest,
    PlanResponse, ReadRequest, ReadResponse, Resource, Schema, UpgradeRequest, UpgradeResponse, Value,
};

/// The resource `lake`.
pub struct Lake {
    door: Arc<Door>,
}

impl Lake {
    /// The resource behind a door.
    #[must_use]
    pub fn new(door: Arc<Door>) -> Self {
        Lake { door }
    }
}

impl Resource for Lake {
    fn schema(&self) -> Schema {
        schema::lake()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        validate::validate(config)
    }

    /// States of every release so far have the form of today's, but for what they did not know yet. That the state was shown
    /// is remembered: a plan needs it.
    fn upgrade(&self, mut request: UpgradeRequest) -> UpgradeResponse {
        defaults::fill_state(&mut request.state);
        if let (Some(region), Some(name)) = (request.state["region"].as_str(), request.state["name"].as_str())
        {
            self.door.see(region, name);
        }
        UpgradeResponse { state: request.state, diagnostics: Diagnostics::default() }
    }

    fn read(&self, request: ReadRequest) -> BoxFuture<'_, ReadResponse> {
        Box::pin(read::read(&self.door, request))
    }

    fn plan(&self, request: PlanRequest) -> BoxFuture<'_, PlanResponse> {
        Box::pin(plan::plan(&self.door, request))
    }

    fn apply(&self, request: ApplyRequest) -> BoxFuture<'_, ApplyResponse> {
        Box::pin(apply::apply(&self.door, request))
    }

    fn import(&self, request: ImportRequest) -> BoxFuture<'_, ImportResponse> {
        Box::pin(import::import(&self.door, request))
    }
}
