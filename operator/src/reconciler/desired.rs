//! What a lake's object asks for: a checked spec, or all that is wrong with it.

use crate::{context::Context, object::Object, summary::Summary};
use lake_reconcile::{CONTRACT, LakeSpec, graph::Reach};

impl Context {
    /// The spec of a lake as far as it says what there is and what becomes of it, without contents: the config maps and
    /// secrets of a namespace that is deleted go before its lakes.
    ///
    /// # Errors
    /// The summary of a spec that does not say it.
    pub(super) fn named(&self, object: &Object) -> Result<LakeSpec, Summary> {
        let name = object.name();
        // What leaves takes nothing over.
        let spec = name.check(object.spec(), &self.owner(&name), &Reach::All);
        spec.map_err(|findings| Summary::unsearchable(&findings))
    }

    /// The spec of a lake, with the contents that stand in config maps and secrets in their places.
    ///
    /// # Errors
    /// The summary of a spec that is wrong, or whose contents are not there.
    pub(super) async fn wanted(&self, object: &Object) -> Result<LakeSpec, Summary> {
        let mut told = object.spec();
        let name = object.name();
        let owner = self.owner(&name);
        let reach = self.reach(&name.namespace);
        let spec =
            name.check(told.clone(), &owner, &reach).map_err(|findings| Summary::invalid(&findings))?;
        if !self.sources.fill(&name, &mut told).await? {
            return Ok(spec);
        }
        CONTRACT.decode(told).map_err(|findings| Summary::invalid(&findings))
    }
}
