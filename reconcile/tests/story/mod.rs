//! A story, read from its folder.

use lake_api::FieldPath;
use lake_reconcile::{
    CONTRACT, LakeSpec,
    aws::answered,
    diff,
    expand::{Scope, expand},
    graph::{Graph, Hold, NodeId},
    inventory::{Facts, Inventory, Presence},
    key::Key,
    kind::Wears,
    kinds::{KINDS, RegisteredKey as _, RegisteredSettings as _},
    owner::{Mark, Owner},
    place::Place,
    plan::{Plan, plan},
    record::{Got, Record},
    reference,
    settings::Settings,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// A lake, what it remembers, and what was found.
pub(crate) struct Story {
    wanted: Graph,
    record: Record,
    inventory: Inventory,
}

/// How things stand.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stand {
    #[serde(default)]
    was: Option<Value>,
    #[serde(default)]
    found: BTreeMap<String, Sights>,
    #[serde(default)]
    unseen: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Sights {
    Several(Vec<Sight>),
    One(Sight),
}

/// What was found under one key.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sight {
    /// It is not there.
    #[serde(default)]
    absent: bool,
    /// AWS is still at it.
    settling: Option<String>,
    /// It cannot be read.
    unreadable: Option<String>,
    /// What differs from what was wanted, by path.
    #[serde(default)]
    set: BTreeMap<String, Value>,
    /// Whose mark it wears: `ours` (the default), `retained`, `nobody`, the node of ours, or an owner.
    mark: Option<String>,
    /// How the record says we came by it; `Not` when it does not name it. As last applied where nothing is said.
    recorded: Option<String>,
    /// The record says that it was this node's.
    recorded_as: Option<String>,
    /// What AWS tells of when it was made.
    birth: Option<String>,
    /// What the record says of that.
    recorded_birth: Option<String>,
    /// The record says that its data is protected.
    #[serde(default)]
    protected: bool,
}

fn scope() -> Scope {
    Scope {
        place: Place { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() },
        owner: Owner { door: "terraform".into(), instance: "stories".into(), lake: "tale".into() },
        lake: "tale".into(),
        namespace: String::new(),
    }
}

/// Read a story.
pub(crate) fn read(folder: &Path) -> Story {
    let text = |name: &str| std::fs::read_to_string(folder.join(name));
    let lake = text("lake.yaml").expect("a story has a lake.yaml");
    let stand = text("inventory.yaml").unwrap_or_else(|_| "{}".to_owned());
    let stand: Stand = serde_saphyr::from_str(&stand)
        .unwrap_or_else(|error| panic!("{}/inventory.yaml: {error}", folder.display()));
    let lake = serde_saphyr::from_str(&lake).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let wanted = expand(&spec(lake, folder), &scope());
    let was = stand.was.map(|was| expand(&spec(was, folder), &scope())).unwrap_or_default();
    let mut story = Story { wanted, record: Record::new(scope().place), inventory: Inventory::new() };
    story.stand(&was, stand.found, &stand.unseen);
    story
}

fn spec(value: Value, folder: &Path) -> LakeSpec {
    CONTRACT.decode(value).unwrap_or_else(|findings| {
        let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
        panic!("{}: {}", folder.display(), findings.join("\n"))
    })
}

impl Story {
    /// What comes of it.
    pub(crate) fn plan(&self) -> Plan {
        plan(KINDS, &self.wanted, &self.record, &self.inventory)
    }

    fn stand(&mut self, was: &Graph, mut found: BTreeMap<String, Sights>, unseen: &BTreeSet<String>) {
        let ids: BTreeSet<NodeId> =
            was.keys().cloned().chain(found.keys().map(|id| NodeId::from(id.as_str()))).collect();
        for id in ids {
            let sights = match found.remove(id.as_str()) {
                Some(Sights::Several(sights)) => sights,
                Some(Sights::One(sight)) => vec![sight],
                None => vec![Sight::default()],
            };
            for sight in sights {
                self.look(&id, &sight, was, unseen.contains(id.as_str()));
            }
        }
        for (id, key) in keys(&self.wanted) {
            let looked = self.inventory.get(&id).is_some_and(|found| found.contains_key(&key));
            if !looked && !unseen.contains(id.as_str()) {
                let elsewhere = self.inventory.values().find_map(|found| found.get(&key).cloned());
                self.inventory.entry(id).or_default().insert(key, elsewhere.unwrap_or(Presence::Absent));
            }
        }
    }

    fn look(&mut self, id: &NodeId, sight: &Sight, was: &Graph, unseen: bool) {
        let source = if was.contains_key(id) { was } else { &self.wanted };
        let node = source.get(id).unwrap_or_else(|| panic!("{id} is neither wanted nor was it"));
        let mut json = resolved(source, id);
        for (path, value) in &sight.set {
            let path: FieldPath = path.parse().expect("a path");
            assert!(diff::set(&mut json, &path, Some(value.clone())), "{id} has no {path}");
        }
        let settings = KINDS.settings(id.kind(), json).unwrap_or_else(|error| panic!("{id}: {error}"));
        let key = settings.key(&scope().place).expect("what was found has a key");
        let got = match sight.recorded.as_deref() {
            Some("Not") => None,
            Some("Adopted") => Some(Got::Adopted),
            Some("Found") => Some(Got::Found),
            Some(_) => Some(Got::Made),
            None => (was.contains_key(id) && node.hold == Hold::Own).then_some(Got::Made),
        };
        if let Some(got) = got {
            let id = sight.recorded_as.as_deref().map_or_else(|| id.clone(), NodeId::from);
            self.record.remember(&id, key.clone(), got, node.treatment.on_delete);
            let remembered = self.record.nodes.get_mut(&id).expect("it was remembered a moment ago");
            remembered.secret = Some(node.treatment.secret.clone());
            let kept = remembered.keys.get_mut(&key).expect("by this key");
            (kept.birth, kept.protected) = (sight.recorded_birth.clone(), sight.protected);
        }
        if !unseen {
            let presence = presence(id, sight, settings, &key);
            self.inventory.entry(id.clone()).or_default().insert(key, presence);
        }
    }
}

fn presence(id: &NodeId, sight: &Sight, settings: Settings, key: &Key) -> Presence {
    if sight.absent {
        return Presence::Absent;
    }
    if let Some(reason) = &sight.settling {
        return Presence::Settling(reason.clone());
    }
    if let Some(said) = &sight.unreadable {
        return Presence::Unreadable(answered(&format!("{}:Read", key.kind()), "AccessDenied", said));
    }
    let mark = match sight.mark.as_deref() {
        _ if key.traits().wears == Wears::Nothing => Mark::CannotWear,
        None | Some("ours") => Mark::Ours(id.clone()),
        Some("retained") => Mark::Retained(id.clone()),
        Some("nobody") => Mark::Nobody,
        Some(node) if node.split('/').count() == 2 => Mark::Ours(NodeId::from(node)),
        Some(owner) => match owner.strip_prefix("retained:") {
            Some(left_by) => Mark::Left(left_by.to_owned()),
            None => Mark::Other(owner.to_owned()),
        },
    };
    let mut facts = settings.predict(&scope().place);
    for name in settings.traits().facts {
        facts.entry((*name).to_owned()).or_insert_with(|| format!("{name}-of-{}", id.name()));
    }
    Presence::Present {
        settings,
        facts,
        mark,
        creating: false,
        lineage: None,
        stale_mark: false,
        birth: sight.birth.clone(),
    }
}

/// What a node of a graph asks for, with every fact in its place as AWS would tell it.
fn resolved(graph: &Graph, id: &NodeId) -> Value {
    let Some(settings) = graph.get(id).and_then(|node| node.settings.as_ref()) else {
        return Value::Object(Map::new());
    };
    let fact = |node: &NodeId, name: &str| {
        let told: Facts = KINDS.settings(node.kind(), resolved(graph, node)).ok()?.predict(&scope().place);
        Some(told.get(name).cloned().unwrap_or_else(|| format!("{name}-of-{}", node.name())))
    };
    reference::resolve(settings.json(), &fact)
}

fn keys(graph: &Graph) -> Vec<(NodeId, Key)> {
    let key = |id: &NodeId| {
        KINDS.settings(id.kind(), resolved(graph, id)).ok().and_then(|it| it.key(&scope().place))
    };
    graph.keys().filter_map(|id| Some((id.clone(), key(id)?))).collect()
}
