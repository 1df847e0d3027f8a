//! A section's members: ours, somebody else's, or not known yet.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::collections::{Set, holding};
use crate::input::{is_unknown, unknown};
use crate::names::{EXTERNAL, ExternalName, MemberKey, OwnerName, PathText};
use crate::rule::{self, Rule};

/// What becomes of a resource when its member leaves the spec or the lake is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub enum OnDelete {
    /// It is deleted; what still holds data is an error, not a loss.
    Delete,
    /// It stays, its mark saying that it was retained, and the same lake may take it up again.
    Retain,
    /// It is emptied and then deleted, with all data in it.
    Empty,
}

/// What may be taken over that exists already and does not wear this lake's mark.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "PascalCase")]
pub enum Adopt {
    /// Nothing: what exists already is an error.
    #[default]
    Never,
    /// What wears nobody's mark.
    Unowned,
    /// Whatever has the name, also what another lake owns.
    Any,
}

/// How the lake treats a resource beyond its settings. These fields stand beside the settings of every member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Custody {
    /// What becomes of the resource when this member leaves the spec or the lake is deleted.
    pub on_delete: OnDelete,

    /// What may be taken over that exists already under this name and does not wear this lake's mark.
    #[serde(default)]
    pub adopt: Adopt,

    /// The owner from whom the resource is taken over, `terraform/team-a/events` or `kubernetes/<cluster>/<namespace>/<lake>`:
    /// the value of the tag `lake.dev/owner`. Default: the lake's `adoptFrom`.
    pub adopt_from: Option<OwnerName>,

    /// Whether the resource is neither deleted nor emptied: a plan that would do either is an error until an apply has set
    /// this to `false`. `onDelete: Retain` stays allowed. Default: the lake's `deletionProtection`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_protection: Option<bool>,

    /// Paths below this member that are set when the resource is created and left alone from then on, `tags.team` or
    /// `workers.count`.
    #[serde(default)]
    pub ignore_drift: Set<PathText>,
}

/// What a section's members say, and what holds for all of them.
pub trait Settings: Serialize + DeserializeOwned + JsonSchema {
    /// What becomes of such a resource when nothing is said: `Retain` where data lives.
    const ON_DELETE: OnDelete;

    /// Whether such a resource holds a user's data: then `deletionProtection` may guard it.
    const HOLDS_DATA: bool = false;

    /// Whether such a resource holds data that can be deleted with it, so that `onDelete` may say `Empty`.
    const CAN_BE_EMPTIED: bool = false;

    /// Whether a member may stand for something that is not ours, by `external`.
    const CAN_BE_EXTERNAL: bool = true;

    /// The ARN of such a resource, as a user may write it in a reference: `arn:{partition}:iam::{account}:role/name`. What follows
    /// the first slash of its last part is the resource's own.
    const ARN: Option<&'static str> = None;

    /// How one that is not ours is called where its name alone does not say where to look: `database/table`.
    const EXTERNAL: Option<&'static str> = None;
}

/// A member that this lake makes and keeps as it is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Own<T> {
    /// What is wanted of the resource.
    pub settings: T,
    /// How the lake treats it.
    pub custody: Custody,
}

impl<T> Deref for Own<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.settings
    }
}

/// One entry of a section.
#[derive(Clone, Debug, PartialEq)]
pub enum Member<T> {
    /// Ours: made, kept, and deleted as its custody says.
    Own(Own<T>),
    /// Not ours, by its AWS name or ARN: looked at, never written, referred to by its key.
    External(ExternalName),
    /// Here, but its settings hold an unknown that is no text: only an apply knows what it says.
    Veiled,
}

impl<T> Member<T> {
    /// The member, if it is ours and known.
    pub fn own(&self) -> Option<&Own<T>> {
        match self {
            Member::Own(own) => Some(own),
            Member::External(_) | Member::Veiled => None,
        }
    }

    /// The AWS name or ARN of a member that is not ours.
    pub fn external(&self) -> Option<&ExternalName> {
        match self {
            Member::External(name) => Some(name),
            Member::Own(_) | Member::Veiled => None,
        }
    }
}

/// The field by which a member that holds data is guarded.
const DELETION_PROTECTION: &str = "deletionProtection";

/// The fields of [`Custody`], as they stand in a spec.
const CUSTODY: [&str; 5] = ["onDelete", "adopt", "adoptFrom", DELETION_PROTECTION, "ignoreDrift"];

impl<T: Settings> Serialize for Member<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error;
        match self {
            Member::Veiled => unknown().serialize(serializer),
            Member::External(name) => json!({ EXTERNAL: name }).serialize(serializer),
            Member::Own(own) => {
                let mut whole = serde_json::to_value(&own.settings).map_err(S::Error::custom)?;
                let custody = serde_json::to_value(&own.custody).map_err(S::Error::custom)?;
                if let (Value::Object(whole), Value::Object(custody)) = (&mut whole, custody) {
                    whole.extend(custody);
                }
                whole.serialize(serializer)
            }
        }
    }
}

impl<'de, T: Settings> Deserialize<'de> for Member<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if is_unknown(&value) {
            return Ok(Member::Veiled);
        }
        let Value::Object(mut fields) = value else {
            return Err(de::Error::custom("a member is an object"));
        };
        if let Some(name) = fields.remove(EXTERNAL).filter(|name| T::CAN_BE_EXTERNAL && !name.is_null()) {
            return serde_json::from_value(name).map(Member::External).map_err(de::Error::custom);
        }
        let mut custody: Map<String, Value> =
            CUSTODY.iter().filter_map(|key| fields.remove_entry(*key)).collect();
        custody.entry("onDelete").or_insert(json!(T::ON_DELETE));
        let custody = serde_json::from_value(Value::Object(custody)).map_err(de::Error::custom)?;
        let settings = serde_json::from_value(Value::Object(fields)).map_err(de::Error::custom)?;
        Ok(Member::Own(Own { settings, custody }))
    }
}

impl<T: Settings> JsonSchema for Member<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    /// The settings' fields beside those of custody. What the settings require is required of our own members only.
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        let mut custody = Custody::json_schema(generator);
        let Some(object) = schema.as_object_mut() else { return schema };
        let required = strings(object.remove("required"));
        let mut fields = match object.remove("properties") {
            Some(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        if let Some(Value::Object(custody)) = custody.remove("properties") {
            fields.extend(custody);
        }
        if !T::HOLDS_DATA {
            fields.remove(DELETION_PROTECTION);
        }
        if let Some(on_delete) = fields.get_mut("onDelete") {
            let words: &[OnDelete] = match T::CAN_BE_EMPTIED {
                true => &[OnDelete::Delete, OnDelete::Retain, OnDelete::Empty],
                false => &[OnDelete::Delete, OnDelete::Retain],
            };
            *on_delete = json!({
                "description": on_delete_text(T::CAN_BE_EMPTIED),
                "type": "string",
                "enum": words,
                "default": T::ON_DELETE,
            });
        }
        let beside: Vec<String> = fields
            .iter()
            .filter(|(_, field)| field.get("default").is_none_or(is_empty))
            .map(|(name, _)| name.clone())
            .collect();
        let mut rules = match object.remove("x-kubernetes-validations") {
            Some(Value::Array(rules)) => rules,
            _ => Vec::new(),
        };
        if T::CAN_BE_EXTERNAL {
            rules = rules.into_iter().map(own_only).collect();
            rules.extend(required.into_iter().map(|field| Rule::RequiredOfOwn(field).schema()));
            rules.push(Rule::ExternalAlone(beside).schema());
            fields.insert(EXTERNAL.into(), ExternalName::json_schema(generator).to_value());
        } else if !required.is_empty() {
            object.insert("required".into(), json!(required));
        }
        if !rules.is_empty() {
            object.insert("x-kubernetes-validations".into(), Value::Array(rules));
        }
        object.insert("properties".into(), Value::Object(fields));
        schema
    }
}

/// The documentation of `onDelete`.
fn on_delete_text(can_be_emptied: bool) -> String {
    let text = "What becomes of the resource when this member leaves the spec or the lake is deleted: `Delete`, or \
                `Retain`, which leaves it in place with a mark that says so";
    match can_be_emptied {
        true => format!("{text}, or `Empty`, which deletes all data in it and then the resource itself."),
        false => format!("{text}."),
    }
}

/// A rule of the settings, for members that are ours.
fn own_only(rule: Value) -> Value {
    match serde_json::from_value::<Rule>(rule[rule::RULE].clone()) {
        Ok(inner) => Rule::OfOwn(Box::new(inner)).schema(),
        Err(_) => rule,
    }
}

/// Whether a default says no more than that the field is absent.
fn is_empty(default: &Value) -> bool {
    default.as_array().is_some_and(Vec::is_empty) || default.as_object().is_some_and(Map::is_empty)
}

/// The texts of a list.
fn strings(value: Option<Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// The members of one sort, each under its key.
#[derive(Clone, Debug, PartialEq)]
pub struct Section<T>(BTreeMap<MemberKey, Member<T>>);

impl<T> Section<T> {
    /// The members that are ours and known, with their keys.
    pub fn own(&self) -> impl Iterator<Item = (&MemberKey, &Own<T>)> + Clone {
        self.0.iter().filter_map(|(key, member)| Some((key, member.own()?)))
    }
}

impl<T> Default for Section<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Deref for Section<T> {
    type Target = BTreeMap<MemberKey, Member<T>>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T> DerefMut for Section<T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<'a, T> IntoIterator for &'a Section<T> {
    type Item = (&'a MemberKey, &'a Member<T>);
    type IntoIter = std::collections::btree_map::Iter<'a, MemberKey, Member<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: Settings> Serialize for Section<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Settings> Deserialize<'de> for Section<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self)
    }
}

impl<T: Settings> JsonSchema for Section<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Section_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut section = schemars::json_schema!({
            "type": "object",
            "x-kubernetes-validations": [rule::keys()],
            "x-lake-members": true,
        });
        for (keyword, form) in [("x-lake-arn", T::ARN), ("x-lake-external", T::EXTERNAL)] {
            if let Some(form) = form {
                section.insert(keyword.to_owned(), form.into());
            }
        }
        holding::<Member<T>>(section, "additionalProperties", generator)
    }
}
