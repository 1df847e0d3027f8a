//! A lake as a configuration, a plan or a state says it, made ready for the reconciler.

mod secret;

use crate::{
    door::Settings,
    spec::{self, Sources},
};
use lake_api::{FieldPath, Finding, input::unknown};
use lake_reconcile::{
    CONTRACT, LakeSpec,
    expand::{Scope, expand, expand_open},
    graph::Graph,
    lint::{lint, lint_for, lint_in},
    owner::Owner,
    place::Place,
    reference::has_unknown,
};
use serde_json::{Map, Value as Json};
use tfplug::Value;

/// The spec of a lake as JSON, the provider's tags among its own.
#[must_use]
pub fn json(sources: &Sources, settings: &Settings) -> Json {
    let mut spec = sources.whole();
    match &settings.default_tags {
        None => spec["tags"] = unknown(),
        Some(defaults) if !defaults.is_empty() => {
            let own = spec["tags"].take();
            if own.is_null()
                || own.as_object().is_some_and(|tags| !tags.contains_key(lake_api::input::UNKNOWN))
            {
                let mut tags: Map<String, Json> =
                    defaults.iter().map(|(key, value)| (key.clone(), value.clone().into())).collect();
                tags.extend(own.as_object().cloned().unwrap_or_default());
                spec["tags"] = Json::Object(tags);
            } else {
                spec["tags"] = own;
            }
        }
        Some(_) => {}
    }
    spec
}

/// The graph of a lake that is planned.
///
/// # Errors
/// All that is wrong with it.
pub fn graph(lake: &Value, settings: &Settings, place: &Place, owner: &Owner) -> Result<Graph, Vec<Finding>> {
    let sources = Sources::of(lake);
    let json = json(&sources, settings);
    let placed =
        |found: Vec<Finding>| found.into_iter().map(|it| spec::hide(&sources, it)).collect::<Vec<_>>();
    let spec = CONTRACT.decode(json.clone()).map_err(placed)?;
    let mut errors = lint(&spec, &owner.lake);
    errors.extend(lint_for(&spec, &owner.to_string()));
    errors.extend(lint_in(&spec, &place.partition));
    errors.retain(Finding::is_error);
    if !errors.is_empty() {
        return Err(placed(errors));
    }
    let scope = scope(place, owner);
    let graph = if has_unknown(&json) {
        let open = CONTRACT.open_references(&json);
        expand_open(&spec, &CONTRACT.sketch(json.clone()).map_err(placed)?, &open, &scope)
    } else {
        expand(&spec, &scope)
    };
    Ok(of_sources(graph, &sources, &json, &scope))
}

/// The graph of a lake that was applied. What was good enough then is not judged again: a lake must stay readable and
/// destroyable when checks become stricter.
///
/// # Errors
/// When the types cannot hold it.
pub fn graph_of_state(
    lake: &Value,
    settings: &Settings,
    place: &Place,
    owner: &Owner,
) -> Result<Graph, Finding> {
    let sources = Sources::of(lake);
    let json = json(&sources, settings);
    let spec = lenient(json.clone()).map_err(|error| {
        let detail = "An earlier release has written it in words that this one does not know. Apply with that release, \
                      or remove the lake from the state and import it by its name.";
        Finding::error(FieldPath::root(), format!("the lake in the state cannot be read: {error}"), detail)
    })?;
    let scope = scope(place, owner);
    Ok(of_sources(expand(&spec, &scope), &sources, &json, &scope))
}

/// The graph with each node at the place that tells it, and with what is not to be shown.
fn of_sources(mut graph: Graph, sources: &Sources, whole: &Json, scope: &Scope) -> Graph {
    secret::hide(sources, whole, &mut graph, scope);
    graph.values_mut().for_each(|node| node.origin = sources.placed(&node.origin));
    graph
}

/// A spec that was not checked.
///
/// # Errors
/// When the types cannot hold it.
pub fn lenient(spec: Json) -> Result<LakeSpec, serde_json::Error> {
    serde_json::from_value(CONTRACT.complete(CONTRACT.veil(spec)))
}

fn scope(place: &Place, owner: &Owner) -> Scope {
    Scope { place: place.clone(), owner: owner.clone(), lake: owner.lake.clone(), namespace: String::new() }
}
