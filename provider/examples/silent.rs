//! A provider that knows what a lake may say, and does nothing: with it a benchmark measures what terraform itself takes
//! for the configuration of a lake.

use lake_provider::{provider, schema};
use std::{collections::BTreeMap, process::ExitCode, sync::Arc};
use tfplug::{
    ApplyRequest, ApplyResponse, BoxFuture, ConfigureRequest, Diagnostics, ImportRequest, ImportResponse,
    PlanRequest, PlanResponse, Provider, ReadRequest, ReadResponse, Resource, Schema, ServeOptions, Value,
};

struct Silent;

impl Provider for Silent {
    fn schema(&self) -> Schema {
        provider::schema()
    }

    fn resources(&self) -> BTreeMap<String, Arc<dyn Resource>> {
        BTreeMap::from([("lake".to_owned(), Arc::new(Lake) as Arc<dyn Resource>)])
    }

    fn configure(&self, _: ConfigureRequest) -> BoxFuture<'_, Diagnostics> {
        Box::pin(async { Diagnostics::default() })
    }
}

struct Lake;

impl Resource for Lake {
    fn schema(&self) -> Schema {
        schema::lake()
    }

    fn read(&self, request: ReadRequest) -> BoxFuture<'_, ReadResponse> {
        Box::pin(async { ReadResponse { state: request.current, ..Default::default() } })
    }

    fn plan(&self, request: PlanRequest) -> BoxFuture<'_, PlanResponse> {
        let mut planned = request.proposed;
        planned.set("outputs", Value::UNKNOWN);
        planned.set("resources", Value::UNKNOWN);
        Box::pin(async { PlanResponse { planned, ..Default::default() } })
    }

    fn apply(&self, request: ApplyRequest) -> BoxFuture<'_, ApplyResponse> {
        let mut diagnostics = Diagnostics::default();
        diagnostics.error(None, "Nothing is applied", "This provider does nothing; benchmarks plan with it.");
        Box::pin(async { ApplyResponse { state: request.prior, diagnostics, ..Default::default() } })
    }

    fn import(&self, _: ImportRequest) -> BoxFuture<'_, ImportResponse> {
        Box::pin(async { ImportResponse::default() })
    }
}

fn main() -> ExitCode {
    // As the provider itself is served.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let options =
        ServeOptions { address: "registry.terraform.io/lake-dev/lake".to_owned(), debug: false, capped: &[] };
    match runtime.map(|runtime| runtime.block_on(tfplug::serve(Silent, options))) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
