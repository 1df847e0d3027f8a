//! What stands in `sensitive_spec` is shown in no plan and no drift, whatever its field.

use crate::spec::Sources;
use lake_api::{FieldPath, input::is_unknown};
use lake_reconcile::{expand::expand, graph::Graph, kind::Scope};
use serde_json::Value as Json;

/// Mark what comes from `sensitive_spec` as secret in the nodes that it reaches.
///
/// How settings come of a spec is the kinds' own: the spec is expanded once more with every value of `sensitive_spec`
/// unknown, and what is unknown by that is secret. A member is secret as a whole where what stands there is more than
/// texts.
pub(super) fn hide(sources: &Sources, whole: &Json, graph: &mut Graph, scope: &Scope) {
    let Some(covered) = sources.covered(whole) else { return };
    let covered = super::lenient(covered).map(|spec| expand(&spec, scope)).unwrap_or_default();
    for (id, node) in graph {
        let Some(settings) = node.settings.as_ref().map(|settings| settings.to_json()) else { continue };
        let other =
            covered.get(id).and_then(|node| node.settings.as_ref()).map(|settings| settings.to_json());
        let secret = &mut node.treatment.secret;
        match other {
            Some(other) => differences(&settings, &other, &FieldPath::root(), &mut |path| {
                secret.insert(path.clone());
            }),
            None => _ = secret.insert(FieldPath::root()),
        }
    }
}

/// Where the second is another than the first.
fn differences(first: &Json, second: &Json, path: &FieldPath, visit: &mut dyn FnMut(&FieldPath)) {
    match (first, second) {
        (first, second) if first == second => {}
        (Json::Object(one), Json::Object(other)) if !is_unknown(first) && !is_unknown(second) => {
            for (name, value) in one {
                differences(value, other.get(name).unwrap_or(&Json::Null), &path.field(name), visit);
            }
            other.keys().filter(|name| !one.contains_key(*name)).for_each(|name| visit(&path.field(name)));
        }
        (Json::Array(one), Json::Array(other)) if one.len() == other.len() => {
            let pairs = one.iter().zip(other).enumerate();
            pairs.for_each(|(index, (one, other))| differences(one, other, &path.index(index), visit));
        }
        _ => visit(path),
    }
}
