//! The sense of a whole spec: what no single field can tell.
//!
//! The schema says what a field may be, CEL what one object may be; what is left needs the whole lake: references,
//! names once their templates are filled in, and fields that only go together. What follows from the schema is here; the
//! rest each kind tells of its own section. Pure; all findings at once, sorted by
//! their place. What holds a value that is not known yet is left for the apply.

mod custody;
mod members;
pub(crate) mod names;
mod partition;
pub(crate) mod public;
mod references;
mod refusal;
pub(crate) mod release;
pub(crate) mod statement;
pub(crate) mod tags;
pub(crate) mod template;
mod texts;

use crate::{CONTRACT, LakeSpec, kinds};
use lake_api::contract::{Readings, Shape};
use lake_api::{FieldPath, Finding};
pub(crate) use refusal::{Refusal, point};
use serde_json::Value;
use std::collections::BTreeSet;

/// All that is wrong with the sense of a spec, for a lake of this name (in Kubernetes without its namespace).
#[must_use]
pub fn lint(spec: &LakeSpec, lake: &str) -> Vec<Finding> {
    let mut told = Vec::new();
    let json = json(spec);
    references::check(&json, &mut told);
    tags::check(spec, &json, &mut told);
    custody::check(&json, &mut told);
    release::check(spec, &json, &mut told);
    partition::check(spec, &json, &mut told);
    kinds::lint(spec, lake, &mut told);
    told.sort();
    told.dedup();
    told
}

/// All that is wrong with a spec, of form and of sense, at once, for a lake of this name.
#[must_use]
pub fn look_over(spec: &Value, lake: &str) -> Vec<Finding> {
    look_over_by(spec, |spec| lint(spec, lake))
}

/// All that is wrong with a spec, of form and of what `sense` tells, at once. A mistake of form hides no other one: of sense is
/// told what holds whatever the broken fields should have said.
#[must_use]
pub fn look_over_by(spec: &Value, sense: impl Fn(&LakeSpec) -> Vec<Finding>) -> Vec<Finding> {
    let mut found = CONTRACT.check(spec);
    let Readings { specs, broken } = CONTRACT.readings(spec);
    let mut readings = specs.iter().map(sense);
    let mut sense = readings.next().unwrap_or_default();
    for other in readings {
        sense.retain(|finding| other.contains(finding));
    }
    // Whatever refers into a section that cannot be read may be right.
    let is_section =
        |path: &FieldPath| matches!(CONTRACT.shape().at(path), Some(Shape::Map(map)) if map.members);
    if broken.iter().any(is_section) {
        sense.clear();
    }
    // Of two findings at one place the contract's is told: the other follows from it.
    let told: BTreeSet<FieldPath> = found.iter().map(|finding| finding.path.clone()).collect();
    let below = |path: &FieldPath| broken.iter().any(|broken| path.steps().starts_with(broken.steps()));
    sense.retain(|finding| !told.contains(&finding.path) && !below(&finding.path));
    found.extend(sense);
    found.sort();
    found
}

/// What is wrong with a spec because of whose the lake is: `owner` as its marks spell it, `terraform/team-a/events`.
#[must_use]
pub fn lint_for(spec: &LakeSpec, owner: &str) -> Vec<Finding> {
    let mut told = Vec::new();
    custody::own(&json(spec), owner, &mut told);
    told.sort();
    told
}

/// What is wrong with a spec because of where the lake lives: in this partition, `aws`.
#[must_use]
pub fn lint_in(spec: &LakeSpec, partition: &str) -> Vec<Finding> {
    let mut told = Vec::new();
    partition::check_in(&json(spec), partition, &mut told);
    told.sort();
    told
}

/// Each owner that a spec names in `adoptFrom`, and where it does.
#[must_use]
pub fn adopted_from(spec: &LakeSpec) -> Vec<(FieldPath, String)> {
    custody::adopted_from(&json(spec))
}

/// A spec as the walks along the schema read it. One that cannot be told as JSON came from none; its fields are checked where
/// they are typed.
fn json(spec: &LakeSpec) -> Value {
    serde_json::to_value(spec).unwrap_or_default()
}

/// The place of a member.
pub(crate) fn member(section: &str, key: &str) -> FieldPath {
    FieldPath::root().field(section).key(key)
}

/// Parts of a member that have one name on AWS: their places, each with its name as far as that is known.
pub(crate) fn same_name<'a>(
    named: impl Iterator<Item = (FieldPath, Option<&'a str>)>,
    sort: &'a str,
) -> Vec<Finding> {
    let mut seen = std::collections::BTreeMap::new();
    named
        .filter_map(|(at, name)| {
            let name = name?;
            let other = seen.insert(name, at.clone())?;
            Some(Finding::error(
                at,
                format!("two {sort} are called `{name}`"),
                format!("The other is `{other}`. Give one of them another `name`."),
            ))
        })
        .collect()
}

/// A choice as the spec spells it.
pub(crate) fn word(choice: impl serde::Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

/// A length of time for people: `1 minute`, `5 minutes`.
pub(crate) fn minutes(count: i64) -> String {
    format!("{count} minute{}", if count == 1 { "" } else { "s" })
}

/// Names for people: `a`, `a and b`, `a, b and c`.
pub(crate) fn list<T: AsRef<str>>(names: &[T]) -> String {
    match names {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [front @ .., last] => {
            let front: Vec<&str> = front.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", front.join(", "), last.as_ref())
        }
    }
}

/// The known name that a word was probably meant to be.
pub(crate) fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(word, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count().min(word.chars().count()) / 4)
        .min()
        .map(|(_, name)| name)
}
