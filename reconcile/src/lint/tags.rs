//! Tags: what AWS and this lake keep to themselves, and how many there may be.
//!
//! Source: <https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html>.

use super::member;
use crate::LakeSpec;
use lake_api::collections::Tags;
use lake_api::names::{TagValue, Word};
use lake_api::{FieldPath, Finding};
use std::collections::{BTreeMap, BTreeSet};

/// The tags that one resource has room for: AWS's 50 without the five that a lake's mark may take.
const MOST: usize = 45;
/// The greatest length of a key.
const LONGEST: usize = 128;

pub(super) fn check(spec: &LakeSpec, told: &mut Vec<Finding>) {
    let at = FieldPath::root().field("tags");
    keys(&at, &spec.tags, told);
    for (path, own, is_role) in tagged(spec) {
        keys(&path, own, told);
        let all: BTreeSet<&String> = spec.tags.keys().chain(own.keys()).collect();
        if all.len() > MOST {
            told.push(Finding::error(
                path.clone(),
                format!("{} tags are more than the {MOST} that there is room for", all.len()),
                "The lake's tags, a provider's `default_tags` among them, and the member's count together. AWS takes 50, of which \
                 five are the lake's mark.",
            ));
        }
        if is_role {
            told.extend(folded(&path, &all));
        }
    }
    for (bucket, settings) in spec.buckets.own() {
        for (key, object) in settings.objects.own() {
            let at = member("buckets", bucket).field("objects").key(key.as_str()).field("tags");
            keys(&at, &object.tags, told);
        }
    }
    for (key, table) in spec.tables.own() {
        // A table wears the mark among its parameters.
        for name in table.parameters.keys().filter(|name| name.starts_with("lake.dev/")) {
            told.push(ours(member("tables", key).field("parameters").key(name), name));
        }
    }
}

/// Every member that wears tags: where, which, and whether IAM holds them.
fn tagged(spec: &LakeSpec) -> Vec<(FieldPath, &Tags, bool)> {
    let at = |section: &str, key: &str| member(section, key).field("tags");
    let buckets = spec.buckets.own().map(|(key, own)| (at("buckets", key), &own.settings.tags, false));
    let points =
        spec.access_points.own().map(|(key, own)| (at("accessPoints", key), &own.settings.tags, false));
    let roles = spec.roles.own().map(|(key, own)| (at("roles", key), &own.settings.tags, true));
    let databases = spec.databases.own().map(|(key, own)| (at("databases", key), &own.settings.tags, false));
    let jobs = spec.jobs.own().map(|(key, own)| (at("jobs", key), &own.settings.tags, false));
    let crawlers = spec.crawlers.own().map(|(key, own)| (at("crawlers", key), &own.settings.tags, false));
    buckets.chain(points).chain(roles).chain(databases).chain(jobs).chain(crawlers).collect()
}

fn keys(path: &FieldPath, tags: &BTreeMap<String, TagValue>, told: &mut Vec<Finding>) {
    for (key, value) in tags {
        let at = path.key(key);
        if key.to_lowercase().starts_with("aws:") {
            told.push(Finding::error(
                at.clone(),
                format!("the tag `{key}` is AWS's own"),
                "Only AWS sets tags that begin with `aws:`. Choose another key.",
            ));
        } else if key.starts_with("lake.dev/") {
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
        let texts = [("key", Some(key.as_str())), ("value", value.known())];
        for (sort, found) in texts.iter().filter_map(|(sort, text)| Some((sort, strange((*text)?)?))) {
            told.push(Finding::error(
                at.clone(),
                format!("the {sort} of the tag holds `{}`", found.escape_default()),
                "Tags take letters, digits, spaces and `_.:/=+-@`.",
            ));
        }
    }
}

fn ours(path: FieldPath, key: &str) -> Finding {
    Finding::error(
        path,
        format!("`{key}` is the lake's own"),
        "What begins with `lake.dev/` says whose a resource is. Choose another key.",
    )
}

/// IAM takes keys that differ only in case for the same.
fn folded(path: &FieldPath, keys: &BTreeSet<&String>) -> Vec<Finding> {
    let mut seen = BTreeMap::new();
    keys.iter()
        .filter_map(|key| {
            let other = seen.insert(key.to_lowercase(), *key)?;
            Some(Finding::error(
                path.clone(),
                format!("`{other}` and `{key}` are one tag to IAM"),
                "Its keys do not tell upper from lower case. Keep one of them; the lake's tags count too.",
            ))
        })
        .collect()
}
