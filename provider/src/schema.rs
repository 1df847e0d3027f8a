//! The schema of the resource `lake`, as Terraform is told it.
//!
//! Below the root nothing is required: Terraform would report what is missing alone and before all else, where
//! [`validate`](crate::validate) tells all findings at once. What has a default is computed as well, so that the
//! default is planned and shown.

use crate::{
    projection::{self, Nesting},
    spec, timeouts,
    words::in_terraform,
};
use lake_api::contract::Shape;
use std::collections::BTreeMap;
use tfplug::{Attribute, Block, NestedBlock, Schema, Type};

/// The version that states are kept in.
pub const VERSION: i64 = 0;

/// The schema of the resource.
#[must_use]
pub fn lake() -> Schema {
    let mut block = block(projection::spec());
    block.description =
        "A data lake on AWS: what it is made of, each part under a key of your choice.".to_owned();
    let name = "The lake's name, 1 to 63 lower-case letters, digits and inner hyphens: the `{lake}` of its members' \
                names. Another name is another lake.";
    block.attributes.insert("name".to_owned(), Attribute::required(Type::String).describe(name));
    block.attributes.entry("region".to_owned()).and_modify(|region| region.computed = true);
    block.attributes.extend(told_as_values());
    block.attributes.extend(computed());
    block.blocks.insert("timeouts".to_owned(), timeouts());
    Schema { version: VERSION, block }
}

/// The spec as a value: HCL makes no labelled blocks from a variable.
fn told_as_values() -> [(String, Attribute); 2] {
    let spec = "The lake, or a part of it, as a value in the words of the `spec` of a Lake in Kubernetes: \
                `yamldecode(file(\"lake.yaml\")).spec`, or `{ buckets = { for name, days in var.buckets : name => {} } }`. \
                A member stands here or in a block, not in both.";
    let sensitive = "What of `spec` is secret, in the same words: fields of members that stand elsewhere, or whole members. \
                     Nothing of it is shown in plans, drift and messages. The state holds it.";
    let of = || Attribute::optional(Type::Dynamic);
    [
        (spec::SPEC.to_owned(), of().describe(spec)),
        (spec::SENSITIVE.to_owned(), of().describe(sensitive).sensitive()),
    ]
}

/// What AWS decides, and what is true on it.
fn computed() -> [(String, Attribute); 2] {
    let status = BTreeMap::from([
        (
            "state".to_owned(),
            Attribute::computed(Type::String)
                .describe("`Present`, `Absent`, `Waiting`, `Settling`, `Unreadable` or `Foreign`."),
        ),
        (
            "drift".to_owned(),
            Attribute::computed(Type::map(Type::String)).describe(
                "Where the resource differs from what is wanted: the field's path, what AWS has, and what is wanted.",
            ),
        ),
    ]);
    let resources = Attribute::computed(Type::String)
        .nested(tfplug::Nesting::Map, status)
        .describe("What is true on AWS of each resource, by its kind and key: `bucket/store`.");
    let outputs = Attribute::computed(Type::map(Type::map(Type::String)))
        .describe("What AWS decided about each resource, by its kind and key, then by name: `accessPoint/analysts`, `alias`.");
    [("resources".to_owned(), resources), ("outputs".to_owned(), outputs)]
}

fn timeouts() -> NestedBlock {
    let attribute = |operation: &&str| {
        let text = format!("How long a lake may take to {operation}: `1h30m`, `90s`. Default: `30m`.");
        ((*operation).to_owned(), Attribute::optional(Type::String).describe(text))
    };
    NestedBlock::new(
        tfplug::Nesting::Single,
        Block {
            attributes: timeouts::OPERATIONS.iter().map(attribute).collect(),
            description: "How long operations may take.".to_owned(),
            ..Block::default()
        },
    )
}

fn block(projected: &projection::Block) -> Block {
    Block {
        attributes: projected.attributes.iter().map(|(name, it)| (name.clone(), attribute(it))).collect(),
        blocks: projected
            .blocks
            .iter()
            .map(|(name, nested)| {
                let mut inner = block(&nested.block);
                inner.description = in_terraform(nested.description);
                (name.clone(), NestedBlock::new(nesting(nested.nesting), inner))
            })
            .collect(),
        ..Block::default()
    }
}

fn attribute(projected: &projection::Attribute) -> Attribute {
    let of = ty(projected.shape);
    let attribute = match projected.default {
        Some(_) => Attribute::optional_computed(of),
        None => Attribute::optional(of),
    };
    let attribute = attribute.describe(in_terraform(projected.description));
    if projected.secret { attribute.sensitive() } else { attribute }
}

fn nesting(nesting: Nesting) -> tfplug::Nesting {
    match nesting {
        Nesting::Single => tfplug::Nesting::Single,
        Nesting::List => tfplug::Nesting::List,
        Nesting::Map => tfplug::Nesting::Map,
    }
}

/// The type of a value that holds no object.
#[must_use]
pub fn ty(shape: &Shape) -> Type {
    match shape {
        Shape::Text(_) => Type::String,
        Shape::Bool => Type::Bool,
        Shape::Integer(_) | Shape::Number(_) => Type::Number,
        Shape::List(list) => Type::list(ty(&list.entry)),
        Shape::Set(set) => Type::set(ty(&set.entry)),
        Shape::Map(map) => Type::map(ty(&map.entry)),
        Shape::Object(_) => unreachable!("objects are blocks"),
    }
}
