//! Spec → graph. Pure; cannot fail on a checked spec.

pub(crate) mod members;
pub(crate) mod names;

use crate::{
    graph::{Graph, Hold},
    kind::Scope,
};
use lake_api::{names::Word, spec::LakeSpec};

/// The graph that a spec asks for, with every name and template resolved.
#[must_use]
pub fn expand(spec: &LakeSpec, scope: &Scope) -> Graph {
    let mut graph = crate::kinds::expand(spec, scope);
    if let Some(owner) = spec.adopt_from.as_ref().and_then(Word::known) {
        for node in graph.values_mut().filter(|node| node.hold == Hold::Own) {
            node.treatment.adopt_from.get_or_insert_with(|| owner.to_owned());
        }
    }
    graph
}
