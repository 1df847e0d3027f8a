//! Random lakes, as Terraform's configurations.

use lake_api::{
    Finding, Step, contract,
    contract::{Map, Shape},
    input::is_unknown,
    lint::lint,
    testing,
};
use lake_provider::{
    config::value,
    door::Settings,
    projection::{self, Block, Nesting},
    wanted,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use tfplug::Value;

/// Specs with which nothing is wrong: of random ones, the members that are found fault with are left out.
pub(crate) fn spec() -> impl Strategy<Value = Json> {
    testing::json(contract::schema()).prop_map(good)
}

/// The same, some of whose parts are not known yet.
pub(crate) fn spec_with_unknowns() -> impl Strategy<Value = Json> {
    testing::json_with_unknowns(contract::schema()).prop_map(good)
}

pub(crate) fn good(mut spec: Json) -> Json {
    spec["region"].take();
    spec["reconcile"].take();
    while let Some(wrong) = errors(&spec).into_iter().next() {
        leave_out(&mut spec, &wrong);
    }
    spec
}

/// What is wrong with a spec, once it was said in this door's words: some are only the other's.
fn errors(spec: &Json) -> Vec<Finding> {
    let settings = Settings { default_tags: Some(BTreeMap::new()), ..Settings::default() };
    let spec = wanted::json(&lake(spec), &settings);
    let found = contract::check(&spec);
    if !found.is_empty() {
        return found;
    }
    let spec = wanted::lenient(spec).expect("the contract let it in");
    lint(&spec, "events").into_iter().filter(Finding::is_error).collect()
}

fn leave_out(spec: &mut Json, finding: &Finding) {
    let steps: Vec<&str> = finding.path.steps().iter().map_while(Step::name).collect();
    match steps[..] {
        [section, member, ..] if is_section(section) => {
            spec[section].as_object_mut().and_then(|section| section.remove(member));
        }
        [field, ..] => spec[field] = Json::Null,
        [] => *spec = json!({}),
    }
}

fn is_section(field: &str) -> bool {
    let object = contract::schema().object().expect("a spec is an object");
    matches!(object.fields.get(field).map(|field| &field.shape), Some(Shape::Map(Map { members: true, .. })))
}

/// The configuration that says a spec.
pub(crate) fn lake(spec: &Json) -> Value {
    let mut lake = block(projection::spec(), spec);
    lake.set("name", Value::from("events"));
    lake.set("resources", Value::Null);
    lake.set("outputs", Value::Null);
    lake.set("timeouts", Value::Null);
    lake
}

fn block(of: &Block, json: &Json) -> Value {
    if is_unknown(json) {
        return Value::UNKNOWN;
    }
    let attributes = of.attributes.iter().map(|(name, it)| (name.clone(), argument(&json[it.field])));
    let blocks = of.blocks.iter().map(|(name, nested)| {
        let inner = &json[nested.field];
        let value = match nested.nesting {
            _ if is_unknown(inner) => Value::UNKNOWN,
            Nesting::Single if inner.is_null() => Value::Null,
            Nesting::Single => block(&nested.block, inner),
            Nesting::List => Value::List(
                inner.as_array().into_iter().flatten().map(|it| block(&nested.block, it)).collect(),
            ),
            Nesting::Map => Value::map(
                inner
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(key, it)| (key.clone(), block(&nested.block, it))),
            ),
        };
        (name.clone(), value)
    });
    Value::map(attributes.chain(blocks))
}

/// A value that holds no object, unknown wherever the spec is.
fn argument(json: &Json) -> Value {
    match json {
        json if is_unknown(json) => Value::UNKNOWN,
        Json::Array(items) => Value::List(items.iter().map(argument).collect()),
        Json::Object(entries) => {
            Value::map(entries.iter().map(|(key, entry)| (key.clone(), argument(entry))))
        }
        json => value(json),
    }
}
