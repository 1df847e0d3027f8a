//! The gRPC services that a host calls, by path.

mod call;
mod data;
pub(crate) mod guard;
mod provider;
mod resource;
mod write_only;

use crate::{
    DataSource, Provider, Resource, Stop,
    schema::Schema,
    value::Type,
    wire::{Empty, HealthResponse},
};
use http::Request;
use hyper::body::Incoming;
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};
use tokio::sync::watch;
use tonic::Status;

pub(crate) type Response = http::Response<tonic::body::Body>;

/// A provider, ready to be called.
pub(crate) struct Server {
    pub(crate) provider: Box<dyn Provider>,
    offers: OnceLock<Offers>,
    /// How many calls are under way, whether or not anybody waits for their answers.
    pub(crate) under_way: watch::Sender<usize>,
    /// Tells that the host wants the process to end.
    pub(crate) shutdown: watch::Sender<bool>,
    /// Tells that the user wants the calls under way to end.
    pub(crate) stopping: watch::Sender<bool>,
}

/// What a provider offers. Computed beside the handshake or at the first call that asks for it, whichever is sooner.
struct Offers {
    schema: Schema,
    ty: Type,
    resources: BTreeMap<String, Offer<dyn Resource>>,
    data_sources: BTreeMap<String, Offer<dyn DataSource>>,
}

struct Offer<T: ?Sized> {
    it: Arc<T>,
    schema: Schema,
    ty: Type,
}

impl Server {
    pub(crate) fn new(provider: impl Provider) -> Self {
        Server {
            provider: Box::new(provider),
            offers: OnceLock::new(),
            under_way: watch::Sender::new(0),
            shutdown: watch::Sender::new(false),
            stopping: watch::Sender::new(false),
        }
    }

    fn stop(&self) -> Stop {
        Stop::new(self.stopping.subscribe())
    }

    /// Compute what a first call asks for.
    pub(crate) fn prepare(&self) {
        self.offers();
    }

    fn offers(&self) -> &Offers {
        self.offers.get_or_init(|| {
            let schema = self.provider.schema();
            let resource = |(name, it): (String, Arc<dyn Resource>)| {
                let schema = it.schema();
                (name, Offer { ty: schema.ty(), schema, it })
            };
            let data_source = |(name, it): (String, Arc<dyn DataSource>)| {
                let schema = it.schema();
                (name, Offer { ty: schema.ty(), schema, it })
            };
            Offers {
                ty: schema.ty(),
                schema,
                resources: self.provider.resources().into_iter().map(resource).collect(),
                data_sources: self.provider.data_sources().into_iter().map(data_source).collect(),
            }
        })
    }

    /// Answer one call.
    pub(crate) async fn handle(self: Arc<Self>, request: Request<Incoming>) -> Response {
        let path = request.uri().path().to_owned();
        tracing::trace!(%path, "called");
        let under_way = UnderWay::one(&self);
        let Some(rpc) = path.strip_prefix("/tfplugin6.Provider/") else {
            return self.host(&path, request, under_way).await;
        };
        match rpc {
            "GetMetadata" => call::unary(request, under_way, move |_: Empty| self.metadata()).await,
            "GetProviderSchema" => call::unary(request, under_way, move |_: Empty| self.schemas()).await,
            "GetResourceIdentitySchemas" => {
                call::unary(request, under_way, move |_: Empty| async move { provider::no_identities() })
                    .await
            }
            "GetFunctions" => {
                call::unary(request, under_way, move |_: Empty| async move { provider::no_functions() }).await
            }
            "ValidateProviderConfig" => {
                call::unary(request, under_way, move |q| self.validate_provider(q)).await
            }
            "ConfigureProvider" => call::unary(request, under_way, move |q| self.configure(q)).await,
            "StopProvider" => {
                call::unary(request, under_way, move |_: Empty| async move { self.stop_provider() }).await
            }
            "ValidateResourceConfig" => {
                call::unary(request, under_way, move |q| self.validate_resource(q)).await
            }
            "UpgradeResourceState" => call::unary(request, under_way, move |q| self.upgrade(q)).await,
            "ReadResource" => call::unary(request, under_way, move |q| self.read(q)).await,
            "PlanResourceChange" => call::unary(request, under_way, move |q| self.plan(q)).await,
            "ApplyResourceChange" => call::unary(request, under_way, move |q| self.apply(q)).await,
            "ImportResourceState" => call::unary(request, under_way, move |q| self.import(q)).await,
            "MoveResourceState" => {
                call::unary(request, under_way, move |_: Empty| async move { resource::no_move() }).await
            }
            "ValidateDataResourceConfig" => {
                call::unary(request, under_way, move |q| self.validate_data(q)).await
            }
            "ReadDataSource" => call::unary(request, under_way, move |q| self.read_data(q)).await,
            _ => Status::unimplemented(path).into_http(),
        }
    }

    /// go-plugin's own services, and gRPC's health.
    async fn host(self: Arc<Self>, path: &str, request: Request<Incoming>, under_way: UnderWay) -> Response {
        match path {
            "/plugin.GRPCController/Shutdown" => {
                call::unary(request, under_way, move |_: Empty| async move {
                    self.shutdown.send_replace(true);
                    Empty {}
                })
                .await
            }
            "/plugin.GRPCStdio/StreamStdio" => call::silent(request, self.shutdown.subscribe()).await,
            "/grpc.health.v1.Health/Check" => {
                const SERVING: i32 = 1;
                call::unary(request, under_way, |_: Empty| async { HealthResponse { status: SERVING } }).await
            }
            _ => Status::unimplemented(path.to_owned()).into_http(),
        }
    }
}

/// A call under way, until it is dropped.
struct UnderWay(Arc<Server>);

impl UnderWay {
    fn one(server: &Arc<Server>) -> Self {
        server.under_way.send_modify(|calls| *calls += 1);
        UnderWay(server.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.send_modify(|calls| *calls -= 1);
    }
}
