//! States of earlier schemas: what a state lacks, as a configuration without it would have it.

use super::{Block, Nesting, Schema};
use crate::value::{DecodeError, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;

impl Schema {
    /// The state that a file has kept, as a value of this schema. A missing attribute is null and a missing block what
    /// it is where a configuration has none, at every depth: Terraform itself takes a list of blocks that is null for
    /// another than an empty one, and would plan a change that shows nothing.
    ///
    /// # Errors
    /// When the JSON is no state of this schema.
    pub fn state(&self, kept: &Json) -> Result<Value, DecodeError> {
        let mut state = Value::from_json(&self.ty(), kept)?;
        self.block.complete(&mut state);
        Ok(state)
    }
}

impl Block {
    /// Put what is missing into an object of this block.
    fn complete(&self, value: &mut Value) {
        let Value::Map(entries) = value else { return };
        for name in self.attributes.keys() {
            entries.entry(name.clone()).or_default();
        }
        for (name, nested) in &self.blocks {
            let found = entries.entry(name.clone()).or_default();
            if found.is_null() {
                *found = nested.nesting.empty();
            }
            let inner = |value: &mut Value| nested.block.complete(value);
            match (nested.nesting, found) {
                (Nesting::Single | Nesting::Group, found) => inner(found),
                (Nesting::List | Nesting::Set, Value::List(items)) => items.iter_mut().for_each(inner),
                (Nesting::Map, Value::Map(entries)) => entries.values_mut().for_each(inner),
                _ => {}
            }
        }
    }
}

impl Nesting {
    /// What a block is where a configuration has none of it.
    #[must_use]
    pub fn empty(self) -> Value {
        match self {
            Nesting::Single => Value::Null,
            Nesting::List | Nesting::Set => Value::List(Vec::new()),
            Nesting::Map | Nesting::Group => Value::Map(BTreeMap::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Attribute, NestedBlock, Type};
    use serde_json::json;

    fn schema() -> Schema {
        let rule = || {
            let many = |nesting| NestedBlock::new(nesting, Block::new());
            Block::new()
                .attribute("days", Attribute::optional(Type::Number))
                .block("list", many(Nesting::List))
                .block("set", many(Nesting::Set))
                .block("map", many(Nesting::Map))
                .block("single", many(Nesting::Single))
        };
        let group = Block::new().attribute("days", Attribute::optional(Type::Number));
        Schema::from(
            Block::new()
                .attribute("name", Attribute::optional(Type::String))
                .block("member", NestedBlock::new(Nesting::Map, rule()))
                .block("rule", NestedBlock::new(Nesting::List, rule()))
                .block("only", NestedBlock::new(Nesting::Single, rule()))
                .block("always", NestedBlock::new(Nesting::Group, group)),
        )
    }

    #[test]
    fn what_is_missing_is_what_a_configuration_without_it_has() {
        let always = Value::map([("days", Value::Null)]);
        let none = Value::map([
            ("name", Value::Null),
            ("member", Value::map::<&str>([])),
            ("rule", Value::List(vec![])),
            ("only", Value::Null),
            ("always", always.clone()),
        ]);
        assert_eq!(schema().state(&json!({})).unwrap(), none);
        assert_eq!(schema().state(&json!({"rule": null, "member": null})).unwrap(), none);
        let rule = Value::map([
            ("days", Value::Null),
            ("list", Value::List(vec![])),
            ("set", Value::List(vec![])),
            ("map", Value::map::<&str>([])),
            ("single", Value::Null),
        ]);
        let some = Value::map([
            ("name", Value::Null),
            ("member", Value::map([("a", rule.clone())])),
            ("rule", Value::List(vec![rule.clone()])),
            ("only", rule),
            ("always", always),
        ]);
        assert_eq!(schema().state(&json!({"member": {"a": {}}, "rule": [{}], "only": {}})).unwrap(), some);
    }
}
