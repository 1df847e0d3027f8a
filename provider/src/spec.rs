//! The spec of a lake, put together from its blocks, `spec` and `sensitive_spec`.
//!
//! HCL makes no labelled blocks from a variable, so a lake may also be told as a value, in the words of the CRD. A
//! member is told in one place; `sensitive_spec` adds to it. What is wrong with that is told by [`findings`].

mod findings;
mod secret;

pub use findings::findings;
pub use secret::hide;

use crate::config;
use lake_api::{
    FieldPath, Step,
    contract::{Object, Shape},
    input::{is_unknown, unknown},
};
use lake_reconcile::{CONTRACT, graph::NodeId, plan::Later, spec::singular::singular};
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;
use tfplug::Value;

/// The argument that holds members as a value.
pub const SPEC: &str = "spec";
/// The argument that holds what is never shown.
pub const SENSITIVE: &str = "sensitive_spec";

/// What a lake is told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Arguments and blocks of the resource.
    Blocks,
    /// The value `spec`.
    Spec,
    /// The value `sensitive_spec`.
    Sensitive,
}

/// What each source of a configuration, a plan or a state says.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The arguments and blocks.
    blocks: Json,
    /// `spec`, or an object without fields.
    spec: Json,
    /// `sensitive_spec`, or an object without fields.
    sensitive: Json,
    /// The sections of which it is not known which members they have.
    open: BTreeSet<&'static str>,
    /// Whether `spec` or `sensitive_spec` as a whole is not known.
    unknown: bool,
}

impl Sources {
    /// The sources of a lake.
    #[must_use]
    pub fn of(lake: &Value) -> Self {
        let (mut open, mut unknown) = (BTreeSet::new(), false);
        let mut blocks = config::blocks(lake);
        close(&mut blocks, &mut open);
        let mut value = |name: &str| {
            let mut json = config::free(lake.get(name)).unwrap_or_else(|| Json::Object(Map::new()));
            if is_unknown(&json) {
                open.extend(sections());
                unknown = true;
                json = Json::Object(Map::new());
            }
            close(&mut json, &mut open);
            json
        };
        let (spec, sensitive) = (value(SPEC), value(SENSITIVE));
        Sources { blocks, spec, sensitive, open, unknown }
    }

    /// The whole spec, as far as it is known which members it has. What only Kubernetes knows is left out. `sensitive_spec`
    /// stands above `spec`, and that above the blocks: in a plan and in a state their defaults are filled in.
    #[must_use]
    pub fn whole(&self) -> Json {
        let without = |json: &Json| {
            let mut json = if json.is_object() { json.clone() } else { Json::Object(Map::new()) };
            forget_foreign(CONTRACT.shape(), &mut json);
            json
        };
        let (first, sensitive) = (unite(self.blocks.clone(), without(&self.spec)), without(&self.sensitive));
        let mut whole = unite(first.clone(), sensitive.clone());
        for section in &self.open {
            // What it adds to, another source may yet tell.
            for key in sensitive[section].as_object().into_iter().flat_map(Map::keys) {
                if first[section].get(key).is_none() {
                    whole[section][key] = unknown();
                }
            }
        }
        whole
    }

    /// The whole spec with another value in place of each that `sensitive_spec` holds; none where that holds nothing.
    #[must_use]
    pub fn covered(&self, whole: &Json) -> Option<Json> {
        let nothing = self.sensitive.as_object().is_none_or(Map::is_empty);
        (!nothing).then(|| unite(whole.clone(), cover(CONTRACT.shape(), self.sensitive.clone())))
    }

    /// Whether it is known which members there are, nested ones included.
    #[must_use]
    pub fn members_are_known(&self) -> bool {
        let known = |json| members_are_known(CONTRACT.shape(), json);
        self.open.is_empty() && [&self.blocks, &self.spec, &self.sensitive].into_iter().all(known)
    }

    /// Whether it is known that a node stays: a member tells it, by the word of its section and its key, or it is released.
    #[must_use]
    pub fn names(&self, node: &NodeId) -> bool {
        let all = || [&self.blocks, &self.spec, &self.sensitive].into_iter();
        let mut sections = sections().filter(|section| singular(section) == Some(node.kind()));
        // A member that stands for somebody else's resource now lets the one go that it made.
        let is_own = |it: &Json| !is_unknown(it) && it.get("external").is_none_or(Json::is_null);
        let member = |json: &Json, section: &str| json[section].get(node.name()).is_some_and(is_own);
        let released = self.field("release").and_then(Json::as_array).into_iter().flatten();
        sections.any(|section| all().any(|json| member(json, section)))
            || released.into_iter().any(|it| it.as_str() == Some(node.as_str()))
    }

    /// Whether a node's member may stand for somebody else's resource, while it is not known which or whether.
    #[must_use]
    pub fn stands_for_unknown(&self, node: &NodeId) -> bool {
        let sections = || sections().filter(|section| singular(section) == Some(node.kind()));
        // Another of its fields that is not known may turn out to be none: only then it stands for somebody else's at all.
        let external = |json: &Json, section: &str| {
            let member = &json[section][node.name()];
            let fields = || member.as_object().into_iter().flat_map(Map::values);
            !member["external"].is_null() && fields().any(is_unknown)
        };
        let all = [&self.blocks, &self.spec, &self.sensitive];
        all.into_iter().any(|json| sections().any(|section| external(json, section)))
    }

    /// Whether a value of this form may be the key of a member that is not known yet.
    #[must_use]
    pub fn is_open(&self, reference: &FieldPath) -> bool {
        let text = CONTRACT.shape().at(reference).and_then(Shape::leaf);
        text.and_then(|text| text.member_of.as_deref()).is_some_and(|section| self.open.contains(section))
    }

    /// A field of the lake's own, wherever it is told: `adoptFrom`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Json> {
        [&self.sensitive, &self.spec, &self.blocks].into_iter().find_map(|json| json.get(name))
    }

    /// The region that is told, if one is; later where it is not known.
    #[must_use]
    pub fn region(&self) -> Later<Option<String>> {
        match self.field("region") {
            Some(region) if is_unknown(region) => Later::Later,
            Some(region) => Later::Known(region.as_str().map(str::to_owned)),
            // A spec that is not known may tell one.
            None if self.unknown => Later::Later,
            None => Later::Known(None),
        }
    }

    /// What tells a place of the spec: the source that says most of the way to it.
    #[must_use]
    pub fn source(&self, path: &FieldPath) -> Source {
        let all = [
            (Source::Sensitive, &self.sensitive),
            (Source::Spec, &self.spec),
            (Source::Blocks, &self.blocks),
        ];
        // Of several that say as much the last one counts.
        let most = all.into_iter().max_by_key(|(_, json)| depth(json, path));
        most.map_or(Source::Blocks, |(source, _)| source)
    }

    /// A place of the spec with the argument in front that tells it: `spec.buckets.store`. Places in blocks stay as they
    /// are.
    #[must_use]
    pub fn placed(&self, path: &FieldPath) -> FieldPath {
        match self.source(path) {
            Source::Blocks => path.clone(),
            Source::Spec => FieldPath::root().field(SPEC).join(path),
            Source::Sensitive => FieldPath::root().field(SENSITIVE).join(path),
        }
    }
}

/// The argument of a placed path, if it has one in front.
#[must_use]
pub fn argument(path: &FieldPath) -> Option<&'static str> {
    let first = path.steps().first().and_then(Step::name)?;
    [SPEC, SENSITIVE].into_iter().find(|argument| *argument == first)
}

/// The sections of members.
fn sections() -> impl Iterator<Item = &'static str> {
    let object = CONTRACT.shape().object().expect("a spec is an object");
    object
        .fields
        .iter()
        .filter(|(_, field)| matches!(&field.shape, Shape::Map(map) if map.members))
        .map(|(name, _)| name.as_str())
}

/// Take out the sections that are not known, and note them.
fn close(json: &mut Json, open: &mut BTreeSet<&'static str>) {
    let Json::Object(fields) = json else { return };
    for section in sections() {
        if fields.get(section).is_some_and(is_unknown) {
            fields.remove(section);
            open.insert(section);
        }
    }
}

/// Take out what only Kubernetes knows.
fn forget_foreign(shape: &Shape, json: &mut Json) {
    each_object(shape, json, &mut |object, fields| {
        fields.retain(|name, _| object.fields.get(name).is_none_or(|field| field.door.is_none()));
    });
}

/// Visit the objects in a value, outer ones first.
fn each_object(shape: &Shape, json: &mut Json, visit: &mut dyn FnMut(&Object, &mut Map<String, Json>)) {
    match (shape, json) {
        (Shape::Object(object), Json::Object(fields)) => {
            visit(object, fields);
            for (name, value) in fields {
                if let Some(field) = object.fields.get(name) {
                    each_object(&field.shape, value, visit);
                }
            }
        }
        (Shape::Map(map), Json::Object(entries)) => {
            entries.values_mut().for_each(|entry| each_object(&map.entry, entry, visit));
        }
        (shape, Json::Array(items)) => {
            let Some(entry) = shape.entry() else { return };
            items.iter_mut().for_each(|item| each_object(entry, item, visit));
        }
        _ => {}
    }
}

/// Two values as one: objects key by key, of all else the second. What of an object is not known makes the whole unknown.
fn unite(first: Json, second: Json) -> Json {
    match (first, second) {
        (first, second @ Json::Object(_)) if is_unknown(&first) => {
            if second.as_object().is_some_and(Map::is_empty) { second } else { first }
        }
        (_, second) if is_unknown(&second) => second,
        (Json::Object(mut whole), Json::Object(more)) => {
            for (name, value) in more {
                let value = match whole.remove(&name) {
                    Some(first) => unite(first, value),
                    None => value,
                };
                whole.insert(name, value);
            }
            Json::Object(whole)
        }
        (_, second) => second,
    }
}

/// Another value of the same form, in every place that holds no others: a text that is not known, another word, the next
/// number.
fn cover(shape: &Shape, json: Json) -> Json {
    match (shape, json) {
        (Shape::Object(object), Json::Object(fields)) => {
            let covered = |(name, value): (String, Json)| {
                let field = object.fields.get(&name)?;
                Some((name, cover(&field.shape, value)))
            };
            Json::Object(fields.into_iter().filter_map(covered).collect())
        }
        (Shape::Map(map), Json::Object(entries)) => {
            Json::Object(entries.into_iter().map(|(key, entry)| (key, cover(&map.entry, entry))).collect())
        }
        (shape, Json::Array(items)) => match shape.entry() {
            Some(entry) => items.into_iter().map(|item| cover(entry, item)).collect(),
            None => unknown(),
        },
        (Shape::Bool, Json::Bool(on)) => Json::Bool(!on),
        (Shape::Integer(_) | Shape::Number(_), Json::Number(number)) => number
            .as_i64()
            .map_or_else(|| (number.as_f64().unwrap_or_default() + 1.0).into(), |it| (it + 1).into()),
        (Shape::Text(text), Json::String(given)) if !text.words.is_empty() => {
            text.words.iter().find(|word| **word != given).map_or_else(unknown, |word| word.as_str().into())
        }
        _ => unknown(),
    }
}

/// A member that is not known may turn out to be null, and then there is none.
fn members_are_known(shape: &Shape, json: &Json) -> bool {
    match (shape, json) {
        (Shape::Object(object), Json::Object(fields)) => fields.iter().all(|(name, value)| {
            object.fields.get(name).is_none_or(|field| members_are_known(&field.shape, value))
        }),
        (Shape::Map(map), json) if map.members => {
            !is_unknown(json)
                && json
                    .as_object()
                    .into_iter()
                    .flatten()
                    .all(|(_, member)| !is_unknown(member) && members_are_known(&map.entry, member))
        }
        _ => true,
    }
}

/// How many steps of a path lead into a value.
fn depth(json: &Json, path: &FieldPath) -> usize {
    let mut at = json;
    for (depth, step) in path.steps().iter().enumerate() {
        let next = match step {
            Step::Field(name) | Step::Key(name) => at.get(name),
            Step::Index(index) => at.get(index),
        };
        match next {
            Some(next) => at = next,
            None => return depth,
        }
    }
    path.steps().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    pub(super) fn sources(blocks: Json, spec: Json, sensitive: Json) -> Sources {
        let mut open = BTreeSet::new();
        let mut closed = |mut json| {
            close(&mut json, &mut open);
            json
        };
        let (blocks, spec, sensitive) = (closed(blocks), closed(spec), closed(sensitive));
        Sources { blocks, spec, sensitive, open, unknown: false }
    }

    #[test]
    fn blocks_and_values_are_one_spec() {
        let sources = sources(
            json!({"buckets": {"store": {"versioning": true}}, "jobs": {"etl": {"role": "etl"}}, "tags": {"a": "1"}}),
            json!({"buckets": {"raw": {}}, "tags": {"b": "2"}, "reconcile": {"mode": "Plan"}}),
            json!({"jobs": {"etl": {"secretArguments": {"--salt": "pepper"}}}}),
        );
        assert_eq!(
            sources.whole(),
            json!({
                "buckets": {"store": {"versioning": true}, "raw": {}},
                "jobs": {"etl": {"role": "etl", "secretArguments": {"--salt": "pepper"}}},
                "tags": {"a": "1", "b": "2"},
            })
        );
        for (path, placed) in [
            ("buckets.store.versioning", "buckets.store.versioning"),
            ("buckets.raw", "spec.buckets.raw"),
            ("buckets.raw.tlsOnly", "spec.buckets.raw.tlsOnly"),
            ("jobs.etl", "jobs.etl"),
            ("jobs.etl.secretArguments.--salt", "sensitive_spec.jobs.etl.secretArguments.--salt"),
        ] {
            let path: FieldPath = path.parse().unwrap();
            assert_eq!(sources.placed(&path).to_string(), placed);
        }
    }

    #[test]
    fn what_is_not_known_is_not_empty() {
        let open = sources(json!({"roles": {"etl": {}}}), json!({"buckets": unknown()}), json!({}));
        assert_eq!(open.whole(), json!({"roles": {"etl": {}}}));
        assert!(!open.members_are_known());
        assert!(open.is_open(&"jobs.etl.script.bucket".parse().unwrap()));
        assert!(!open.is_open(&"jobs.etl.role".parse().unwrap()));
        for (spec, known) in [
            (json!({"buckets": {"store": {"name": unknown()}}}), true),
            (json!({"buckets": {"store": unknown()}}), false),
            (json!({"buckets": {"store": {"objects": unknown()}}}), false),
            (json!({"tags": unknown()}), true),
        ] {
            let sources = sources(json!({}), spec, json!({}));
            assert_eq!(sources.members_are_known(), known, "{sources:?}");
        }
        let secret = json!({"jobs": {"etl": {"secretArguments": {"--salt": "pepper"}}}});
        let adds = sources(json!({}), json!({"jobs": unknown()}), secret);
        assert_eq!(adds.whole(), json!({"jobs": {"etl": unknown()}}), "its script may yet be told");
        let all = Sources::of(&Value::map([("spec", Value::UNKNOWN)]));
        assert!(!all.members_are_known() && all.is_open(&"jobs.etl.role".parse().unwrap()));
    }
}
