//! A simulated cloud: a map with faults behind `trait Cloud`, the same for every kind.
//!
//! It knows two orders and no other: it refuses to create or change what needs something that is not there, and to
//! delete what a resource of a kind that goes before it still uses.

mod faults;
mod world;

pub(crate) use faults::{Faults, Rng};
pub(crate) use world::{Event, World};

use futures::future::BoxFuture;
use lake_reconcile::{
    cloud::{Cloud, Listed, Write},
    contents::{Count, Held},
    error::{CloudError, Retry},
    graph::{Graph, NodeId},
    inventory::{Facts, Seen, Sight},
    key::Key,
    kind::{Kinds, Wears},
    kinds::{KINDS, RegisteredKey as _, RegisteredSettings as _},
    owner::{Owner, Worn},
    place::Place,
    settings::Settings,
};
use serde_json::Value;
use std::{collections::BTreeMap, sync::Mutex, time::Duration};
use world::Resource;

/// How long a look may see what was before.
const LAG: Duration = Duration::from_secs(60);

/// The cloud.
#[derive(Debug)]
pub(crate) struct Sim {
    pub(crate) place: Place,
    pub(crate) owner: Owner,
    world: Mutex<World>,
    killed: tokio::sync::Notify,
}

impl Sim {
    pub(crate) fn new(place: Place, owner: Owner) -> Self {
        Sim { place, owner, world: Mutex::default(), killed: tokio::sync::Notify::new() }
    }

    pub(crate) fn world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        look(&mut self.world.lock().unwrap())
    }

    /// Another lake is wanted from now on.
    pub(crate) fn want(&self, graph: &Graph) {
        self.world(|world| world.want(graph, &self.place));
    }

    /// Resolves when the process is killed.
    pub(crate) async fn killed(&self) {
        self.killed.notified().await;
    }

    /// Put something there that no lake made.
    pub(crate) fn plant(&self, key: Key, settings: &Settings, worn: Option<Worn>) {
        self.world(|world| {
            let serial = world.next(&key);
            let (speaks_of, after) = Default::default();
            let (settings, policies, planted) = (settings.json().clone(), 0, true);
            let resource = Resource { settings, worn, serial, policies, planted, speaks_of, after };
            world.resources.insert(key, resource);
        });
    }

    /// What is there, without what differs between any two runs.
    pub(crate) fn snapshot(&self) -> BTreeMap<Key, (Value, Option<Worn>)> {
        self.world(|world| {
            let all = world.resources.iter();
            all.map(|(key, it)| (key.clone(), (it.settings.clone(), it.worn.clone()))).collect()
        })
    }

    /// What AWS tells of a resource.
    fn facts(&self, settings: &Settings, serial: u64) -> Facts {
        let key = settings.key(&self.place).map(|key| key.to_string()).unwrap_or_default();
        let mut facts = settings.predict(&self.place);
        for name in settings.traits().facts {
            facts.entry((*name).to_owned()).or_insert_with(|| format!("{name}-{serial}-of-{key}"));
        }
        facts
    }

    /// Every call goes through here: it may be the last, be too many, or stay without an answer.
    async fn call<T>(
        &self,
        doing: &str,
        writes: bool,
        act: impl FnOnce(&mut World) -> Result<T, CloudError>,
    ) -> Result<T, CloudError> {
        tokio::task::yield_now().await;
        let (answer, dies) = self.world(|world| {
            world.faults.calls += 1;
            world.faults.writes += u64::from(writes);
            if world.faults.is_dead() {
                return (None, true);
            }
            if world.faults.throttles() {
                return (Some(Err(CloudError::own(doing, Retry::Throttled, "Rate exceeded"))), false);
            }
            let answer = act(world);
            let lost = writes && world.faults.loses();
            let answer = if lost {
                Err(CloudError::own(doing, Retry::Unanswered, "connection reset"))
            } else {
                answer
            };
            (Some(answer), world.faults.dies_now())
        });
        if self.world(|world| world.faults.is_held()) {
            return std::future::pending().await;
        }
        if dies {
            self.killed.notify_one();
            // A killed process hears no answer.
            return std::future::pending().await;
        }
        answer.expect("who lives is answered")
    }

    fn sight(&self, world: &mut World, key: &Key) -> Sight<Settings> {
        if world.faults.unreadable.contains(key) {
            return Sight::Unreadable(CloudError::own("sim:Read", Retry::Never, "Access Denied"));
        }
        let resource = match world.before.get(key) {
            Some((earlier, when)) if when.elapsed() < LAG && world.faults.is_stale() => earlier.clone(),
            _ => world.resources.get(key).cloned(),
        };
        match resource {
            None => Sight::Absent,
            Some(it) => {
                let settings = KINDS.settings(key.kind(), it.settings).expect("what was written can be read");
                let birth = key.traits().birth.map(|word| format!("{word}-{}", it.serial));
                Sight::Present(Seen {
                    facts: self.facts(&settings, it.serial),
                    settings,
                    worn: it.worn,
                    birth,
                })
            }
        }
    }
}

impl Cloud for Sim {
    fn kinds(&self) -> Kinds {
        KINDS
    }

    fn read<'a>(&'a self, keys: Vec<Key>) -> BoxFuture<'a, Vec<(Key, Sight<Settings>)>> {
        Box::pin(async move {
            let sights = self
                .call("sim:Read", false, |world| {
                    Ok(keys.iter().map(|key| (key.clone(), self.sight(world, key))).collect::<Vec<_>>())
                })
                .await;
            sights.unwrap_or_else(|error| {
                keys.iter().map(|key| (key.clone(), Sight::Unreadable(error.clone()))).collect()
            })
        })
    }

    /// A bucket's date is that of its last policy, as S3 has it.
    fn births<'a>(&'a self, keys: &'a [Key]) -> BoxFuture<'a, Result<BTreeMap<Key, String>, CloudError>> {
        Box::pin(self.call("sim:Births", false, move |world| {
            let buckets = keys.iter().filter(|key| key.kind() == "bucket");
            let born =
                |key: &Key| world.resources.get(key).map(|it| format!("{:04}-{:04}", it.serial, it.policies));
            Ok(buckets.filter_map(|key| Some((key.clone(), born(key)?))).collect())
        }))
    }

    fn held<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Held>, CloudError>> {
        Box::pin(self.call("sim:Held", false, move |world| {
            if world.faults.unreadable.contains(key) {
                return Err(CloudError::own("sim:Held", Retry::Never, "Access Denied"));
            }
            let held = world.contents.get(key).copied().unwrap_or_default();
            let count = Count::new(held.min(1_000), "object");
            Ok(key.traits().holds_data.then_some(Held { count, more: held > 1_000 }))
        }))
    }

    fn worn<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Option<Worn>>, CloudError>> {
        Box::pin(self.call("sim:Worn", false, move |world| {
            Ok(world.resources.get(key).map(|resource| resource.worn.clone()))
        }))
    }

    fn write<'a>(&'a self, node: &'a NodeId, write: Write) -> BoxFuture<'a, Result<(), CloudError>> {
        Box::pin(self.call("sim:Write", true, move |world| world.write(self, node, write)))
    }

    fn marked<'a>(&'a self, owner: &'a Owner, parents: &'a [Key]) -> BoxFuture<'a, Listed> {
        Box::pin(async move {
            let listed = self.call("sim:Marked", false, move |world| {
                let wears = |resource: &Resource| {
                    resource.worn.as_ref().is_some_and(|worn| worn.is_of(owner) && !worn.is_retained())
                };
                let hangs = |key: &Key| {
                    key.traits().wears == Wears::Nothing
                        && key.hangs_on().is_some_and(|parent| {
                            parents.contains(&parent) && world.resources.contains_key(&parent)
                        })
                };
                let told = |key: &Key| !world.faults.unlisted.contains(key.kind());
                let listed =
                    world.resources.iter().filter(|(key, it)| told(key) && (wears(it) || hangs(key)));
                let failed = world.faults.unlisted.iter();
                Ok(Listed {
                    marked: listed.map(|(key, resource)| (key.clone(), resource.worn.clone())).collect(),
                    failed: failed
                        .map(|kind| {
                            CloudError::own(&format!("sim:List {kind}"), Retry::Never, "Access Denied")
                        })
                        .collect(),
                })
            });
            listed.await.unwrap_or_else(Listed::failed)
        })
    }
}
