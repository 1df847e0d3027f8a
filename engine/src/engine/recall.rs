//! A lake that exists and that nobody remembers.

use super::{Engine, Lineages, lineages};
use crate::{
    apply::owned,
    error::CloudError,
    graph::{Graph, Hold, Node, NodeId},
    inventory::{Inventory, Presence},
    kind::{Traits, Wears},
    observe::Observed,
    owner::Mark,
    plan::{Change, plan},
    record::{Got, Record},
};

/// A lake found again by the marks it wears.
#[derive(Clone, Debug)]
pub struct Recalled {
    /// What it would have remembered.
    pub record: Record,
    /// What was found.
    pub inventory: Inventory,
    /// Whether its creation never came to its end.
    pub unfinished: bool,
    /// Every lineage that was found, where there are several and none of them was asked for.
    pub several: Option<Lineages>,
}

impl Recalled {
    /// Whether nothing at all wears the mark: there is no such lake.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.record.nodes.is_empty()
    }
}

pub(super) async fn recall(engine: &Engine, wanted: Option<&str>) -> Result<Recalled, CloudError> {
    let mut record = Record::new(engine.place.clone());
    let mut observed = engine.observe_marked(&Graph::new(), &mut record).await;
    if let Some(error) = observed.unlisted.pop() {
        return Err(error);
    }
    let lineages = lineages::seen(&observed.inventory);
    let lineage = match wanted {
        Some(wanted) => wanted.to_owned(),
        None => lineages.keys().next().cloned().unwrap_or_default(),
    };
    let several = (engine.compares() && wanted.is_none() && lineages.len() > 1).then_some(lineages);
    if engine.compares() {
        let Observed { inventory, leftovers, .. } = &mut observed;
        lineages::claim(engine.kinds(), &engine.owner, &lineage, &mut record, inventory, leftovers);
    }
    record.owner = Some(engine.owner.to_string());
    record.lineage = (!lineage.is_empty()).then_some(lineage);
    learn_births(engine, &mut record, &observed.inventory).await;
    Ok(Recalled { record, unfinished: observed.is_unfinished(), inventory: observed.inventory, several })
}

pub(super) async fn remember_again(engine: &Engine, was: &Graph) -> Result<(Record, Observed), CloudError> {
    let mut record = Record::new(engine.place.clone());
    let mut observed = engine.observe_marked(was, &mut record).await;
    if let Some(error) = observed.unlisted.pop() {
        return Err(error);
    }
    // The lake was applied before: what lives under its marks is it, and no rival of one that is created.
    engine.find_known_lineage(&mut record, &mut observed);
    let kinds = engine.kinds();
    for (id, node) in was.iter().filter(|(_, node)| node.hold == Hold::Own) {
        let found = observed.inventory.get(id).into_iter().flatten();
        for (key, _) in found.filter(|(key, presence)| is_ours(kinds.of(key), id, presence)) {
            record.remember(id, key.clone(), Got::Made, node.treatment.on_delete);
        }
    }
    let found = plan(kinds, was, &record, &observed.inventory);
    for ((id, key), got) in &found.remember {
        record.remember(id, key.clone(), *got, was[id].treatment.on_delete);
    }
    for step in &found.steps {
        if let (Some(wanted), Some(remembered)) = (&step.wanted, record.nodes.get_mut(&step.node)) {
            remembered.owned = owned(kinds, &step.node, wanted);
            if let (Change::Keep, Some(Node { settings: Some(says), treatment, .. })) =
                (&step.change, was.get(&step.node))
            {
                record.show(kinds, &step.node, wanted, says.json(), &treatment.secret);
            }
        }
    }
    record.heed(kinds, &found, was);
    record.owner = Some(engine.owner.to_string());
    learn_births(engine, &mut record, &observed.inventory).await;
    Ok((record, observed))
}

/// Remember when all was made that is the lake's.
async fn learn_births(engine: &Engine, record: &mut Record, inventory: &Inventory) {
    record.learn_births(engine.kinds(), inventory);
    let keys = record.nodes.values().flat_map(|it| it.keys.keys().cloned()).collect();
    engine.list_births(keys, record).await;
}

/// Whether what was found under a key of a node that the lake has made is still the lake's. What could not be looked
/// at is: its mark is read again before anything is written to it.
fn is_ours(kind: &Traits, id: &NodeId, presence: &Presence) -> bool {
    match presence {
        Presence::Present { mark, .. } => matches!(mark, Mark::Ours(node) if node == id),
        Presence::Settling(_) | Presence::Unreadable(_) => kind.wears != Wears::Nothing,
        Presence::Absent => false,
    }
}
