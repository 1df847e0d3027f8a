//! The record: the one memory of both doors. Terraform keeps it in a resource's private bytes, Kubernetes in
//! `status.record`.

mod secrets;

use crate::{
    graph::{Graph, NodeId, Treatment},
    inventory::{Inventory, Presence},
    key::Key,
    kind::{Kinds, Wears},
    owner::{Mark, Owner, can_be_named},
    place::Place,
    plan::Plan,
};
use lake_api::{FieldPath, member::OnDelete};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// The version that this release writes. Changes within a version are additive only.
pub const VERSION: u32 = 1;

/// What a lake remembers of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The format's version; an unknown one is an error that names the release to use.
    pub v: u32,
    /// Where the lake lives.
    pub place: Place,
    /// Whose it is, as its marks spell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Which of all lakes of this owner and name it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lineage: Option<String>,
    /// The node that wears `lake.dev/creating` while the lake is being created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<NodeId>,
    /// What is known of each node.
    pub nodes: BTreeMap<NodeId, Remembered>,
}

/// What is remembered of one node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "Written", into = "Written")]
pub struct Remembered {
    /// Every key under which the node may be found.
    pub keys: BTreeMap<Key, Keeping>,
    /// Keys of kinds, or with words, that only a later release knows: kept as they are.
    pub later: Vec<serde_json::Value>,
    /// The names of the entries that we put into maps which others write into, as `parameters.classification`.
    pub owned: BTreeSet<String>,
    /// The paths below the settings whose values on AWS are never shown, names and not values: those of the spec, and
    /// those of earlier specs until they are gone from AWS. `None` while nobody has said which: then nothing is shown
    /// of what the kind can keep secret.
    pub secret: Option<BTreeSet<FieldPath>>,
}

/// What is remembered of one node, as it is written: keys are structures, by which no JSON object can be keyed, so that they
/// stand in a list of pairs.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Written {
    #[schemars(with = "Vec<(Key, Keeping)>")]
    keys: Vec<serde_json::Value>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    owned: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<BTreeSet<String>>")]
    secret: Option<BTreeSet<FieldPath>>,
}

impl From<Written> for Remembered {
    /// Which of the keys this release knows is said by [`Record::of`].
    fn from(Written { keys, owned, secret }: Written) -> Self {
        Remembered { keys: BTreeMap::new(), later: keys, owned, secret }
    }
}

impl Remembered {
    /// Read the keys of kinds that there are, as these spell them.
    fn read_keys(&mut self, kinds: Kinds) {
        self.later.retain(|pair| match <(Key, Keeping)>::deserialize(pair) {
            Ok((key, keeping)) if kinds.knows(&key) => {
                self.keys.insert(key, keeping);
                false
            }
            _ => true,
        });
    }
}

impl From<Remembered> for Written {
    fn from(Remembered { keys, later, owned, secret }: Remembered) -> Self {
        let pairs = keys.into_iter().map(|pair| serde_json::to_value(pair).expect("a key is plain data"));
        Written { keys: pairs.chain(later).collect(), owned, secret }
    }
}

/// What is remembered of one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Keeping {
    /// How we came by it.
    pub got: Got,
    /// What becomes of it when its member leaves, as the last member said that named it.
    pub on_delete: OnDelete,
    /// Whether its data is protected from deletion, as the last member said that named it and was applied.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protected: bool,
    /// What AWS tells of the resource's birth: another one of the same name has another. Of what has none, that of what it
    /// lay in, where another one was taken over in the place of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth: Option<String>,
}

/// How a resource came into the lake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub enum Got {
    /// We made it.
    Made,
    /// It existed and was taken over.
    Adopted,
    /// It existed, is exactly what is wanted and can wear no mark: used, never changed or deleted.
    Found,
}

/// A record that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRecord {
    /// A later release has written it.
    #[error("a later release has written this record (version {0})")]
    Newer(u64),
    /// It is not what any release writes.
    #[error("this record cannot be read: {0}")]
    Broken(String),
}

impl NoRecord {
    /// What the user can do.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            NoRecord::Newer(_) => "Use that release or a later one.",
            NoRecord::Broken(_) => {
                "Clear it: the lake's resources are found again by the marks that they wear."
            }
        }
    }
}

impl fmt::Display for Record {
    /// As a JSON document, which [`Record::read`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).expect("a record is plain data"))
    }
}

impl Record {
    /// The record that a JSON document holds, of these kinds.
    ///
    /// # Errors
    /// When a later release has written it, or nobody.
    pub fn read(kinds: Kinds, text: &str) -> Result<Self, NoRecord> {
        Record::of(kinds, serde_json::from_str(text).map_err(|error| NoRecord::Broken(error.to_string()))?)
    }

    /// The record that a JSON value is, of these kinds.
    ///
    /// # Errors
    /// When a later release has written it, or nobody.
    pub fn of(kinds: Kinds, value: serde_json::Value) -> Result<Self, NoRecord> {
        match value["v"].as_u64() {
            Some(v) if v > u64::from(VERSION) => Err(NoRecord::Newer(v)),
            _ => {
                let mut record: Record =
                    serde_json::from_value(value).map_err(|error| NoRecord::Broken(error.to_string()))?;
                record.nodes.values_mut().for_each(|remembered| remembered.read_keys(kinds));
                Ok(record)
            }
        }
    }

    /// The record of a lake of which nothing exists yet.
    #[must_use]
    pub fn new(place: Place) -> Self {
        Record { v: VERSION, place, owner: None, lineage: None, anchor: None, nodes: BTreeMap::new() }
    }

    /// How a node came by a key, if it is remembered.
    #[must_use]
    pub fn got(&self, node: &NodeId, key: &Key) -> Option<Got> {
        Some(self.nodes.get(node)?.keys.get(key)?.got)
    }

    /// What becomes of a key of a node when its member leaves, if it is remembered.
    #[must_use]
    pub fn on_delete(&self, node: &NodeId, key: &Key) -> Option<OnDelete> {
        Some(self.nodes.get(node)?.keys.get(key)?.on_delete)
    }

    /// Remember a key of a node. What is already known of how we came by it stays, unless it was only found so far.
    pub fn remember(&mut self, node: &NodeId, key: Key, got: Got, on_delete: OnDelete) {
        let remembered = self.nodes.entry(node.clone()).or_default();
        let keeping =
            remembered.keys.entry(key).or_insert(Keeping { got, on_delete, protected: false, birth: None });
        keeping.on_delete = on_delete;
        if keeping.got == Got::Found {
            keeping.got = got;
        }
    }

    /// A key that moves to another node is the same resource still, and has its birth.
    pub(crate) fn keep_birth(&mut self, was: &NodeId, node: &NodeId, key: &Key) {
        let birth = self.nodes.get(was).and_then(|it| it.keys.get(key)?.birth.clone());
        if let Some(keeping) = self.nodes.get_mut(node).and_then(|it| it.keys.get_mut(key)) {
            keeping.birth = keeping.birth.take().or(birth);
        }
    }

    /// What a key names is another one than before and was taken over: what has no birth of its own and lay in the former one
    /// does not come with it. Told is what that is: it has to be looked at again.
    pub(crate) fn part(&mut self, kinds: Kinds, holder: &Key) -> Vec<Key> {
        let keys = || self.nodes.values().flat_map(|it| &it.keys);
        let birth = keys().find(|(key, _)| *key == holder).and_then(|(_, keeping)| keeping.birth.clone());
        let mut parted = Vec::new();
        for (key, keeping) in self.nodes.values_mut().flat_map(|it| &mut it.keys) {
            if kinds.hangs_on(key).as_ref() == Some(holder) && kinds.of(key).wears != Wears::Nothing {
                keeping.birth.get_or_insert(birth.clone().unwrap_or_default());
                parted.push(key.clone());
            }
        }
        parted
    }

    /// Heed what members say now of the keys that they name, whichever node each was so far: a move may never come to
    /// its end.
    pub(crate) fn heed(&mut self, kinds: Kinds, plan: &Plan, graph: &Graph) {
        let named: BTreeMap<&Key, &Treatment> = plan
            .steps
            .iter()
            .filter(|step| step.wanted.is_some())
            .filter_map(|step| Some((step.key.as_ref()?, &graph.get(&step.node)?.treatment)))
            .collect();
        for (key, keeping) in self.nodes.values_mut().flat_map(|it| &mut it.keys) {
            if let Some(treatment) = named.get(key) {
                keeping.on_delete = treatment.on_delete;
                keeping.protected = treatment.protected == Some(true) && kinds.of(key).holds_data;
            }
        }
    }

    /// Remember when what is ours was made, as far as a look told it; of what lies in something, that it is in that.
    pub(crate) fn learn_births(&mut self, kinds: Kinds, inventory: &Inventory) {
        for (node, found) in inventory {
            let Some(remembered) = self.nodes.get_mut(node) else { continue };
            for (key, presence) in found {
                if let (Some(keeping), Presence::Present { mark: Mark::Ours(_), birth, .. }) =
                    (remembered.keys.get_mut(key), presence)
                    && (birth.is_some() || kinds.hangs_on(key).is_some())
                {
                    keeping.birth.clone_from(birth);
                }
            }
        }
    }

    /// Take the owner whose mark the lake's resources wear, where the record names none and they agree; else the owner who
    /// looks, who is then told of each that is another's.
    pub fn learn_owner(&mut self, inventory: &Inventory, looks: &Owner) {
        if self.owner.is_some() {
            return;
        }
        let found = self.nodes.iter().flat_map(|(node, it)| it.keys.keys().map(move |key| (node, key)));
        let owners: BTreeSet<String> = found
            .filter_map(|(node, key)| match inventory.get(node)?.get(key)? {
                Presence::Present { mark: Mark::Other(owner), .. } if can_be_named(owner) => {
                    Some(owner.clone())
                }
                Presence::Present { mark: Mark::Ours(_) | Mark::Incomplete(_), .. } => {
                    Some(looks.to_string())
                }
                _ => None,
            })
            .collect();
        let mut owners = owners.into_iter();
        self.owner = match (owners.next(), owners.next()) {
            (Some(one), None) => Some(one),
            _ => Some(looks.to_string()),
        };
    }

    /// Forget a key of a node, and the node with its last key.
    pub fn forget(&mut self, node: &NodeId, key: &Key) {
        if let Some(remembered) = self.nodes.get_mut(node) {
            remembered.keys.remove(key);
            if remembered.keys.is_empty() && remembered.later.is_empty() {
                self.nodes.remove(node);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toys::TOYS;

    #[test]
    fn keys_that_only_a_later_release_knows_are_kept() {
        let text = r#"{"v":1,"place":{"partition":"aws","region":"eu-west-1","account":"123456789012"},"nodes":{"novel/n":{"keys":[[{"novel":"n"},{"got":"Made","onDelete":"Delete"}]]}}}"#;
        let mut record = Record::read(TOYS, text).unwrap();
        let novel = NodeId::from("novel/n");
        assert_eq!((record.nodes[&novel].keys.len(), record.nodes[&novel].later.len()), (0, 1));
        record.forget(&novel, &Key::new("store", "b"));
        assert_eq!(record.to_string(), text);
    }

    #[test]
    fn a_record_comes_back_from_its_text_and_a_later_one_is_told() {
        let place =
            Place { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() };
        let record = Record::new(place);
        assert_eq!(Record::read(TOYS, &record.to_string()), Ok(record));
        assert_eq!(Record::read(TOYS, r#"{"v":7}"#), Err(NoRecord::Newer(7)));
        assert!(matches!(Record::read(TOYS, "garbage"), Err(NoRecord::Broken(_))));
    }
}
