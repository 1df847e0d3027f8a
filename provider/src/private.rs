//! What travels in the bytes that Terraform keeps beside a lake's state and never looks into.
//!
//! The record says what the lake remembers of itself. The inventory, what a Read has just found, is there only
//! between that Read and the apply that follows.

use lake_reconcile::{
    graph::NodeId,
    inventory::{Inventory, Presence},
    key::Key,
    kinds::KINDS,
    record::{NoRecord, Record},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the private bytes hold.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Private {
    /// What the lake remembers.
    pub record: Record,
    /// What the last Read found; nothing after an apply.
    #[serde(with = "pairs", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<pairs::Pairs<Presence>>")]
    pub inventory: Option<Inventory>,
    /// Whether the lake was imported and no apply has succeeded since: what no member names must not go.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub imported: bool,
    /// What the configuration that replaces this lake wants of it, where `-replace` or the like asked for that: the destroy
    /// leaves it for the create that follows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<(NodeId, Key)>,
    /// The provider's tags that were last applied: they are in no state, and what was applied cannot be told without them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_tags: Option<BTreeMap<String, String>>,
}

/// What stands beside the record, which knows itself how it is read. The inventory is a cache: one that cannot be read, as
/// of another release, is none.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Beside {
    #[serde(default)]
    inventory: serde_json::Value,
    #[serde(default)]
    imported: bool,
    #[serde(default)]
    kept: Vec<(NodeId, Key)>,
    #[serde(default)]
    default_tags: Option<BTreeMap<String, String>>,
}

/// Private bytes that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPrivate {
    /// A later release has written them.
    #[error("this lake was last applied by a later release of the provider (its record has version {0})")]
    Newer(u64),
    /// They are not what any release writes.
    #[error("the record of this lake in the state cannot be read: {0}")]
    Broken(String),
}

impl From<NoRecord> for NoPrivate {
    fn from(error: NoRecord) -> Self {
        match error {
            NoRecord::Newer(v) => NoPrivate::Newer(v),
            NoRecord::Broken(why) => NoPrivate::Broken(why),
        }
    }
}

impl NoPrivate {
    /// What the user can do.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            NoPrivate::Newer(_) => {
                "Use that release or a later one: raise the version in required_providers."
            }
            NoPrivate::Broken(_) => {
                "Remove the lake from the state (`terraform state rm`) and import it again by its name: nothing on AWS is touched by that."
            }
        }
    }
}

impl Private {
    /// A record alone.
    #[must_use]
    pub fn of(record: Record) -> Self {
        Private { record, inventory: None, imported: false, kept: Vec::new(), default_tags: None }
    }

    /// The record of what was applied with these tags of the provider.
    #[must_use]
    pub fn applied(record: Record, default_tags: Option<BTreeMap<String, String>>) -> Self {
        Private { default_tags, ..Private::of(record) }
    }

    /// What the bytes hold; nothing when there are none.
    ///
    /// # Errors
    /// When a later release has written them, or nobody.
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, NoPrivate> {
        if bytes.is_empty() {
            return Ok(None);
        }
        let broken = |error: serde_json::Error| NoPrivate::Broken(error.to_string());
        let mut value: serde_json::Value = serde_json::from_slice(bytes).map_err(broken)?;
        let record = Record::of(KINDS, value["record"].take())?;
        let Beside { inventory, imported, mut kept, default_tags } =
            serde_json::from_value(value).map_err(broken)?;
        kept.retain(|(_, key)| KINDS.knows(key));
        let inventory = pairs::deserialize(inventory).and_then(|it| it.map(known).transpose());
        let inventory = inventory.unwrap_or_else(|error| {
            tracing::info!(%error, "what the last look found cannot be read, and is looked at again");
            None
        });
        Ok(Some(Private { record, inventory, imported, kept, default_tags }))
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a record and an inventory are plain data")
    }
}

/// An inventory as this release's kinds spell it.
fn known(mut inventory: Inventory) -> Result<Inventory, serde_json::Error> {
    for (key, presence) in inventory.values_mut().flatten() {
        if !KINDS.knows(key) {
            return Err(serde::de::Error::custom(format!("no kind has the key {key}")));
        }
        if let Presence::Present { settings, .. } = presence {
            *settings = KINDS.settings(key.kind(), settings.json().clone())?;
        }
    }
    Ok(inventory)
}

/// Keys are structures, which JSON objects cannot be keyed by: lists of pairs.
mod pairs {
    use super::{BTreeMap, Inventory, Key, NodeId, Presence};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) type Pairs<P> = BTreeMap<NodeId, Vec<(Key, P)>>;

    pub(super) fn serialize<S: Serializer>(inventory: &Option<Inventory>, s: S) -> Result<S::Ok, S::Error> {
        let pairs: Option<Pairs<&Presence>> = inventory.as_ref().map(|inventory| {
            let pairs = |found: &'_ BTreeMap<Key, Presence>| -> Vec<Key> { found.keys().cloned().collect() };
            inventory
                .iter()
                .map(|(node, found)| (node.clone(), pairs(found).into_iter().zip(found.values()).collect()))
                .collect()
        });
        pairs.serialize(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Inventory>, D::Error> {
        let pairs = Option::<Pairs<Presence>>::deserialize(d)?;
        Ok(pairs.map(|pairs| {
            pairs.into_iter().map(|(node, found)| (node, found.into_iter().collect())).collect()
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lake_reconcile::place::Place;

    fn record() -> Record {
        Record::new(Place {
            partition: "aws".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        })
    }

    #[test]
    fn what_is_kept_comes_back() {
        let tags = BTreeMap::from([("team".to_owned(), "data".to_owned())]);
        let private = Private { inventory: Some(Inventory::new()), ..Private::applied(record(), Some(tags)) };
        assert_eq!(Private::read(&private.bytes()), Ok(Some(private)));
        let private = Private::of(record());
        assert_eq!(Private::read(&private.bytes()), Ok(Some(private)));
        assert_eq!(Private::read(b""), Ok(None));
    }

    #[test]
    fn the_bytes_of_release_0_1_are_understood() {
        let bytes = br#"{"record":{"v":1,"place":{"partition":"aws","region":"eu-west-1","account":"123456789012"},"nodes":{}}}"#;
        assert_eq!(Private::read(bytes), Ok(Some(Private::of(record()))));
    }

    #[test]
    fn a_look_that_cannot_be_read_is_none() {
        let mut private = serde_json::to_value(Private::of(record())).unwrap();
        private["inventory"] = serde_json::json!({"bucket/store": [[{"novel": 1}, "Whatever"]]});
        let read = Private::read(private.to_string().as_bytes());
        assert_eq!(read, Ok(Some(Private::of(record()))), "it is only a cache");
    }

    #[test]
    fn what_a_later_release_wrote_is_told() {
        assert_eq!(Private::read(br#"{"record":{"v":7}}"#), Err(NoPrivate::Newer(7)));
        assert!(matches!(Private::read(b"garbage"), Err(NoPrivate::Broken(_))));
    }
}
