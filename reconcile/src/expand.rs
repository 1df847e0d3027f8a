//! Spec → graph. Pure; cannot fail on a checked spec.

pub(crate) mod members;
pub(crate) mod names;

use crate::{graph::Graph, kind::Scope};
use lake_api::spec::LakeSpec;

/// The graph that a spec asks for, with every name and template resolved.
#[must_use]
pub fn expand(spec: &LakeSpec, scope: &Scope) -> Graph {
    crate::kinds::expand(spec, scope)
}
