//! What all lakes of a cluster share, and the loop that gives each its rounds.

use crate::{
    adoption,
    claim::Claim,
    connections::{Connection, Connections},
    events::Events,
    installations::Installations,
    lake::{self, Attended, Courses, Verdict},
    metrics::{Came, Metrics},
    object::{Name, Object},
    options::Options,
    queue::{Lane, Queue},
    server::Told,
    slots::Slots,
    sources::Sources,
    store::Store,
    tenants::Register,
};
use futures::FutureExt;
use kube::{Client, runtime::events::Reporter};
use lake_api::status::State;
use lake_reconcile::{
    LakeSpec,
    aws::Access,
    engine::Stop,
    graph::{Graph, Reach},
    owner::Owner,
    place::Place,
};
use std::{
    panic::AssertUnwindSafe,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    task::JoinSet,
    time::{Instant, timeout},
};

/// A round that takes longer waits for something, mostly for an answer: another lake is worked on meanwhile.
const LONG: Duration = Duration::from_secs(10);

/// The operator of one cluster.
pub struct Operator {
    pub(crate) client: Client,
    pub(crate) events: Arc<Events>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) courses: Courses,
    pub(crate) sources: Sources,
    pub(crate) slots: Slots,
    pub(crate) installations: Installations,
    /// The lakes as the API server has them.
    pub store: Store,
    queue: Arc<Queue<Name>>,
    connections: Connections,
    tenants: Register,
    pub(crate) claim: Claim,
    instance: String,
    region: Option<String>,
    /// Whether lakes may be taken over from owners outside of this cluster.
    foreign_owners: bool,
    /// How long AWS may take to answer one attempt of a call.
    pub(crate) call_timeout: Duration,
    /// Ends what is under way: anew with each term as a leader.
    stop: Mutex<Stop>,
}

/// What an operator is made of.
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
    pub tenants: Register,
    /// Whether this replica leads.
    pub claim: Claim,
    /// What marks on AWS call this cluster.
    pub instance: String,
}

impl Operator {
    /// An operator that knows no lakes yet.
    #[must_use]
    pub fn new(parts: Parts, options: &Options) -> Self {
        let queue = Arc::new(Queue::new(options.bounds()));
        Operator {
            sources: Sources::new(parts.client.clone(), queue.clone(), options.watch_secrets),
            installations: Installations::new(parts.client.clone(), options.lease(), options.lease_duration),
            events: Arc::new(Events::new(parts.client.clone(), parts.reporter)),
            client: parts.client,
            metrics: parts.metrics,
            courses: Courses::default(),
            slots: Slots::new(),
            store: Store::default(),
            queue,
            connections: parts.connections,
            tenants: parts.tenants,
            claim: parts.claim,
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

    /// The way to AWS for a lake.
    pub(crate) async fn connect(&self, object: &Object, region: Option<&str>) -> Result<Connection, Verdict> {
        let namespace = &object.name().namespace;
        let access = self.tenants.tenants().access(namespace, region, self.region.as_deref());
        let access = access.ok_or_else(|| Verdict::no_tenant(namespace))?;
        let access = Access { call_timeout: Some(self.call_timeout), ..access };
        self.connections.open(&access).await.map_err(|error| Verdict::no_access(&error))
    }

    /// A lake was seen, or seen anew.
    pub fn seen(&self, object: Object) {
        let object = Arc::new(object);
        let news = self.store.insert(object.clone()).is_none_or(|news| news);
        if news || self.courses.are_contradicted_by(&object) {
            let lane = if object.is_settled() { Lane::Routine } else { Lane::Changed };
            self.queue.push(object.name(), lane, Instant::now());
        }
    }

    /// A lake's object is gone.
    pub fn gone(&self, object: &Object) {
        let name = object.name();
        self.store.remove(&name);
        self.queue.forget(&name);
        self.sources.forget(&name);
        self.installations.keeps(&name);
        let told = self.courses.forget(&name);
        let is_others = self.installations.other(object).is_some();
        if self.courses.was_let_go(object.uid()) || is_others || !self.claim.holds() {
            return;
        }
        let status = told.unwrap_or_else(|| object.status());
        let there = status.resources.iter().filter(|(_, it)| it.state == State::Present);
        let left: Vec<&str> = there.map(|(node, _)| node.as_str()).collect();
        if !left.is_empty() {
            self.metrics.lost();
            tracing::warn!(
                lake = %name,
                resources = left.join(", "),
                "the finalizer was taken off by somebody: the resources stay on AWS under the mark of this lake. A new \
                 lake of this name takes them up once it wants one of them"
            );
        }
    }

    /// Bring back the lakes that could not go on because of something of this lake's.
    pub(crate) fn wake_those_behind(&self, lake: &Name) {
        for name in self.courses.behind(&self.owner(lake).to_string()) {
            if name != *lake {
                self.queue.push(name, Lane::Changed, Instant::now());
            }
        }
    }

    /// Give lakes their rounds while this replica leads; until the queue is closed.
    pub async fn lead(self: &Arc<Self>) {
        let mut rounds = JoinSet::new();
        loop {
            let stop = self.stop();
            tokio::select! {
                () = self.claim.becomes(true) => {}
                () = stop.stopped() => break,
            }
            for name in self.store.names() {
                self.queue.push(name, Lane::Routine, Instant::now());
            }
            tokio::select! {
                () = self.serve(&mut rounds) => break,
                () = self.claim.becomes(false) => {
                    // Another leads now: what is under way ends, and what this process knows is old.
                    let ended = std::mem::take(&mut *self.stop.lock().unwrap_or_else(PoisonError::into_inner));
                    ended.stop();
                    while rounds.join_next().await.is_some() {}
                    self.courses.clear();
                    self.installations.clear();
                }
            }
        }
        while rounds.join_next().await.is_some() {}
    }

    async fn serve(self: &Arc<Self>, rounds: &mut JoinSet<()>) {
        while let Some((name, lane)) = self.queue.next().await {
            let operator = self.clone();
            rounds.spawn(async move { operator.round(name, lane).await });
            while rounds.try_join_next().is_some() {}
        }
    }

    /// One round for one lake. A panic is our own bug and ends this round only.
    async fn round(&self, name: Name, lane: Lane) {
        let Some(object) = self.store.get(&name).filter(|_| self.claim.holds()) else {
            return self.queue.done(&name, None);
        };
        let begun = Instant::now();
        self.metrics.begins();
        let uid = object.uid().to_owned();
        let mut work = pin!(AssertUnwindSafe(lake::attend(self, object, lane)).catch_unwind());
        let came = match timeout(LONG, &mut work).await {
            Ok(came) => came,
            Err(_) => {
                self.queue.lend(&name);
                work.await
            }
        };
        let (next, result) = match came {
            Ok(Attended { next, failed: true }) => (next, Came::Error),
            Ok(Attended { next, .. }) => {
                let came = match next {
                    Some((Lane::Routine, _)) => Came::RequeueAfter,
                    Some((Lane::Changed, _)) => Came::Requeue,
                    None => Came::Success,
                };
                (next, came)
            }
            Err(panic) => {
                let said = panic.downcast_ref::<String>().map(String::as_str);
                let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default();
                tracing::error!(lake = %name, panic = said, "a bug ended a round: please report it");
                (Some((Lane::Routine, Instant::now() + Duration::from_secs(60))), Came::Error)
            }
        };
        // Whoever went while the round was under way was forgotten before it ended.
        if self.store.get(&name).is_none_or(|object| object.uid() != uid) {
            self.courses.forget(&name);
            self.sources.forget(&name);
        }
        self.metrics.ends(result, begun.elapsed());
        self.queue.done(&name, next);
    }

    /// End what is under way and begin nothing more.
    pub fn drain(&self) {
        self.queue.close();
        self.stop().stop();
    }
}

impl Told for Operator {
    fn metrics(&self) -> String {
        self.metrics
            .text(|lane| self.queue.depth(lane), self.courses.states(|lake| self.store.get(lake).is_some()))
    }

    fn hindrance(&self) -> Option<String> {
        if !self.store.is_whole() {
            return Some("the lakes are not known yet: the API server does not tell them".to_owned());
        }
        self.installations.overlap()
    }
}
