//! Which lineages of an owner's lake there are, and which of them a lake goes on with.

use super::Engine;
use crate::{
    graph::NodeId,
    inventory::{Inventory, Presence},
    key::Key,
    kind::Kinds,
    observe::Observed,
    owner::{Identity, Lineage, Mark, Owner},
    record::Record,
};
use std::collections::{BTreeMap, BTreeSet};

/// What was seen of each lineage by its resources' own services. A list alone decides nothing: it may lag.
pub type Lineages = BTreeMap<String, Members>;

/// What was seen of one lineage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members {
    /// The nodes that wear it.
    pub nodes: BTreeSet<NodeId>,
    /// Whether something of it wears the sign of a creation that never came to its end.
    pub unfinished: bool,
}

/// Other lakes of this owner and name that a new one has met: nothing is written beside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rivals {
    /// Every lineage that was seen.
    pub lineages: Lineages,
    /// Whether one of them came into being since the plan that was shown: another apply creates this lake.
    pub at_this_moment: bool,
}

impl Engine {
    /// Give a record a lineage after a look that compared none.
    pub(super) fn find_lineage(&self, planned: Option<String>, record: &mut Record, observed: &mut Observed) {
        let Some(own) = self.lineage.own() else { return };
        let known = record.nodes.iter().any(|(node, remembered)| {
            remembered.keys.keys().any(|key| !observed.leftovers.contains(&(node.clone(), key.clone())))
        });
        if known || !self.compares() {
            return self.find_known_lineage(record, observed);
        }
        let lineages = seen(&observed.inventory);
        let lineage = of_new(lineages, own, planned.as_deref()).unwrap_or_else(|rivals| {
            observed.rivals = Some(rivals);
            planned.unwrap_or_else(|| own.to_owned())
        });
        self.claim(lineage, record, observed);
    }

    /// Give the record of a lake that was applied before the lineage that most of its resources wear.
    pub(super) fn find_known_lineage(&self, record: &mut Record, observed: &mut Observed) {
        let Some(own) = self.lineage.own() else { return };
        let lineage = of_known(&seen(&observed.inventory), own);
        self.claim(lineage, record, observed);
    }

    fn claim(&self, lineage: String, record: &mut Record, observed: &mut Observed) {
        if self.compares() {
            let Observed { inventory, leftovers, .. } = observed;
            claim(self.kinds(), &self.owner, &lineage, record, inventory, leftovers);
        }
        record.lineage = Some(lineage);
    }

    /// Whether what another lineage has made is another lake's.
    pub(super) fn compares(&self) -> bool {
        matches!(self.lineage, Lineage::Compared(_))
    }

    /// Who the lake of a record is when it reads and writes marks.
    pub(super) fn identity(&self, record: &Record) -> Identity {
        let lineage = match (&record.lineage, &self.lineage) {
            (Some(known), Lineage::Compared(_)) => Lineage::Compared(known.clone()),
            (Some(known), _) => Lineage::Written(known.clone()),
            (None, Lineage::Written(own)) => Lineage::Written(own.clone()),
            (None, _) => Lineage::Any,
        };
        Identity::new(&self.owner, &self.place, lineage)
    }
}

/// A lineage of its own for a lake that is created: 16 random bytes in lower-case hex. Doors make it, so that tests can fix
/// it.
#[must_use]
pub fn new_lineage() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The lineages in an inventory of a look that compared none.
pub(super) fn seen(inventory: &Inventory) -> Lineages {
    let mut lineages = Lineages::new();
    for presence in inventory.values().flat_map(BTreeMap::values) {
        if let Presence::Present { mark: Mark::Ours(node), lineage: Some(lineage), creating, .. } = presence {
            let members = lineages.entry(lineage.clone()).or_default();
            members.nodes.insert(node.clone());
            members.unfinished |= creating;
        }
    }
    lineages
}

/// The lineage that a new lake has: the one unfinished lineage that there is, which it goes on with, else its own.
///
/// `planned` is the lineage of the plan that was shown: of what was not there then, another apply is the maker.
pub(super) fn of_new(lineages: Lineages, own: &str, planned: Option<&str>) -> Result<String, Rivals> {
    let mut all = lineages.iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(planned.unwrap_or(own).to_owned()),
        (Some((one, members)), None) if members.unfinished && planned.is_none_or(|it| it == one) => {
            Ok(one.clone())
        }
        _ => {
            let at_this_moment = planned.is_some_and(|planned| {
                lineages.iter().any(|(lineage, members)| lineage != planned && members.unfinished)
            });
            Err(Rivals { lineages, at_this_moment })
        }
    }
}

/// The lineage of a lake whose record names none: what most of its resources wear, else its own.
pub(super) fn of_known(lineages: &Lineages, own: &str) -> String {
    let most = lineages.iter().max_by_key(|(_, members)| members.nodes.len());
    most.map_or_else(|| own.to_owned(), |(lineage, _)| lineage.clone())
}

/// Take a look that compared no lineages for one of this lineage: what others made is theirs, and was never left behind.
pub(super) fn claim(
    kinds: Kinds,
    owner: &Owner,
    lineage: &str,
    record: &mut Record,
    inventory: &mut Inventory,
    leftovers: &mut BTreeSet<(NodeId, Key)>,
) {
    for presence in inventory.values_mut().flat_map(BTreeMap::values_mut) {
        presence.claim(owner, lineage);
    }
    let found: BTreeMap<&Key, &Presence> = inventory.values().flatten().collect();
    let is_theirs = |key: &Key| {
        matches!(found.get(key), Some(Presence::Present { mark: Mark::Other(_) | Mark::Incomplete(_), .. }))
    };
    leftovers.retain(|(node, key)| {
        // What can wear no mark goes with what it hangs on.
        let theirs = is_theirs(key) || kinds.hangs_on(key).is_some_and(|parent| is_theirs(&parent));
        if theirs {
            record.forget(node, key);
        }
        !theirs
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lineages(all: &[(&str, bool)]) -> Lineages {
        let members = |unfinished| Members { nodes: BTreeSet::from(["role/r".into()]), unfinished };
        all.iter().map(|(lineage, unfinished)| ((*lineage).to_owned(), members(*unfinished))).collect()
    }

    #[test]
    fn a_new_lake_goes_on_with_one_unfinished_lineage_and_with_no_other() {
        let of = |all, planned| of_new(lineages(all), "own", planned).map_err(|it| it.at_this_moment);
        assert_eq!(of(&[], None), Ok("own".to_owned()));
        assert_eq!(of(&[], Some("planned")), Ok("planned".to_owned()));
        assert_eq!(of(&[("a", true)], None), Ok("a".to_owned()));
        assert_eq!(of(&[("a", true)], Some("a")), Ok("a".to_owned()));
        assert_eq!(of(&[("a", true)], Some("b")), Err(true), "nothing was there when it was planned");
        assert_eq!(of(&[("a", false)], None), Err(false), "it lives");
        assert_eq!(of(&[("a", true), ("b", true)], None), Err(false));
        assert_eq!(of(&[("a", true), ("b", false)], None), Err(false));
    }
}
