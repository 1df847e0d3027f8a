//! Spec → graph. Pure; cannot fail on a checked spec.

pub(crate) mod members;
pub(crate) mod names;
mod refusals;

pub use refusals::refusals;

use crate::{
    LakeSpec,
    graph::{Graph, Hold, NodeId, Open},
    kinds::KINDS,
    owner::Owner,
    place::Place,
    reference,
    settings::Settings,
};
use lake_api::{FieldPath, names::Word};

/// What a lake is expanded for: its place, its owner, and the words that names may be made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Scope {
    /// Where the lake lives.
    pub place: Place,
    /// Whose it is.
    pub owner: Owner,
    /// The lake's bare name, the `{lake}` of name templates.
    pub lake: String,
    /// The Kubernetes namespace, the `{namespace}` of name templates; empty under Terraform.
    pub namespace: String,
}

/// The graph that a spec asks for, with every name and template resolved.
#[must_use]
pub fn expand(spec: &LakeSpec, scope: &Scope) -> Graph {
    let mut graph = crate::kinds::expand(spec, scope);
    if let Some(owner) = spec.adopt_from.as_ref().and_then(Word::known) {
        for node in graph.values_mut().filter(|node| node.hold == Hold::Own) {
            node.treatment.adopt_from.get_or_insert_with(|| owner.to_owned());
        }
    }
    for node in graph.values_mut().filter(|node| node.hold == Hold::Own) {
        node.treatment.protected.get_or_insert(spec.deletion_protection);
    }
    let released = spec.release.iter().filter_map(Word::known).map(NodeId::from);
    let released: Vec<_> =
        released.filter(|id| !graph.contains_key(id)).map(|id| (id, members::released())).collect();
    graph.extend(released);
    graph
}

/// The graph that a spec asks for of which not all is known. `sketch`, the same spec without what is veiled for want of
/// it, tells which nodes there are; `spec` what is wanted of them, as far as that is known; `open` below which paths
/// references are not known.
#[must_use]
pub fn expand_open(spec: &LakeSpec, sketch: &LakeSpec, open: &[FieldPath], scope: &Scope) -> Graph {
    let mut known = expand(spec, scope);
    let sketched = expand(sketch, scope).into_iter();
    sketched
        .map(|(id, mut node)| {
            node.settings = known.remove(&id).and_then(|node| node.settings);
            if open.iter().any(|path| node.origin.starts_with(path)) {
                node.open = node.open.max(Open::Needs);
            }
            (id, node)
        })
        .collect()
}

/// What a node of a graph wants, with the facts of other nodes that can be told before they are there.
pub(crate) fn foreseen(node: &NodeId, settings: &Settings, graph: &Graph, place: &Place) -> Settings {
    let fact = |node: &NodeId, name: &str| {
        graph.get(node)?.settings.as_ref().map(|it| KINDS.predict(it, place))?.remove(name)
    };
    let resolved = KINDS.settings(node.kind(), reference::resolve(settings.json(), &fact));
    resolved.unwrap_or_else(|_| settings.clone())
}
