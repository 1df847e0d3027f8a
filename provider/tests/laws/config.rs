//! Random lakes, as Terraform's configurations.

use lake_api::{
    Finding, Step,
    contract::{Map, Shape},
    input::is_unknown,
    testing,
};
use lake_provider::{
    config::value,
    door::Settings,
    projection::{self, Block, Nesting},
    spec::Sources,
    wanted,
};
use lake_reconcile::{CONTRACT, lint::lint};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use tfplug::{Type, Value};

/// Specs with which nothing is wrong: of random ones, the members that are found fault with are left out.
pub(crate) fn spec() -> impl Strategy<Value = Json> {
    testing::json(CONTRACT.shape()).prop_map(good)
}

/// The same, some of whose parts are not known yet.
pub(crate) fn spec_with_unknowns() -> impl Strategy<Value = Json> {
    testing::json_with_unknowns(CONTRACT.shape()).prop_map(good)
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
    let spec = wanted::json(&Sources::of(&lake(spec)), &settings);
    let found = CONTRACT.check(&spec);
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
    let object = CONTRACT.shape().object().expect("a spec is an object");
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

/// In which places a lake is told: in blocks, in `spec`, or each member in one of them.
pub(crate) fn places() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), Just(u64::MAX), any::<u64>()]
}

/// The configuration that says a spec: a member, or an argument of the lake, stands in `spec` where the next bit of
/// `places` is set, and what of that is secret in `sensitive_spec`; else it is a block.
pub(crate) fn told(spec: &Json, places: u64) -> Value {
    let (mut blocks, mut plain) = (json!({}), json!({}));
    let mut bits = places;
    let mut in_spec = || {
        bits = bits.rotate_left(1);
        bits & 1 == 1
    };
    for (name, value) in spec.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        match value.as_object().filter(|_| is_section(name) && !is_unknown(value)) {
            None => {
                let place = if in_spec() { &mut plain } else { &mut blocks };
                place[name] = value.clone();
            }
            Some(members) => {
                for (key, member) in members {
                    let place = if in_spec() { &mut plain } else { &mut blocks };
                    place[name][key] = member.clone();
                }
            }
        }
    }
    let secret = secrets(CONTRACT.shape(), &mut plain).unwrap_or_default();
    let mut lake = lake(&blocks);
    for (argument, json) in [("spec", plain), ("sensitive_spec", secret)] {
        let none = json.is_null() || json == json!({});
        lake.set(argument, if none { Value::Null } else { Value::Dynamic(Box::new(implied(&json))) });
    }
    lake
}

/// Take the secrets out of a value.
fn secrets(shape: &Shape, json: &mut Json) -> Option<Json> {
    let fields = json.as_object_mut()?;
    let mut secret = serde_json::Map::new();
    match shape {
        Shape::Object(object) => {
            let is_secret = |name: &str| object.fields.get(name).is_some_and(|field| field.secret());
            let names: Vec<String> = fields.keys().filter(|name| is_secret(name)).cloned().collect();
            secret.extend(names.into_iter().filter_map(|name| fields.remove_entry(&name)));
            for (name, value) in fields {
                let inner = object.fields.get(name).and_then(|field| secrets(&field.shape, value));
                secret.extend(inner.map(|inner| (name.clone(), inner)));
            }
        }
        Shape::Map(map) => {
            for (key, value) in fields {
                secret.extend(secrets(&map.entry, value).map(|inner| (key.clone(), inner)));
            }
        }
        _ => {}
    }
    (!secret.is_empty()).then_some(Json::Object(secret))
}

/// A value as HCL has it of an expression, with the type that it has by itself.
pub(crate) fn implied(json: &Json) -> (Type, Value) {
    match json {
        json if is_unknown(json) => (Type::Dynamic, Value::UNKNOWN),
        Json::Null => (Type::Dynamic, Value::Null),
        Json::Bool(_) => (Type::Bool, value(json)),
        Json::Number(_) => (Type::Number, value(json)),
        Json::String(_) => (Type::String, value(json)),
        Json::Array(items) => {
            let (types, items) = items.iter().map(implied).unzip();
            (Type::Tuple(types), Value::List(items))
        }
        Json::Object(entries) => {
            let entries = entries.iter().map(|(key, entry)| (key.clone(), implied(entry)));
            let (types, entries): (BTreeMap<_, _>, BTreeMap<_, _>) =
                entries.map(|(key, (of, value))| ((key.clone(), of), (key, value))).unzip();
            (Type::Object(types), Value::Map(entries))
        }
    }
}

/// A configuration with other types in its values of any type, as conversions in HCL bring them: where the next bit of
/// `types` is set, a tuple whose items have one type is a list, and an object whose fields have one type is a map.
pub(crate) fn retyped(lake: &Value, types: u64) -> Value {
    let mut lake = lake.clone();
    let mut bits = types;
    for argument in ["spec", "sensitive_spec"] {
        if let Value::Dynamic(typed) = lake.get(argument) {
            let of = converted(&typed.0, &mut bits);
            lake.set(argument, Value::Dynamic(Box::new((of, typed.1.clone()))));
        }
    }
    lake
}

fn converted(of: &Type, bits: &mut u64) -> Type {
    // A null by itself has no type.
    let one = |types: Vec<&Type>| match types.split_first() {
        Some((first, others)) => {
            (**first != Type::Dynamic && others.iter().all(|other| other == first)).then(|| (*first).clone())
        }
        None => Some(Type::String),
    };
    let mut converts = || {
        *bits = bits.rotate_left(1);
        *bits & 1 == 1
    };
    match of {
        Type::Tuple(items) => {
            let convert = converts();
            let items: Vec<Type> = items.iter().map(|item| converted(item, bits)).collect();
            match one(items.iter().collect()).filter(|_| convert) {
                Some(item) => Type::list(item),
                None => Type::Tuple(items),
            }
        }
        Type::Object(fields) => {
            let convert = converts();
            let fields: BTreeMap<String, Type> =
                fields.iter().map(|(name, of)| (name.clone(), converted(of, bits))).collect();
            match one(fields.values().collect()).filter(|_| convert) {
                Some(entry) => Type::map(entry),
                None => Type::Object(fields),
            }
        }
        of => of.clone(),
    }
}

/// A configuration that is unknown where another one of the same form is, and keeps its types.
pub(crate) fn veiled(lake: &Value, unknown: &Value) -> Value {
    match (lake, unknown) {
        (_, Value::Unknown(_)) => Value::UNKNOWN,
        (Value::Dynamic(typed), Value::Dynamic(unknown)) => {
            Value::Dynamic(Box::new((typed.0.clone(), veiled(&typed.1, &unknown.1))))
        }
        (Value::Map(entries), Value::Map(_)) => {
            Value::map(entries.iter().map(|(key, entry)| (key.clone(), veiled(entry, unknown.get(key)))))
        }
        (Value::List(items), Value::List(unknown)) if items.len() == unknown.len() => {
            Value::List(items.iter().zip(unknown).map(|(item, unknown)| veiled(item, unknown)).collect())
        }
        (known, _) => known.clone(),
    }
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
