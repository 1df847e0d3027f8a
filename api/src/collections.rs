//! Sets, tags and maps of objects.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Deref, DerefMut};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::names::{MemberKey, TagValue};
use crate::rule;

/// The schema of a collection with that of its entries under this keyword. Within `json_schema!` the entries' whole schema
/// would be serialised once more, at each level that it lies below.
pub(crate) fn holding<T: JsonSchema>(
    mut collection: Schema,
    keyword: &str,
    generator: &mut SchemaGenerator,
) -> Schema {
    collection.insert(keyword.to_owned(), generator.subschema_for::<T>().to_value());
    collection
}

/// Values without an order, none of them twice.
///
/// A type of its own because a plain `BTreeSet` says `uniqueItems`, which Kubernetes does not take.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[serde(bound(deserialize = "T: Deserialize<'de> + Ord"))]
pub struct Set<T>(pub BTreeSet<T>);

impl<T> Set<T> {
    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self(BTreeSet::new())
    }
}

impl<T: Ord> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl<T> Deref for Set<T> {
    type Target = BTreeSet<T>;

    fn deref(&self) -> &BTreeSet<T> {
        &self.0
    }
}

impl<'a, T> IntoIterator for &'a Set<T> {
    type Item = &'a T;
    type IntoIter = std::collections::btree_set::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: JsonSchema> JsonSchema for Set<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Set_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let set = schemars::json_schema!({ "type": "array", "x-kubernetes-list-type": "set" });
        holding::<T>(set, "items", generator)
    }
}

/// Tags: at most 45 on one member, since AWS allows 50 and five are the lake's mark.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(pub BTreeMap<String, TagValue>);

impl Deref for Tags {
    type Target = BTreeMap<String, TagValue>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl JsonSchema for Tags {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Tags".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let tags = schemars::json_schema!({ "type": "object", "maxProperties": 45 });
        holding::<TagValue>(tags, "additionalProperties", generator)
    }
}

/// Parts of a member, each under a key with the grammar of a member's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Keyed<T>(pub BTreeMap<MemberKey, T>);

impl<T> Default for Keyed<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Deref for Keyed<T> {
    type Target = BTreeMap<MemberKey, T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T> DerefMut for Keyed<T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<T: JsonSchema> JsonSchema for Keyed<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Keyed_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let map = schemars::json_schema!({
            "type": "object",
            "x-kubernetes-validations": json!([rule::keys()]),
        });
        holding::<T>(map, "additionalProperties", generator)
    }
}
