//! All that the engine knows of AWS. Whoever has kinds implements it over their calls; the laws implement it over a map with
//! faults.

use crate::{
    contents::Held,
    diff::FieldChange,
    error::CloudError,
    graph::NodeId,
    inventory::Sight,
    key::Key,
    kind::{Data, Kinds},
    owner::{Marking, Owner, Worn},
    settings::Settings,
};
use futures::future::BoxFuture;
use std::collections::BTreeMap;

/// One write. References are already substituted.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Make a resource that wears this mark.
    Create {
        /// What it shall be.
        settings: Settings,
        /// The mark it wears from the first call on.
        mark: Worn,
    },
    /// Change a resource.
    Update {
        /// Which.
        key: Key,
        /// What it shall be.
        settings: Settings,
        /// What differs.
        changes: Vec<FieldChange>,
    },
    /// Put another mark on a resource, or take it off.
    Mark {
        /// Which.
        key: Key,
        /// What is done to its tags.
        marking: Marking,
    },
    /// Delete a resource.
    Delete {
        /// Which.
        key: Key,
        /// What becomes of the data in it.
        data: Data,
    },
}

/// What wears a mark, each with it; what can wear none and hangs on something that does, with `None`.
pub type Marked<K> = Vec<(K, Option<Worn>)>;

/// What the lists told, and which of them did not: what one cannot tell takes nothing from the others.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// What wears a mark, or hangs on what does.
    pub marked: Marked<Key>,
    /// Why lists failed, one for each that did.
    pub failed: Vec<CloudError>,
}

impl Listed {
    /// Nothing was told, for this reason.
    #[must_use]
    pub fn failed(error: CloudError) -> Self {
        Listed { marked: Vec::new(), failed: vec![error] }
    }
}

/// The cloud of one place and one set of credentials.
pub trait Cloud: Send + Sync {
    /// The kinds that it knows.
    fn kinds(&self) -> Kinds;

    /// Look at many resources at once. Every key is answered, once.
    fn read<'a>(&'a self, keys: Vec<Key>) -> BoxFuture<'a, Vec<(Key, Sight<Settings>)>>;

    /// When some resources were made, where a look does not tell it and a list does. Other keys are not answered.
    fn births<'a>(&'a self, _keys: &'a [Key]) -> BoxFuture<'a, Result<BTreeMap<Key, String>, CloudError>> {
        Box::pin(async { Ok(BTreeMap::new()) })
    }

    /// What a resource holds that goes with it when it is emptied.
    fn held<'a>(&'a self, _key: &'a Key) -> BoxFuture<'a, Result<Option<Held>, CloudError>> {
        Box::pin(async { Ok(None) })
    }

    /// The mark that a resource wears now, asked of its own service; `None` when it is gone, `Some(None)` when it
    /// wears none or can wear none.
    fn worn<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Option<Worn>>, CloudError>>;

    /// Write. Nothing comes back but success: what came of it is read.
    fn write<'a>(&'a self, node: &'a NodeId, write: Write) -> BoxFuture<'a, Result<(), CloudError>>;

    /// All that wears this owner's mark (the tagging API, and each kind's own listing of what that API omits).
    /// The listing may lag: what it names counts as living only after its own service says so. Things that can
    /// wear no mark but hang on a parent are listed with `None`. All lists are asked side by side.
    fn marked<'a>(&'a self, owner: &'a Owner, parents: &'a [Key]) -> BoxFuture<'a, Listed>;
}
