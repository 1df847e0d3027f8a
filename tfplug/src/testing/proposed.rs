//! The state that Terraform proposes: the configuration, and where it is silent what the prior state has.

use super::same;
use crate::{
    schema::{Attribute, Block, Nested, NestedBlock, Nesting},
    value::Value,
};
use std::collections::BTreeMap;

/// What Terraform proposes for an object of this block.
#[must_use]
pub fn proposed(block: &Block, prior: &Value, config: &Value) -> Value {
    if config.is_null() || config.is_unknown() {
        return config.clone();
    }
    let mut whole = attributes(&block.attributes, prior, config);
    for (name, nested) in &block.blocks {
        whole.insert(name.clone(), blocks(nested, prior.get(name), config.get(name)));
    }
    Value::Map(whole)
}

fn attributes(all: &BTreeMap<String, Attribute>, prior: &Value, config: &Value) -> BTreeMap<String, Value> {
    all.iter().map(|(name, it)| (name.clone(), attribute(it, prior.get(name), config.get(name)))).collect()
}

fn attribute(attribute: &Attribute, prior: &Value, config: &Value) -> Value {
    if config.is_null() {
        return if attribute.computed { prior.clone() } else { Value::Null };
    }
    match &attribute.of {
        Nested::Type(_) => config.clone(),
        Nested::Attributes(nesting, fields) => {
            let of = |prior: &Value, config: &Value| match config {
                Value::Map(_) => Value::Map(attributes(fields, prior, config)),
                other => other.clone(),
            };
            nested(*nesting, prior, config, &of)
        }
    }
}

fn blocks(block: &NestedBlock, prior: &Value, config: &Value) -> Value {
    nested(block.nesting, prior, config, &|prior, config| proposed(&block.block, prior, config))
}

/// Prior entries are found by key in a map, by place in a list, and in a set by the first that says the same where the
/// configuration says anything.
fn nested(nesting: Nesting, prior: &Value, config: &Value, of: &dyn Fn(&Value, &Value) -> Value) -> Value {
    match (nesting, config) {
        (Nesting::Single | Nesting::Group, _) => of(prior, config),
        (Nesting::Map, Value::Map(entries)) => Value::Map(
            entries.iter().map(|(key, config)| (key.clone(), of(prior.get(key), config))).collect(),
        ),
        (Nesting::List, Value::List(items)) => {
            let at = |index: usize| prior.items().get(index).unwrap_or(&Value::Null);
            Value::List(items.iter().enumerate().map(|(index, config)| of(at(index), config)).collect())
        }
        (Nesting::Set, Value::List(items)) => {
            let fits = |config: &Value, prior: &&Value| {
                config.entries().all(|(name, value)| value.is_null() || value == prior.get(name))
            };
            let find = |config: &Value| {
                prior.items().iter().find(|prior| fits(config, prior)).unwrap_or(&Value::Null)
            };
            Value::List(items.iter().map(|config| of(find(config), config)).collect())
        }
        _ => config.clone(),
    }
}

/// Whether a proposal is the prior state, so that there is nothing to plan.
pub(super) fn nothing(block: &Block, prior: &Value, proposal: &Value) -> bool {
    same(&block.ty(), prior, proposal)
}
