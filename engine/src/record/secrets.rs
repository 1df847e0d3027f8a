//! Which values are secret, remembered beyond the spec that said so.
//!
//! A secret that a spec names no more is on AWS until an update has taken it away, and what differs there is told in
//! plans, drift and events. So the record names the paths of secrets, never their values.

use super::Record;
use crate::{diff, graph::NodeId, kind::Kinds};
use lake_api::FieldPath;
use serde_json::Value;
use std::collections::BTreeSet;

impl Record {
    /// The paths below a node's settings whose values on AWS are never shown, whatever a spec says by now. Of a node
    /// of which nobody has said it, all that its kind can keep secret.
    #[must_use]
    pub fn secrets(&self, kinds: Kinds, node: &NodeId) -> BTreeSet<FieldPath> {
        let said = self.nodes.get(node).and_then(|remembered| remembered.secret.clone());
        said.unwrap_or_else(|| possible(kinds, node).collect())
    }

    /// Remember what is never shown of a node, before it is written to.
    pub(crate) fn hide(&mut self, kinds: Kinds, node: &NodeId, secret: &BTreeSet<FieldPath>) {
        // A door may call any value a secret (`sensitive_spec`), be the kind one that has secrets of its own or not.
        if secret.is_empty() && possible(kinds, node).next().is_none() {
            return;
        }
        if let Some(remembered) = self.nodes.get_mut(node) {
            remembered.secret.get_or_insert_default().extend(secret.iter().cloned());
        }
    }

    /// A node is on AWS as `wanted`, which is as the spec `says` but for what is left as AWS has it: what is there
    /// because the spec says so is shown from now on, unless the spec calls it a secret (`secret`).
    pub(crate) fn show(
        &mut self,
        kinds: Kinds,
        node: &NodeId,
        wanted: &Value,
        says: &Value,
        secret: &BTreeSet<FieldPath>,
    ) {
        let mut hidden = self.secrets(kinds, node);
        hidden.retain(|path| !secret.contains(path) && diff::get(wanted, path) != diff::get(says, path));
        hidden.extend(secret.iter().cloned());
        if let Some(remembered) = self.nodes.get_mut(node)
            && (!hidden.is_empty() || remembered.secret.is_some() || possible(kinds, node).next().is_some())
        {
            remembered.secret = Some(hidden);
        }
    }
}

/// The paths of all that the kind of a node can keep secret.
fn possible(kinds: Kinds, node: &NodeId) -> impl Iterator<Item = FieldPath> {
    let secret = kinds.traits(node.kind()).map(|traits| traits.secret).unwrap_or_default();
    secret.iter().filter_map(|path| path.parse().ok())
}
