//! What is remembered or found, and no longer wanted.

use super::{
    Change, Note, Plan, Reason, Step, Taking,
    standing::{Scene, Standing},
    taking::{hangs_on_anew, made_anew},
};
use crate::{
    error::CloudError,
    graph::NodeId,
    inventory::Presence,
    key::Key,
    kind::{Data, Wears},
    owner::spelt,
    record::Got,
};
use lake_api::{FieldPath, member::OnDelete};

/// Decide about one key of a node whose member is gone, or that is only looked at now.
pub(super) fn decide(scene: &Scene<'_>, node: &NodeId, key: &Key, plan: &mut Plan) {
    if scene.is_wanted_by_another(node, key) {
        return moved(scene, node, key, plan);
    }
    let left = scene.kinds.of(key).wears == Wears::Nothing && scene.record.got(node, key) == Some(Got::Found);
    if left && scene.may_hang_on_ours(key) && !matches!(scene.presence(node, key), Some(Presence::Absent)) {
        // It stays remembered: the next look at what it hangs on would take it for a leftover.
        return;
    }
    let mut taking = None;
    let change = match scene.presence(node, key) {
        Some(Presence::Absent) => return plan.forget(node, key),
        Some(Presence::Settling(reason)) => Change::Settle(reason.clone()),
        Some(Presence::Unreadable(error)) => Change::Unreadable(error.clone()),
        Some(found @ Presence::Present { .. }) => {
            match scene.standing(node, key, found).expect("it is there") {
                Standing::Ours => leave(scene, node, key),
                Standing::Unmarked => {
                    taking = Some(Taking::Remark);
                    leave(scene, node, key)
                }
                Standing::Anew { birth, sure } => {
                    let what = made_anew(birth.as_deref(), sure);
                    plan.note(node, "OwnershipLost", format!("{key} is left as it is: {what}"));
                    return lose(scene, node, key, plan);
                }
                Standing::OnAnew(parent) => {
                    let what = hangs_on_anew(&parent);
                    plan.note(node, "OwnershipLost", format!("{key} is left as it is: {what}"));
                    return plan.forget(node, key);
                }
                // Its mark was rewritten, and whoever did that did not live to remember it.
                Standing::OursAs(other) if !scene.keys(&other).contains(key) => leave(scene, node, key),
                Standing::OursAs(_) | Standing::UnmarkedAs | Standing::Retained => {
                    return plan.forget(node, key);
                }
                Standing::Other(owner) => {
                    let why = match scene.kinds.of(key).wears {
                        Wears::Nothing => format!("{key} goes with what {owner} has taken over"),
                        _ => format!("{key} now belongs to {}", spelt(&owner)),
                    };
                    plan.note(node, "OwnershipLost", format!("{why}: it is left to them"));
                    return lose(scene, node, key, plan);
                }
                Standing::Left(_) | Standing::Nobody | Standing::Loose { used: false, .. } => {
                    plan.note(
                        node,
                        "OwnershipLost",
                        format!("{key} does not wear this lake's mark: it is left as it is"),
                    );
                    return lose(scene, node, key, plan);
                }
                Standing::Loose { used: true, .. } => {
                    plan.note(
                        node,
                        "Found",
                        format!("{key} was used and not made by this lake: it is left as it is"),
                    );
                    return plan.forget(node, key);
                }
            }
        }
        // Nobody looked: this is what would be done with what is remembered.
        None => leave(scene, node, key),
    };
    if change == Change::Retain {
        plan.note(node, "Retained", format!("{key} leaves the lake and stays on AWS (onDelete: Retain)"));
        if scene.kinds.of(key).wears == Wears::Nothing {
            if scene.may_hang_on_ours(key) {
                plan.left.insert((node.clone(), key.clone()));
                return;
            }
            return plan.forget(node, key);
        }
    }
    plan.steps.push(Step { taking, ..step(node, key, change) });
}

/// Forget what is somebody else's, and what can wear no mark and hangs on it: once nothing remembers what that hung on, it
/// would pass for this lake's.
fn lose(scene: &Scene<'_>, node: &NodeId, key: &Key, plan: &mut Plan) {
    plan.forget(node, key);
    for (other, remembered) in &scene.record.nodes {
        let hangs = |hung: &&Key| {
            scene.kinds.of(hung).wears == Wears::Nothing && scene.kinds.hangs_on(hung).as_ref() == Some(key)
        };
        remembered.keys.keys().filter(hangs).for_each(|hung| plan.forget(other, hung));
    }
}

/// Decide about one key of a node that its user releases, or that hangs on one: it leaves the record, and its mark is taken
/// off. Nothing else of it is touched, whatever `onDelete` says.
pub(super) fn release(scene: &Scene<'_>, node: &NodeId, key: &Key, plan: &mut Plan) {
    if scene.is_wanted_by_another(node, key) {
        return moved(scene, node, key, plan);
    }
    let ours = match scene.presence(node, key) {
        Some(Presence::Absent) => false,
        Some(found @ Presence::Present { .. }) => {
            matches!(
                scene.standing(node, key, found),
                Some(Standing::Ours | Standing::OursAs(_) | Standing::Unmarked | Standing::UnmarkedAs)
            )
        }
        Some(Presence::Settling(_) | Presence::Unreadable(_)) | None => true,
    };
    if ours {
        plan.note(node, "Released", format!("{key} leaves the lake and stays on AWS as it is (release)"));
    }
    if ours && scene.kinds.of(key).wears != Wears::Nothing {
        plan.steps.push(step(node, key, Change::Release));
    } else {
        plan.forget(node, key);
    }
}

/// The key is wanted by another node of this lake. It is that node's as soon as the mark, or for want of one the
/// record, says so; until then it is remembered here.
fn moved(scene: &Scene<'_>, node: &NodeId, key: &Key, plan: &mut Plan) {
    let moved = match scene.presence(node, key) {
        Some(found @ Presence::Present { .. }) if scene.kinds.of(key).wears != Wears::Nothing => {
            // What became somebody else's is remembered while a member wants it: by that it is known, and so is what hangs
            // on it.
            matches!(
                scene.standing(node, key, found),
                Some(Standing::OursAs(_) | Standing::UnmarkedAs | Standing::Retained | Standing::Nobody)
            )
        }
        Some(Presence::Absent) => true,
        Some(_) => scene.wanted_by[key].iter().any(|other| scene.record.got(other, key).is_some()),
        None => false,
    };
    if moved {
        plan.forget(node, key);
    }
}

fn leave(scene: &Scene<'_>, node: &NodeId, key: &Key) -> Change {
    // What no record speaks of and holds data stays.
    let careful = if scene.kinds.of(key).holds_data { OnDelete::Retain } else { OnDelete::Delete };
    let keeping = scene.record.nodes.get(node).and_then(|it| it.keys.get(key));
    let protected = scene.kinds.of(key).holds_data && keeping.is_some_and(|keeping| keeping.protected);
    match keeping.map_or(careful, |keeping| keeping.on_delete) {
        OnDelete::Retain => Change::Retain,
        OnDelete::Delete | OnDelete::Empty if protected => Change::Protected(protection(node, key)),
        OnDelete::Delete => Change::Delete(Data::Keep),
        OnDelete::Empty => Change::Delete(Data::Empty),
    }
}

/// Why what is protected is not deleted, and how the protection is lifted.
fn protection(node: &NodeId, key: &Key) -> Reason {
    Reason {
        why: format!("{node} ({key}) holds data and is protected from deletion (deletionProtection)"),
        remedy: "Apply once with the member still there and deletionProtection: false, at the member or at the lake; then \
                 remove it. With onDelete: Retain it leaves the lake and stays on AWS."
            .to_owned(),
    }
}

/// What the record names in words that only a later release knows: nothing is done about it, and it is not forgotten.
pub(super) fn of_a_later_release(node: &NodeId) -> Step {
    let said =
        "a later release has made this, and this one does not know it: use that release or a later one";
    let change = Change::Unreadable(CloudError::refused("record:Read", said));
    Step { key: None, ..Step::bare(node, change) }
}

/// A step about a key that no node wants.
pub(super) fn step(node: &NodeId, key: &Key, change: Change) -> Step {
    Step { key: Some(key.clone()), ..Step::bare(node, change) }
}

impl Plan {
    fn forget(&mut self, node: &NodeId, key: &Key) {
        self.forget.insert((node.clone(), key.clone()));
    }

    fn note(&mut self, node: &NodeId, word: &'static str, said: String) {
        self.notes.push(Note { node: node.clone(), origin: FieldPath::root(), word, said });
    }
}
