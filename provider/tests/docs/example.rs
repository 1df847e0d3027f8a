//! An example of a section in both languages: the least members that make sense, and what they refer to.

use crate::hcl;
use lake_api::contract::Shape;
use lake_reconcile::{
    CONTRACT,
    kinds::{self, Driver},
    spec::singular::singular,
};
use serde_json::{Map, Value, json};

/// A lake of a section's small members with all that may stand in them, and, transitively, of the small members of others that they
/// refer to.
fn spec(section: &str) -> Map<String, Value> {
    let shape =
        |section: &str| &CONTRACT.shape().object().expect("a spec is an object").fields[section].shape;
    let mut own = small(section);
    for member in own.as_object_mut().into_iter().flat_map(Map::values_mut) {
        put_inner(shape(section).entry().expect("a section has members"), member);
    }
    let mut spec = Map::from_iter([(section.to_owned(), own)]);
    let mut open = vec![section.to_owned()];
    while let Some(section) = open.pop() {
        let mut found = Vec::new();
        references(shape(&section), &spec[&section], &mut found);
        for section in found {
            if !spec.contains_key(&section) {
                spec.insert(section.clone(), small(&section));
                open.push(section);
            }
        }
    }
    spec
}

fn small(section: &str) -> Value {
    let mut sections = kinds::sections();
    sections
        .find(|(word, _)| word == section)
        .unwrap_or_else(|| panic!("no kind stands in {section}"))
        .1
        .small()
}

/// Put the small members of each section into a member that may stand within it.
fn put_inner(shape: &'static Shape, member: &mut Value) {
    for (name, field) in &shape.object().expect("a member is an object").fields {
        if matches!(&field.shape, Shape::Map(map) if map.members) {
            let kind = singular(name).and_then(kinds::driver).expect("a section has a kind");
            member[name] = kind.small();
        }
    }
}

/// The sections into which the texts of a value refer.
fn references(shape: &Shape, value: &Value, found: &mut Vec<String>) {
    match (shape, value) {
        (Shape::Text(text), Value::String(key)) if key == "small" => found.extend(text.member_of.clone()),
        (Shape::Object(object), Value::Object(fields)) => {
            for (name, value) in fields {
                references(&object.fields[name].shape, value, found);
            }
        }
        (_, Value::Object(entries)) => {
            let entry = shape.entry().expect("a map has entries");
            entries.values().for_each(|value| references(entry, value, found));
        }
        (_, Value::Array(entries)) => {
            let entry = shape.entry().expect("a list has entries");
            entries.iter().for_each(|value| references(entry, value, found));
        }
        _ => {}
    }
}

/// The example as Terraform's configuration: the section's own members first.
pub(crate) fn terraform(section: &str) -> String {
    let schema = lake_provider::schema::lake().block;
    let spec = spec(section);
    let (own, others): (Vec<_>, Vec<_>) = spec.iter().partition(|(word, _)| *word == section);
    let of = |(section, members): (&String, &Value)| {
        hcl::body(&schema, &Map::from_iter([(section.clone(), members.clone())]), 1)
    };
    let members: Vec<String> = own.into_iter().chain(others).map(of).collect();
    format!("resource \"lake\" \"events\" {{\n  name = \"events\"\n\n{}}}\n", members.join("\n"))
}

/// The example as a manifest for Kubernetes.
pub(crate) fn yaml(section: &str) -> String {
    let head = "apiVersion: lake.dev/v1alpha1\nkind: Lake\nmetadata:\n  name: events\n";
    let spec = serde_saphyr::to_string(&json!({ "spec": spec(section) })).expect("a lake can be written");
    format!("{head}{spec}")
}

/// What a kind's members may be told as, for a test of the examples themselves.
pub(crate) fn of_all() -> impl Iterator<Item = (String, &'static dyn Driver, Value)> {
    kinds::sections().map(|(section, kind)| {
        let spec = Value::Object(spec(&section));
        (section, kind, spec)
    })
}
