//! How members are treated: whose they may be taken from, and which of their fields are left alone.

use super::{list, meant, texts};
use crate::CONTRACT;
use lake_api::contract::Shape;
use lake_api::{FieldPath, Finding, Step};
use serde_json::Value;

pub(super) fn check(spec: &Value, told: &mut Vec<Finding>) {
    texts::each(spec, &mut |path, _, text| {
        if path.steps().iter().filter_map(Step::name).next_back() == Some("ignoreDrift") {
            told.extend(left_alone(path, text));
        }
    });
}

/// A path below the member that its schema knows.
fn left_alone(path: &FieldPath, text: &str) -> Option<Finding> {
    let wrong = |summary: String, detail: String| Some(Finding::error(path.clone(), summary, detail));
    let inner: FieldPath = match text.parse() {
        Ok(inner) => inner,
        Err(why) => {
            return wrong(
                why.to_string(),
                "A path is `tags.team`, `workers.count` or `rules[0].days`.".into(),
            );
        }
    };
    // The member is what holds the list in which the path stands.
    let steps = path.steps();
    let member = steps.len().checked_sub(2).and_then(|end| steps.get(..end))?;
    let mut shape = member.iter().try_fold(CONTRACT.shape(), below)?;
    for step in inner.steps() {
        let Some(next) = below(shape, step) else {
            let known: Vec<&str> = shape
                .object()
                .into_iter()
                .flat_map(|object| object.fields.keys().map(String::as_str))
                .collect();
            let name = step.name().unwrap_or_default();
            let hint = match (meant(name, known.iter().copied()), known.as_slice()) {
                (Some(name), _) => format!("Did you mean `{name}`?"),
                (None, []) => "Nothing lies below that.".to_owned(),
                (None, known) => {
                    let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                    format!("There are {}.", list(&known))
                }
            };
            return wrong(format!("there is no field `{text}` to leave alone"), hint);
        };
        shape = next;
    }
    None
}

/// The form one step further.
fn below<'s>(shape: &'s Shape, step: &Step) -> Option<&'s Shape> {
    match (shape, step) {
        (Shape::Object(object), Step::Field(name) | Step::Key(name)) => Some(&object.fields.get(name)?.shape),
        (Shape::Map(_), Step::Field(_) | Step::Key(_)) | (Shape::List(_) | Shape::Set(_), Step::Index(_)) => {
            shape.entry()
        }
        _ => None,
    }
}

/// A lake that would be taken over from itself; `me` is its owner, as its marks spell it.
pub(super) fn own(spec: &Value, me: &str, told: &mut Vec<Finding>) {
    for (path, owner) in adopted_from(spec) {
        if owner == me {
            told.push(Finding::error(
                path,
                format!("`{owner}` is this lake itself"),
                "Write the owner that has it now, which its tag `lake.dev/owner` tells, or remove this.",
            ));
        }
    }
}

/// Each owner that a spec names in `adoptFrom`, and where it does.
pub(super) fn adopted_from(spec: &Value) -> Vec<(FieldPath, String)> {
    let mut named = Vec::new();
    texts::each(spec, &mut |path, _, text| {
        if matches!(path.steps().last(), Some(Step::Field(name)) if name == "adoptFrom") {
            named.push((path.clone(), text.to_owned()));
        }
    });
    named
}
