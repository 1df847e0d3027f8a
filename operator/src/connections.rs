//! The ways to AWS: one for each role and region, shared by all lakes that go there.

use crate::{claim::Claim, metrics::Metrics};
use futures::future::BoxFuture;
use lake_reconcile::{
    aws::{Access, Aws, Gate, Hooks, NoAccess},
    gather::Gathered,
    place::Place,
};
use std::{collections::HashMap, sync::Arc};
use tokio::sync::{Mutex, OnceCell};

/// A cloud, and where it is.
#[derive(Clone)]
pub struct Connection {
    /// Partition, region and account.
    pub place: Place,
    /// What can be asked and written there; what many lakes ask at one moment is asked once.
    pub cloud: Arc<Gathered>,
}

/// Ways into clouds. The real one connects to AWS; tests bring their own.
pub trait Clouds: Send + Sync {
    /// Connect, and learn where that leads.
    fn connect<'a>(&'a self, access: &'a Access) -> BoxFuture<'a, Result<Connection, NoAccess>>;
}

/// AWS itself: nothing is written by a replica that does not lead, and all is counted.
pub struct RealAws {
    /// Whether this replica leads.
    pub claim: Claim,
    /// Where calls are counted.
    pub metrics: Arc<Metrics>,
}

impl Gate for Claim {
    fn is_open(&self) -> bool {
        self.holds()
    }
}

impl Clouds for RealAws {
    fn connect<'a>(&'a self, access: &'a Access) -> BoxFuture<'a, Result<Connection, NoAccess>> {
        let hooks = Hooks { gate: Some(Arc::new(self.claim.clone())), meter: Some(self.metrics.clone()) };
        Box::pin(async move {
            let aws = Aws::connect_with(access, hooks).await?;
            Ok(Connection { place: aws.place.clone(), cloud: Arc::new(Gathered::new(Arc::new(aws))) })
        })
    }
}

/// What a way is known by: the role to assume, with its external id, and the region.
type Way = (Option<(String, Option<String>)>, Option<String>);

/// The ways that are open.
pub struct Connections {
    clouds: Arc<dyn Clouds>,
    open: Mutex<HashMap<Way, Arc<OnceCell<Connection>>>>,
}

impl Connections {
    /// None yet.
    #[must_use]
    pub fn new(clouds: Arc<dyn Clouds>) -> Self {
        Connections { clouds, open: Mutex::default() }
    }

    /// The way for an access. A lake that waits for one that does not open holds up no other.
    ///
    /// # Errors
    /// When AWS cannot be reached as somebody; the next call tries again.
    pub async fn open(&self, access: &Access) -> Result<Connection, NoAccess> {
        let role = access.assume_role.first().map(|role| (role.role_arn.clone(), role.external_id.clone()));
        let cell = self.open.lock().await.entry((role, access.region.clone())).or_default().clone();
        cell.get_or_try_init(|| self.clouds.connect(access)).await.cloned()
    }
}
