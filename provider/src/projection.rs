//! The spec as Terraform sees it: objects become blocks, all else attributes.
//!
//! Terraform drops unknown keys of nested attributes silently (hashicorp/terraform#33570), so whatever holds objects
//! is a block: a map of objects a labelled one, a list a repeated one, an object a single one, the first two in the
//! singular. Computed from [`CONTRACT`]; there is no second list of fields.

use lake_api::{
    FieldPath, Step,
    contract::{Field, Object, Shape},
};
use lake_reconcile::{
    CONTRACT,
    spec::singular::{singular, snake},
};
use serde_json::Value;
use std::{collections::BTreeMap, sync::OnceLock};
use tfplug::Path;

/// An object of the spec, as a block.
#[derive(Debug)]
pub struct Block {
    /// What is no object, by Terraform's name.
    pub attributes: BTreeMap<String, Attribute>,
    /// What is an object or holds some, by Terraform's name.
    pub blocks: BTreeMap<String, Nested>,
}

/// A field that holds no object.
#[derive(Debug)]
pub struct Attribute {
    /// The field's name in the spec.
    pub field: &'static str,
    /// The form of its value.
    pub shape: &'static Shape,
    /// What it is when it is not given.
    pub default: Option<&'static Value>,
    /// Whether the contract requires it, though the schema of Terraform does not.
    pub required: bool,
    /// What it means, in the spec's words.
    pub description: &'static str,
    /// Whether it is never shown.
    pub secret: bool,
    /// Whether it is a JSON document, compared by value.
    pub json: bool,
}

/// A field that is an object or holds some.
#[derive(Debug)]
pub struct Nested {
    /// The field's name in the spec.
    pub field: &'static str,
    /// How often the block may stand there.
    pub nesting: Nesting,
    /// The object.
    pub block: Block,
    /// Whether the contract requires it, though the schema of Terraform does not.
    pub required: bool,
    /// What it means, in the spec's words.
    pub description: &'static str,
    /// Whether its entries are members of the lake.
    pub members: bool,
}

/// How often a block may stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// Once, or not at all.
    Single,
    /// Any number of times, in an order.
    List,
    /// Any number of times, each with another label.
    Map,
}

/// The whole spec.
#[must_use]
pub fn spec() -> &'static Block {
    static SPEC: OnceLock<Block> = OnceLock::new();
    SPEC.get_or_init(|| match CONTRACT.shape() {
        Shape::Object(object) => block(object),
        _ => unreachable!("a spec is an object"),
    })
}

fn block(object: &'static Object) -> Block {
    let mut whole = Block { attributes: BTreeMap::new(), blocks: BTreeMap::new() };
    for (name, field) in object.fields.iter().filter(|(_, field)| field.door.is_none()) {
        let required = object.requires(name);
        match nested(name, field, required) {
            Some((word, nested)) => _ = whole.blocks.insert(word, nested),
            None => _ = whole.attributes.insert(snake(name), attribute(name, field, required)),
        }
    }
    whole
}

fn attribute(name: &'static str, field: &'static Field, required: bool) -> Attribute {
    Attribute {
        field: name,
        required,
        shape: &field.shape,
        default: field.default.as_ref(),
        description: &field.description,
        secret: field.secret(),
        json: field.json(),
    }
}

/// The block of a field that is an object or a collection of objects. Objects deeper down have no form in Terraform;
/// a test holds the spec to that.
fn nested(name: &'static str, field: &'static Field, required: bool) -> Option<(String, Nested)> {
    let one = || singular(name).map_or_else(|| snake(name), snake);
    let (word, nesting, object, members) = match &field.shape {
        Shape::Object(object) => (snake(name), Nesting::Single, object, false),
        Shape::Map(map) => (one(), Nesting::Map, map.entry.object()?, map.members),
        Shape::List(_) | Shape::Set(_) => (one(), Nesting::List, field.shape.entry()?.object()?, false),
        _ => return None,
    };
    let description = field.description.as_str();
    Some((word, Nested { field: name, nesting, block: block(object), required, description, members }))
}

/// Where a place of the spec stands in Terraform's configuration, as far as Terraform can say it: entries of sets have
/// no place, and a labelled or repeated block only has one through something in it.
#[must_use]
pub fn locate(path: &FieldPath) -> Path {
    match walk(path) {
        (at, Some(block)) if matches!(at.0.last(), Some(tfplug::Step::Key(_) | tfplug::Step::Index(_))) => {
            at.attribute(witness(block))
        }
        (at, _) => at,
    }
}

/// The place, and the block that it is, if it is one.
fn walk(path: &FieldPath) -> (Path, Option<&'static Block>) {
    let mut at = Path::default();
    let mut block = spec();
    let mut steps = path.steps().iter().peekable();
    while let Some(name) = steps.next().and_then(Step::name) {
        if let Some((word, attribute)) = block.attributes.iter().find(|(_, it)| it.field == name) {
            return (into_value(at.attribute(word), attribute.shape, steps), None);
        }
        let Some((word, nested)) = block.blocks.iter().find(|(_, it)| it.field == name) else { break };
        at = at.attribute(word);
        match (nested.nesting, steps.peek()) {
            (Nesting::Single, _) => {}
            (Nesting::Map, Some(Step::Field(key) | Step::Key(key))) => at = at.key(key),
            (Nesting::List, Some(Step::Index(index))) => at = at.index(*index),
            _ => return (at, None),
        }
        if nested.nesting != Nesting::Single {
            steps.next();
        }
        block = &nested.block;
    }
    (at, Some(block))
}

/// What Terraform is pointed at where a block is meant: an argument that is hardly ever given, so that the block's own
/// line is shown.
fn witness(block: &Block) -> &str {
    const RARE: &str = "adopt_from";
    let any = || block.attributes.keys().rev().chain(block.blocks.keys()).next().map_or(RARE, String::as_str);
    if block.attributes.contains_key(RARE) { RARE } else { any() }
}

fn into_value<'p>(mut at: Path, mut shape: &Shape, steps: impl Iterator<Item = &'p Step>) -> Path {
    for step in steps {
        (at, shape) = match (shape, step) {
            (Shape::Map(map), Step::Field(key) | Step::Key(key)) => (at.key(key), &map.entry),
            (Shape::List(list), Step::Index(index)) => (at.index(*index), &list.entry),
            _ => return at,
        };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use lake_reconcile::spec::singular::{RESERVED, camel};

    fn walk(block: &Block, see: &mut impl FnMut(&Block)) {
        see(block);
        block.blocks.values().for_each(|nested| walk(&nested.block, see));
    }

    #[test]
    fn every_field_of_the_spec_has_one_name_of_its_own() {
        fn fields(object: &'static Object) {
            let projected = block(object);
            let known = object.fields.values().filter(|field| field.door.is_none()).count();
            assert_eq!(
                projected.attributes.len() + projected.blocks.len(),
                known,
                "{:?}",
                object.fields.keys()
            );
            let both = projected.blocks.keys().find(|word| projected.attributes.contains_key(*word));
            assert_eq!(both, None, "a block and an attribute of one name");
            for field in object.fields.values() {
                match &field.shape {
                    Shape::Object(inner) => fields(inner),
                    shape => shape.entry().and_then(Shape::object).into_iter().for_each(fields),
                }
            }
        }
        fields(CONTRACT.shape().object().unwrap());
    }

    #[test]
    fn nothing_but_blocks_holds_an_object() {
        walk(spec(), &mut |block| {
            for (word, attribute) in &block.attributes {
                assert!(!attribute.shape.holds_object(), "{word} holds objects too deep for a block");
            }
        });
    }

    #[test]
    fn lists_and_maps_of_objects_have_a_singular() {
        walk(spec(), &mut |block| {
            for nested in block.blocks.values().filter(|nested| nested.nesting != Nesting::Single) {
                assert!(singular(nested.field).is_some(), "{} has no singular", nested.field);
            }
        });
    }

    #[test]
    fn words_can_be_spelt_both_ways() {
        walk(spec(), &mut |block| {
            for attribute in block.attributes.values() {
                assert_eq!(camel(&snake(attribute.field)), attribute.field);
            }
        });
    }

    #[test]
    fn terraforms_own_words_are_free() {
        let root = spec();
        for word in RESERVED.iter().chain(&["name", "resources", "outputs", "timeouts"]) {
            assert!(!root.attributes.contains_key(*word) && !root.blocks.contains_key(*word), "{word}");
        }
    }

    #[test]
    fn a_path_of_the_spec_is_found_in_the_configuration() {
        for (path, at) in [
            ("region", "region"),
            ("buckets.store", "bucket[\"store\"].adopt_from"),
            (
                "buckets.store.lifecycleRules[1].expire.days",
                "bucket[\"store\"].lifecycle_rule[1].expire.days",
            ),
            ("jobs.etl.arguments.--TempDir", "job[\"etl\"].arguments[\"--TempDir\"]"),
            ("roles.etl.assumedBy.services[0]", "role[\"etl\"].assumed_by.services"),
            ("roles.etl.nonsense", "role[\"etl\"].adopt_from"),
            ("roles.etl.assumedBy", "role[\"etl\"].assumed_by"),
        ] {
            assert_eq!(locate(&path.parse().unwrap()).to_string(), at);
        }
    }
}
