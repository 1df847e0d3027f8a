//! What leaves the lake as it is: nothing that is declared at the same time.

use super::members;
use crate::LakeSpec;
use lake_api::names::NodeId;
use lake_api::{FieldPath, Finding, Input};
use serde_json::Value;

pub(super) fn check(spec: &LakeSpec, json: &Value, told: &mut Vec<Finding>) {
    if !spec.release.is_empty() {
        members::each(json, &mut |member| told.extend(both(spec, &member.node, &member.path)));
    }
}

/// A node that is declared at a place and released at once.
pub(crate) fn both(spec: &LakeSpec, node: &str, place: &FieldPath) -> Option<Finding> {
    spec.release.contains(&NodeId(Input::from(node))).then(|| {
        Finding::error(
            FieldPath::root().field("release"),
            format!("{node} is declared and released at once"),
            format!("Remove `{place}` to let it go, or remove this entry to keep it."),
        )
    })
}
