//! Graph × record × inventory → plan. Pure: the hard rules are here, and nothing is left to decide when it is done.
//!
//! `wanted` decides about each node of the graph, `leaving` about what is remembered or found and no longer wanted,
//! `present` what of a resource that is there is changed, `rename` what becomes of a node whose key changes, and `standing`
//! says whose a resource is.

mod leaving;
mod present;
mod rename;
mod standing;
mod step;
mod taking;
mod wanted;

pub use step::{Change, Later, Note, Plan, Reason, Step, Taking};

use crate::{
    graph::{Graph, Hold, NodeId},
    inventory::Inventory,
    key::Key,
    kind::Kinds,
    record::Record,
    wish::Wishes,
};
use standing::Scene;
use std::collections::BTreeSet;
use wanted::Course;

/// What is to be done so that AWS is as wanted.
///
/// # Guarantees
/// * Nothing is made of what was not looked at or could not be read.
/// * Nothing is changed or deleted that does not wear this lake's mark, or for want of a mark is not remembered as
///   ours or hangs on what is, unless `adopt` or `adoptFrom` says so.
/// * What holds data is never replaced; it is deleted only when its member left and its `onDelete` says so.
/// * A key belongs to one node: what another node of the lake wants is moved, not deleted.
#[must_use]
pub fn plan(kinds: Kinds, desired: &Graph, record: &Record, observed: &Inventory) -> Plan {
    let wishes = Wishes::of(kinds, desired);
    let keys: Vec<(NodeId, Key)> = wishes.keys(&record.place, observed);
    let own = |node: &NodeId| desired[node].hold == Hold::Own;
    let wanted = keys.iter().filter(|(node, _)| own(node)).map(|(node, key)| (node, key));
    let scene = Scene::new(kinds, record, observed, wanted);
    let mut course = Course::new(&scene);
    for wish in &wishes.ordered {
        course.decide(wish);
    }
    let released: BTreeSet<&Key> = desired
        .iter()
        .filter(|(_, node)| node.hold == Hold::Release)
        .flat_map(|(id, _)| scene.keys(id))
        .collect();
    for wish in &wishes.circular {
        course.circular(wish);
    }
    let mut plan = course.plan;
    let mut gone: Vec<&NodeId> = record
        .nodes
        .keys()
        .chain(observed.keys())
        .filter(|node| !desired.contains_key(node))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let ranks = kinds.ranks();
    gone.sort_by_cached_key(|node| (ranks.of(node.kind()), (*node).clone()));
    for node in gone {
        for key in scene.keys(node) {
            if kinds.hangs_on(key).is_some_and(|holder| released.contains(&holder)) {
                leaving::release(&scene, node, key, &mut plan);
            } else {
                leaving::decide(&scene, node, key, &mut plan);
            }
        }
    }
    for (node, _) in record.nodes.iter().filter(|(_, remembered)| !remembered.later.is_empty()) {
        plan.steps.push(leaving::of_a_later_release(node));
    }
    // What leaves does so after all that is made, and among itself in the order of kinds.
    plan.steps.sort_by_cached_key(|step| {
        step.leaves().then(|| ranks.of(step.node.kind())).map_or(0, |rank| rank + 1)
    });
    plan
}
