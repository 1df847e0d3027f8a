//! The planned spec: what the configuration says, with the defaults of what it leaves out.
//!
//! Decided by the configuration alone, so that a second plan decides the same. A block that is not there stays away,
//! since Terraform allows nothing else; its defaults are filled in before `expand`.

use crate::{
    config,
    projection::{self, Attribute, Block, Nesting},
    spec,
};
use serde_json::Value as Json;
use tfplug::Value;

/// The arguments and blocks of the lake that will be. `prior` is what was last applied: a JSON document that means the
/// same keeps its spelling, and a value of `spec` that does its types.
#[must_use]
pub fn planned(config: &Value, prior: &Value) -> Value {
    let mut whole = config.clone();
    fill(projection::spec(), &mut whole, prior);
    for name in [spec::SPEC, spec::SENSITIVE] {
        if means_the_same_spec(whole.get(name), prior.get(name)) {
            whole.set(name, prior.get(name).clone());
        }
    }
    whole
}

/// Whether two values say the same, whatever their types: a list or a tuple, a map or an object.
///
/// A null field differs from none: it may have been unknown in the plan that was shown, and core then holds the second
/// plan to the fields of the first.
fn means_the_same_spec(value: &Value, was: &Value) -> bool {
    let (now, was_free) = (config::free(value), config::free(was));
    value.is_wholly_known() && now.is_some() && now == was_free && same_fields(value, was)
}

/// Whether two values that say the same name the same fields, those that are null among them.
fn same_fields(value: &Value, was: &Value) -> bool {
    match (value, was) {
        (Value::Dynamic(typed), was) => same_fields(&typed.1, was),
        (value, Value::Dynamic(typed)) => same_fields(value, &typed.1),
        (Value::Map(now), Value::Map(was)) => {
            now.len() == was.len()
                && now.iter().all(|(name, value)| was.get(name).is_some_and(|was| same_fields(value, was)))
        }
        (Value::List(now), Value::List(was)) => {
            now.len() == was.len() && now.iter().zip(was).all(|(now, was)| same_fields(now, was))
        }
        _ => true,
    }
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

/// Put the defaults into a state that lacks them: an earlier release did not know the argument, and what it then was is
/// what it is by default.
pub fn fill_state(state: &mut Json) {
    fill_object(projection::spec(), state);
}

fn fill_object(block: &Block, state: &mut Json) {
    let Json::Object(fields) = state else { return };
    for (name, attribute) in &block.attributes {
        if let (Some(default), None | Some(Json::Null)) = (attribute.default, fields.get(name)) {
            fields.insert(name.clone(), default.clone());
        }
    }
    for (name, nested) in &block.blocks {
        match (nested.nesting, fields.get_mut(name)) {
            (Nesting::Single, Some(object)) => fill_object(&nested.block, object),
            (Nesting::List, Some(Json::Array(items))) => {
                items.iter_mut().for_each(|item| fill_object(&nested.block, item));
            }
            (Nesting::Map, Some(Json::Object(entries))) => {
                entries.values_mut().for_each(|entry| fill_object(&nested.block, entry));
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
    fn a_spec_that_means_the_same_keeps_its_types() {
        use tfplug::Type;
        let bucket = |versioning: Value| Value::map([("versioning", versioning), ("name", Value::Null)]);
        let told = |of: Type, bucket: Value| {
            let of = Type::map(Type::Object(
                [("versioning".to_owned(), of), ("name".to_owned(), Type::String)].into(),
            ));
            let buckets = Value::map([("a", bucket)]);
            let of = Type::Object([("buckets".to_owned(), of)].into());
            let spec = Value::Dynamic(Box::new((of, Value::map([("buckets", buckets)]))));
            Value::map([("spec", spec), ("sensitive_spec", Value::Null)])
        };
        let was = told(Type::Bool, bucket(Value::from(true)));
        let object = |fields: &[(&str, Type)], bucket: Value| {
            let of = fields.iter().map(|(name, of)| ((*name).to_owned(), of.clone())).collect();
            let of = Type::Object([("a".to_owned(), Type::Object(of))].into());
            let of = Type::Object([("buckets".to_owned(), of)].into());
            let spec = Value::map([("buckets", Value::map([("a", bucket)]))]);
            Value::map([("spec", Value::Dynamic(Box::new((of, spec)))), ("sensitive_spec", Value::Null)])
        };
        let same = object(&[("versioning", Type::Bool), ("name", Type::Dynamic)], bucket(Value::from(true)));
        assert_eq!(planned(&same, &was), was);
        for other in [
            told(Type::Bool, bucket(Value::from(false))),
            told(Type::String, bucket(Value::from("true"))),
            told(Type::Bool, bucket(Value::UNKNOWN)),
            object(&[("versioning", Type::Bool)], Value::map([("versioning", Value::from(true))])),
        ] {
            assert_eq!(planned(&other, &was), other);
        }
    }

    #[test]
    fn unknowns_stay_unknown() {
        let lake = crawler(Value::UNKNOWN);
        assert_eq!(planned(&lake, &Value::Null), lake);
    }
}
