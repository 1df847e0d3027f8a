//! What there is in the simulated cloud, and what becomes of it by each write.

use super::{Faults, Sim};
use lake_api::FieldPath;
use lake_reconcile::{
    aws::answered,
    cloud::Write,
    contents::Count,
    diff,
    error::{CloudError, Retry},
    graph::{Graph, Node, NodeId},
    key::Key,
    kind::{Data, Wears},
    kinds::{RegisteredKey as _, RegisteredSettings as _},
    owner::{Marking, Worn},
    place::Place,
    progress, reference,
    settings::Settings,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use tokio::time::Instant;

/// One resource.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Resource {
    pub(crate) settings: Value,
    pub(crate) worn: Option<Worn>,
    /// The how-manieth of its key it is: what AWS decides hangs on that.
    pub(super) serial: u64,
    /// How often its policy was edited: a bucket's date moves then.
    pub(super) policies: u64,
    /// Whether no lake has made it or put its mark on it: nobody waits for its end.
    pub(super) planted: bool,
    /// What it spoke of when it was last written, but for what is never compared.
    pub(crate) speaks_of: BTreeSet<Key>,
    /// What it was declared after when a lake last named it.
    pub(crate) after: BTreeSet<Key>,
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
    /// After each event, whether something wears the lake's mark and nothing the sign of its creation.
    pub(crate) bare: Vec<bool>,
    /// What was refused because its turn had not come.
    pub(crate) refusals: Vec<String>,
    /// What must never happen, and did.
    pub(crate) crimes: Vec<String>,
    pub(crate) faults: Faults,
    /// The lake that is wanted: tells what each node needs.
    wanted: Graph,
    /// What may go when its member leaves.
    pub(crate) expendable: BTreeSet<Key>,
    /// How many objects are in what holds some.
    pub(crate) contents: BTreeMap<Key, usize>,
    /// How many of them one delete takes away at the most; 0 for all.
    pub(crate) portion: usize,
    /// As it was before the last write, and when that was, for reads that come too early.
    pub(super) before: BTreeMap<Key, (Option<Resource>, Instant)>,
    /// How many there have been of each key.
    made: BTreeMap<Key, u64>,
}

impl World {
    /// Another lake is wanted from now on.
    pub(super) fn want(&mut self, graph: &Graph, place: &Place) {
        self.wanted = graph.clone();
        for node in graph.values() {
            let after = self.keys_of(&node.after, place);
            if let Some(resource) = key_of(node, place).and_then(|key| self.resources.get_mut(&key)) {
                resource.after = after;
            }
        }
    }

    /// What a wanted node speaks of, by key.
    fn spoken(&self, node: &NodeId, place: &Place) -> BTreeSet<Key> {
        let settings = self.wanted.get(node).and_then(|node| node.settings.as_ref());
        settings.map(|it| self.spoken_in(it.json(), place)).unwrap_or_default()
    }

    /// The same, but for what is never compared: that it speaks of something else by now cannot be seen.
    fn told(&self, node: &NodeId, place: &Place) -> BTreeSet<Key> {
        let Some(settings) = self.wanted.get(node).and_then(|node| node.settings.as_ref()) else {
            return BTreeSet::new();
        };
        let mut json = settings.json().clone();
        for unread in settings.traits().unread {
            diff::set(&mut json, &unread.parse().expect("a path"), None);
        }
        self.spoken_in(&json, place)
    }

    fn spoken_in(&self, settings: &Value, place: &Place) -> BTreeSet<Key> {
        self.keys_of(&reference::facts(settings).into_iter().map(|(node, _)| node).collect(), place)
    }

    /// What a wanted node was declared after, by key.
    fn after(&self, node: &NodeId, place: &Place) -> BTreeSet<Key> {
        self.wanted.get(node).map(|node| self.keys_of(&node.after, place)).unwrap_or_default()
    }

    fn keys_of(&self, nodes: &BTreeSet<NodeId>, place: &Place) -> BTreeSet<Key> {
        nodes.iter().filter_map(|node| key_of(self.wanted.get(node)?, place)).collect()
    }

    pub(super) fn next(&mut self, key: &Key) -> u64 {
        let made = self.made.entry(key.clone()).or_default();
        *made += 1;
        *made
    }

    fn is_wanted(&self, key: &Key, place: &Place) -> bool {
        self.wanted.values().any(|node| key_of(node, place).as_ref() == Some(key))
    }

    pub(super) fn write(&mut self, sim: &Sim, node: &NodeId, write: Write) -> Result<(), CloudError> {
        let key = match &write {
            Write::Create { settings, .. } => settings.key(&sim.place).expect("a create knows its key"),
            Write::Update { key, .. } | Write::Mark { key, .. } | Write::Delete { key, .. } => key.clone(),
        };
        if let Some(class) = self.faults.refuses(&key) {
            return Err(CloudError::own("sim:Write", class, format!("{key} is refused")));
        }
        let earlier = self.resources.get(&key).cloned();
        if matches!(write, Write::Create { .. }) && self.faults.retried.remove(&key) {
            // The connection broke after the call was done, and the call is repeated below us.
            self.write(sim, node, write.clone())?;
        }
        let event = match write {
            Write::Create { settings, mark } => self.create(sim, node, &key, &settings, mark)?,
            Write::Update { settings, changes, .. } => self.update(sim, node, &key, &settings, &changes)?,
            Write::Mark { marking, .. } => self.mark(&key, &marking)?,
            Write::Delete { data, .. } => match self.delete(sim, &key, data)? {
                Some(event) => event,
                None => return Ok(()),
            },
        };
        self.before.insert(key, (earlier, Instant::now()));
        self.events.push(event);
        self.bare.push(self.is_bare(sim));
        Ok(())
    }

    fn is_bare(&self, sim: &Sim) -> bool {
        let worn = self.resources.values().filter_map(|resource| resource.worn.as_ref());
        let ours: Vec<&Worn> = worn.filter(|worn| is_ours(worn, sim)).collect();
        !ours.is_empty() && !ours.iter().any(|worn| worn.creating)
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
            return Err(answered("sim:Create", "AlreadyExistsException", &format!("{key} exists")));
        }
        let json = settings.json().clone();
        self.is_whole(key, &json);
        let serial = self.next(key);
        let worn = (key.traits().wears != Wears::Nothing).then_some(mark);
        let (speaks_of, after) = (self.told(node, &sim.place), self.after(node, &sim.place));
        let (policies, planted) = (0, false);
        let resource = Resource { settings: json, worn, serial, policies, planted, speaks_of, after };
        self.resources.insert(key.clone(), resource);
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
        let speaks_of = self.told(node, &sim.place);
        let wanted = settings.json().clone();
        self.is_whole(key, &wanted);
        self.is_ours(sim, key, "updated");
        let Some(resource) = self.resources.get_mut(key) else {
            return Err(CloudError::own("sim:Update", Retry::Gone, format!("{key} is not there")));
        };
        let mut next = wanted;
        for map in key.traits().shared {
            // Others write there too: only what changes is changed.
            let path: FieldPath = map.parse().expect("a path");
            let theirs = diff::get(&resource.settings, &path).cloned();
            diff::set(&mut next, &path, theirs.or_else(|| Some(Value::Object(serde_json::Map::new()))));
            for change in changes.iter().filter(|change| change.path.starts_with(&path)) {
                diff::set(&mut next, &change.path, change.wanted.clone());
            }
        }
        let fixed: Vec<FieldPath> = key.traits().fixed.iter().flat_map(|path| each(path, &next)).collect();
        for unread in key.traits().unread {
            // It is written when the rest is made, and stays as it was then.
            let path: FieldPath = unread.parse().expect("a path");
            if fixed.iter().any(|fixed| path.starts_with(fixed)) {
                diff::set(&mut next, &path, diff::get(&resource.settings, &path).cloned());
            }
        }
        for path in fixed {
            let was = diff::get(&resource.settings, &path).cloned().filter(|value| !value.is_null());
            let is = diff::get(&next, &path).cloned().filter(|value| !value.is_null());
            if was != is {
                self.crimes.push(format!("{key}: {path} is fixed and was changed from {was:?} to {is:?}"));
            }
        }
        let says = |settings: &Value| (settings.get("policy").cloned(), settings.get("tlsOnly").cloned());
        resource.policies += u64::from(says(&resource.settings) != says(&next));
        resource.settings = next;
        resource.speaks_of = speaks_of;
        Ok(Event::Updated(key.clone()))
    }

    fn mark(&mut self, key: &Key, marking: &Marking) -> Result<Event, CloudError> {
        match self.resources.get_mut(key) {
            Some(resource) => {
                (resource.worn, resource.planted) = (marking.worn(), false);
                Ok(Event::Marked(key.clone()))
            }
            None => Err(CloudError::own("sim:Mark", Retry::Gone, format!("{key} is not there"))),
        }
    }

    fn delete(&mut self, sim: &Sim, key: &Key, data: Data) -> Result<Option<Event>, CloudError> {
        if !self.resources.contains_key(key) {
            return Ok(None);
        }
        self.is_ours(sim, key, "deleted");
        // What was left behind is its user's own business, and what can wear no mark is so without a word.
        let left = |other: &Key, resource: &Resource| match &resource.worn {
            Some(worn) => worn.is_of(&sim.owner) && worn.is_retained(),
            None => !self.is_wanted(other, &sim.place) && !self.expendable.contains(other),
        };
        let uses = |resource: &Resource| {
            !resource.planted && (resource.speaks_of.contains(key) || resource.after.contains(key))
        };
        let user = self.resources.iter().find(|(other, resource)| {
            uses(resource) && other.traits().goes_before.contains(&key.kind()) && !left(other, resource)
        });
        if let (Some((user, _)), false) = (user, self.is_wanted(key, &sim.place)) {
            let refusal = format!("{key} is still used by {user}");
            self.refusals.push(refusal.clone());
            return Err(CloudError::own("sim:Delete", Retry::Conflict, refusal));
        }
        if key.traits().holds_data && !self.expendable.contains(key) {
            self.crimes.push(format!("{key} held data and was deleted"));
        }
        self.empty(key, data)?;
        self.resources.remove(key);
        Ok(Some(Event::Deleted(key.clone())))
    }

    /// Take a portion out of what is deleted with its contents.
    fn empty(&mut self, key: &Key, data: Data) -> Result<(), CloudError> {
        let Some(held) = self.contents.get_mut(key).filter(|held| **held > 0) else { return Ok(()) };
        if data == Data::Keep {
            return Err(answered("s3:DeleteBucket", "BucketNotEmpty", "it is not empty"));
        }
        let goes = if self.portion == 0 { *held } else { self.portion.min(*held) };
        *held -= goes;
        progress::done(Count::new(goes, "object"));
        if *held == 0 {
            return Ok(());
        }
        Err(CloudError::own(
            "sim:Empty",
            Retry::Progressing,
            format!("{key} is being emptied, and more is left in it"),
        ))
    }

    fn has_its_needs(&mut self, sim: &Sim, node: &NodeId) -> Result<(), CloudError> {
        let needs = self.spoken(node, &sim.place).into_iter().chain(self.after(node, &sim.place));
        let missing = needs.into_iter().find(|need| !self.resources.contains_key(need));
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
        let ours =
            key.traits().wears == Wears::Nothing || worn.as_ref().is_some_and(|worn| is_ours(worn, sim));
        if !ours && self.resources.contains_key(key) {
            self.crimes.push(format!("{key} wears {worn:?} and was {done}"));
        }
    }
}

/// The paths that a kind's path with `[]` means in some settings.
fn each(path: &str, settings: &Value) -> Vec<FieldPath> {
    let parsed = |path: &str| path.parse::<FieldPath>().expect("a path");
    let Some((list, rest)) = path.split_once("[].") else { return vec![parsed(path)] };
    let entries = diff::get(settings, &parsed(list)).and_then(Value::as_array).map_or(0, Vec::len);
    (0..entries).map(|at| parsed(&format!("{list}[{at}].{rest}"))).collect()
}

/// Whether a mark is that of the lake whose cloud it is.
pub(super) fn is_ours(worn: &Worn, sim: &Sim) -> bool {
    worn.is_of(&sim.owner) && !worn.is_retained()
}

fn key_of(node: &Node, place: &Place) -> Option<Key> {
    node.settings.as_ref()?.key(place)
}
