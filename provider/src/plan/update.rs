//! The plan of a lake that is.

use super::{Scene, look, planned};
use crate::{
    diagnostics,
    door::Settings,
    last_applied::{Prior, last_applied},
    private::Private,
    read::{is_owned, lives_there},
    told::Told,
    wanted,
};
use lake_reconcile::{
    engine::Engine,
    graph::Graph,
    inventory::Inventory,
    kinds::KINDS,
    owner::Owner,
    place::Place,
    plan::{Plan, plan},
};
use tfplug::{Diagnostics, Value};

impl Scene<'_> {
    /// What will be of a lake that is there.
    pub(super) async fn update(&self, mut lake: Value, private: Private, told: &mut Diagnostics) -> Value {
        if !lives_there(&private.record, &self.connection.place, told) {
            return lake;
        }
        let owner = self.door.owner(&self.name);
        if !is_owned(&private.record, &owner, &lake, told) {
            return lake;
        }
        let Some(graph) = self.graph(&lake, told) else { return lake };
        let prior = Told::of(&self.request.prior);
        let was = self.prior_graph(&private);
        let inventory = inventory(&private, &was, &prior);
        let shown = plan(KINDS, &graph, &private.record, &inventory);
        if let Some(will_be) = planned(&shown, &graph, &prior, |node| was.get(node) == graph.get(node)) {
            will_be.put(&mut lake);
        }
        let running = self.door.engine(&self.connection, &self.name, &self.request.stop);
        let looked = look_at_new(&running.engine, &graph, &private, inventory).await;
        let looked = looked.unwrap_or_else(|| shown.clone());
        let contents = look::within(running.engine.contents(&looked)).await.unwrap_or_default();
        if private.imported {
            told.extend(diagnostics::lost_by_import(&looked));
        }
        told.extend(diagnostics::plan(&looked, &contents, |node| prior.is_waiting(node)));
        if was.is_empty() && !graph.is_empty() && !looked.steps.iter().any(|step| step.change.writes()) {
            told.warning(
                None,
                "No call will be made",
                "The imported lake is as this configuration wants it: applying writes the arguments into the state, \
                 and changes nothing on AWS.",
            );
        }
        lake
    }

    fn prior_graph(&self, private: &Private) -> Graph {
        let (settings, owner) = (self.door.settings(), self.door.owner(&self.name));
        prior_graph(&self.request.prior, private, &settings, &self.connection.place, &owner)
    }
}

/// Look at what nobody has looked at: nothing when the spec is unchanged. A plan with what was seen, if anything was.
async fn look_at_new(
    engine: &Engine,
    graph: &Graph,
    private: &Private,
    mut inventory: Inventory,
) -> Option<Plan> {
    look::within(engine.observe_missing(graph, &private.record, &mut inventory)).await?;
    Some(plan(KINDS, graph, &private.record, &inventory))
}

/// The plan that the user was shown, decided again from what it left behind: `graph` is that of the planned state.
pub(crate) fn shown(graph: &Graph, private: &Private, prior: &Value, was: &Graph) -> Plan {
    plan(KINDS, graph, &private.record, &inventory(private, was, &Told::of(prior)))
}

/// The graph of a prior state, with the provider's tags of then; empty when the state cannot be read any more.
pub(crate) fn prior_graph(
    prior: &Value,
    private: &Private,
    settings: &Settings,
    place: &Place,
    owner: &Owner,
) -> Graph {
    let mut settings = settings.clone();
    if let Some(applied) = &private.default_tags {
        settings.default_tags = Some(applied.clone());
    }
    wanted::graph_of_state(prior, &settings, place, owner).unwrap_or_default()
}

/// What the last Read found, or what was last applied.
fn inventory(private: &Private, was: &Graph, prior: &Told) -> Inventory {
    private.inventory.clone().unwrap_or_else(|| last_applied(was, &private.record, &Prior::from(prior)))
}
