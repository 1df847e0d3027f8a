//! A cloud that is some way off.

use crate::sim::{Rng, Sim};
use futures::future::BoxFuture;
use lake_reconcile::{
    cloud::{Cloud, Listed, Write},
    error::CloudError,
    graph::NodeId,
    inventory::Sight,
    key::Key,
    kind::Kinds,
    kinds::KINDS,
    owner::{Owner, Worn},
    settings::Settings,
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// The simulated cloud, each call some milliseconds away: so the calls of two applies come in some order.
pub(crate) struct Far {
    sim: Arc<Sim>,
    rng: Mutex<Rng>,
}

impl Far {
    pub(crate) fn new(sim: &Arc<Sim>, seed: u64) -> Self {
        Far { sim: sim.clone(), rng: Mutex::new(Rng::new(seed)) }
    }

    async fn on_the_way(&self) {
        let wait = self.rng.lock().unwrap().below(20);
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
}

impl Cloud for Far {
    fn kinds(&self) -> Kinds {
        KINDS
    }

    fn read<'a>(&'a self, keys: Vec<Key>) -> BoxFuture<'a, Vec<(Key, Sight<Settings>)>> {
        Box::pin(async move {
            self.on_the_way().await;
            self.sim.read(keys).await
        })
    }

    fn worn<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Option<Worn>>, CloudError>> {
        Box::pin(async move {
            self.on_the_way().await;
            self.sim.worn(key).await
        })
    }

    fn write<'a>(&'a self, node: &'a NodeId, write: Write) -> BoxFuture<'a, Result<(), CloudError>> {
        Box::pin(async move {
            self.on_the_way().await;
            self.sim.write(node, write).await
        })
    }

    fn marked<'a>(&'a self, owner: &'a Owner, parents: &'a [Key]) -> BoxFuture<'a, Listed> {
        Box::pin(async move {
            self.on_the_way().await;
            self.sim.marked(owner, parents).await
        })
    }
}
