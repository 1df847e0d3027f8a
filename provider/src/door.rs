//! What the lake's RPCs share: the provider's configuration, and the way to AWS that it opens.
//!
//! Nobody is asked before an RPC needs it: Terraform starts a provider several times per command.

use crate::diagnostics;
use futures::future::BoxFuture;
use lake_reconcile::{
    aws::{Access, Aws, NoAccess},
    cloud::Cloud,
    engine::{self, Engine},
    kinds::AwsCloud,
    owner::{Lineage, Owner},
    place::Place,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tfplug::{Diagnostics, Stop};

/// Ways into clouds. The real one connects to AWS; tests bring their own.
pub trait Clouds: Send + Sync {
    /// Connect, and learn where that leads.
    fn connect<'a>(&'a self, access: &'a Access) -> BoxFuture<'a, Result<Connection, NoAccess>>;

    /// The lineage of a lake that is created.
    fn lineage(&self) -> String {
        engine::new_lineage()
    }

    /// A connection will probably be wanted: make ready what it takes, beside what else is done.
    fn prepare(&self) {}
}

/// A cloud, and where it is.
#[derive(Clone)]
pub struct Connection {
    /// Partition, region and account.
    pub place: Place,
    /// What can be asked and written there.
    pub cloud: Arc<dyn Cloud>,
}

/// AWS itself.
#[derive(Debug)]
pub struct RealAws;

impl Clouds for RealAws {
    fn connect<'a>(&'a self, access: &'a Access) -> BoxFuture<'a, Result<Connection, NoAccess>> {
        Box::pin(async move {
            let aws = Aws::connect(access).await?;
            Ok(Connection { place: aws.place.clone(), cloud: Arc::new(AwsCloud(aws)) })
        })
    }

    fn prepare(&self) {
        tokio::task::spawn_blocking(Aws::prepare);
    }
}

/// The provider's configuration, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// How to reach AWS; nothing when a part of it is known only at apply. Its region is the provider's own.
    pub access: Option<Access>,
    /// Whether the provider's region is one that only apply will tell.
    pub region_unknown: bool,
    /// Who we are in marks.
    pub owner: Option<String>,
    /// Tags of every lake; nothing while they are not known.
    pub default_tags: Option<BTreeMap<String, String>>,
    /// The accounts that may be worked on; empty for any.
    pub allowed_account_ids: Vec<String>,
}

/// The provider's door to AWS.
pub struct Door {
    clouds: Arc<dyn Clouds>,
    settings: Mutex<Settings>,
    connections: tokio::sync::Mutex<Connections>,
    /// The lakes whose states this process was shown.
    seen: Lakes,
    /// The lakes that this process has read.
    read: Lakes,
    /// The lakes that are being created by this process, by place and owner: core starts one process for all lakes of a
    /// provider, and applies them side by side.
    creating: Mutex<BTreeMap<(Place, Owner), Alone>>,
}

/// Lakes by region and name: one name in two regions is two lakes.
#[derive(Default)]
struct Lakes(Mutex<BTreeSet<(String, String)>>);

impl Lakes {
    fn all(&self) -> MutexGuard<'_, BTreeSet<(String, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn insert(&self, region: &str, lake: &str) {
        self.all().insert((region.to_owned(), lake.to_owned()));
    }

    fn contains(&self, region: &str, lake: &str) -> bool {
        self.all().contains(&(region.to_owned(), lake.to_owned()))
    }
}

/// Held by whoever creates a lake of one name.
type Alone = Arc<tokio::sync::Mutex<()>>;

/// One connection per region: all lakes of a configuration share it.
#[derive(Default)]
struct Connections {
    by_region: BTreeMap<String, Connection>,
    /// The region that the environment names, once it is known.
    own: Option<String>,
}

/// Where an RPC may go.
pub enum Way {
    /// To this cloud.
    Open(Connection),
    /// Nowhere yet: region, credentials or owner are known only at apply.
    Unknown,
    /// Nowhere, and the user was told why.
    Closed,
}

impl Door {
    /// A door to these clouds, not configured yet.
    #[must_use]
    pub fn new(clouds: Arc<dyn Clouds>) -> Self {
        Door {
            clouds,
            settings: Mutex::default(),
            connections: tokio::sync::Mutex::default(),
            seen: Lakes::default(),
            read: Lakes::default(),
            creating: Mutex::default(),
        }
    }

    /// Take the provider's configuration. Terraform gives it to processes that will ask AWS, some milliseconds before they
    /// do. A process that is debugged serves several commands, and each of them begins with this.
    pub fn configure(&self, settings: Settings) {
        self.seen.all().clear();
        self.read.all().clear();
        if settings.access.is_some() {
            self.clouds.prepare();
        }
        *self.settings.lock().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// The provider's configuration.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remember that this process was shown the state of a lake.
    pub fn see(&self, region: &str, lake: &str) {
        self.seen.insert(region, lake);
    }

    /// Whether this process was shown the state of a lake.
    #[must_use]
    pub fn has_seen(&self, region: &str, lake: &str) -> bool {
        self.seen.contains(region, lake)
    }

    /// Remember that this process was asked to read a lake.
    pub fn note_read(&self, region: &str, lake: &str) {
        self.read.insert(region, lake);
    }

    /// Whether this process was asked to read a lake. Core is then planning: the processes in which it applies read nothing.
    #[must_use]
    pub fn has_read(&self, region: &str, lake: &str) -> bool {
        self.read.contains(region, lake)
    }

    /// The way to a region; without one to the provider's own.
    pub async fn way(&self, region: Option<&str>, told: &mut Diagnostics) -> Way {
        let settings = self.settings();
        let Some(access) = settings.access else { return Way::Unknown };
        if settings.owner.is_none() || (region.is_none() && settings.region_unknown) {
            return Way::Unknown;
        }
        match self.connect(&access, region).await {
            Ok(connection) if is_allowed(&connection.place, &settings.allowed_account_ids) => {
                Way::Open(connection)
            }
            Ok(connection) => {
                let allowed = settings.allowed_account_ids.join(", ");
                told.error(
                    None,
                    "This AWS account is not allowed",
                    format!(
                        "The credentials lead to account {}, and allowed_account_ids names only {allowed}. Use other \
                         credentials, or add the account.",
                        connection.place.account
                    ),
                );
                Way::Closed
            }
            Err(error) => {
                diagnostics::no_access(told, &error);
                Way::Closed
            }
        }
    }

    /// The connection to a region for what must reach AWS now; none when it cannot, and the user was told why. `doing` is
    /// what a lake cannot be done to.
    pub async fn open(
        &self,
        region: Option<&str>,
        doing: &str,
        told: &mut Diagnostics,
    ) -> Option<Connection> {
        match self.way(region, told).await {
            Way::Open(connection) => Some(connection),
            Way::Closed => None,
            Way::Unknown => {
                told.error(
                    None,
                    "The provider's configuration is not known",
                    format!(
                        "Region, credentials and owner must be known to {doing} a lake: apply what they depend on \
                         first."
                    ),
                );
                None
            }
        }
    }

    /// A connection to a region. Where the environment names the provider's region, that one is tried first, since it
    /// is nearly always the one that is meant: a connection costs a call.
    async fn connect(&self, access: &Access, region: Option<&str>) -> Result<Connection, NoAccess> {
        let mut known = self.connections.lock().await;
        let of = |region: Option<String>| Access { region, ..access.clone() };
        let own = access.region.clone().or_else(|| known.own.clone());
        if own.is_none() {
            match self.clouds.connect(&of(None)).await {
                Ok(connection) => {
                    known.own = Some(connection.place.region.clone());
                    known.by_region.insert(connection.place.region.clone(), connection);
                }
                Err(NoAccess::NoRegion) if region.is_some() => {}
                Err(error) => return Err(error),
            }
        }
        let region =
            region.map(str::to_owned).or(own).or_else(|| known.own.clone()).ok_or(NoAccess::NoRegion)?;
        if let Some(connection) = known.by_region.get(&region) {
            return Ok(connection.clone());
        }
        let connection = self.clouds.connect(&of(Some(region.clone()))).await?;
        known.by_region.insert(region, connection.clone());
        Ok(connection)
    }

    /// The owner of a lake.
    #[must_use]
    pub fn owner(&self, lake: &str) -> Owner {
        let instance = self.settings().owner.unwrap_or_default();
        Owner { door: "terraform".to_owned(), instance, lake: lake.to_owned() }
    }

    /// Wait until no other create of a lake of this name is under way in this process; none begins while the guard is held.
    pub async fn create_alone(&self, place: &Place, owner: &Owner) -> tokio::sync::OwnedMutexGuard<()> {
        let one = {
            let mut creating = self.creating.lock().unwrap_or_else(PoisonError::into_inner);
            creating.entry((place.clone(), owner.clone())).or_default().clone()
        };
        one.lock_owned().await
    }

    /// An engine for a lake, which ends when the user wants that.
    #[must_use]
    pub fn engine(&self, connection: &Connection, lake: &str, stop: &Stop) -> Running {
        let ends = engine::Stop::default();
        let lineage = Lineage::Compared(self.clouds.lineage());
        let engine =
            Engine::new(connection.cloud.clone(), self.owner(lake), connection.place.clone(), lineage);
        let (heard, wish) = (ends.clone(), stop.clone());
        let listener = tokio::spawn(async move {
            wish.wanted().await;
            heard.stop();
        });
        Running { engine: engine.with_stop(ends), listener }
    }
}

fn is_allowed(place: &Place, allowed: &[String]) -> bool {
    allowed.is_empty() || allowed.contains(&place.account)
}

/// An engine that listens to the user's wish that it ends.
pub struct Running {
    /// The engine.
    pub engine: Engine,
    listener: tokio::task::JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.listener.abort();
    }
}
