//! What a lake's object asks for: a checked spec, or all that is wrong with it.

use super::Verdict;
use crate::{object::Object, operator::Operator};
use lake_api::{Finding, LakeSpec, contract, lint};
use lake_reconcile::{expand::expand, graph::Graph, kind::Scope, owner::Owner, place::Place};

impl Operator {
    /// The spec of a lake, with the contents that stand in config maps and secrets in their places.
    ///
    /// # Errors
    /// The verdict on a spec that is wrong, or whose contents are not there.
    pub(super) async fn wanted(&self, object: &Object) -> Result<LakeSpec, Verdict> {
        let mut told = object.spec();
        let spec = contract::decode(told.clone()).map_err(|findings| Verdict::invalid(&findings))?;
        let name = object.name();
        let sense = lint::lint(&spec, &name.name).into_iter();
        let findings = sense.chain(lint::lint_for(&spec, &self.owner(&name).to_string()));
        let errors: Vec<Finding> = findings.filter(Finding::is_error).collect();
        if !errors.is_empty() {
            return Err(Verdict::invalid(&errors));
        }
        if !self.sources.fill(&name, &mut told).await? {
            return Ok(spec);
        }
        contract::decode(told).map_err(|findings| Verdict::invalid(&findings))
    }
}

/// The graph of a checked spec.
pub(super) fn graph(spec: &LakeSpec, place: &Place, owner: &Owner, object: &Object) -> Graph {
    let name = object.name();
    let scope =
        Scope { place: place.clone(), owner: owner.clone(), lake: name.name, namespace: name.namespace };
    expand(spec, &scope)
}
