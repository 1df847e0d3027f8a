//! Terraform's rules for plans and for what apply makes of them.

use super::same::{conforms, same};
use crate::{
    path::Path,
    schema::{Attribute, Block, Nested, NestedBlock, Nesting},
    value::{Type, Value},
};
use std::collections::BTreeMap;

/// The rules that a plan breaks, each in one sentence with its path.
#[must_use]
pub fn broken_by_plan(block: &Block, prior: &Value, config: &Value, planned: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    plan_of_block(block, prior, config, planned, &Path::default(), &mut broken);
    broken
}

/// The rules that the state after apply breaks, each in one sentence with its path.
#[must_use]
pub fn broken_by_apply(block: &Block, planned: &Value, state: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    if !state.is_wholly_known() {
        broken.push("the new state holds unknowns".to_owned());
    }
    if planned.is_null() != state.is_null() {
        broken.push("the new state must be null exactly when the planned one is".to_owned());
    }
    kept(&block.ty(), planned, state, &Path::default(), &mut broken);
    broken
}

/// The rules that a second plan breaks, each in one sentence with its path: what the first one knew, it repeats.
#[must_use]
pub fn broken_by_plan_again(block: &Block, first: &Value, second: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    if first.is_null() != second.is_null() {
        broken.push("the second plan must be null exactly when the first is".to_owned());
    }
    kept(&block.ty(), first, second, &Path::default(), &mut broken);
    broken.into_iter().map(|rule| format!("planned again, otherwise: {rule}")).collect()
}

fn plan_of_block(
    block: &Block,
    prior: &Value,
    config: &Value,
    planned: &Value,
    at: &Path,
    broken: &mut Vec<String>,
) {
    if config.is_null() || planned.is_null() {
        if config.is_null() != planned.is_null() {
            broken.push(format!("{at}: planned null exactly when the configuration has none"));
        }
        return;
    }
    if config.is_unknown() || planned.is_unknown() {
        if config.is_unknown() != planned.is_unknown() {
            broken.push(format!("{at}: a block is unknown exactly when the configuration has it so"));
        }
        return;
    }
    plan_of_attributes(&block.attributes, prior, config, planned, at, broken);
    for (name, nested) in &block.blocks {
        let at = at.clone().attribute(name);
        plan_of_blocks(nested, prior.get(name), config.get(name), planned.get(name), &at, broken);
    }
}

fn plan_of_attributes(
    all: &BTreeMap<String, Attribute>,
    prior: &Value,
    config: &Value,
    planned: &Value,
    at: &Path,
    broken: &mut Vec<String>,
) {
    for (name, attribute) in all {
        let at = at.clone().attribute(name);
        plan_of_attribute(attribute, prior.get(name), config.get(name), planned.get(name), &at, broken);
    }
}

fn plan_of_attribute(
    attribute: &Attribute,
    prior: &Value,
    config: &Value,
    planned: &Value,
    at: &Path,
    broken: &mut Vec<String>,
) {
    let of = attribute.ty();
    if attribute.write_only && !planned.is_null() {
        broken.push(format!("{at}: a write-only attribute is planned null"));
    } else if same(&of, planned, config) || (config.is_null() && attribute.computed) {
        // As configured, or the provider's own to decide.
    } else if !prior.is_null() && !config.is_null() && same(&of, planned, prior) {
        // The provider says that the configuration is only another spelling of what is there.
    } else if let (Nested::Attributes(nesting, fields), false, false) =
        (&attribute.of, config.is_null(), config.is_unknown())
    {
        entries(*nesting, prior, config, planned, at, broken, &mut |prior, config, planned, at, broken| {
            plan_of_attributes(fields, prior, config, planned, at, broken);
        });
    } else if config.is_null() {
        broken.push(format!("{at}: planned though it is neither configured nor computed"));
    } else {
        broken.push(format!(
            "{at}: planned {planned:?} is neither the configured {config:?} nor the prior {prior:?}"
        ));
    }
}

fn plan_of_blocks(
    nested: &NestedBlock,
    prior: &Value,
    config: &Value,
    planned: &Value,
    at: &Path,
    broken: &mut Vec<String>,
) {
    entries(nested.nesting, prior, config, planned, at, broken, &mut |prior, config, planned, at, broken| {
        plan_of_block(&nested.block, prior, config, planned, at, broken);
    });
}

type Rule<'r> = dyn FnMut(&Value, &Value, &Value, &Path, &mut Vec<String>) + 'r;

/// The same entries under the same keys, each by the rule.
fn entries(
    nesting: Nesting,
    prior: &Value,
    config: &Value,
    planned: &Value,
    at: &Path,
    broken: &mut Vec<String>,
    rule: &mut Rule<'_>,
) {
    if config.is_unknown() || planned.is_unknown() {
        if config.is_unknown() != planned.is_unknown() {
            broken.push(format!("{at}: blocks are unknown exactly when the configuration has them so"));
        }
        return;
    }
    match nesting {
        Nesting::Single | Nesting::Group => rule(prior, config, planned, at, broken),
        Nesting::Map => {
            let keys = |value: &Value| value.entries().map(|(key, _)| key.to_owned()).collect::<Vec<_>>();
            if keys(config) != keys(planned) {
                broken.push(format!("{at}: planned keys {:?}, configured {:?}", keys(planned), keys(config)));
                return;
            }
            for (key, config) in config.entries() {
                rule(prior.get(key), config, planned.get(key), &at.clone().key(key), broken);
            }
        }
        Nesting::List | Nesting::Set => {
            if config.items().len() != planned.items().len() {
                broken.push(format!(
                    "{at}: planned {} entries, configured {}",
                    planned.items().len(),
                    config.items().len()
                ));
                return;
            }
            // Elements of sets have no identity by which a prior one could be found.
            let prior = |index: usize| match nesting {
                Nesting::List => prior.items().get(index).unwrap_or(&Value::Null),
                _ => &Value::Null,
            };
            for (index, (config, planned)) in config.items().iter().zip(planned.items()).enumerate() {
                rule(prior(index), config, planned, &at.clone().index(index), broken);
            }
        }
    }
}

/// What was planned is what is; only unknowns are free, within what was promised of them.
fn kept(of: &Type, planned: &Value, state: &Value, at: &Path, broken: &mut Vec<String>) {
    if same(of, planned, state) {
        return;
    }
    match (of, planned, state) {
        (_, Value::Unknown(promised), state) => {
            if let Some(promise) = promised.broken_by(state) {
                broken.push(format!("{at}: {promise}"));
            }
        }
        (Type::Object(fields), Value::Map(_), Value::Map(_)) => {
            for (name, of) in fields {
                kept(of, planned.get(name), state.get(name), &at.clone().attribute(name), broken);
            }
        }
        (Type::Map(item), Value::Map(entries), Value::Map(found)) if entries.keys().eq(found.keys()) => {
            for (key, planned) in entries {
                kept(item, planned, state.get(key), &at.clone().key(key), broken);
            }
        }
        (Type::List(item), Value::List(planned), Value::List(state)) if planned.len() == state.len() => {
            for (index, (planned, state)) in planned.iter().zip(state).enumerate() {
                kept(item, planned, state, &at.clone().index(index), broken);
            }
        }
        (Type::Dynamic, Value::Dynamic(planned), Value::Dynamic(state)) if conforms(&state.0, &planned.0) => {
            kept(&planned.0, &planned.1, &state.1, at, broken);
        }
        (Type::Tuple(types), Value::List(planned), Value::List(state))
            if types.len() == planned.len() && planned.len() == state.len() =>
        {
            for (index, ((of, planned), state)) in types.iter().zip(planned).zip(state).enumerate() {
                kept(of, planned, state, &at.clone().index(index), broken);
            }
        }
        // Which element became which cannot be told where some are unknown.
        (Type::Set(_), planned, _) if !planned.is_wholly_known() => {}
        _ => broken.push(format!("{at}: planned {planned:?}, and after apply it is {state:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member() -> Block {
        Block::new()
            .attribute("name", Attribute::optional(Type::String))
            .attribute("size", Attribute::optional_computed(Type::Number))
    }

    fn told() -> Attribute {
        let state = Attribute::computed(Type::String);
        Attribute::computed(Type::Bool).nested(Nesting::Map, [("state".to_owned(), state)].into())
    }

    fn whole(inner: Value) -> Value {
        Value::map([("inner", inner)])
    }

    fn planned(nesting: Nesting, config: Value, planned: Value) -> Vec<String> {
        let block =
            Block::new().attribute("told", told()).block("inner", NestedBlock::new(nesting, member()));
        broken_by_plan(&block, &Value::Null, &whole(config), &whole(planned))
    }

    fn entry(name: &str, size: impl Into<Value>) -> Value {
        Value::map([("name", Value::from(name)), ("size", size.into())])
    }

    #[test]
    fn in_every_nesting_the_provider_decides_what_is_computed_and_silent_and_nothing_else() {
        let nothing = || Value::Null;
        type Wrap = fn(Value) -> Value;
        let wraps: [(Nesting, Wrap, &str); 4] = [
            (Nesting::Single, |it| it, "inner"),
            (Nesting::List, |it| Value::List(vec![it]), "inner[0]"),
            (Nesting::Set, |it| Value::List(vec![it]), "inner[0]"),
            (Nesting::Map, |it| Value::map([("a", it)]), "inner[\"a\"]"),
        ];
        for (nesting, wrap, at) in wraps {
            let config = || wrap(entry("x", nothing()));
            assert_eq!(planned(nesting, config(), wrap(entry("x", 7))), [""; 0]);
            assert_eq!(planned(nesting, config(), wrap(entry("x", Value::UNKNOWN))), [""; 0]);
            let other = planned(nesting, config(), wrap(entry("y", 7)));
            assert!(other.len() == 1 && other[0].starts_with(&format!("{at}.name: planned")), "{other:?}");
            let known = planned(nesting, wrap(entry("x", 1)), wrap(entry("x", 2)));
            assert!(known.len() == 1 && known[0].starts_with(&format!("{at}.size: planned")), "{known:?}");
            assert_eq!(planned(nesting, config(), Value::UNKNOWN).len(), 1);
            assert_eq!(planned(nesting, Value::UNKNOWN, Value::UNKNOWN), [""; 0]);
        }
    }

    #[test]
    fn no_block_comes_or_goes() {
        for (nesting, none, one) in [
            (Nesting::Single, Value::Null, entry("x", 1)),
            (Nesting::List, Value::List(vec![]), Value::List(vec![entry("x", 1)])),
            (Nesting::Set, Value::List(vec![]), Value::List(vec![entry("x", 1)])),
            (Nesting::Map, Value::map::<&str>([]), Value::map([("a", entry("x", 1))])),
        ] {
            assert_eq!(planned(nesting, none.clone(), one.clone()).len(), 1);
            assert_eq!(planned(nesting, one, none).len(), 1);
        }
    }

    #[test]
    fn what_is_computed_alone_is_the_providers() {
        let block = Block::new().attribute("told", told());
        let of = |told: Value| Value::map([("told", told)]);
        for answer in
            [Value::Null, Value::UNKNOWN, Value::map([("a", Value::map([("state", Value::from("x"))]))])]
        {
            assert_eq!(broken_by_plan(&block, &Value::Null, &of(Value::Null), &of(answer)), [""; 0]);
        }
    }

    #[test]
    fn after_apply_everything_is_known_and_what_was_known_is_the_same() {
        let block = Block::new().block("inner", NestedBlock::new(Nesting::Set, member()));
        let set = |items: Vec<Value>| whole(Value::List(items));
        let plan = set(vec![entry("x", Value::UNKNOWN), entry("y", 2)]);
        assert_eq!(broken_by_apply(&block, &plan, &set(vec![entry("y", 2), entry("x", 1)])), [""; 0]);
        let still = broken_by_apply(&block, &plan, &plan);
        assert_eq!(still, ["the new state holds unknowns"]);
        let known = set(vec![entry("x", 1), entry("y", 2)]);
        assert_eq!(broken_by_apply(&block, &known, &set(vec![entry("y", 2), entry("x", 1)])), [""; 0]);
        assert_eq!(broken_by_apply(&block, &known, &set(vec![entry("y", 2)])).len(), 1);
        assert_eq!(broken_by_apply(&block, &known, &Value::Null).len(), 2);
    }
}
