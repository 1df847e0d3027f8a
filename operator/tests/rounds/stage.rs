//! A lake, an operator at work on it, and the simulated cloud of the laws below: all in this process, in simulated time.

use crate::{cluster::Cluster, sim::Sim};
use futures::future::BoxFuture;
use kube::runtime::events::Reporter;
use lake_operator::{
    connections::{Clouds, Connection, Connections},
    context::{Context, Parts},
    leader::LeaderElector,
    metrics::Metrics,
    object::Name,
    operator::Operator,
    options::Options,
    tenants::TenantsFile,
};
use lake_reconcile::{
    aws::{Access, NoAccess},
    cloud::{Cloud, Listed, Write},
    contents::Held,
    error::CloudError,
    gather::Gathered,
    graph::NodeId,
    inventory::Sight,
    key::Key,
    kind::Kinds,
    kinds::{KINDS, RegisteredSettings as _},
    owner::{Owner, Worn},
    place::Place,
    settings::Settings,
};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinHandle;

/// How long anything may take; time is simulated.
const LONG: Duration = Duration::from_secs(3600);

/// The simulated cloud, whose lists may be refused.
pub(crate) struct World {
    pub(crate) sim: Sim,
    pub(crate) lists_nothing: AtomicBool,
}

impl World {
    /// What is there, by key.
    pub(crate) fn keys(&self) -> BTreeSet<String> {
        self.sim.snapshot().keys().map(ToString::to_string).collect()
    }
}

impl Cloud for World {
    fn kinds(&self) -> Kinds {
        KINDS
    }

    fn read<'a>(&'a self, keys: Vec<Key>) -> BoxFuture<'a, Vec<(Key, Sight<Settings>)>> {
        self.sim.read(keys)
    }

    fn held<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Held>, CloudError>> {
        self.sim.held(key)
    }

    fn worn<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Option<Worn>>, CloudError>> {
        self.sim.worn(key)
    }

    fn write<'a>(&'a self, node: &'a NodeId, write: Write) -> BoxFuture<'a, Result<(), CloudError>> {
        self.sim.write(node, write)
    }

    fn marked<'a>(&'a self, owner: &'a Owner, parents: &'a [Key]) -> BoxFuture<'a, Listed> {
        if self.lists_nothing.load(Ordering::Relaxed) {
            let refused = CloudError::refused("tagging:GetResources", "Access Denied");
            return Box::pin(async move { Listed::failed(refused) });
        }
        self.sim.marked(owner, parents)
    }
}

/// Connects to the one world, wherever that is asked for.
struct OneWorld(Arc<World>);

impl Clouds for OneWorld {
    fn connect<'a>(&'a self, access: &'a Access) -> BoxFuture<'a, Result<Connection, NoAccess>> {
        let region = access.region.clone().unwrap_or_else(|| self.0.sim.place.region.clone());
        let place = Place { region, ..self.0.sim.place.clone() };
        Box::pin(async move { Ok(Connection { place, cloud: Arc::new(Gathered::new(self.0.clone())) }) })
    }
}

/// One lake and its operator.
pub(crate) struct Stage {
    pub(crate) cluster: Cluster,
    pub(crate) world: Arc<World>,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Stage {
    /// No lake yet.
    pub(crate) fn new() -> Self {
        let place =
            Place { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() };
        let name = Name { namespace: "data".into(), name: "events".into() };
        let world = World { sim: Sim::new(place, name.owner("tests")), lists_nothing: false.into() };
        let mut stage = Stage { cluster: Cluster::default(), world: Arc::new(world), tasks: Vec::new() };
        stage.start();
        stage
    }

    /// A lake that is as wanted.
    pub(crate) async fn ready(spec: &str) -> Self {
        let stage = Stage::new();
        stage.cluster.create(yaml(spec), &[]);
        let _ = stage.until(|lake| ready(lake) == ("True", "Reconciled")).await;
        stage
    }

    /// The operator vanishes as in a power cut.
    pub(crate) fn stop(&mut self) {
        self.tasks.drain(..).for_each(|task| task.abort());
    }

    /// An operator begins.
    pub(crate) fn start(&mut self) {
        let client = self.cluster.client();
        let wait = Duration::from_secs(15);
        let elector = LeaderElector::new(client.clone(), "data", "lake-operator", "tests", wait);
        let parts = Parts {
            client,
            reporter: Reporter::from("lake.dev/operator"),
            metrics: Arc::new(Metrics::new()),
            connections: Connections::new(Arc::new(OneWorld(self.world.clone()))),
            tenants: TenantsFile::open(None).unwrap(),
            leadership: elector.leadership.clone(),
            instance: "tests".to_owned(),
        };
        let operator = Arc::new(Operator::new(Context::new(parts, &options())));
        let mut watch = self.cluster.watch();
        let watching = operator.clone();
        self.tasks = vec![
            tokio::spawn(elector.run(std::future::pending())),
            tokio::spawn(async move {
                while let Some((lake, gone)) = watch.recv().await {
                    let object = serde_json::from_value(lake).unwrap();
                    if gone { watching.gone(&object) } else { watching.seen(object) }
                }
            }),
            tokio::spawn(async move { operator.lead().await }),
        ];
    }

    /// Wait until this is so of the lake.
    pub(crate) async fn until(&self, so: impl Fn(&Value) -> bool) -> Value {
        let mut watch = self.cluster.watch();
        let found = async {
            while let Some((lake, _)) = watch.recv().await {
                if so(&lake) {
                    return Some(lake);
                }
            }
            None
        };
        match tokio::time::timeout(LONG, found).await {
            Ok(Some(lake)) => lake,
            _ => panic!("it never was so of {:#}", self.cluster.lake().unwrap_or_default()),
        }
    }

    /// Wait until the lake's object is gone.
    pub(crate) async fn gone(&self) {
        let mut watch = self.cluster.watch();
        if self.cluster.lake().is_none() {
            return;
        }
        let gone = async { while watch.recv().await.is_some_and(|(_, gone)| !gone) {} };
        if tokio::time::timeout(LONG, gone).await.is_err() {
            panic!("it is not let go: {:#}", self.cluster.lake().unwrap_or_default());
        }
    }

    /// Another owner has made what a node of a spec asks for.
    pub(crate) fn plant(&self, spec: &str, node: &str, owner: &Owner) {
        let name = Name { namespace: "data".into(), name: "events".into() };
        let (sim, node) = (&self.world.sim, NodeId::from(node.to_owned()));
        let spec = name.check(yaml(spec), owner, &lake_reconcile::graph::Reach::All).unwrap();
        let settings = name.graph(&spec, &sim.place, owner)[&node].settings.clone().unwrap();
        let worn = Worn { owner: owner.to_string(), node: node.to_string(), ..Worn::default() };
        sim.plant(settings.key(&sim.place).unwrap(), &settings, Some(worn));
    }

    /// Let so much time go by.
    pub(crate) async fn wait(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    /// Nothing was done that may never be done.
    pub(crate) fn assert_lawful(&self) {
        self.world.sim.world(|world| assert_eq!(world.crimes, [""; 0]));
    }
}

fn options() -> Options {
    #[derive(clap::Parser)]
    struct Arguments {
        #[command(flatten)]
        options: Options,
    }
    let Arguments { options } = clap::Parser::parse_from(["tests", "--lease-namespace=data"]);
    options
}

/// A spec.
pub(crate) fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

/// A condition's status and reason.
pub(crate) fn condition<'a>(lake: &'a Value, type_: &str) -> (&'a str, &'a str) {
    let all = lake["status"]["conditions"].as_array();
    let found = all.into_iter().flatten().find(|condition| condition["type"] == type_);
    let told = |name: &str| found.and_then(|it| it[name].as_str()).unwrap_or_default();
    (told("status"), told("reason"))
}

/// What Ready says: status and reason.
pub(crate) fn ready(lake: &Value) -> (&str, &str) {
    condition(lake, "Ready")
}

/// The message of Ready.
pub(crate) fn message(lake: &Value) -> String {
    let all = lake["status"]["conditions"].as_array();
    let found = all.into_iter().flatten().find(|condition| condition["type"] == "Ready");
    found.and_then(|it| it["message"].as_str()).unwrap_or_default().to_owned()
}
