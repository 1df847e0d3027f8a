//! What a change of an argument does, from the traits of its kind.

use crate::tables;
use lake_api::{FieldPath, Step};
use lake_reconcile::{graph::Hold, kind::Traits, kinds::KINDS};
use std::collections::BTreeSet;

/// What a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// The resource is changed.
    InPlace,
    /// Another resource takes its place.
    Replaces,
    /// None: the plan is refused, since the resource holds data.
    Refused,
}

/// The changes of the members that stand at one place of a lake.
#[derive(Clone, Debug)]
pub(crate) struct Changes {
    /// What is true of their kind.
    pub(crate) traits: &'static Traits,
    /// Where they stand, `*` for each key: `buckets.*`, `buckets.*.objects.*`.
    pub(crate) place: FieldPath,
}

impl Changes {
    /// Those of the members at a place, as a lake of every kind tells what kind those are.
    pub(crate) fn at(place: FieldPath) -> Self {
        let stands = |origin: &FieldPath| {
            let alike = |(step, at): (&Step, &Step)| step == at || at.name() == Some("*");
            origin.steps().len() == place.steps().len() && origin.steps().iter().zip(place.steps()).all(alike)
        };
        let found = tables::everything().iter().find(|(_, node)| stands(&node.origin));
        let kind = found.and_then(|(id, _)| KINDS.traits(id.kind()));
        Changes { traits: kind.unwrap_or_else(|| panic!("nothing stands at {place}")), place }
    }

    /// What a change at a path below a member does.
    pub(crate) fn of(&self, path: &FieldPath) -> Change {
        let mut meant = self.in_settings(path);
        // What is never read back never differs.
        meant.retain(|path| !self.traits.unread.iter().any(|unread| path.starts_with(&parsed(unread))));
        // Entries that come to a list or leave it change what is fixed of each.
        let fixed = |fixed: &FieldPath| {
            meant.iter().any(|path| path.starts_with(fixed)) || fixed.starts_with(&path.index(0))
        };
        match self.traits.fixed.iter().any(|path| fixed(&parsed(path))) {
            false => Change::InPlace,
            true if self.traits.holds_data => Change::Refused,
            true => Change::Replaces,
        }
    }

    /// Why AWS decides about a path where nothing is said, if it does.
    pub(crate) fn left_to_aws(&self, path: &FieldPath) -> Option<&'static str> {
        let meant = self.in_settings(path);
        let left = self.traits.left_to_aws.iter().find(|(left, _)| meant.contains(&parsed(left)));
        left.map(|(_, reason)| *reason)
    }

    /// The paths of the settings that a path of the member means, as the members of a lake of every kind tell it.
    fn in_settings(&self, path: &FieldPath) -> BTreeSet<FieldPath> {
        let own = tables::everything()
            .iter()
            .filter(|(id, node)| id.kind() == self.traits.name && node.hold == Hold::Own);
        own.flat_map(|(_, node)| node.aliases.in_settings(path)).chain([path.clone()]).collect()
    }
}

/// A path of traits, in which `[]` is any entry of a list.
fn parsed(path: &str) -> FieldPath {
    path.replace("[]", "[0]").parse().expect("kinds name paths")
}
