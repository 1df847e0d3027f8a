//! A lake that exists and that nobody remembers.

use super::Engine;
use crate::{error::CloudError, graph::Graph, inventory::Inventory, record::Record};

/// A lake found again by the marks it wears.
#[derive(Clone, Debug)]
pub struct Recalled {
    /// What it would have remembered.
    pub record: Record,
    /// What was found.
    pub inventory: Inventory,
    /// Whether its creation never came to its end.
    pub unfinished: bool,
}

impl Recalled {
    /// Whether nothing at all wears the mark: there is no such lake.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.record.nodes.is_empty()
    }
}

pub(super) async fn recall(engine: &Engine) -> Result<Recalled, CloudError> {
    let mut record = Record::new(engine.place.clone());
    let observed = engine.observe(&Graph::new(), &mut record).await;
    match observed.unlisted {
        Some(error) => Err(error),
        None => Ok(Recalled { record, unfinished: observed.unfinished, inventory: observed.inventory }),
    }
}
