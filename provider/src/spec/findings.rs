//! What is wrong with how a lake is told: what is told twice, shown though it is secret, or known to Kubernetes alone.

use super::{SENSITIVE, SPEC, Sources, sections};
use lake_api::{
    FieldPath, Finding,
    contract::{Field, Shape},
    input::is_unknown,
};
use lake_reconcile::{
    CONTRACT,
    spec::singular::{singular, snake},
};
use serde_json::Value as Json;

/// All of it, each at its place. Judged on a configuration: a plan and a state hold defaults of blocks, which nobody has
/// told.
#[must_use]
pub fn findings(sources: &Sources) -> Vec<Finding> {
    let mut told = Vec::new();
    for (argument, json) in [(SPEC, &sources.spec), (SENSITIVE, &sources.sensitive)] {
        let at = FieldPath::root().field(argument);
        if !json.is_object() {
            told.push(Finding::error(
                at,
                "an object is needed here",
                "It holds what the `spec` of a Lake in Kubernetes holds: `{ buckets = { store = { versioning = true } } }`.",
            ));
            continue;
        }
        each_field(CONTRACT.shape(), json, &FieldPath::root(), &mut |field, name, path| {
            told.extend(of_field(argument, field, name, path));
        });
    }
    if !sources.spec.is_object() || !sources.sensitive.is_object() {
        return told;
    }
    twice_in_spec(sources, &mut told);
    let first = super::unite(sources.blocks.clone(), sources.spec.clone());
    twice(CONTRACT.shape(), &first, &sources.sensitive, &FieldPath::root(), &mut |path| {
        told.push(Finding::error(
            FieldPath::root().field(SENSITIVE).join(path),
            format!("{path} is told twice"),
            "What is told elsewhere is not told again in `sensitive_spec`: take one of them out.",
        ));
    });
    told
}

fn of_field(argument: &str, field: &Field, name: &str, path: &FieldPath) -> Option<Finding> {
    let at = FieldPath::root().field(argument).join(path);
    if field.door.is_some() {
        return Some(match name.strip_suffix("From") {
            None => Finding::warning(
                at,
                format!("{name} is passed over"),
                "Only the operator in Kubernetes knows it: Terraform plans and applies when you say so.",
            ),
            Some(value) => Finding::error(
                at,
                format!("{name} is known in Kubernetes only"),
                format!(
                    "There are no config maps and secrets of a cluster here. Say the value itself: as `{value}`, with \
                     `file(…)` where it stands in a file, and in `sensitive_spec`, at the same path, where it is secret."
                ),
            ),
        });
    }
    (argument == SPEC && field.secret()).then(|| {
        Finding::error(
            at,
            format!("{name} is secret, and `spec` is shown in plans"),
            "Say it in `sensitive_spec`, at the same path.",
        )
    })
}

/// Visit the fields that a value gives, with their names and paths. What is only Kubernetes' own is not looked into.
fn each_field(shape: &Shape, json: &Json, path: &FieldPath, visit: &mut dyn FnMut(&Field, &str, &FieldPath)) {
    match (shape, json) {
        (Shape::Object(object), Json::Object(fields)) => {
            for (name, value) in fields {
                let Some(field) = object.fields.get(name) else { continue };
                let path = path.field(name);
                visit(field, name, &path);
                if field.door.is_none() {
                    each_field(&field.shape, value, &path, visit);
                }
            }
        }
        (Shape::Map(map), Json::Object(entries)) => {
            entries.iter().for_each(|(key, entry)| each_field(&map.entry, entry, &path.key(key), visit));
        }
        (shape, Json::Array(items)) => {
            let Some(entry) = shape.entry() else { return };
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| each_field(entry, item, &path.index(index), visit));
        }
        _ => {}
    }
}

/// A member, or an argument of the lake, that is told as a block or an argument and in `spec`.
fn twice_in_spec(sources: &Sources, told: &mut Vec<Finding>) {
    let (Json::Object(blocks), Json::Object(spec)) = (&sources.blocks, &sources.spec) else { return };
    for (name, block) in blocks {
        let Some(value) = spec.get(name).filter(|value| !is_unknown(value) && !is_unknown(block)) else {
            continue;
        };
        let path = FieldPath::root().field(name);
        let section = sections().any(|section| section == name);
        let (Json::Object(block), Json::Object(value), true) = (block, value, section || unites(&path))
        else {
            told.push(Finding::error(
                path,
                format!("{} is told twice", snake(name)),
                format!("As the argument `{}` and in `spec`: take one of them out.", snake(name)),
            ));
            continue;
        };
        for key in block.keys().filter(|key| value.contains_key(*key)) {
            let what = if section { singular(name).unwrap_or(name) } else { name };
            told.push(Finding::error(
                path.key(key),
                format!("{} \"{key}\" is told twice", snake(what)),
                match section {
                    true => "As a block and in `spec`: a member is told in one place. Take one of them out.",
                    false => "As an argument and in `spec`: take one of them out.",
                },
            ));
        }
    }
}

/// Whether a field is a map, whose entries may be told in several places.
fn unites(path: &FieldPath) -> bool {
    matches!(CONTRACT.shape().at(path), Some(Shape::Map(_)))
}

/// Visit the places that both values tell: objects and maps unite key by key, and nothing else does.
fn twice(shape: &Shape, first: &Json, second: &Json, path: &FieldPath, visit: &mut dyn FnMut(&FieldPath)) {
    if is_unknown(first) || is_unknown(second) {
        return;
    }
    let (Json::Object(first), Json::Object(second)) = (first, second) else {
        return visit(path);
    };
    for (name, value) in second {
        let Some(other) = first.get(name) else { continue };
        match shape {
            Shape::Object(object) => {
                if let Some(field) = object.fields.get(name) {
                    twice(&field.shape, other, value, &path.field(name), visit);
                }
            }
            Shape::Map(map) => twice(&map.entry, other, value, &path.key(name), visit),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sources;
    use super::*;
    use lake_api::input::unknown;
    use serde_json::json;

    fn told(blocks: Json, spec: Json, sensitive: Json) -> Vec<String> {
        let found = findings(&sources(blocks, spec, sensitive));
        found.iter().map(|finding| format!("{}: {}", finding.path, finding.summary)).collect()
    }

    #[test]
    fn a_member_is_told_in_one_place() {
        let store = || json!({"buckets": {"store": {}}});
        assert_eq!(told(store(), store(), json!({})), ["buckets.store: bucket \"store\" is told twice"]);
        assert_eq!(told(store(), json!({"buckets": {"raw": {}}}), json!({})), [""; 0]);
        assert_eq!(told(store(), json!({"buckets": unknown()}), json!({})), [""; 0]);
    }

    #[test]
    fn an_argument_of_the_lake_is_told_in_one_place_and_tags_unite() {
        let region = || json!({"region": "eu-west-1"});
        assert_eq!(told(region(), region(), json!({})), ["region: region is told twice"]);
        let tags = |key: &str| json!({"tags": {key: "x"}});
        assert_eq!(told(tags("a"), tags("b"), json!({})), [""; 0]);
        assert_eq!(told(tags("a"), tags("a"), json!({})), ["tags.a: tags \"a\" is told twice"]);
        assert_eq!(told(region(), json!({"region": unknown()}), json!({})), [""; 0]);
        assert_eq!(told(region(), json!({}), region()), ["sensitive_spec.region: region is told twice"]);
    }

    #[test]
    fn sensitive_spec_adds_to_a_member_and_tells_nothing_again() {
        let job = || json!({"jobs": {"etl": {"role": "etl", "arguments": {"--a": "1"}}}});
        let adds = json!({"jobs": {"etl": {"secretArguments": {"--salt": "x"}, "arguments": {"--b": "2"}}}});
        assert_eq!(told(job(), json!({}), adds.clone()), [""; 0]);
        assert_eq!(told(json!({}), job(), adds), [""; 0]);
        let again = json!({"jobs": {"etl": {"role": "other", "arguments": {"--a": "1"}}}});
        assert_eq!(
            told(json!({}), job(), again),
            [
                "sensitive_spec.jobs.etl.arguments.--a: jobs.etl.arguments.--a is told twice",
                "sensitive_spec.jobs.etl.role: jobs.etl.role is told twice",
            ]
        );
    }

    #[test]
    fn a_secret_is_said_in_sensitive_spec() {
        let salt = || json!({"jobs": {"etl": {"secretArguments": {"--salt": "pepper"}}}});
        assert_eq!(
            told(json!({}), salt(), json!({})),
            ["spec.jobs.etl.secretArguments: secretArguments is secret, and `spec` is shown in plans"]
        );
        assert_eq!(told(json!({}), json!({}), salt()), [""; 0]);
    }

    #[test]
    fn what_only_kubernetes_knows_is_passed_over_or_refused_with_the_remedy() {
        let script = json!({"bucket": "store", "key": "x", "contentFrom": {"configMapKeyRef": {}}});
        let spec = json!({"reconcile": {"mode": "Plan"}, "jobs": {"etl": {"script": script}}});
        let found = findings(&sources(json!({}), spec, json!({})));
        let [from, reconcile] = &found[..] else { panic!("{found:#?}") };
        assert!(!reconcile.is_error() && reconcile.path.to_string() == "spec.reconcile", "{reconcile}");
        assert!(from.is_error() && from.detail.contains("as `content`"), "{from}");
    }

    #[test]
    fn what_is_no_object_is_told() {
        assert_eq!(told(json!({}), json!("buckets"), json!({})), ["spec: an object is needed here"]);
    }
}
