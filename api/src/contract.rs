//! The CRD as data: the one schema that both doors' schemas are projections of.
//!
//! [`schema`] is what a lake may say, as a tree of [`Shape`]s; [`check`] holds a JSON value against it and tells all
//! findings at once; [`complete`] fills in the defaults; [`decode`] does all of that and reads the spec.

mod check;
mod clean;
mod complete;
mod crd;
mod read;
mod readings;
mod shape;
mod veil;

pub use check::{check, check_against};
pub use complete::{complete, complete_against};
pub use crd::{crd, json_schema};
pub use read::{NoShape, shape_of};
pub use readings::{Readings, readings};
pub use shape::{Field, List, Map, Number, Object, Set, Shape, Text};
pub use veil::{open_references, veil};

use std::sync::OnceLock;

use serde_json::Value;

use crate::{FieldPath, Finding, LakeSpec};

/// What a lake's spec may say.
pub fn schema() -> &'static Shape {
    static SCHEMA: OnceLock<Shape> = OnceLock::new();
    SCHEMA.get_or_init(|| shape_of::<LakeSpec>().expect("the spec's types stay within the closed vocabulary"))
}

/// Reads a spec: checks it, fills in the defaults, and veils what unknowns hide. All findings at once.
pub fn decode(spec: Value) -> Result<LakeSpec, Vec<Finding>> {
    let findings = check(&spec);
    if !findings.is_empty() {
        return Err(findings);
    }
    typed(veil(spec))
}

/// Reads as much of a checked spec as tells which members there are and what they refer to: unknowns that are no texts
/// are left out. A member stays veiled where they decide that.
pub fn sketch(spec: Value) -> Result<LakeSpec, Vec<Finding>> {
    typed(veil::sketch(spec))
}

fn typed(spec: Value) -> Result<LakeSpec, Vec<Finding>> {
    serde_json::from_value(complete(spec)).map_err(|error| {
        let detail = "The contract let this in and the types did not: please report it.";
        vec![Finding::error(FieldPath::root(), format!("the spec cannot be read: {error}"), detail)]
    })
}

/// The fields that cannot be changed once they are given, below the spec. Kinds have fixed fields of their own, which
/// the engine treats member by member.
pub fn immutable() -> Vec<FieldPath> {
    let Shape::Object(spec) = schema() else { return Vec::new() };
    spec.fields
        .iter()
        .filter(|(_, field)| field.immutable)
        .map(|(name, _)| FieldPath::root().field(name))
        .collect()
}
