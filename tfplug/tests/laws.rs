//! What holds for all values and all bytes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use proptest::prelude::*;
use std::collections::BTreeMap;
use tfplug::{Number, Type, Unknown, Value, value::parse_exactly};

fn types() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![Just(Type::Bool), Just(Type::Number), Just(Type::String), Just(Type::Dynamic)];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            prop::collection::btree_map("[a-z_]{1,6}", inner.clone(), 0..4).prop_map(Type::Object),
            prop::collection::vec(inner, 0..3).prop_map(Type::Tuple),
        ]
    })
}

fn unknowns() -> impl Strategy<Value = Value> {
    (any::<bool>(), prop::option::of(".{0,8}"))
        .prop_map(|(not_null, prefix)| Value::Unknown(Unknown { not_null, prefix }))
}

fn numbers() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::Int),
        (i64::MAX as u64 + 1..=u64::MAX).prop_map(Number::UInt),
        any::<f64>().prop_filter("a number", |float| float.is_finite()).prop_map(Number::float),
        "[1-9][0-9]{24,40}".prop_map(Number::Big),
    ]
}

/// A value of a type; with unknowns or without.
fn values(of: &Type, unknown: bool) -> BoxedStrategy<Value> {
    let known = match of {
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Number => numbers().prop_map(Value::Number).boxed(),
        Type::String => ".{0,12}".prop_map(Value::String).boxed(),
        Type::Dynamic => {
            let typed = |text: String| Value::Dynamic(Box::new((Type::String, Value::String(text))));
            ".{0,4}".prop_map(typed).boxed()
        }
        Type::List(item) | Type::Set(item) => {
            prop::collection::vec(values(item, unknown), 0..4).prop_map(Value::List).boxed()
        }
        Type::Map(item) => {
            prop::collection::btree_map(".{0,6}", values(item, unknown), 0..4).prop_map(Value::Map).boxed()
        }
        Type::Tuple(items) => {
            items.iter().map(|of| values(of, unknown)).collect::<Vec<_>>().prop_map(Value::List).boxed()
        }
        Type::Object(fields) => {
            let names: Vec<String> = fields.keys().cloned().collect();
            let fields: Vec<_> = fields.values().map(|of| values(of, unknown)).collect();
            fields
                .prop_map(move |fields| {
                    Value::Map(names.iter().cloned().zip(fields).collect::<BTreeMap<_, _>>())
                })
                .boxed()
        }
    };
    if unknown {
        prop_oneof![8 => known, 1 => Just(Value::Null), 1 => unknowns()].boxed()
    } else {
        prop_oneof![8 => known, 1 => Just(Value::Null)].boxed()
    }
}

fn typed(unknown: bool) -> impl Strategy<Value = (Type, Value)> {
    types().prop_flat_map(move |of| (Just(of.clone()), values(&of, unknown)))
}

proptest! {
    #[test]
    fn bytes_round_trip((of, value) in typed(true)) {
        prop_assert_eq!(Value::decode(&of, &value.encode(&of)).unwrap(), value);
    }

    #[test]
    fn json_round_trips((of, value) in typed(false)) {
        let json = value.to_json().unwrap();
        prop_assert_eq!(Value::from_json(&of, &json).unwrap(), value);
    }

    #[test]
    fn types_round_trip(of in types()) {
        prop_assert_eq!(Type::from_json(&of.to_json()).unwrap(), of);
    }

    #[test]
    fn no_bytes_panic(of in types(), bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        // Either is an answer; that there is one is the law.
        let _ = Value::decode(&of, &bytes);
    }

    #[test]
    fn no_text_panics(of in types(), text in "[-+0-9eE.\\[\\]{}\":,a\\\\ ]{0,40}|.{0,40}") {
        let _ = Value::from_json_text(&of, text.as_bytes());
        let _ = Number::parse(&text);
    }

    #[test]
    fn text_of_json_is_read_as_serde_reads_it(text in "[a-z\"0-9]{0,8}", number in any::<i64>(), flag in any::<bool>()) {
        let json = serde_json::json!({ "text": text, "list": [number, flag, null], (text.clone()): {} });
        prop_assert_eq!(parse_exactly(json.to_string().as_bytes()).unwrap(), json);
    }

    #[test]
    fn a_number_is_one_number_in_every_notation(whole in "[1-9][0-9]{0,30}", fraction in "[0-9]{1,30}", by in 0..40_usize) {
        let plain = Number::parse(&format!("{whole}.{fraction}")).unwrap();
        prop_assert_eq!(&Number::parse(&format!("+00{whole}.{fraction}000")).unwrap(), &plain);
        prop_assert_eq!(&Number::parse(&format!("{whole}{fraction}e-{}", fraction.len())).unwrap(), &plain);
        let smaller = Number::parse(&format!("0.{}{whole}{fraction}", "0".repeat(by))).unwrap();
        prop_assert_eq!(Number::parse(&format!("{whole}.{fraction}E-{}", by + whole.len())).unwrap(), smaller);
    }

    #[test]
    fn what_is_made_of_a_type_fits_it((of, value) in typed(true)) {
        prop_assert_eq!(value.fits(&of), Ok(()));
    }

    #[test]
    fn no_damaged_value_panics((of, value) in typed(true), at in any::<prop::sample::Index>(), by in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = value.encode(&of);
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        if cut {
            bytes.truncate(at);
        }
        let _ = Value::decode(&of, &bytes);
    }
}

#[test]
fn nothing_at_all_is_null() {
    assert_eq!(Value::decode(&Type::String, &[]).unwrap(), Value::Null);
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    let mut of = Type::String;
    let mut bytes = vec![0xc0];
    for _ in 0..2000 {
        of = Type::list(of);
        bytes.insert(0, 0x91);
    }
    assert!(Value::decode(&of, &bytes).unwrap_err().to_string().contains("too deep"));
}

#[test]
fn an_attribute_that_nobody_knows_is_refused_by_name() {
    let of = Type::Object(BTreeMap::from([("a".to_owned(), Type::Object(BTreeMap::new()))]));
    let wider = Type::Object(BTreeMap::from([(
        "a".to_owned(),
        Type::Object(BTreeMap::from([("b".to_owned(), Type::Bool)])),
    )]));
    let bytes = Value::map([("a", Value::map([("b", Value::Bool(true))]))]).encode(&wider);
    assert_eq!(Value::decode(&of, &bytes).unwrap_err().to_string(), "a: no attribute b is known");
}
