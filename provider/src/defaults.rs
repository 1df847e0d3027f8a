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

/// The arguments and blocks of the lake that will be.
#[must_use]
pub fn planned(config: &Value) -> Value {
    let mut lake = config.clone();
    each_attribute(projection::spec(), &mut lake, &Value::Null, &mut |attribute, value, _| {
        if let (Value::Null, Some(default)) = (&*value, attribute.default) {
            *value = config::value(default);
        }
    });
    lake
}

/// The prior lake in place of a planned one that differs from it only in how it is spelt: in its JSON documents, and in the
/// types of its values of any type, a list or a tuple, a map or an object, a null field or none.
///
/// Core holds the plan that it makes within an apply to the types, and to the beginnings of texts, that the first plan showed,
/// and no request tells what was unknown in that. So a spelling is kept only where nothing is applied.
#[must_use]
pub fn as_it_was(planned: Value, prior: &Value) -> Value {
    let mut kept = planned.clone();
    each_attribute(projection::spec(), &mut kept, prior, &mut |attribute, value, was| {
        if attribute.json && means_the_same_document(value, was) {
            *value = was.clone();
        }
    });
    for name in [spec::SPEC, spec::SENSITIVE] {
        if means_the_same_spec(kept.get(name), prior.get(name)) {
            kept.set(name, prior.get(name).clone());
        }
    }
    if kept == *prior { kept } else { planned }
}

fn means_the_same_spec(value: &Value, was: &Value) -> bool {
    let now = config::free(value);
    value.is_wholly_known() && now.is_some() && now == config::free(was)
}

fn means_the_same_document(value: &Value, was: &Value) -> bool {
    let parsed = |text: &Value| serde_json::from_str::<Json>(text.as_str()?).ok();
    parsed(value).is_some_and(|now| parsed(was) == Some(now))
}

type Visit<'v> = dyn FnMut(&Attribute, &mut Value, &Value) + 'v;

/// Visit the attributes of a lake, each with what it was.
fn each_attribute(block: &Block, lake: &mut Value, prior: &Value, visit: &mut Visit<'_>) {
    let Value::Map(entries) = lake else { return };
    for (name, attribute) in &block.attributes {
        if let Some(value) = entries.get_mut(name) {
            visit(attribute, value, prior.get(name));
        }
    }
    for (name, nested) in &block.blocks {
        let Some(value) = entries.get_mut(name) else { continue };
        let was = prior.get(name);
        match (nested.nesting, value) {
            (Nesting::Single, value) => each_attribute(&nested.block, value, was, visit),
            (Nesting::List, Value::List(items)) => {
                let were = was.items().iter().chain(std::iter::repeat(&Value::Null));
                items
                    .iter_mut()
                    .zip(were)
                    .for_each(|(item, was)| each_attribute(&nested.block, item, was, visit));
            }
            (Nesting::Map, Value::Map(items)) => {
                items
                    .iter_mut()
                    .for_each(|(key, item)| each_attribute(&nested.block, item, was.get(key), visit));
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
        let planned = planned(&other("{}"));
        let crawler = planned.get("crawler").get("raw");
        assert_eq!(crawler.get("recrawl"), &Value::from("Everything"));
        assert_eq!(crawler.get("configuration").get("partition_index"), &Value::from(true));
        assert!(crawler.get("targets").is_null());
    }

    #[test]
    fn a_document_that_means_the_same_keeps_its_spelling_where_nothing_else_changes() {
        let was = other(r#"{"a": 1, "b": 2}"#);
        let spelt = other(r#"{"b":2,"a":1}"#);
        assert_eq!(as_it_was(spelt.clone(), &was), was);
        let mut changed = spelt;
        changed.set("tags", Value::strings([("team", "data")]));
        for planned in [changed, other(r#"{"b":3}"#), other("no document")] {
            assert_eq!(as_it_was(planned.clone(), &was), planned);
        }
    }

    #[test]
    fn a_spec_that_means_the_same_keeps_its_types_where_nothing_else_changes() {
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
        let fewer = object(&[("versioning", Type::Bool)], Value::map([("versioning", Value::from(true))]));
        for same in [same, fewer] {
            assert_eq!(as_it_was(same.clone(), &was), was);
            let mut changed = same;
            changed.set("tags", Value::strings([("team", "data")]));
            assert_eq!(as_it_was(changed.clone(), &was), changed);
        }
        for other in [
            told(Type::Bool, bucket(Value::from(false))),
            told(Type::String, bucket(Value::from("true"))),
            told(Type::Bool, bucket(Value::UNKNOWN)),
        ] {
            assert_eq!(as_it_was(other.clone(), &was), other);
        }
    }

    #[test]
    fn unknowns_stay_unknown() {
        let lake = crawler(Value::UNKNOWN);
        assert_eq!(planned(&lake), lake);
    }
}
