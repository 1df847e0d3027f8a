//! The official vectors: what go-cty, the library that Terraform encodes with, writes for a value.
//!
//! `go run . > ../../tfplug/tests/vectors/cty.json` in `go-harness/cty` makes them.
#![expect(clippy::unwrap_used, reason = "a test says by its name what was expected")]

use serde_json::Value as Json;
use tfplug::{Type, Value, value::parse_exactly};

struct Vector {
    name: String,
    notation: Json,
    of: Type,
    msgpack: Vec<u8>,
    /// None for what is not wholly known.
    json: Option<Json>,
}

fn vectors() -> Vec<Vector> {
    let rows = parse_exactly(include_bytes!("vectors/cty.json")).unwrap();
    let vector = |row: &Json| Vector {
        name: row["name"].as_str().unwrap().to_owned(),
        of: Type::from_json(&row["type"]).unwrap(),
        notation: row["type"].clone(),
        msgpack: from_hex(row["msgpack"].as_str().unwrap()),
        json: row.get("json").cloned(),
    };
    rows.as_array().unwrap().iter().map(vector).collect()
}

fn from_hex(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bounds of numbers and of lengths are passed over: what says less of an unknown is still right.
fn is_bounded(name: &str) -> bool {
    name.starts_with("unknown number") || name == "unknown list of one to four"
}

/// Every byte is the same, for every form of number: Terraform tells `0.1` from the nearest binary fraction, and calls
/// a plan invalid where one became the other.
#[test]
fn what_terraform_writes_is_read_and_written_the_same() {
    for Vector { name, of, msgpack, .. } in vectors() {
        let value = Value::decode(&of, &msgpack).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
        if is_bounded(&name) {
            assert!(value.is_unknown(), "{name}");
            assert_ne!(value.encode(&of), msgpack, "{name}: bounds are kept now");
        } else {
            assert_eq!(to_hex(&value.encode(&of)), to_hex(&msgpack), "{name}");
        }
        assert_eq!(Value::decode(&of, &value.encode(&of)).unwrap(), value, "{name}");
    }
}

#[test]
fn what_terraform_keeps_as_json_is_the_same_value() {
    let mut told = 0;
    for Vector { name, of, msgpack, json, .. } in vectors() {
        let value = Value::decode(&of, &msgpack).unwrap();
        assert_eq!(value.is_wholly_known(), value.to_json().is_ok(), "{name}");
        let Some(json) = json else { continue };
        let read = Value::from_json(&of, &json).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
        assert_eq!(read, value, "{name}");
        assert_eq!(
            Value::from_json(&of, &value.to_json().unwrap()).unwrap(),
            value,
            "{name}, there and back"
        );
        told += 1;
    }
    assert!(told > 60, "only {told} of them are known");
}

#[test]
fn types_are_told_as_terraform_tells_them() {
    for Vector { name, notation, of, .. } in vectors() {
        assert_eq!(of.to_json(), notation, "{name}");
    }
}

#[test]
fn what_is_known_of_an_unknown_is_kept() {
    let vector =
        vectors().into_iter().find(|it| it.name == "unknown string, not null, with a prefix").unwrap();
    let Value::Unknown(unknown) = Value::decode(&vector.of, &vector.msgpack).unwrap() else {
        panic!("it is known")
    };
    assert!(unknown.not_null);
    assert_eq!(unknown.prefix.as_deref(), Some("arn:aws:s3:::"));
}
