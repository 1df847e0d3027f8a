//! Random lakes, and how they change.

use super::settings;
use lake_api::{
    FieldPath,
    input::FACT,
    member::{Adopt, OnDelete},
};
use lake_reconcile::{
    diff,
    graph::{Graph, Hold, Node, NodeId, Open, Treatment},
    key::Key,
    kind::{Traits, Wears},
    kinds::{KINDS, RegisteredKey as _, RegisteredSettings as _},
    place::Place,
    reference,
    settings::Settings,
};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// A lake.
#[derive(Clone)]
pub(crate) struct Lake {
    pub(crate) graph: Graph,
}

/// One line for each member.
impl fmt::Debug for Lake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (id, node) in &self.graph {
            let settings = node.settings.as_ref().map(Settings::json).cloned().unwrap_or_default();
            let Treatment { on_delete, adopt, .. } = &node.treatment;
            let after: Vec<&str> = node.after.iter().map(NodeId::as_str).collect();
            write!(f, "\n  {id} {on_delete:?} {adopt:?} after {after:?}: {settings}")?;
        }
        Ok(())
    }
}

/// One change of a lake: which of its members are dropped, renamed, changed or joined by others.
#[derive(Clone)]
pub(crate) struct Evolution {
    fates: Vec<Fate>,
    joins: Vec<Seed>,
}

#[derive(Clone, Debug)]
enum Fate {
    Stays,
    Drops,
    Renames,
    Changes { other: BTreeMap<String, Settings>, keeps: u64 },
}

/// What one member is made of.
#[derive(Clone, Debug)]
struct Seed {
    settings: Settings,
    on_delete: OnDelete,
    adopt: Adopt,
    needs: Vec<prop::sample::Index>,
    speaks: prop::sample::Index,
}

/// What it makes of the members, in their order; what joins them is seen in the lake that it makes.
impl fmt::Debug for Evolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fates = self.fates.iter().map(|fate| match fate {
            Fate::Stays => "stays".to_owned(),
            Fate::Drops => "drops".to_owned(),
            Fate::Renames => "is renamed".to_owned(),
            Fate::Changes { other, keeps } => {
                let others: Vec<String> = other.values().map(|it| it.json().clone().to_string()).collect();
                format!("mixes by {keeps} with one of {others:?}")
            }
        });
        let joins = self.joins.iter().map(|seed| {
            format!(
                "{} {:?} {:?}: {}",
                seed.settings.kind(),
                seed.on_delete,
                seed.adopt,
                seed.settings.json().clone()
            )
        });
        f.debug_list().entries(fates).entries(joins).finish()
    }
}

/// Where all random lakes are.
pub(crate) fn place() -> Place {
    Place { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() }
}

/// Lakes of up to `most` members of any kind.
pub(crate) fn lakes(most: usize) -> impl Strategy<Value = Lake> {
    vec(seed(), 1..=most).prop_map(|seeds| {
        let mut lake = Lake { graph: Graph::new() };
        seeds.into_iter().for_each(|seed| lake.join(seed));
        lake
    })
}

/// Lakes of up to `most` members more, the last of them of this kind, hung on a member where its kind hangs on something.
pub(crate) fn lakes_with(kind: &'static Traits, most: usize) -> impl Strategy<Value = Lake> {
    let one_of_each: Vec<BoxedStrategy<Seed>> = KINDS.all().map(|kind| seed_of(kind).boxed()).collect();
    (vec(seed(), 0..most), one_of_each, seed_of(kind)).prop_map(|(seeds, one_of_each, last)| {
        let mut lake = Lake { graph: Graph::new() };
        let parent = last.settings.key(&place()).and_then(|key| key.hangs_on());
        let is_parent = |seed: &Seed| parent.as_ref().is_some_and(|key| key.kind() == seed.settings.kind());
        let parent = one_of_each.into_iter().filter(is_parent);
        seeds.into_iter().chain(parent).chain([last]).for_each(|seed| lake.join(seed));
        lake
    })
}

/// Changes of lakes of up to `most` members.
pub(crate) fn evolutions(most: usize) -> impl Strategy<Value = Evolution> {
    let others: Vec<BoxedStrategy<(String, Settings)>> = KINDS
        .all()
        .map(|kind| settings(kind).prop_map(|settings| (kind.name.to_owned(), settings)).boxed())
        .collect();
    let fate = prop_oneof![
        3 => Just(Fate::Stays),
        1 => Just(Fate::Drops),
        1 => Just(Fate::Renames),
        2 => (others, any::<u64>()).prop_map(|(other, keeps)| Fate::Changes {
            other: other.into_iter().collect(),
            keeps,
        }),
    ];
    (vec(fate, most), vec(seed(), 0..3)).prop_map(|(fates, joins)| Evolution { fates, joins })
}

fn seed() -> impl Strategy<Value = Seed> {
    seed_with(prop::strategy::Union::new(KINDS.all().map(settings)))
}

fn seed_of(kind: &'static Traits) -> impl Strategy<Value = Seed> {
    seed_with(settings(kind))
}

fn seed_with(any_settings: impl Strategy<Value = Settings>) -> impl Strategy<Value = Seed> {
    let on_delete = prop_oneof![Just(OnDelete::Delete), Just(OnDelete::Retain), Just(OnDelete::Empty)];
    let adopt = prop_oneof![3 => Just(Adopt::Never), 1 => Just(Adopt::Unowned), 1 => Just(Adopt::Any)];
    (any_settings, on_delete, adopt, vec(any::<prop::sample::Index>(), 0..3), any::<prop::sample::Index>())
        .prop_map(|(settings, on_delete, adopt, needs, speaks)| Seed {
            settings,
            on_delete,
            adopt,
            needs,
            speaks,
        })
}

impl Lake {
    /// A member more, if it is none that is there already.
    fn join(&mut self, seed: Seed) {
        let ids: Vec<NodeId> = self.graph.keys().cloned().collect();
        let Seed { mut settings, on_delete, adopt, needs, speaks } = seed;
        let mut after: BTreeSet<NodeId> =
            needs.iter().filter(|_| !ids.is_empty()).map(|at| at.get(&ids).clone()).collect();
        if let Some((parent, hung)) = self.hang(&settings) {
            after.insert(parent);
            settings = hung;
        }
        if let Some((spoken, speaking)) = self.speak(&settings, &ids, &speaks) {
            after.insert(spoken);
            settings = speaking;
        }
        let Some(key) = settings.key(&place()) else { return };
        if self.keys().contains(&key) {
            return;
        }
        let kind = settings.kind();
        let id = (0..)
            .map(|number| NodeId::new(kind, &format!("m{number}")))
            .find(|id| !self.graph.contains_key(id))
            .expect("numbers do not end");
        if settings.traits().wears == Wears::Nothing && on_delete == OnDelete::Retain {
            // What is left behind without a mark still hangs on its parent: a parent that goes would be refused for
            // ever, in the simulation as on AWS.
            for need in &after {
                self.graph.get_mut(need).expect("needs are members").treatment.on_delete = OnDelete::Retain;
            }
        }
        self.graph.insert(
            id.clone(),
            Node {
                origin: FieldPath::root().field(kind).key(id.name()),
                settings: Some(settings),
                after,
                hold: Hold::Own,
                treatment: Treatment { on_delete, adopt, ..Treatment::default() },
                brought_by: BTreeSet::new(),
                open: Open::Nothing,
                aliases: Default::default(),
            },
        );
    }

    /// Hang what can wear no mark, or has no birth of its own, on a member, where a kind of member fits: the words of the
    /// parent's key are put in the place of those that the child names.
    fn hang(&self, settings: &Settings) -> Option<(NodeId, Settings)> {
        let named = settings.key(&place())?.hangs_on()?;
        self.graph.iter().find_map(|(id, node)| {
            let parent = node.settings.as_ref()?.key(&place())?;
            if parent.kind() != named.kind() {
                return None;
            }
            let (from, to) = (words(&named), words(&parent));
            let mut json = settings.json().clone();
            from.iter().zip(&to).for_each(|(from, to)| replace(&mut json, from, to));
            let hung = KINDS.settings(settings.kind(), json).ok()?;
            (hung.key(&place())?.hangs_on()? == parent).then(|| (id.clone(), hung))
        })
    }

    /// Put a reference to a fact of another member in the place of a text, where the kind allows one.
    fn speak(
        &self,
        settings: &Settings,
        ids: &[NodeId],
        at: &prop::sample::Index,
    ) -> Option<(NodeId, Settings)> {
        let speakable: Vec<(&NodeId, &'static str)> = ids
            .iter()
            .flat_map(|id| {
                KINDS.traits(id.kind()).into_iter().flat_map(|kind| kind.facts).map(move |fact| (id, *fact))
            })
            .collect();
        if speakable.is_empty() {
            return None;
        }
        let (node, name) = at.get(&speakable);
        let json = settings.json().clone();
        let fact = json!({ FACT: { "node": node.as_str(), "name": name } });
        let key = settings.key(&place())?;
        let mut paths = Vec::new();
        texts(&json, &FieldPath::root(), &mut paths);
        paths.into_iter().find_map(|path| {
            let mut speaking = json.clone();
            diff::set(&mut speaking, &path, Some(fact.clone()));
            let speaking = KINDS.settings(settings.kind(), speaking).ok()?;
            let kept = reference::facts(speaking.json()).len() == 1;
            (kept && speaking.key(&place()).as_ref() == Some(&key)).then(|| ((*node).clone(), speaking))
        })
    }

    fn keys(&self) -> BTreeSet<Key> {
        self.graph.values().filter_map(|node| node.settings.as_ref()?.key(&place())).collect()
    }

    /// The lake after a change.
    pub(crate) fn after(&self, evolution: &Evolution) -> Lake {
        let mut graph = Graph::new();
        let mut names: BTreeMap<NodeId, NodeId> = BTreeMap::new();
        let mut dropped = BTreeSet::new();
        for ((id, node), fate) in self.graph.iter().zip(evolution.fates.iter().cycle()) {
            let mut node = node.clone();
            match fate {
                Fate::Stays => {}
                Fate::Drops => {
                    dropped.insert(id.clone());
                    continue;
                }
                Fate::Renames => {
                    let renamed = NodeId::new(id.kind(), &format!("{}-again", id.name()));
                    names.insert(id.clone(), renamed);
                }
                Fate::Changes { other, keeps } => {
                    if let (Some(is), Some(other)) = (&node.settings, other.get(id.kind())) {
                        node.settings = Some(mixed(is, other, *keeps));
                    }
                }
            }
            graph.insert(names.get(id).unwrap_or(id).clone(), node);
        }
        let mut lake = Lake { graph };
        lake.follow(&names, &dropped);
        lake.part();
        evolution.joins.iter().cloned().for_each(|seed| lake.join(seed));
        lake
    }

    /// References follow what was renamed, and end with what was dropped.
    fn follow(&mut self, names: &BTreeMap<NodeId, NodeId>, dropped: &BTreeSet<NodeId>) {
        for node in self.graph.values_mut() {
            node.after = node.after.iter().map(|need| names.get(need).unwrap_or(need).clone()).collect();
            node.after.retain(|need| !dropped.contains(need));
            if let Some(settings) = &node.settings {
                let mut json = settings.json().clone();
                rename(&mut json, names, dropped);
                node.settings = Some(KINDS.settings(settings.kind(), json).expect("a text or a fact fits"));
            }
        }
    }

    /// Of members that came to be the same resource one stays.
    fn part(&mut self) {
        let mut seen = BTreeSet::new();
        self.drop_those(|key| key.is_none_or(|key| !seen.insert(key)));
    }

    /// The lake without what can wear no mark and hangs on none of its members: whose that is nobody can tell.
    pub(crate) fn markable(mut self) -> Lake {
        let keys = self.keys();
        self.drop_those(|key| {
            key.is_some_and(|key| {
                key.traits().wears == Wears::Nothing && !key.hangs_on().is_some_and(|on| keys.contains(&on))
            })
        });
        self
    }

    fn drop_those(&mut self, mut go: impl FnMut(Option<Key>) -> bool) {
        let key = |node: &Node| node.settings.as_ref().and_then(|it| it.key(&place()));
        let gone: BTreeSet<NodeId> =
            self.graph.iter().filter(|(_, node)| go(key(node))).map(|(id, _)| id.clone()).collect();
        self.graph.retain(|id, _| !gone.contains(id));
        self.follow(&BTreeMap::new(), &gone);
    }
}

/// Settings of which some fields are those of others of the kind.
fn mixed(one: &Settings, other: &Settings, keeps: u64) -> Settings {
    let (mut json, other) = (one.json().clone(), other.json().clone());
    let (Some(fields), Some(others)) = (json.as_object_mut(), other.as_object()) else { return one.clone() };
    let names: BTreeSet<String> = fields.keys().chain(others.keys()).cloned().collect();
    for (place, name) in names.into_iter().enumerate() {
        if keeps >> (place % 64) & 1 == 0 {
            match others.get(&name) {
                Some(value) => fields.insert(name, value.clone()),
                None => fields.remove(&name),
            };
        }
    }
    KINDS.settings(one.kind(), json).unwrap_or_else(|_| one.clone())
}

/// Settings of the same key of which all those fields that `may` be are others' of the kind, as far as the key allows.
pub(crate) fn disguised(one: &Settings, other: &Settings, may: impl Fn(&str) -> bool) -> Settings {
    let (key, others) = (one.key(&place()), other.json().clone());
    let fields =
        |settings: &Value| settings.as_object().map(|fields| fields.keys().cloned().collect::<Vec<_>>());
    let names: BTreeSet<String> =
        [one.json(), &others].into_iter().filter_map(fields).flatten().filter(|name| may(name)).collect();
    names.into_iter().fold(one.clone(), |settings, name| {
        let mut json = settings.json().clone();
        diff::set(&mut json, &FieldPath::root().field(&name), others.get(&name).cloned());
        let disguised = KINDS.settings(one.kind(), json).ok().filter(|it| it.key(&place()) == key);
        disguised.unwrap_or(settings)
    })
}

fn rename(value: &mut Value, names: &BTreeMap<NodeId, NodeId>, dropped: &BTreeSet<NodeId>) {
    if let Some((node, name)) = reference::fact(value) {
        let name = name.to_owned();
        if dropped.contains(&node) {
            *value = json!("dropped");
        } else if let Some(renamed) = names.get(&node) {
            *value = json!({ FACT: { "node": renamed.as_str(), "name": name } });
        }
        return;
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names, dropped)),
        Value::Object(fields) => fields.values_mut().for_each(|field| rename(field, names, dropped)),
        _ => {}
    }
}

/// The texts of a key, in its order.
fn words(key: &Key) -> Vec<String> {
    let json = serde_json::to_value(key).expect("keys are plain data");
    let mut paths = Vec::new();
    texts(&json, &FieldPath::root(), &mut paths);
    paths.iter().filter_map(|path| diff::get(&json, path)?.as_str().map(str::to_owned)).collect()
}

fn texts(value: &Value, at: &FieldPath, paths: &mut Vec<FieldPath>) {
    match value {
        Value::String(_) => paths.push(at.clone()),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(place, item)| texts(item, &at.index(place), paths))
        }
        Value::Object(fields) => fields.iter().for_each(|(name, field)| texts(field, &at.field(name), paths)),
        _ => {}
    }
}

fn replace(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text == from => *text = to.to_owned(),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, from, to)),
        Value::Object(fields) => fields.values_mut().for_each(|field| replace(field, from, to)),
        _ => {}
    }
}
