//! From the values of a configuration, a plan or a state to JSON, and back.

use crate::{
    projection::{self, Block, Nesting},
    spelling,
};
use lake_api::{
    contract::Shape,
    input::{FACT, UNKNOWN, unknown},
};
use serde_json::{Map, Value as Json};
use tfplug::{Number, Value};

/// The spec that the arguments and blocks of a lake describe. What is null or an empty block is absent; what is unknown
/// is `{"$unknown": true}`, at whatever depth.
#[must_use]
pub fn blocks(lake: &Value) -> Json {
    object(projection::spec(), lake)
}

/// A value of any type; nothing when it is null. Nulls in it are absent, and so are those in lists.
#[must_use]
pub fn free(value: &Value) -> Option<Json> {
    Some(match value {
        Value::Null => return None,
        Value::Unknown(_) => unknown(),
        Value::Bool(bool) => Json::Bool(*bool),
        Value::Number(number) => number_json(number),
        Value::String(text) => Json::String(text.clone()),
        Value::List(items) => items.iter().filter_map(free).collect(),
        Value::Map(entries) => {
            // What stands for an unknown is no value that a user may give: no field takes a list of nothing.
            let free = |(key, value): (&String, &Value)| match key.as_str() {
                UNKNOWN | FACT => Some((key.clone(), Json::Array(Vec::new()))),
                _ => Some((key.clone(), free(value)?)),
            };
            Json::Object(entries.iter().filter_map(free).collect())
        }
        Value::Dynamic(typed) => return free(&typed.1),
    })
}

fn object(block: &Block, value: &Value) -> Json {
    if value.is_unknown() {
        return unknown();
    }
    let mut fields = Map::new();
    for (name, attribute) in &block.attributes {
        if let Some(mut json) = json(attribute.shape, value.get(name)) {
            if attribute.shape.leaf().is_some_and(|text| text.path) {
                translate(block, &mut json);
            }
            fields.insert(attribute.field.to_owned(), json);
        }
    }
    for (name, nested) in &block.blocks {
        let inner = value.get(name);
        let json = match nested.nesting {
            _ if inner.is_null() => continue,
            _ if inner.is_unknown() => unknown(),
            Nesting::Single => object(&nested.block, inner),
            Nesting::List => inner.items().iter().map(|item| object(&nested.block, item)).collect(),
            Nesting::Map => {
                inner.entries().map(|(key, entry)| (key.to_owned(), object(&nested.block, entry))).collect()
            }
        };
        if !is_empty(&json, nested.nesting) {
            fields.insert(nested.field.to_owned(), json);
        }
    }
    Json::Object(fields)
}

/// Paths below a block, told in Terraform's words, in the spec's.
fn translate(block: &Block, paths: &mut Json) {
    match paths {
        Json::Array(items) => items.iter_mut().for_each(|item| translate(block, item)),
        Json::String(text) => {
            if let Ok(path) = text.parse() {
                *text = spelling::of_words(block, &path).to_string();
            }
        }
        _ => {}
    }
}

/// Terraform cannot tell no blocks from an empty list or map of them; a single block without arguments is there.
fn is_empty(json: &Json, nesting: Nesting) -> bool {
    match json {
        Json::Array(items) => items.is_empty(),
        Json::Object(entries) => nesting == Nesting::Map && entries.is_empty(),
        _ => false,
    }
}

/// A value that holds no object; nothing when it is null.
fn json(shape: &Shape, value: &Value) -> Option<Json> {
    Some(match value {
        Value::Null => return None,
        Value::Unknown(_) => unknown(),
        Value::Bool(bool) => Json::Bool(*bool),
        Value::Number(number) => number_json(number),
        Value::String(text) => Json::String(text.clone()),
        Value::List(items) => {
            let entry = shape.entry().unwrap_or(shape);
            items.iter().map(|item| json(entry, item).unwrap_or_default()).collect()
        }
        Value::Map(entries) => {
            let entry = shape.entry().unwrap_or(shape);
            let entries =
                entries.iter().map(|(key, value)| (key.clone(), json(entry, value).unwrap_or_default()));
            Json::Object(entries.collect())
        }
        Value::Dynamic(typed) => return json(shape, &typed.1),
    })
}

fn number_json(number: &Number) -> Json {
    match number {
        Number::Int(int) => (*int).into(),
        Number::UInt(uint) => (*uint).into(),
        Number::Float(_) | Number::Big(_) => number.as_f64().into(),
    }
}

/// A value of the spec that holds no object, as Terraform has it.
#[must_use]
pub fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(bool) => Value::Bool(*bool),
        Json::Number(number) => {
            let whole = number.as_i64().map(Number::Int).or_else(|| number.as_u64().map(Number::UInt));
            Value::Number(whole.unwrap_or_else(|| Number::float(number.as_f64().unwrap_or_default())))
        }
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(entries) => Value::map(entries.iter().map(|(key, entry)| (key.clone(), value(entry)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn lake(blocks: Value) -> Value {
        let mut lake = Value::map([("name", Value::from("events")), ("region", Value::Null)]);
        for (name, block) in blocks.entries() {
            lake.set(name, block.clone());
        }
        lake
    }

    #[test]
    fn blocks_become_the_objects_of_the_spec() {
        let expire = Value::map([("days", Value::from(7))]);
        let rule = Value::map([
            ("prefix", Value::from("tmp/")),
            ("expire", expire),
            ("transition", Value::List(vec![])),
        ]);
        let bucket =
            Value::map([("versioning", Value::from(true)), ("lifecycle_rule", Value::List(vec![rule]))]);
        let lake =
            lake(Value::map([("bucket", Value::map([("store", bucket)])), ("job", Value::map::<&str>([]))]));
        assert_eq!(
            blocks(&lake),
            json!({"buckets": {"store": {
                "versioning": true,
                "lifecycleRules": [{"prefix": "tmp/", "expire": {"days": 7}}],
            }}})
        );
    }

    #[test]
    fn paths_below_a_member_are_told_in_the_words_of_its_blocks() {
        let paths = [
            "public_access_block.block_public_acls",
            "lifecycle_rule[0].prefix",
            "tags.team",
            "no_such.path",
        ];
        let bucket = Value::map([("ignore_drift", Value::List(paths.map(Value::from).to_vec()))]);
        let lake = lake(Value::map([("bucket", Value::map([("a", bucket)]))]));
        assert_eq!(
            blocks(&lake)["buckets"]["a"]["ignoreDrift"],
            json!([
                "publicAccessBlock.blockPublicAcls",
                "lifecycleRules[0].prefix",
                "tags.team",
                "no_such.path"
            ])
        );
    }

    #[test]
    fn unknowns_stay_where_they_are() {
        let bucket =
            Value::map([("name", Value::UNKNOWN), ("encryption", Value::map([("key", Value::UNKNOWN)]))]);
        let lake = lake(Value::map([("bucket", Value::map([("store", bucket)]))]));
        assert_eq!(
            blocks(&lake),
            json!({"buckets": {"store": {"name": unknown(), "encryption": {"key": unknown()}}}})
        );
    }

    #[test]
    fn in_a_value_of_any_type_null_is_absent_and_nothing_passes_for_unknown() {
        let forged = Value::map([("$unknown", Value::from(true))]);
        let value = Value::map([
            ("none", Value::Null),
            ("later", Value::UNKNOWN),
            ("list", Value::List(vec![Value::Null, Value::from(7)])),
            ("empty", Value::map::<&str>([])),
            ("forged", forged),
        ]);
        assert_eq!(
            free(&value),
            Some(json!({"later": unknown(), "list": [7], "empty": {}, "forged": {"$unknown": []}}))
        );
        assert_eq!(free(&Value::Dynamic(Box::new((tfplug::Type::String, Value::Null)))), None);
    }

    #[test]
    fn values_survive_the_way_there_and_back() {
        for json in
            [json!(true), json!("a"), json!(7), json!(0.5), json!(["a", "b"]), json!({"a": {"b": ["c"]}})]
        {
            assert_eq!(super::json(&Shape::Bool, &value(&json)), Some(json));
        }
    }
}
