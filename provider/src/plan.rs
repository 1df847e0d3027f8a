//! PlanResourceChange: decide what the state will be.
//!
//! Core plans again at apply, with the same prior state and private bytes, and every value that was known must come
//! again. So planned values follow from configuration, prior state and private bytes alone, but for a spelling that is
//! kept where nothing will be applied; what this plan looks at by itself gives diagnostics only. Every plan echoes the
//! record: Apply gets no other bytes.

mod create;
mod destroy;
mod look;
mod replace;
mod update;

use crate::{
    defaults, diagnostics,
    door::{Connection, Door, Way},
    private::Private,
    read::remembered,
    spec::{self, Sources},
    told::{self, Told},
};
use lake_api::Finding;
use lake_reconcile::{
    graph::{Graph, NodeId, Open},
    kinds::RegisteredKey as _,
    plan::{Change, Plan},
    record::Record,
};
use tfplug::{Diagnostics, Path, PlanRequest, PlanResponse, Value};

pub(crate) use create::meets_itself;
pub(crate) use destroy::end;
pub(crate) use update::{prior_graph, shown};

/// Answer PlanResourceChange.
pub async fn plan(door: &Door, request: PlanRequest) -> PlanResponse {
    let mut told = Diagnostics::default();
    let mut requires_replace = Vec::new();
    let mut private = None;
    let planned = if request.proposed.is_null() {
        destroy::destroy(door, &request, &mut told).await;
        Value::Null
    } else {
        let lake = lake(door, &request, &mut requires_replace, &mut private, &mut told).await;
        if request.prior.is_null() && !request.private.is_empty() && private.is_none() {
            cannot_replace(&mut told);
        }
        let prior = |argument: &str| request.prior.get(argument).as_str();
        match (prior("region"), prior("name")) {
            (Some(region), Some(name)) if door.has_read(region, name) => {
                defaults::as_it_was(lake, &request.prior)
            }
            _ => lake,
        }
    };
    let private = private.map_or(request.private, |private| private.bytes());
    PlanResponse { planned, requires_replace, private, diagnostics: told }
}

/// The plan of an update's or a create's apply, decided from what a plan leaves behind: the configuration's values, the
/// prior state and the private bytes.
async fn lake(
    door: &Door,
    request: &PlanRequest,
    requires_replace: &mut Vec<Path>,
    kept: &mut Option<Private>,
    told: &mut Diagnostics,
) -> Value {
    let mut lake = defaults::planned(&request.config);
    lake.set("resources", Value::UNKNOWN);
    lake.set("outputs", Value::UNKNOWN);
    let sources = Sources::of(&request.config);
    let region = sources.region();
    if request.config.get("region").is_null() {
        lake.set("region", Value::UNKNOWN);
    }
    told.extend(diagnostics::findings(spec::findings(&sources).into_iter().filter(Finding::is_error)));
    let Some(private) = remembered(&request.private, told) else { return lake };
    if told.has_errors() {
        return lake;
    }
    let known = sources.members_are_known();
    if let (false, Some(private)) = (request.prior.is_null(), &private) {
        match known {
            true => externals_are_unknown(&sources, private, told),
            false => members_are_unknown(&sources, private, told),
        }
    }
    let place_is_unknown = |told: &mut Diagnostics| {
        if let (true, false, Some(private)) = (known, request.prior.is_null(), &private) {
            place_is_unknown(&sources, private, told);
        }
    };
    let Some(region) = region.known() else {
        place_is_unknown(told);
        return lake;
    };
    let Way::Open(connection) = door.way(region.as_deref(), told).await else {
        place_is_unknown(told);
        return lake;
    };
    lake.set("region", Value::from(connection.place.region.as_str()));
    let Some(name) = request.config.get("name").as_str().map(str::to_owned) else { return lake };
    let scene = Scene { door, request, connection, name };
    match (request.prior.is_null(), private) {
        (false, Some(private)) if scene.moves(requires_replace) => {
            scene.refuse_to_lose(&private.record, told);
            if known { scene.create(lake, None, told).await } else { lake }
        }
        _ if !known => lake,
        (false, Some(private)) => scene.update(lake, private, told).await,
        (false, None) => {
            no_record(told);
            lake
        }
        // The second plan of a replacement that the user asked for: what lives is the lake that is replaced.
        (true, Some(private)) => scene.replace(lake, private, kept, told).await,
        (true, None) => scene.create(lake, Some(kept), told).await,
    }
}

/// What such a plan lacks.
const WHICH: &str = "Which members the lake has is known only after apply";
/// How to know them.
const FIRST: &str = "apply what the values depend on (`-target`), and plan again.";

/// A plan without members says nothing of those that there are.
///
/// Nothing that it could leave behind reaches the apply: core plans once more there, with the configuration as it is known by
/// then and the prior state and private bytes, and hands on what that plan answers. So what must not happen unseen is refused
/// here: that what holds data goes.
fn members_are_unknown(sources: &Sources, private: &Private, told: &mut Diagnostics) {
    let lost = lost(private, |node| !sources.names(node));
    if lost.is_empty() {
        told.warning(
            None,
            WHICH,
            format!(
                "They come from values that are not known yet, so nothing was looked at, and this plan cannot tell what will \
                 be deleted: a member that is not among them then leaves as its on_delete says. To see it first, {FIRST}"
            ),
        );
        return;
    }
    told.error(
        None,
        WHICH,
        format!(
            "They come from values that are not known yet, and applying this could delete data that this plan cannot show: \
             nothing that is known says that these stay, and their on_delete is not Retain.\n\n{}\n\nFirst {FIRST} Or let \
             their keys be known, whatever the keys of others are.",
            lost.join("\n")
        ),
    );
}

/// A plan that does not know its region or its provider's configuration looks at nothing and shows nothing, and its apply knows
/// both.
fn place_is_unknown(sources: &Sources, private: &Private, told: &mut Diagnostics) {
    let lost = lost(private, |node| !sources.names(node));
    if lost.is_empty() || told.has_errors() {
        return;
    }
    told.error(
        None,
        "Where the lake lives is known only after apply",
        format!(
            "Its region or the provider's configuration comes from values that are not known yet, so nothing was looked at. \
             Applying this could delete data that this plan cannot show, since no member names these any more and their \
             on_delete is not Retain:\n\n{}\n\nFirst {FIRST}",
            lost.join("\n")
        ),
    );
}

/// A member that stands for somebody else's resource lets the one go that it made. Which one it stands for can be the very
/// same, so while that is not known no plan can show what goes.
fn externals_are_unknown(sources: &Sources, private: &Private, told: &mut Diagnostics) {
    let lost = lost(private, |node| sources.stands_for_unknown(node));
    if lost.is_empty() {
        return;
    }
    told.error(
        None,
        "Which resource a member stands for is known only after apply",
        format!(
            "Its `external` comes from a value that is not known yet. Applying this could delete data that this plan cannot \
             show, since the lake made these and their on_delete is not Retain:\n\n{}\n\nFirst {FIRST}",
            lost.join("\n")
        ),
    );
}

/// What holds data and goes with the lake, of the nodes that are asked for.
fn lost(private: &Private, may_go: impl Fn(&NodeId) -> bool) -> Vec<String> {
    end(private)
        .steps
        .into_iter()
        .filter(|step| matches!(step.change, Change::Delete(_)) && may_go(&step.node))
        .filter_map(|step| Some((step.node, step.key.filter(|key| key.traits().holds_data)?)))
        .map(|(node, key)| format!("- {node} ({key})"))
        .collect()
}

/// A replacement destroys what the plan has not found wanted, so it is made by no plan that does not know what is.
fn cannot_replace(told: &mut Diagnostics) {
    if told.has_errors() {
        return;
    }
    told.error(
        None,
        "The lake cannot be replaced by a plan that does not know what is wanted",
        "Its members, its region or the provider's configuration come from values that are known only after apply. The \
         replacement would destroy what it cannot tell to be wanted, with all data in it. Plan without -replace (or \
         replace_triggered_by), which makes nothing anew in any case; or apply what the values depend on (`-target`) first.",
    );
}

/// What will be, as far as a plan may say; `None` while it is not known which nodes there will be, which are the keys of
/// `resources` and `outputs`.
fn planned(shown: &Plan, graph: &Graph, prior: &Told, unchanged: impl Fn(&NodeId) -> bool) -> Option<Told> {
    let open = |node: &NodeId| graph.get(node).map_or(Open::Nothing, |node| node.open);
    let nodes_are_known = graph.values().all(|node| node.open < Open::Node);
    nodes_are_known.then(|| told::planned(shown, prior, unchanged, open))
}

/// What a plan is made for.
struct Scene<'a> {
    door: &'a Door,
    request: &'a PlanRequest,
    connection: Connection,
    name: String,
}

impl Scene<'_> {
    /// What is wanted; `None` when it cannot be, and the user was told why.
    fn graph(&self, lake: &Value, told: &mut Diagnostics) -> Option<Graph> {
        let owner = self.door.owner(&self.name);
        crate::wanted::graph(lake, &self.door.settings(), &self.connection.place, &owner)
            .map_err(|findings| told.extend(diagnostics::findings(findings)))
            .ok()
    }

    /// Whether this is another lake than the prior one: by its name or its region.
    fn moves(&self, requires_replace: &mut Vec<Path>) -> bool {
        let new = [("name", self.name.as_str()), ("region", self.connection.place.region.as_str())];
        for (argument, value) in new {
            if self.request.prior.get(argument).as_str().is_some_and(|prior| prior != value) {
                requires_replace.push(Path::root(argument));
            }
        }
        !requires_replace.is_empty()
    }

    /// A lake that holds data is not replaced by another one.
    fn refuse_to_lose(&self, record: &Record, told: &mut Diagnostics) {
        let holds: Vec<&str> = record
            .nodes
            .iter()
            .filter(|(_, remembered)| remembered.keys.keys().any(|key| key.traits().holds_data))
            .map(|(node, _)| node.as_str())
            .collect();
        if holds.is_empty() {
            return;
        }
        let prior = |argument: &str| self.request.prior.get(argument).as_str().unwrap_or_default().to_owned();
        let (name, region) = (prior("name"), prior("region"));
        let at = if name == self.name { "region" } else { "name" };
        told.error(
            Path::root(at),
            format!("The lake {name} holds data and is not replaced"),
            format!(
                "Another name or another region is another lake, and {} of the lake {name} in {region} would be left \
                 behind or lost. Keep `name = \"{name}\"` and `region = \"{region}\"`. To move, declare a second lake \
                 and copy the data; then destroy this one, whose members leave as their on_delete says.",
                holds.join(", ")
            ),
        );
    }
}

/// A state without a record says nothing about what on AWS is the lake's.
pub(crate) fn no_record(told: &mut Diagnostics) {
    told.error(
        None,
        "The state holds no record of this lake",
        "Without it nothing says which resources are the lake's, and nothing is changed or destroyed. If the lake is \
         tainted, `terraform untaint` it: it is alive, and replacing it would destroy it. If an apply was interrupted, \
         plan without `-refresh=false`: a look at the lake makes the record again from the marks that its resources \
         wear. Otherwise remove it from the state (`terraform state rm`) and import it by its name; neither touches \
         anything on AWS.",
    );
}
