//! Tags: what AWS and this lake keep to themselves, and how many there may be.
//!
//! Source: <https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html>.

use super::members;
use crate::LakeSpec;
use lake_api::collections::Tags;
use lake_api::contract::Shape;
use lake_api::names::Word;
use lake_api::{FieldPath, Finding};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The tags that one resource has room for: AWS's 50 without the five that a lake's mark may take.
const MOST: usize = 45;
/// The greatest length of a key.
const LONGEST: usize = 128;

/// The start of the tags that are the lake's own.
pub(crate) const OURS: &str = "lake.dev/";

pub(super) fn check(spec: &LakeSpec, json: &Value, told: &mut Vec<Finding>) {
    for (key, value) in spec.tags.iter() {
        one(FieldPath::root().field("tags").key(key), key, value.known(), told);
    }
    members::each(json, &mut |member| {
        let tags = member.value.get("tags").and_then(Value::as_object);
        let is_tags = matches!(member.form.fields.get("tags").map(|field| &field.shape), Some(Shape::Map(_)));
        let Some(tags) = tags.filter(|_| is_tags) else { return };
        let path = member.path.field("tags");
        for (key, value) in tags {
            one(path.key(key), key, value.as_str(), told);
        }
        let all = spec.tags.keys().chain(tags.keys()).collect::<BTreeSet<_>>().len();
        // What is nested does not wear the lake's tags.
        if all > MOST && !member.is_nested {
            told.push(Finding::error(
                path,
                format!("{all} tags are more than the {MOST} that there is room for"),
                "The lake's tags, a provider's `default_tags` among them, and the member's count together. AWS takes 50, of which \
                 five are the lake's mark.",
            ));
        }
    });
}

fn one(at: FieldPath, key: &str, value: Option<&str>, told: &mut Vec<Finding>) {
    if key.to_lowercase().starts_with("aws:") {
        told.push(Finding::error(
            at.clone(),
            format!("the tag `{key}` is AWS's own"),
            "Only AWS sets tags that begin with `aws:`. Choose another key.",
        ));
    } else if key.starts_with(OURS) {
        told.push(ours(at.clone(), key));
    }
    if key.is_empty() || key.chars().count() > LONGEST {
        told.push(Finding::error(
            at.clone(),
            "the key of a tag does not fit",
            format!("A key has 1 to {LONGEST} characters."),
        ));
    }
    let strange = |text: &str| text.chars().find(|c| !c.is_alphanumeric() && !" _.:/=+-@".contains(*c));
    let texts = [("key", Some(key)), ("value", value)];
    for (sort, found) in texts.iter().filter_map(|(sort, text)| Some((sort, strange((*text)?)?))) {
        told.push(Finding::error(
            at.clone(),
            format!("the {sort} of the tag holds `{}`", found.escape_default()),
            "Tags take letters, digits, spaces and `_.:/=+-@`.",
        ));
    }
}

/// A key that only the lake sets.
pub(crate) fn ours(path: FieldPath, key: &str) -> Finding {
    Finding::error(
        path,
        format!("`{key}` is the lake's own"),
        "What begins with `lake.dev/` says whose a resource is. Choose another key.",
    )
}

/// Keys that differ only in case, which IAM takes for the same; the lake's tags are the member's too.
pub(crate) fn folded(path: &FieldPath, lakes: &Tags, own: &Tags) -> Vec<Finding> {
    let mut seen = BTreeMap::new();
    let keys: BTreeSet<&String> = lakes.keys().chain(own.keys()).collect();
    keys.into_iter()
        .filter_map(|key| {
            let other = seen.insert(key.to_lowercase(), key)?;
            Some(Finding::error(
                path.clone(),
                format!("`{other}` and `{key}` are one tag to IAM"),
                "Its keys do not tell upper from lower case. Keep one of them; the lake's tags count too.",
            ))
        })
        .collect()
}
