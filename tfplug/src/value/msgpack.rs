//! The MessagePack of values, as the protocol carries them (Terraform's `object-wire-format.md`).

use super::{Number, Type, Unknown, Value};
use rmp::{Marker, decode, encode};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Bytes or JSON that are no value of the type that was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}{said}")]
pub struct DecodeError {
    path: String,
    said: String,
}

impl DecodeError {
    pub(super) fn new(said: impl Into<String>) -> Self {
        DecodeError { path: String::new(), said: said.into() }
    }

    pub(super) fn mismatch(of: &Type, json: &Json) -> Self {
        // Not the value: it may be a secret.
        let found = match json {
            Json::Null => "nothing",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::String(_) => "a string",
            Json::Array(_) => "a list",
            Json::Object(_) => "an object",
        };
        DecodeError::new(format!("expected {}, found {found}", of.to_json()))
    }

    pub(super) fn within(self, name: &str) -> Self {
        let path = if self.path.is_empty() { format!("{name}: ") } else { format!("{name}.{}", self.path) };
        DecodeError { path, said: self.said }
    }
}

/// The code of an unknown of which something is known.
const REFINED: i8 = 12;
/// What is known of an unknown: whether it is null, and what its text starts with.
const NULLNESS: u64 = 1;
const PREFIX: u64 = 2;
/// Values nested deeper than this are no configuration; the bound keeps hostile bytes from the end of the stack.
const DEPTH: usize = 256;
/// No more room than this is set aside on the word of a length alone.
const TRUST: usize = 1024;

impl Value {
    /// The bytes of a value of a type. Objects carry all their attributes, absent ones as null; so is what does not
    /// [fit](Value::fits).
    #[must_use]
    pub fn encode(&self, of: &Type) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, of, self);
        bytes
    }

    /// The value of a type in bytes; no bytes at all are null.
    ///
    /// # Errors
    /// When the bytes are no value of that type.
    pub fn decode(of: &Type, mut bytes: &[u8]) -> Result<Value, DecodeError> {
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        let value = read(of, &mut bytes, 0)?;
        if bytes.is_empty() {
            Ok(value)
        } else {
            Err(DecodeError::new("bytes are left over behind the value"))
        }
    }
}

/// Writing into memory does not fail.
const MEMORY: &str = "memory takes all bytes";

fn write(out: &mut Vec<u8>, of: &Type, value: &Value) {
    match (of, value) {
        (_, Value::Null) => encode::write_nil(out).expect(MEMORY),
        (_, Value::Unknown(unknown)) => write_unknown(out, unknown),
        (Type::Dynamic, Value::Dynamic(typed)) => {
            encode::write_array_len(out, 2).map(drop).expect(MEMORY);
            encode::write_bin(out, typed.0.to_json().to_string().as_bytes()).expect(MEMORY);
            write(out, &typed.0, &typed.1);
        }
        (_, Value::Bool(bool)) => encode::write_bool(out, *bool).expect(MEMORY),
        (_, Value::Number(number)) => match number {
            Number::Int(int) => encode::write_sint(out, *int).map(drop).expect(MEMORY),
            // Text from here on, as cty writes it.
            Number::UInt(uint) => encode::write_str(out, &uint.to_string()).expect(MEMORY),
            Number::Float(float) => encode::write_f64(out, *float).expect(MEMORY),
            Number::Big(text) => encode::write_str(out, text).expect(MEMORY),
        },
        (_, Value::String(text)) => encode::write_str(out, text).expect(MEMORY),
        (Type::Tuple(types), Value::List(items)) => {
            write_length(out, types.len(), encode::write_array_len);
            types.iter().zip(items).for_each(|(of, item)| write(out, of, item));
        }
        (Type::List(of) | Type::Set(of), Value::List(items)) => {
            write_length(out, items.len(), encode::write_array_len);
            items.iter().for_each(|item| write(out, of, item));
        }
        (Type::Object(fields), Value::Map(entries)) => {
            write_length(out, fields.len(), encode::write_map_len);
            for (name, of) in fields {
                encode::write_str(out, name).expect(MEMORY);
                write(out, of, entries.get(name).unwrap_or(&Value::Null));
            }
        }
        (Type::Map(of), Value::Map(entries)) => {
            write_length(out, entries.len(), encode::write_map_len);
            for (name, item) in entries {
                encode::write_str(out, name).expect(MEMORY);
                write(out, of, item);
            }
        }
        // What does not fit is no value of the type: null is.
        _ => encode::write_nil(out).expect(MEMORY),
    }
}

type Length = fn(&mut Vec<u8>, u32) -> Result<Marker, encode::ValueWriteError<std::io::Error>>;

fn write_length(out: &mut Vec<u8>, length: usize, write: Length) {
    write(out, u32::try_from(length).expect("a message is smaller than 4 GiB")).map(drop).expect(MEMORY);
}

fn write_unknown(out: &mut Vec<u8>, unknown: &Unknown) {
    let mut known = Vec::new();
    let facts = u32::from(unknown.not_null) + u32::from(unknown.prefix.is_some());
    if facts == 0 {
        // What cty writes for an unknown: extension 0 of one byte.
        encode::write_ext_meta(out, 1, 0).map(drop).expect(MEMORY);
        out.push(0);
        return;
    }
    encode::write_map_len(&mut known, facts).map(drop).expect(MEMORY);
    if unknown.not_null {
        encode::write_uint(&mut known, NULLNESS).map(drop).expect(MEMORY);
        encode::write_bool(&mut known, false).expect(MEMORY);
    }
    if let Some(prefix) = &unknown.prefix {
        encode::write_uint(&mut known, PREFIX).map(drop).expect(MEMORY);
        encode::write_str(&mut known, prefix).expect(MEMORY);
    }
    let length = u32::try_from(known.len()).expect("a prefix is short");
    encode::write_ext_meta(out, length, REFINED).map(drop).expect(MEMORY);
    out.extend(known);
}

fn read(of: &Type, bytes: &mut &[u8], depth: usize) -> Result<Value, DecodeError> {
    if depth > DEPTH {
        return Err(DecodeError::new("the value is nested too deep"));
    }
    let Some(&first) = bytes.first() else { return Err(DecodeError::new("the value is cut short")) };
    let marker = Marker::from_u8(first);
    if marker == Marker::Null {
        *bytes = &bytes[1..];
        return Ok(Value::Null);
    }
    if let Some(unknown) = read_unknown(marker, bytes)? {
        return Ok(Value::Unknown(unknown));
    }
    match of {
        Type::Bool => {
            decode::read_bool(bytes).map(Value::Bool).map_err(|_| expected("true or false", marker))
        }
        Type::Number => read_number(marker, bytes).map(Value::Number),
        Type::String => read_text(bytes).map(Value::String),
        Type::List(item) | Type::Set(item) => {
            let length = array(bytes, marker)?;
            let mut items = Vec::with_capacity(length.min(TRUST));
            for _ in 0..length {
                items.push(read(item, bytes, depth + 1)?);
            }
            Ok(Value::List(items))
        }
        Type::Tuple(types) => {
            let length = array(bytes, marker)?;
            if length != types.len() {
                return Err(DecodeError::new(format!("expected {} values, found {length}", types.len())));
            }
            types.iter().map(|of| read(of, bytes, depth + 1)).collect::<Result<_, _>>().map(Value::List)
        }
        Type::Map(item) => {
            let mut entries = BTreeMap::new();
            for _ in 0..map(bytes, marker)? {
                let name = read_text(bytes)?;
                let value = read(item, bytes, depth + 1).map_err(|e| e.within(&name))?;
                entries.insert(name, value);
            }
            Ok(Value::Map(entries))
        }
        Type::Object(fields) => {
            let mut entries: BTreeMap<String, Value> =
                fields.keys().map(|name| (name.clone(), Value::Null)).collect();
            for _ in 0..map(bytes, marker)? {
                let name = read_text(bytes)?;
                let of = fields
                    .get(&name)
                    .ok_or_else(|| DecodeError::new(format!("no attribute {name} is known")))?;
                let value = read(of, bytes, depth + 1).map_err(|e| e.within(&name))?;
                entries.insert(name, value);
            }
            Ok(Value::Map(entries))
        }
        Type::Dynamic => {
            if array(bytes, marker)? != 2 {
                return Err(DecodeError::new("a dynamic value is a type and a value"));
            }
            let length =
                decode::read_bin_len(bytes).map_err(|_| DecodeError::new("a dynamic value tells no type"))?;
            let json = take(bytes, length as usize)?;
            let of = serde_json::from_slice(json).ok().as_ref().and_then(Type::from_json);
            let of = of.ok_or_else(|| DecodeError::new("a dynamic value tells no type"))?;
            let value = read(&of, bytes, depth + 1)?;
            Ok(Value::Dynamic(Box::new((of, value))))
        }
    }
}

/// Any extension is an unknown, whatever its code; only one tells more about it.
fn read_unknown(marker: Marker, bytes: &mut &[u8]) -> Result<Option<Unknown>, DecodeError> {
    let extension = matches!(
        marker,
        Marker::FixExt1
            | Marker::FixExt2
            | Marker::FixExt4
            | Marker::FixExt8
            | Marker::FixExt16
            | Marker::Ext8
            | Marker::Ext16
            | Marker::Ext32
    );
    if !extension {
        return Ok(None);
    }
    let meta = decode::read_ext_meta(bytes).map_err(|_| DecodeError::new("an unknown is cut short"))?;
    let mut payload = take(bytes, meta.size as usize)?;
    let mut unknown = Unknown::default();
    if meta.typeid == REFINED
        && let Ok(facts) = decode::read_map_len(&mut payload)
    {
        for _ in 0..facts {
            match decode::read_int::<u64, _>(&mut payload) {
                Ok(NULLNESS) => match decode::read_bool(&mut payload) {
                    Ok(null) => unknown.not_null = !null,
                    Err(_) => break,
                },
                Ok(PREFIX) => match read_text(&mut payload) {
                    Ok(prefix) => unknown.prefix = Some(prefix),
                    Err(_) => break,
                },
                // Bounds of numbers and lengths come after these two and tell us nothing that we use.
                _ => break,
            }
        }
    }
    Ok(Some(unknown))
}

fn read_number(marker: Marker, bytes: &mut &[u8]) -> Result<Number, DecodeError> {
    match marker {
        Marker::F32 => decode::read_f32(bytes).ok().and_then(|float| Number::exact(f64::from(float))),
        Marker::F64 => decode::read_f64(bytes).ok().and_then(Number::exact),
        Marker::U64 => decode::read_u64(bytes)
            .map(|uint| i64::try_from(uint).map_or(Number::UInt(uint), Number::Int))
            .ok(),
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => Number::parse(&read_text(bytes)?),
        _ => decode::read_int(bytes).map(Number::Int).ok(),
    }
    .ok_or_else(|| expected("a number", marker))
}

fn read_text(bytes: &mut &[u8]) -> Result<String, DecodeError> {
    let length = decode::read_str_len(bytes).map_err(|_| DecodeError::new("expected text"))?;
    let text = take(bytes, length as usize)?;
    String::from_utf8(text.to_vec()).map_err(|_| DecodeError::new("text is not UTF-8"))
}

fn array(bytes: &mut &[u8], marker: Marker) -> Result<usize, DecodeError> {
    decode::read_array_len(bytes).map(|length| length as usize).map_err(|_| expected("a list", marker))
}

fn map(bytes: &mut &[u8], marker: Marker) -> Result<usize, DecodeError> {
    decode::read_map_len(bytes).map(|length| length as usize).map_err(|_| expected("an object", marker))
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], DecodeError> {
    let (taken, rest) =
        bytes.split_at_checked(length).ok_or_else(|| DecodeError::new("the value is cut short"))?;
    *bytes = rest;
    Ok(taken)
}

fn expected(what: &str, marker: Marker) -> DecodeError {
    // Not the marker, of which small numbers are a part: it may be a secret.
    let found = match marker {
        Marker::Null => "nothing",
        Marker::True | Marker::False => "a boolean",
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => "a string",
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => "bytes",
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => "a list",
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => "an object",
        Marker::FixPos(_)
        | Marker::FixNeg(_)
        | Marker::U8
        | Marker::U16
        | Marker::U32
        | Marker::U64
        | Marker::I8
        | Marker::I16
        | Marker::I32
        | Marker::I64
        | Marker::F32
        | Marker::F64 => "a number",
        _ => "what is no value",
    };
    DecodeError::new(format!("expected {what}, found {found}"))
}
