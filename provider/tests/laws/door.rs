//! A door into the simulated cloud.

use crate::sim::Sim;
use futures::future::BoxFuture;
use lake_provider::{
    door::{Clouds, Connection, Door, Settings},
    lake::Lake,
    wanted,
};
use lake_reconcile::{
    aws::{Access, NoAccess},
    owner::Owner,
    place::Place,
};
use std::{collections::BTreeMap, sync::Arc};
use tfplug::{
    Diagnostics, Resource, Severity, Value,
    testing::{Core, Object},
};

pub(crate) struct Doorway {
    pub(crate) sim: Arc<Sim>,
    settings: Settings,
}

struct Way(Arc<Sim>);

impl Clouds for Way {
    fn connect<'a>(&'a self, _access: &'a Access) -> BoxFuture<'a, Result<Connection, NoAccess>> {
        let connection = Connection { place: self.0.place.clone(), cloud: self.0.clone() };
        Box::pin(std::future::ready(Ok(connection)))
    }
}

impl Doorway {
    pub(crate) fn new() -> Self {
        let place =
            Place { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() };
        let owner = Owner { door: "terraform".into(), instance: "laws".into(), lake: "events".into() };
        let settings = Settings {
            access: Some(Access::default()),
            owner: Some("laws".into()),
            default_tags: Some(BTreeMap::new()),
            ..Settings::default()
        };
        Doorway { sim: Arc::new(Sim::new(place, owner)), settings }
    }

    pub(crate) fn unknown() -> Self {
        let doorway = Doorway::new();
        Doorway { settings: Settings { access: None, ..doorway.settings.clone() }, ..doorway }
    }

    /// The same cloud through a provider with these tags.
    pub(crate) fn with_default_tags(&self, tags: &[(&str, &str)]) -> Self {
        let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let settings = Settings { default_tags: Some(tags.collect()), ..self.settings.clone() };
        Doorway { sim: self.sim.clone(), settings }
    }

    /// The resource, as a process of its own would have it.
    pub(crate) fn resource(&self) -> Arc<dyn Resource> {
        let door = Door::new(Arc::new(Way(self.sim.clone())));
        door.configure(self.settings.clone());
        Arc::new(Lake::new(Arc::new(door)))
    }

    /// Tell the cloud which lake is wanted.
    pub(crate) fn want(&self, config: &Value) {
        let graph = match config {
            Value::Null => Default::default(),
            config => {
                wanted::graph(config, &self.settings, &self.sim.place, &self.sim.owner).expect("a good lake")
            }
        };
        self.sim.want(&graph);
    }

    /// Plan and apply; the cloud is told which lake is wanted.
    pub(crate) async fn applied(&self, core: &Core<'_>, object: Object, config: &Value) -> Object {
        self.want(config);
        let planned = core.plan(&object, config).await.expect("the plan keeps Terraform's rules");
        assert!(!planned.diagnostics.has_errors(), "{:#?}", planned.diagnostics);
        let (object, told) = core.apply(planned, config).await.expect("the apply keeps Terraform's rules");
        assert!(!told.has_errors(), "{told:#?}");
        assert!(!object.tainted);
        object
    }

    /// Whether a whole lake is there that no state knows.
    pub(crate) fn is_finished(&self) -> bool {
        let marks: Vec<_> = self.sim.snapshot().into_values().filter_map(|(_, worn)| worn).collect();
        !marks.is_empty() && !marks.iter().any(|worn| worn.creating)
    }
}

/// Whether errors only say that data would be lost, or that a name is in use. Of what is told in `spec` the summary begins with its
/// place.
pub(crate) fn refuses_to_lose(told: &Diagnostics) -> bool {
    told.0.iter().filter(|it| it.severity == Severity::Error).all(|it| it.summary.contains("Cannot plan "))
}
