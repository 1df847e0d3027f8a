//! Rules about one object, said once: as CEL for the apiserver and as a check for Terraform.
//!
//! A CEL rule's cost is multiplied by the sizes of the maps and lists around it, so there are only these few forms, whose
//! cost does not depend on any text; the rest is `lint`. The contract's laws compare both sayings by kube's evaluator.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::input::is_unknown;
use crate::names::{EXTERNAL, MEMBER_KEY};

/// The key under which a rule stands beside its CEL text, for us alone.
pub const RULE: &str = "x-lake-rule";

/// What must hold of an object, by the names of its fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Rule {
    /// Exactly one of the fields is given.
    ExactlyOne(Vec<String>),
    /// No two of the fields are given.
    AtMostOne(Vec<String>),
    /// One of the fields is given, or several.
    AtLeastOne(Vec<String>),
    /// The first field is given only with the second.
    Needs(String, String),
    /// The field is given, unless the member is external.
    RequiredOfOwn(String),
    /// The rule holds, unless the member is external.
    OfOwn(Box<Rule>),
    /// An external member has none of the fields.
    ExternalAlone(Vec<String>),
    /// The keys of the map have the grammar of a member's key.
    Keys,
    /// The field, once given, keeps its value or is left out: one that was given by mistake can be taken back. Only the
    /// apiserver sees both values.
    Fixed(String),
}

/// Exactly one of the fields is given.
pub fn exactly_one(fields: &[&str]) -> Value {
    Rule::ExactlyOne(owned(fields)).schema()
}

/// No two of the fields are given.
pub fn at_most_one(fields: &[&str]) -> Value {
    Rule::AtMostOne(owned(fields)).schema()
}

/// One of the fields is given, or several.
pub fn at_least_one(fields: &[&str]) -> Value {
    Rule::AtLeastOne(owned(fields)).schema()
}

/// The first field is given only with the second.
pub fn needs(field: &str, other: &str) -> Value {
    Rule::Needs(field.to_owned(), other.to_owned()).schema()
}

/// The field, once given, keeps its value or is left out.
pub fn fixed(field: &str) -> Value {
    Rule::Fixed(field.to_owned()).schema()
}

/// The keys of the map have the grammar of a member's key.
pub fn keys() -> Value {
    Rule::Keys.schema()
}

impl Rule {
    /// The rule as an entry of `x-kubernetes-validations`.
    pub fn schema(&self) -> Value {
        json!({ "rule": self.cel(), "message": self.to_string(), RULE: self })
    }

    /// The rule in CEL.
    pub fn cel(&self) -> String {
        match self {
            Rule::ExactlyOne(fields) => match fields.as_slice() {
                [one, other] => format!("has(self.{one}) != has(self.{other})"),
                fields => format!("{} == 1", count(fields)),
            },
            Rule::AtMostOne(fields) => match fields.as_slice() {
                [one, other] => format!("!has(self.{one}) || !has(self.{other})"),
                fields => format!("{} <= 1", count(fields)),
            },
            Rule::AtLeastOne(fields) => given(fields, " || "),
            Rule::Needs(field, other) => format!("!has(self.{field}) || has(self.{other})"),
            Rule::RequiredOfOwn(field) => format!("has(self.{EXTERNAL}) || has(self.{field})"),
            Rule::OfOwn(rule) => format!("has(self.{EXTERNAL}) || ({})", rule.cel()),
            Rule::ExternalAlone(fields) => format!("!has(self.{EXTERNAL}) || !({})", given(fields, " || ")),
            Rule::Keys => format!("self.all(key, key.matches('{MEMBER_KEY}'))"),
            Rule::Fixed(field) => {
                format!("!has(oldSelf.{field}) || !has(self.{field}) || self.{field} == oldSelf.{field}")
            }
        }
    }

    /// Whether the rule holds of an object; `None` where an unknown among its fields leaves that open.
    ///
    /// [`Rule::Keys`] is about maps and [`Rule::Fixed`] about two objects: both always hold here.
    pub fn holds(&self, object: &Map<String, Value>) -> Option<bool> {
        let count = |fields: &[String]| -> Option<usize> {
            let given: Option<Vec<bool>> = fields.iter().map(|field| has(object, field)).collect();
            Some(given?.into_iter().filter(|given| *given).count())
        };
        Some(match self {
            Rule::ExactlyOne(fields) => count(fields)? == 1,
            Rule::AtMostOne(fields) => count(fields)? <= 1,
            Rule::AtLeastOne(fields) => count(fields)? >= 1,
            Rule::Needs(field, other) => !has(object, field)? || has(object, other)?,
            Rule::RequiredOfOwn(field) => has(object, EXTERNAL)? || has(object, field)?,
            Rule::OfOwn(rule) => has(object, EXTERNAL)? || rule.holds(object)?,
            Rule::ExternalAlone(fields) => !has(object, EXTERNAL)? || count(fields)? == 0,
            Rule::Keys | Rule::Fixed(_) => true,
        })
    }

    /// The rule for people who know only some of the fields.
    pub fn among(&self, known: &impl Fn(&str) -> bool) -> Rule {
        let some = |fields: &[String]| fields.iter().filter(|field| known(field)).cloned().collect();
        match self {
            Rule::ExactlyOne(fields) => Rule::ExactlyOne(some(fields)),
            Rule::AtMostOne(fields) => Rule::AtMostOne(some(fields)),
            Rule::AtLeastOne(fields) => Rule::AtLeastOne(some(fields)),
            Rule::OfOwn(rule) => Rule::OfOwn(Box::new(rule.among(known))),
            other => other.clone(),
        }
    }

    /// The fields that the rule speaks of.
    pub fn fields(&self) -> Vec<&str> {
        match self {
            Rule::ExactlyOne(fields)
            | Rule::AtMostOne(fields)
            | Rule::AtLeastOne(fields)
            | Rule::ExternalAlone(fields) => fields.iter().map(String::as_str).collect(),
            Rule::Needs(field, other) => vec![field, other],
            Rule::RequiredOfOwn(field) | Rule::Fixed(field) => vec![field],
            Rule::OfOwn(rule) => rule.fields(),
            Rule::Keys => Vec::new(),
        }
    }
}

impl fmt::Display for Rule {
    /// What must hold, in a few words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::ExactlyOne(fields) => write!(f, "exactly one of {} must be given", list(fields)),
            Rule::AtMostOne(fields) => write!(f, "at most one of {} may be given", list(fields)),
            Rule::AtLeastOne(fields) => write!(f, "at least one of {} must be given", list(fields)),
            Rule::Needs(field, other) => write!(f, "`{field}` needs `{other}` beside it"),
            Rule::RequiredOfOwn(field) => write!(f, "`{field}` is required"),
            Rule::OfOwn(rule) => rule.fmt(f),
            Rule::ExternalAlone(_) => {
                f.write_str("`external` stands alone: what is not this lake's has no settings here")
            }
            Rule::Keys => f.write_str("keys are 1 to 63 lower-case letters, digits and inner hyphens"),
            Rule::Fixed(field) => write!(f, "`{field}` cannot be changed, only left out"),
        }
    }
}

/// Whether a field is given; `None` where it is unknown, since it may turn out to be null.
fn has(object: &Map<String, Value>, field: &str) -> Option<bool> {
    match object.get(field) {
        None | Some(Value::Null) => Some(false),
        Some(value) if is_unknown(value) => None,
        Some(_) => Some(true),
    }
}

fn owned(fields: &[&str]) -> Vec<String> {
    fields.iter().map(|field| (*field).to_owned()).collect()
}

/// `has(self.a), has(self.b)`.
fn given(fields: &[String], between: &str) -> String {
    fields.iter().map(|field| format!("has(self.{field})")).collect::<Vec<_>>().join(between)
}

/// `(has(self.a) ? 1 : 0) + (has(self.b) ? 1 : 0)`: a sum costs the apiserver a fifth of what a list of them does.
fn count(fields: &[String]) -> String {
    fields.iter().map(|field| format!("(has(self.{field}) ? 1 : 0)")).collect::<Vec<_>>().join(" + ")
}

/// `a`, `b` or `c`, each in backquotes.
fn list(fields: &[String]) -> String {
    let quoted: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [front @ .., last] => format!("{} or {last}", front.join(", ")),
    }
}
