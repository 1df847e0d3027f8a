//! What stands in `sensitive_spec` is shown in no plan and no drift, whatever its field.

use crate::spec::Sources;
use lake_api::{FieldPath, input::is_unknown};
use lake_reconcile::{
    expand::{Scope, expand},
    graph::Graph,
    settings::Settings,
};
use serde_json::Value as Json;

/// Mark what comes from `sensitive_spec` as secret in the nodes that it reaches.
///
/// How settings come of a spec is the kinds' own: the spec is expanded once more with other values in the places of
/// `sensitive_spec`, and what is another by that is secret. A node that is not there then is secret as a whole.
pub(super) fn hide(sources: &Sources, whole: &Json, graph: &mut Graph, scope: &Scope) {
    let Some(covered) = sources.covered(whole) else { return };
    let covered = super::lenient(covered).map(|spec| expand(&spec, scope)).unwrap_or_default();
    for (id, node) in graph {
        let Some(settings) = node.settings.as_ref().map(Settings::json) else { continue };
        let other = covered.get(id).and_then(|node| node.settings.as_ref()).map(Settings::json);
        let secret = &mut node.treatment.secret;
        match other {
            Some(other) => differences(settings, other, &FieldPath::root(), &mut |path| {
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

#[cfg(test)]
mod tests {
    use crate::{door::Settings, wanted::graph};
    use lake_reconcile::{owner::Owner, place::Place};
    use std::collections::BTreeMap;
    use tfplug::Value;

    #[test]
    fn what_comes_of_sensitive_spec_is_secret_and_nothing_else() {
        let object = |fields: &[(&str, Value)]| Value::map(fields.iter().cloned());
        let tags = Value::strings([("hidden", "pepper")]);
        let encryption = object(&[("sse", Value::from("Kms"))]);
        let store = object(&[("versioning", Value::from(true)), ("tags", tags), ("encryption", encryption)]);
        let lake = object(&[
            ("name", Value::from("events")),
            ("bucket", object(&[("store", object(&[("tags", Value::strings([("shown", "salt")]))]))])),
            ("sensitive_spec", object(&[("buckets", object(&[("store", store)]))])),
        ]);
        let place =
            Place { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() };
        let owner = Owner { door: "terraform".into(), instance: "tests".into(), lake: "events".into() };
        let settings = Settings { default_tags: Some(BTreeMap::new()), ..Settings::default() };
        let graph = graph(&lake, &settings, &place, &owner).unwrap();
        let secret = &graph.values().next().unwrap().treatment.secret;
        let secret: Vec<String> = secret.iter().map(ToString::to_string).collect();
        // The bucket key follows from the encryption.
        assert_eq!(secret, ["encryption.bucketKey", "encryption.sse", "tags.hidden", "versioning"]);
    }
}
