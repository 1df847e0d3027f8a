//! The members of a section as nodes.

use crate::{
    aliases::Aliases,
    graph::{Hold, Node, NodeId, Open, Reach, Treatment},
    kinds::Typed,
};
use lake_api::{
    FieldPath,
    member::{self, Adopt, Custody, Member, OnDelete, Own, Section},
    names::{ExternalName, MemberKey, Word},
};
use std::collections::BTreeSet;

/// What one member asks for.
pub(crate) struct Wanted<K> {
    /// The settings.
    pub(crate) settings: K,
    /// What must exist before.
    pub(crate) after: BTreeSet<NodeId>,
    /// Paths below the settings whose values are never shown.
    pub(crate) secret: BTreeSet<FieldPath>,
    /// Paths that the member and its settings call differently.
    pub(crate) aliases: Aliases,
}

/// A node for each member of a section: `own` tells what one of ours asks for, `external` what somebody else's is
/// looked at by.
pub(crate) fn members<K, T>(
    word: &str,
    section: &Section<T>,
    own: impl Fn(&MemberKey, &Own<T>) -> Wanted<K>,
    external: impl Fn(&ExternalName) -> K,
) -> Vec<(NodeId, Node)>
where
    K: Typed,
    T: member::Settings,
{
    section
        .iter()
        .map(|(key, member)| {
            let origin = FieldPath::root().field(word).key(key.as_str());
            let node = match member {
                Member::Own(member) => {
                    let Wanted { settings, after, secret, aliases } = own(key, member);
                    let treatment = Treatment { secret, ..treatment(&member.custody, &aliases) };
                    Node {
                        settings: Some(settings.erased()),
                        after,
                        treatment,
                        aliases,
                        ..bare(origin, Hold::Own, T::ON_DELETE)
                    }
                }
                Member::External(name) => Node {
                    settings: Some(external(name).erased()),
                    ..bare(origin, Hold::LookAt, OnDelete::Retain)
                },
                // It may hold others: a bucket its objects, a job its script.
                Member::Veiled => Node { open: Open::Node, ..bare(origin, Hold::Own, T::ON_DELETE) },
            };
            (NodeId::new(K::NAME, key), node)
        })
        .collect()
}

/// How a member may be treated; what of its drift is left alone is told in the words of its settings.
pub(crate) fn treatment(custody: &Custody, aliases: &Aliases) -> Treatment {
    let ignored = custody.ignore_drift.iter().filter_map(|path| path.known()?.parse().ok());
    Treatment {
        protected: custody.deletion_protection,
        on_delete: custody.on_delete,
        adopt: custody.adopt,
        adopt_from: custody.adopt_from.as_ref().and_then(|owner| owner.known().map(str::to_owned)),
        reach: Reach::All,
        ignore_drift: ignored.flat_map(|path: FieldPath| aliases.in_settings(&path)).collect(),
        secret: BTreeSet::new(),
    }
}

/// A node that its user lets go.
pub(crate) fn released() -> Node {
    bare(FieldPath::root().field("release"), Hold::Release, OnDelete::Retain)
}

/// A node of which nothing is known but where it comes from.
fn bare(origin: FieldPath, hold: Hold, on_delete: OnDelete) -> Node {
    Node {
        settings: None,
        after: BTreeSet::new(),
        origin,
        hold,
        treatment: Treatment {
            protected: None,
            on_delete,
            adopt: Adopt::Never,
            adopt_from: None,
            reach: Reach::All,
            ignore_drift: BTreeSet::new(),
            secret: BTreeSet::new(),
        },
        brought_by: BTreeSet::new(),
        open: Open::Nothing,
        aliases: Aliases::default(),
    }
}
