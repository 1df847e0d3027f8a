//! The members of a section as nodes.

use crate::{
    aliases::Aliases,
    graph::{Hold, Node, NodeId, Open, Reach, Treatment},
    kinds::Typed,
    settings::Settings,
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
    let own = |key: &MemberKey, member: &Own<T>| {
        let Wanted { settings, after, secret, aliases } = own(key, member);
        Wanted { settings: settings.erased(), after, secret, aliases }
    };
    let at = FieldPath::root().field(word);
    nodes(K::NAME, &at, T::ON_DELETE, section, own, |name| external(name).erased())
}

/// The same of the members of a kind that its word alone tells.
pub(crate) fn nodes<'a, T: 'a>(
    kind: &str,
    section: &FieldPath,
    on_delete: OnDelete,
    members: impl IntoIterator<Item = (&'a MemberKey, &'a Member<T>)>,
    own: impl Fn(&MemberKey, &Own<T>) -> Wanted<Settings>,
    external: impl Fn(&ExternalName) -> Settings,
) -> Vec<(NodeId, Node)> {
    members
        .into_iter()
        .map(|(key, member)| {
            let origin = section.key(key.as_str());
            let node = match member {
                Member::Own(member) => {
                    let Wanted { settings, after, secret, aliases } = own(key, member);
                    let treatment = Treatment { secret, ..treatment(&member.custody, &aliases) };
                    Node {
                        settings: Some(settings),
                        after,
                        treatment,
                        aliases,
                        ..bare(origin, Hold::Own, on_delete)
                    }
                }
                Member::External(name) => {
                    Node { settings: Some(external(name)), ..bare(origin, Hold::LookAt, OnDelete::Retain) }
                }
                // It may hold others: a bucket its objects, a job its script.
                Member::Veiled => Node { open: Open::Node, ..bare(origin, Hold::Own, on_delete) },
            };
            (NodeId::new(kind, key), node)
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
