//! What leaves the lake as it is: nothing that is declared at the same time.

use super::member;
use crate::spec::singular::singular;
use crate::{CONTRACT, LakeSpec};
use lake_api::contract::{Object, Shape};
use lake_api::names::Word;
use lake_api::{FieldPath, Finding};
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) fn check(spec: &LakeSpec, told: &mut Vec<Finding>) {
    if spec.release.is_empty() {
        return;
    }
    let mut declared = BTreeMap::new();
    if let (Some(root), Ok(spec)) = (CONTRACT.shape().object(), serde_json::to_value(spec)) {
        members(root, &spec, &FieldPath::root(), "", &mut declared);
    }
    for (key, _) in spec.jobs.own().filter(|(_, job)| job.script.is_uploaded()) {
        declared.insert(format!("object/{key}.script"), member("jobs", key).field("script"));
    }
    let at = FieldPath::root().field("release");
    told.extend(spec.release.iter().filter_map(|node| {
        let place = declared.get(node.known()?)?;
        Some(Finding::error(
            at.clone(),
            format!("{} is declared and released at once", node.known()?),
            format!("Remove `{place}` to let it go, or remove this entry to keep it."),
        ))
    }));
}

/// Every member below an object by the name of its node, nested ones under their outer keys.
fn members(
    object: &Object,
    value: &Value,
    path: &FieldPath,
    outer: &str,
    found: &mut BTreeMap<String, FieldPath>,
) {
    for (name, field) in &object.fields {
        let Shape::Map(map) = &field.shape else { continue };
        let (true, Some(kind), Some(entries)) =
            (map.members, singular(name), value.get(name).and_then(Value::as_object))
        else {
            continue;
        };
        for (key, member) in entries {
            let place = path.field(name).key(key);
            let key = format!("{outer}{key}");
            if let Some(inner) = map.entry.object() {
                members(inner, member, &place, &format!("{key}."), found);
            }
            found.insert(format!("{kind}/{key}"), place);
        }
    }
}
