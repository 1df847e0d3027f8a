//! The planned spec: what the configuration says, with the defaults of what it leaves out.
//!
//! Decided by the configuration alone, so that a second plan decides the same. A block that is not there stays away,
//! since Terraform allows nothing else; its defaults are filled in before `expand`.

use crate::{
    config,
    projection::{self, Attribute, Block, Nesting},
};
use serde_json::Value as Json;
use tfplug::Value;

/// The arguments and blocks of the lake that will be. `prior` is what was last applied: a JSON document that means the
/// same keeps its spelling.
#[must_use]
pub fn planned(config: &Value, prior: &Value) -> Value {
    let mut whole = config.clone();
    fill(projection::spec(), &mut whole, prior);
    whole
}

fn fill(block: &Block, whole: &mut Value, prior: &Value) {
    let Value::Map(entries) = whole else { return };
    for (name, attribute) in &block.attributes {
        if let Some(value) = entries.get_mut(name) {
            fill_attribute(attribute, value, prior.get(name));
        }
    }
    for (name, nested) in &block.blocks {
        let Some(value) = entries.get_mut(name) else { continue };
        let was = prior.get(name);
        match (nested.nesting, value) {
            (Nesting::Single, value) => fill(&nested.block, value, was),
            (Nesting::List, Value::List(items)) => {
                let were = was.items().iter().chain(std::iter::repeat(&Value::Null));
                items.iter_mut().zip(were).for_each(|(item, was)| fill(&nested.block, item, was));
            }
            (Nesting::Map, Value::Map(items)) => {
                items.iter_mut().for_each(|(key, item)| fill(&nested.block, item, was.get(key)));
            }
            _ => {}
        }
    }
}

fn fill_attribute(attribute: &Attribute, value: &mut Value, was: &Value) {
    match (&*value, attribute.default) {
        (Value::Null, Some(default)) => *value = config::value(default),
        (Value::String(text), _) if attribute.json && means_the_same(text, was) => *value = was.clone(),
        _ => {}
    }
}

fn means_the_same(text: &str, was: &Value) -> bool {
    let parsed = |text: &str| serde_json::from_str::<Json>(text).ok();
    was.as_str().is_some_and(|was| parsed(was).is_some_and(|was| parsed(text) == Some(was)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crawler(arguments: Value) -> Value {
        Value::map([("crawler", Value::map([("raw", arguments)]))])
    }

    fn other(text: &str) -> Value {
        let configuration = Value::map([("other", Value::from(text)), ("partition_index", Value::Null)]);
        crawler(Value::map([
            ("configuration", configuration),
            ("recrawl", Value::Null),
            ("targets", Value::Null),
        ]))
    }

    #[test]
    fn defaults_are_planned_in_blocks_that_are_there() {
        let planned = planned(&other("{}"), &Value::Null);
        let crawler = planned.get("crawler").get("raw");
        assert_eq!(crawler.get("recrawl"), &Value::from("Everything"));
        assert_eq!(crawler.get("configuration").get("partition_index"), &Value::from(true));
        assert!(crawler.get("targets").is_null());
    }

    #[test]
    fn a_document_that_means_the_same_keeps_its_spelling() {
        let was = other(r#"{"a": 1, "b": 2}"#);
        let kept = planned(&other(r#"{"b":2,"a":1}"#), &was);
        let document =
            |lake: &Value| lake.get("crawler").get("raw").get("configuration").get("other").clone();
        assert_eq!(document(&kept), document(&was));
        let changed = planned(&other(r#"{"b":3}"#), &was);
        assert_eq!(document(&changed), Value::from(r#"{"b":3}"#));
    }

    #[test]
    fn unknowns_stay_unknown() {
        let lake = crawler(Value::UNKNOWN);
        assert_eq!(planned(&lake, &Value::Null), lake);
    }
}
