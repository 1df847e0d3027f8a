//! A node that is wanted under another key than it has: its successor is made, and the former one goes.

use super::{
    Change, Reason, leaving,
    standing::Standing,
    wanted::{Case, Course, There},
};
use crate::{graph::NodeId, inventory::Presence, key::Key, kind::Data};
use std::collections::BTreeSet;

impl<'a> Course<'a> {
    /// A node whose wanted key names nothing replaces what lives under a former key of it, if something does. The order
    /// is the kind's: between two keys nothing forces the former one to go before its successor stands.
    pub(super) fn rename(&mut self, case: &Case<'_>) -> Option<Change> {
        let id = case.wish.id;
        let mut former =
            self.former(case).into_iter().filter(|key| !self.scene.is_wanted_by_another(id, key));
        let (old, there) = former.find_map(|key| Some((key, self.living(id, key)?)))?;
        if let Some(reason) = self.waits_for(case.wish) {
            return Some(self.wait(id, reason));
        }
        let changes = self.changes(id, case.wish.node, case.traits, there.has, case.wants);
        Some(Change::Replace { changes, old: old.clone(), order: case.traits.replace })
    }

    /// Former keys of a node go once nothing depends on them; unless they hold data, or the node itself is in no state
    /// to follow them. What is there of them still is told as drift of the node until it is gone.
    pub(super) fn former_keys(&mut self, case: &Case<'_>, change: Change) -> (Change, BTreeSet<String>) {
        let mut superseded = BTreeSet::new();
        let id = case.wish.id;
        let follows = matches!(
            change,
            Change::Keep | Change::Create | Change::Update(_) | Change::Replace { .. } | Change::Wait(_)
        );
        for old in self.former(case) {
            let living = self.living(id, old).is_some() && !self.scene.is_wanted_by_another(id, old);
            match &change {
                _ if !living => leaving::decide(self.scene, id, old, &mut self.plan),
                _ if !follows => {}
                _ if case.traits.holds_data => {
                    let blocked = Change::Blocked(Reason {
                        why: format!("{id} holds data as {old}, and AWS cannot rename it to {}", case.key),
                        remedy: "Keep the name. To move, declare a new member with the new name and copy the data; \
                                 the old member then leaves by its onDelete."
                            .to_owned(),
                    });
                    return (blocked, superseded);
                }
                Change::Replace { old: replaced, .. } if replaced == old => {}
                Change::Wait(_) => {}
                _ => {
                    superseded.insert(old.to_string());
                    let mut step = leaving::step(id, old, Change::Delete(Data::Keep));
                    step.after.insert(id.clone());
                    step.taking = self.scene.remarked(id, old);
                    step.origin = case.wish.node.origin.clone();
                    self.plan.steps.push(step);
                }
            }
        }
        (change, superseded)
    }

    /// The keys of a node that are not the wanted one.
    pub(super) fn former(&self, case: &Case<'_>) -> Vec<&'a Key> {
        self.scene.keys(case.wish.id).into_iter().filter(|key| **key != case.key).collect()
    }

    /// What is there under a key, if it is there and this node's.
    pub(super) fn living(&self, id: &NodeId, key: &Key) -> Option<There<'a>> {
        match self.scene.presence(id, key)? {
            found @ Presence::Present { settings, facts, .. }
                if matches!(
                    self.scene.standing(id, key, found),
                    Some(Standing::Ours | Standing::Unmarked)
                ) =>
            {
                Some(There { has: settings.json(), facts })
            }
            _ => None,
        }
    }
}
