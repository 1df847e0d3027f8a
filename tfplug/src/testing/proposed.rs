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
            let merged = |prior: &Value, config: &Value| match config {
                Value::Map(_) => Value::Map(attributes(fields, prior, config)),
                other => other.clone(),
            };
            let agree = |prior: &Value, config: &Value| attributes_agree(fields, prior, config);
            nested(*nesting, prior, config, &merged, &agree)
        }
    }
}

fn blocks(block: &NestedBlock, prior: &Value, config: &Value) -> Value {
    let merged = |prior: &Value, config: &Value| proposed(&block.block, prior, config);
    let agree = |prior: &Value, config: &Value| block_agrees(&block.block, prior, config);
    nested(block.nesting, prior, config, &merged, &agree)
}

/// Prior entries are found by key in a map, by place in a list, and in a set by the first that agrees.
fn nested(
    nesting: Nesting,
    prior: &Value,
    config: &Value,
    merged: &dyn Fn(&Value, &Value) -> Value,
    agree: &dyn Fn(&Value, &Value) -> bool,
) -> Value {
    match (nesting, config) {
        (Nesting::Single | Nesting::Group, _) => merged(prior, config),
        (Nesting::Map, Value::Map(entries)) => {
            let entry = |(key, config): (&String, &Value)| (key.clone(), merged(prior.get(key), config));
            Value::Map(entries.iter().map(entry).collect())
        }
        (Nesting::List, Value::List(items)) => {
            let at = |index: usize| prior.items().get(index).unwrap_or(&Value::Null);
            Value::List(items.iter().enumerate().map(|(index, config)| merged(at(index), config)).collect())
        }
        (Nesting::Set, Value::List(items)) => {
            let find = |config: &Value| prior.items().iter().find(|prior| agree(prior, config));
            let item = |config: &Value| merged(find(config).unwrap_or(&Value::Null), config);
            Value::List(items.iter().map(item).collect())
        }
        _ => config.clone(),
    }
}

/// Whether a prior element may be what is configured: equal, but for what the provider may have set.
fn attributes_agree(all: &BTreeMap<String, Attribute>, prior: &Value, config: &Value) -> bool {
    all.iter().all(|(name, it)| {
        let config = config.get(name);
        (it.computed && config.is_null()) || same(&it.ty(), config, prior.get(name))
    })
}

fn block_agrees(block: &Block, prior: &Value, config: &Value) -> bool {
    let agree = |(name, nested): (&String, &NestedBlock)| {
        let (prior, config) = (prior.get(name), config.get(name));
        let each = |prior: &Value, config: &Value| block_agrees(&nested.block, prior, config);
        match (nested.nesting, prior, config) {
            (Nesting::Single | Nesting::Group, Value::Map(_), Value::Map(_)) => each(prior, config),
            (Nesting::Map, Value::Map(prior), Value::Map(config)) => {
                prior.keys().eq(config.keys()) && prior.values().zip(config.values()).all(|(p, c)| each(p, c))
            }
            (Nesting::List, Value::List(prior), Value::List(config)) => {
                prior.len() == config.len() && prior.iter().zip(config).all(|(p, c)| each(p, c))
            }
            (Nesting::Set, Value::List(prior), Value::List(config)) => {
                prior.len() == config.len() && config.iter().all(|c| prior.iter().any(|p| each(p, c)))
            }
            _ => prior == config,
        }
    };
    attributes_agree(&block.attributes, prior, config) && block.blocks.iter().all(agree)
}

/// Whether a proposal is the prior state, so that there is nothing to plan.
pub(super) fn nothing(block: &Block, prior: &Value, proposal: &Value) -> bool {
    same(&block.ty(), prior, proposal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Type;

    /// What is proposed for one block of a nesting, whose `id` the provider sets where `name` is given.
    fn of(nesting: Nesting, prior: Value, config: Value) -> Value {
        let inner = Block::new()
            .attribute("name", Attribute::optional(Type::String))
            .attribute("id", Attribute::optional_computed(Type::String));
        let block = Block::new().block("inner", NestedBlock::new(nesting, inner));
        let whole = |inner: Value| Value::map([("inner", inner)]);
        proposed(&block, &whole(prior), &whole(config)).get("inner").clone()
    }

    fn entry(name: &str, id: Option<&str>) -> Value {
        Value::map([("name", Value::from(name)), ("id", Value::from(id))])
    }

    #[test]
    fn labelled_blocks_are_found_by_their_label() {
        let prior = Value::map([("a", entry("x", Some("1"))), ("b", entry("y", Some("2")))]);
        let config = Value::map([("b", entry("z", None)), ("c", entry("x", None))]);
        let expected = Value::map([("b", entry("z", Some("2"))), ("c", entry("x", None))]);
        assert_eq!(of(Nesting::Map, prior, config), expected);
    }

    #[test]
    fn repeated_blocks_are_found_by_their_place() {
        let prior = Value::List(vec![entry("x", Some("1")), entry("y", Some("2"))]);
        let config = Value::List(vec![entry("y", None)]);
        assert_eq!(of(Nesting::List, prior, config), Value::List(vec![entry("y", Some("1"))]));
    }

    #[test]
    fn elements_of_sets_are_found_by_what_is_configured() {
        let prior = Value::List(vec![entry("x", Some("1")), entry("y", Some("2"))]);
        let config = Value::List(vec![entry("y", None), entry("z", None)]);
        let expected = Value::List(vec![entry("y", Some("2")), entry("z", None)]);
        assert_eq!(of(Nesting::Set, prior, config), expected);
    }

    #[test]
    fn a_block_that_is_not_there_or_not_known_stays_so() {
        assert_eq!(of(Nesting::Single, entry("x", Some("1")), Value::Null), Value::Null);
        assert_eq!(of(Nesting::Map, Value::Null, Value::UNKNOWN), Value::UNKNOWN);
        assert_eq!(of(Nesting::Single, entry("x", Some("1")), entry("y", None)), entry("y", Some("1")));
    }

    #[test]
    fn nested_attributes_that_are_silent_take_what_was() {
        let fields = BTreeMap::from([("id".to_owned(), Attribute::computed(Type::String))]);
        let told = Attribute::computed(Type::Bool).nested(Nesting::Map, fields);
        let block = Block::new().attribute("told", told).attribute("note", Attribute::optional(Type::String));
        let prior = Value::map([
            ("told", Value::map([("a", Value::map([("id", Value::from("1"))]))])),
            ("note", Value::from("old")),
        ]);
        let config = Value::map([("told", Value::Null), ("note", Value::Null)]);
        let proposal = proposed(&block, &prior, &config);
        assert_eq!(proposal.get("told"), prior.get("told"));
        assert_eq!(proposal.get("note"), &Value::Null);
    }
}
