//! What all lakes of a cluster share.

use crate::{
    adoption,
    connections::{Connection, Connections},
    events::Events,
    installations::Installations,
    lake_state::LakeStates,
    leader::Leadership,
    metrics::Metrics,
    object::{Name, Object},
    options::Options,
    queue::{Priority, Queue},
    resync::ResyncSchedule,
    sources::Sources,
    store::Store,
    summary::Summary,
    tenants::TenantsFile,
};
use kube::{Client, runtime::events::Reporter};
use lake_reconcile::{
    LakeSpec,
    aws::Access,
    engine::Stop,
    graph::{Graph, Reach},
    owner::Owner,
    place::Place,
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// What all lakes of one cluster share.
pub struct Context {
    pub(crate) client: Client,
    pub(crate) events: Arc<Events>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) lake_states: LakeStates,
    pub(crate) sources: Sources,
    pub(crate) resync: ResyncSchedule,
    pub(crate) installations: Installations,
    /// The lakes as the API server has them.
    pub store: Store,
    pub(crate) queue: Arc<Queue<Name>>,
    connections: Connections,
    tenants: TenantsFile,
    pub(crate) leadership: Leadership,
    instance: String,
    region: Option<String>,
    /// Whether lakes may be taken over from owners outside of this cluster.
    foreign_owners: bool,
    /// How long AWS may take to answer one attempt of a call.
    pub(crate) call_timeout: Duration,
    /// Ends what is under way: anew with each term as a leader.
    stop: Mutex<Stop>,
}

/// What a context is made of.
pub struct Parts {
    /// The API server.
    pub client: Client,
    /// Who publishes events.
    pub reporter: Reporter,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// The ways to AWS.
    pub connections: Connections,
    /// Whose credentials work for whom.
    pub tenants: TenantsFile,
    /// Whether this replica leads.
    pub leadership: Leadership,
    /// What marks on AWS call this cluster.
    pub instance: String,
}

impl Context {
    /// A context that knows no lakes yet.
    #[must_use]
    pub fn new(parts: Parts, options: &Options) -> Self {
        let queue = Arc::new(Queue::new(options.bounds()));
        Context {
            sources: Sources::new(parts.client.clone(), queue.clone(), options.watch_secrets),
            installations: Installations::new(parts.client.clone(), options.lease(), options.lease_duration),
            events: Arc::new(Events::new(parts.client.clone(), parts.reporter)),
            client: parts.client,
            metrics: parts.metrics,
            lake_states: LakeStates::default(),
            resync: ResyncSchedule::new(),
            store: Store::default(),
            queue,
            connections: parts.connections,
            tenants: parts.tenants,
            leadership: parts.leadership,
            instance: parts.instance,
            region: options.region.clone(),
            foreign_owners: options.adopt_foreign_owners,
            call_timeout: options.call_timeout,
            stop: Mutex::default(),
        }
    }

    /// Whose marks a lake's resources wear.
    #[must_use]
    pub fn owner(&self, lake: &Name) -> Owner {
        lake.owner(&self.instance)
    }

    /// From whom the lakes of a namespace may be taken over.
    pub(crate) fn reach(&self, namespace: &str) -> Reach {
        let tenants = self.tenants.tenants();
        adoption::reach(namespace, &self.instance, tenants.tenant(namespace), self.foreign_owners)
    }

    /// What a lake's checked spec wants at a place, within its reach.
    pub(crate) fn graph(&self, lake: &Name, spec: &LakeSpec, place: &Place) -> Graph {
        let mut graph = lake.graph(spec, place, &self.owner(lake));
        let reach = self.reach(&lake.namespace);
        graph.values_mut().for_each(|node| node.treatment.reach = reach.clone());
        graph
    }

    /// The handle that ends what is under way.
    pub(crate) fn stop(&self) -> Stop {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// End what is under way; what begins from now on has another handle.
    pub(crate) fn end_term(&self) {
        std::mem::take(&mut *self.stop.lock().unwrap_or_else(PoisonError::into_inner)).stop();
    }

    /// The way to AWS for a lake.
    pub(crate) async fn connect(&self, object: &Object, region: Option<&str>) -> Result<Connection, Summary> {
        let namespace = &object.name().namespace;
        let access = self.tenants.tenants().access(namespace, region, self.region.as_deref());
        let access = access.ok_or_else(|| Summary::no_tenant(namespace))?;
        let access = Access { call_timeout: Some(self.call_timeout), ..access };
        self.connections.open(&access).await.map_err(|error| Summary::no_access(&error))
    }

    /// Bring back the lakes that could not go on because of something of this lake's.
    pub(crate) fn wake_those_behind(&self, lake: &Name) {
        for name in self.lake_states.behind(&self.owner(lake).to_string()) {
            if name != *lake {
                self.queue.push(name, Priority::Changed, Instant::now());
            }
        }
    }
}
