//! What the kinds of Glue have in common: places in S3, words of its API, tags by ARN.

mod batch;
pub(crate) mod cron;
mod location;
pub(crate) mod runs_as;
mod tags;
pub mod texts;

pub(crate) use batch::{Batch, look};
pub use location::{Location, ObjectPlace};
pub(crate) use tags::{SETTLING, arn, key_of_arn, mark, retag, tags_of, worn};

use crate::{diff::FieldChange, place::Place, policy::part};
use futures::{StreamExt, stream};
use lake_api::{Input, Step};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// As whom Glue runs what it was passed a role for.
pub(crate) const PRINCIPAL: &str = "glue.amazonaws.com";

/// The ARN of a role that is passed to Glue; of any path where only its name is known.
pub(crate) fn passed(name: &Input<String>, arn: Option<&Input<String>>, place: &Place) -> String {
    match arn.and_then(Input::text) {
        Some(arn) => arn.to_owned(),
        None => place.global_arn("iam", &format!("role/*{}", part(name))),
    }
}

/// Calls of one kind that are under way at one time.
const PARALLEL: usize = 4;

/// The answers to many calls, a few at a time, in their order.
pub(crate) async fn side_by_side<F: Future>(calls: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let calls: Vec<F> = calls.into_iter().collect();
    stream::iter(calls).buffered(PARALLEL).collect().await
}

/// A text at a write: references are known by then.
pub(crate) fn text(input: &Input<String>) -> String {
    input.known().cloned().expect("all references are known at a write")
}

/// Texts at a write.
pub(crate) fn texts<'a>(inputs: impl IntoIterator<Item = &'a Input<String>>) -> Vec<String> {
    inputs.into_iter().map(text).collect()
}

/// A map of texts at a write.
pub(crate) fn map(inputs: &BTreeMap<String, Input<String>>) -> HashMap<String, String> {
    inputs.iter().map(|(key, value)| (key.clone(), text(value))).collect()
}

/// A number of the spec in the API's 32 bits: the contract bounds all of them far below.
pub(crate) fn wide(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// What AWS has, where empty means absent.
pub(crate) fn seen(text: Option<&str>) -> Option<Input<String>> {
    text.filter(|text| !text.is_empty()).map(Input::from)
}

/// A map that AWS has.
pub(crate) fn seen_map(map: Option<&HashMap<String, String>>) -> BTreeMap<String, Input<String>> {
    map.into_iter().flatten().map(|(key, value)| (key.clone(), Input::from(value.as_str()))).collect()
}

/// The name of a role that Glue tells by name, by path and name, or by ARN.
pub(crate) fn role_name(role: &str) -> String {
    role.rsplit('/').next().unwrap_or(role).to_owned()
}

/// `NEW_FOLDERS_ONLY` as `NewFoldersOnly`: a word of the API as a word of the spec.
pub(crate) fn pascal(word: &str) -> String {
    word.split('_')
        .map(|part| {
            let (first, rest) = part.split_at(part.len().min(1));
            first.to_uppercase() + &rest.to_lowercase()
        })
        .collect()
}

/// `NewFoldersOnly` as `NEW_FOLDERS_ONLY`: a word of the spec as a word of the API.
pub(crate) fn screaming(word: &str) -> String {
    let mut out = String::new();
    for c in word.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_uppercase());
    }
    out
}

/// The entries of a map that changes name: what is to be set, and what is to go. Entries that no change names are
/// left alone, for others write there too.
pub(crate) fn entries(
    changes: &[FieldChange],
    path: &[&str],
    wanted: &BTreeMap<String, Input<String>>,
) -> (HashMap<String, String>, BTreeSet<String>) {
    let mut set = HashMap::new();
    let mut gone = BTreeSet::new();
    let mut entry = |key: &str| match wanted.get(key) {
        Some(value) => {
            set.insert(key.to_owned(), text(value));
        }
        None => {
            gone.insert(key.to_owned());
        }
    };
    for change in changes {
        let steps = change.path.steps();
        let names: Vec<&str> = steps.iter().filter_map(Step::name).collect();
        match names.get(path.len()) {
            Some(key) if names.starts_with(path) => entry(key),
            // The map as a whole, or what holds it.
            None if path.starts_with(&names) => {
                let was = change.was.as_ref().and_then(|was| within(was, &path[names.len()..]));
                for key in was.into_iter().flat_map(|map| map.keys()).chain(wanted.keys()) {
                    entry(key);
                }
            }
            _ => {}
        }
    }
    (set, gone)
}

/// The map that lies at a path within a value.
fn within<'a>(value: &'a Value, path: &[&str]) -> Option<&'a serde_json::Map<String, Value>> {
    path.iter().try_fold(value, |value, field| value.get(field))?.as_object()
}

/// Whether a change is at a field of the settings or below it.
pub(crate) fn touches(changes: &[FieldChange], field: &str) -> bool {
    changes.iter().any(|change| change.path.steps().first().and_then(Step::name) == Some(field))
}

/// Whether anything but tags changes, which have calls of their own.
pub(crate) fn more_than_tags(changes: &[FieldChange]) -> bool {
    changes.iter().any(|change| !touches(std::slice::from_ref(change), "tags"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_of_the_api_and_of_the_spec_are_turned_into_each_other() {
        for (api, spec) in [("CRAWL_NEW_FOLDERS_ONLY", "CrawlNewFoldersOnly"), ("LOG", "Log"), ("ALL", "All")]
        {
            assert_eq!(pascal(api), spec);
            assert_eq!(screaming(spec), api);
        }
    }

    #[test]
    fn only_entries_that_changes_name_are_written() {
        let wanted =
            BTreeMap::from([("a".to_owned(), Input::from("1")), ("same".to_owned(), Input::from("2"))]);
        let change = |path: &str, was, wanted| FieldChange { path: path.parse().unwrap(), was, wanted };
        let changes = [
            change("parameters.a", Some(json!("0")), Some(json!("1"))),
            change("parameters.b", Some(json!("9")), None),
            change("description", None, Some(json!("x"))),
        ];
        let (set, gone) = entries(&changes, &["parameters"], &wanted);
        assert_eq!(set, HashMap::from([("a".to_owned(), "1".to_owned())]));
        assert_eq!(gone, BTreeSet::from(["b".to_owned()]));
    }

    #[test]
    fn a_map_that_changed_as_a_whole_is_written_as_a_whole() {
        let wanted = BTreeMap::from([("a".to_owned(), Input::from("1"))]);
        let whole = FieldChange {
            path: "serde".parse().unwrap(),
            was: Some(json!({ "parameters": { "b": "2" } })),
            wanted: Some(json!({ "parameters": { "a": "1" } })),
        };
        let (set, gone) = entries(&[whole], &["serde", "parameters"], &wanted);
        assert_eq!(set, HashMap::from([("a".to_owned(), "1".to_owned())]));
        assert_eq!(gone, BTreeSet::from(["b".to_owned()]));
    }

    #[test]
    fn a_role_is_known_by_its_name() {
        for role in ["etl", "lake/events/etl", "arn:aws:iam::123456789012:role/lake/events/etl"] {
            assert_eq!(role_name(role), "etl");
        }
    }
}
