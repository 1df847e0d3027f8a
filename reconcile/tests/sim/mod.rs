//! A simulated cloud: a map with faults behind `trait Cloud`, the same for every kind.
//!
//! It knows two orders and no other: it refuses to create or change what needs something that is not there, and to
//! delete what a resource of a kind that goes before it still uses.

mod faults;

pub(crate) use faults::{Faults, Rng};

use futures::future::BoxFuture;
use lake_reconcile::{
    cloud::{Cloud, Write},
    diff,
    error::{CloudError, Retry},
    graph::{Graph, Node, NodeId},
    inventory::{Facts, Seen, Sight},
    kind::{Data, Wears},
    kinds::{Key, Settings},
    owner::{Mark, Owner, Worn},
    place::Place,
    reference,
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
    time::Duration,
};
use tokio::time::Instant;

/// How long a look may see what was before.
const LAG: Duration = Duration::from_secs(60);

/// One resource.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Resource {
    pub(crate) settings: Value,
    pub(crate) worn: Option<Worn>,
    /// The how-manieth of its key it is: what AWS decides hangs on that.
    serial: u64,
    /// What it used when it was last written.
    uses: BTreeSet<Key>,
}

/// What happened, in its order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    Created(Key),
    Updated(Key),
    Marked(Key),
    Deleted(Key),
}

/// The world, and what is asked of it.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) resources: BTreeMap<Key, Resource>,
    pub(crate) events: Vec<Event>,
    /// What was refused because its turn had not come.
    pub(crate) refusals: Vec<String>,
    /// What must never happen, and did.
    pub(crate) crimes: Vec<String>,
    pub(crate) faults: Faults,
    /// The lake that is wanted: tells what each node needs.
    wanted: Graph,
    /// What held data and may go.
    pub(crate) expendable: BTreeSet<Key>,
    /// As it was before the last write, and when that was, for reads that come too early.
    before: BTreeMap<Key, (Option<Resource>, Instant)>,
    /// How many there have been of each key.
    made: BTreeMap<Key, u64>,
}

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
        self.world(|world| {
            let before = std::mem::replace(&mut world.wanted, graph.clone());
            let key = |node: &Node| node.settings.as_ref().and_then(|it| it.key(&self.place));
            // What uses something only by being declared after it uses nothing else once the declaration changes.
            for (id, node) in graph {
                let Some(own) = key(node) else { continue };
                let uses = world.needs(id, &self.place);
                let was = before.values().find(|was| key(was).as_ref() == Some(&own));
                let spoken: BTreeSet<Key> = was
                    .and_then(|was| was.settings.as_ref())
                    .map(|it| reference::facts(&it.to_json()))
                    .into_iter()
                    .flatten()
                    .filter_map(|(node, _)| key(before.get(&node)?))
                    .collect();
                if let Some(resource) = world.resources.get_mut(&own) {
                    resource.uses.retain(|used| uses.contains(used) || spoken.contains(used));
                }
            }
        });
    }

    /// Resolves when the process is killed.
    pub(crate) async fn killed(&self) {
        self.killed.notified().await;
    }

    /// Put something there that no lake made.
    pub(crate) fn plant(&self, key: Key, settings: &Settings, worn: Option<Worn>) {
        self.world(|world| {
            let serial = world.next(&key);
            let resource = Resource { settings: settings.to_json(), worn, serial, uses: BTreeSet::new() };
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
        let mut facts = settings.predict(&self.place);
        for name in settings.traits().facts {
            facts
                .entry((*name).to_owned())
                .or_insert_with(|| format!("{name}-{serial}-of-{}", key_of(settings, &self.place)));
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
                let settings =
                    Settings::from_json(key.kind(), it.settings).expect("what was written can be read");
                Sight::Present(Seen { facts: self.facts(&settings, it.serial), settings, worn: it.worn })
            }
        }
    }
}

fn key_of(settings: &Settings, place: &Place) -> String {
    settings.key(place).map(|key| key.to_string()).unwrap_or_default()
}

impl World {
    /// What a wanted node needs, by key.
    fn needs(&self, node: &NodeId, place: &Place) -> BTreeSet<Key> {
        let Some(wish) = self.wanted.get(node) else { return BTreeSet::new() };
        let spoken =
            wish.settings.iter().flat_map(|it| reference::facts(&it.to_json())).map(|(node, _)| node);
        let needs: BTreeSet<NodeId> = wish.after.iter().cloned().chain(spoken).collect();
        needs.iter().filter_map(|need| self.wanted.get(need)?.settings.as_ref()?.key(place)).collect()
    }

    fn next(&mut self, key: &Key) -> u64 {
        let made = self.made.entry(key.clone()).or_default();
        *made += 1;
        *made
    }

    fn is_wanted(&self, key: &Key, place: &Place) -> bool {
        self.wanted
            .values()
            .any(|node| node.settings.as_ref().and_then(|it| it.key(place)).as_ref() == Some(key))
    }

    fn write(&mut self, sim: &Sim, node: &NodeId, write: Write) -> Result<(), CloudError> {
        let key = match &write {
            Write::Create { settings, .. } => settings.key(&sim.place).expect("a create knows its key"),
            Write::Update { key, .. } | Write::Mark { key, .. } | Write::Delete { key, .. } => key.clone(),
        };
        let earlier = self.resources.get(&key).cloned();
        let event = match write {
            Write::Create { settings, mark } => self.create(sim, node, &key, &settings, mark)?,
            Write::Update { settings, changes, .. } => self.update(sim, node, &key, &settings, &changes)?,
            Write::Mark { mark, .. } => self.mark(&key, mark)?,
            Write::Delete { data, .. } => match self.delete(sim, &key, data)? {
                Some(event) => event,
                None => return Ok(()),
            },
        };
        self.before.insert(key, (earlier, Instant::now()));
        self.events.push(event);
        Ok(())
    }

    fn create(
        &mut self,
        sim: &Sim,
        node: &NodeId,
        key: &Key,
        settings: &Settings,
        mark: Worn,
    ) -> Result<Event, CloudError> {
        self.has_its_needs(sim, node)?;
        if self.resources.contains_key(key) {
            return Err(CloudError::own("sim:Create", Retry::Propagating, format!("{key} exists")));
        }
        let json = settings.to_json();
        self.is_whole(key, &json);
        let serial = self.next(key);
        let worn = (key.traits().wears != Wears::Nothing).then_some(mark);
        let uses = self.needs(node, &sim.place);
        self.resources.insert(key.clone(), Resource { settings: json, worn, serial, uses });
        Ok(Event::Created(key.clone()))
    }

    fn update(
        &mut self,
        sim: &Sim,
        node: &NodeId,
        key: &Key,
        settings: &Settings,
        changes: &[diff::FieldChange],
    ) -> Result<Event, CloudError> {
        self.has_its_needs(sim, node)?;
        let uses = self.needs(node, &sim.place);
        let wanted = settings.to_json();
        self.is_whole(key, &wanted);
        self.is_ours(sim, key, "updated");
        let Some(resource) = self.resources.get_mut(key) else {
            return Err(CloudError::own("sim:Update", Retry::Gone, format!("{key} is not there")));
        };
        let mut next = wanted;
        for map in key.traits().shared {
            // Others write there too: only what changes is changed.
            let path = map.parse().expect("a path");
            let theirs = diff::get(&resource.settings, &path).cloned();
            diff::set(&mut next, &path, theirs.or_else(|| Some(Value::Object(serde_json::Map::new()))));
            for change in changes.iter().filter(|change| change.path.starts_with(&path)) {
                diff::set(&mut next, &change.path, change.wanted.clone());
            }
        }
        for fixed in key.traits().fixed {
            let path = fixed.parse().expect("a path");
            let was = diff::get(&resource.settings, &path).cloned().filter(|value| !value.is_null());
            let is = diff::get(&next, &path).cloned().filter(|value| !value.is_null());
            if was != is {
                self.crimes.push(format!("{key}: {fixed} is fixed and was changed from {was:?} to {is:?}"));
            }
        }
        resource.settings = next;
        resource.uses = uses;
        Ok(Event::Updated(key.clone()))
    }

    fn mark(&mut self, key: &Key, mark: Worn) -> Result<Event, CloudError> {
        match self.resources.get_mut(key) {
            Some(resource) => {
                resource.worn = Some(mark);
                Ok(Event::Marked(key.clone()))
            }
            None => Err(CloudError::own("sim:Mark", Retry::Gone, format!("{key} is not there"))),
        }
    }

    fn delete(&mut self, sim: &Sim, key: &Key, _data: Data) -> Result<Option<Event>, CloudError> {
        if !self.resources.contains_key(key) {
            return Ok(None);
        }
        self.is_ours(sim, key, "deleted");
        // What was left behind is its user's own business.
        let left = |resource: &Resource| {
            let mark = resource.worn.as_ref().map(|worn| worn.seen_by(&sim.owner));
            matches!(mark, Some(Mark::Retained(_)))
        };
        let user = self.resources.iter().find(|(other, resource)| {
            resource.uses.contains(key) && other.traits().goes_before.contains(&key.kind()) && !left(resource)
        });
        if let (Some((user, _)), false) = (user, self.is_wanted(key, &sim.place)) {
            let refusal = format!("{key} is still used by {user}");
            self.refusals.push(refusal.clone());
            return Err(CloudError::own("sim:Delete", Retry::Conflict, refusal));
        }
        if key.traits().holds_data && !self.expendable.contains(key) {
            self.crimes.push(format!("{key} held data and was deleted"));
        }
        self.resources.remove(key);
        Ok(Some(Event::Deleted(key.clone())))
    }

    fn has_its_needs(&mut self, sim: &Sim, node: &NodeId) -> Result<(), CloudError> {
        let missing =
            self.needs(node, &sim.place).into_iter().find(|need| !self.resources.contains_key(need));
        match missing {
            None => Ok(()),
            Some(missing) => {
                let refusal = format!("{node} needs {missing}");
                self.refusals.push(refusal.clone());
                Err(CloudError::own("sim:Write", Retry::Settling, refusal))
            }
        }
    }

    fn is_whole(&mut self, key: &Key, settings: &Value) {
        if reference::has_unknown(settings) || !reference::facts(settings).is_empty() {
            self.crimes.push(format!("{key} was written with something unknown: {settings}"));
        }
    }

    fn is_ours(&mut self, sim: &Sim, key: &Key, done: &str) {
        let worn = self.resources.get(key).and_then(|resource| resource.worn.clone());
        let ours = key.traits().wears == Wears::Nothing
            || worn.as_ref().is_some_and(|worn| matches!(worn.seen_by(&sim.owner), Mark::Ours(_)));
        if !ours && self.resources.contains_key(key) {
            self.crimes.push(format!("{key} wears {worn:?} and was {done}"));
        }
    }
}

impl Cloud for Sim {
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

    fn worn<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Option<Worn>>, CloudError>> {
        Box::pin(self.call("sim:Worn", false, move |world| {
            Ok(world.resources.get(key).map(|resource| resource.worn.clone()))
        }))
    }

    fn write<'a>(&'a self, node: &'a NodeId, write: Write) -> BoxFuture<'a, Result<(), CloudError>> {
        Box::pin(self.call("sim:Write", true, move |world| world.write(self, node, write)))
    }

    fn marked<'a>(
        &'a self,
        owner: &'a Owner,
        parents: &'a [Key],
    ) -> BoxFuture<'a, Result<Vec<(Key, Option<Worn>)>, CloudError>> {
        Box::pin(self.call("sim:Marked", false, move |world| {
            let wears = |resource: &Resource| {
                resource.worn.as_ref().is_some_and(|worn| matches!(worn.seen_by(owner), Mark::Ours(_)))
            };
            let hangs = |key: &Key| {
                key.traits().wears == Wears::Nothing
                    && key.hangs_on().is_some_and(|parent| {
                        parents.contains(&parent) && world.resources.get(&parent).is_some_and(wears)
                    })
            };
            let listed = world.resources.iter().filter(|(key, resource)| wears(resource) || hangs(key));
            Ok(listed.map(|(key, resource)| (key.clone(), resource.worn.clone())).collect())
        }))
    }
}
