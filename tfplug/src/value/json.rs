//! The JSON of values, as states keep them.
//!
//! A number that `serde_json` would not hold exactly stands in it as text.

use super::{DecodeError, Number, Type, Value};
use serde_json::Value as Json;
use std::borrow::Cow;

/// JSON from its text. Numbers that `serde_json` would round become text, which [`Value::from_json`] takes for numbers.
///
/// # Errors
/// When the text is no JSON.
pub fn parse_exactly(text: &[u8]) -> Result<Json, DecodeError> {
    serde_json::from_slice(&quote_long_numbers(text)).map_err(|e| DecodeError::new(e.to_string()))
}

fn quote_long_numbers(text: &[u8]) -> Cow<'_, [u8]> {
    let mut quoted = Vec::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => at = end_of_string(text, at),
            b'-' | b'0'..=b'9' => {
                let number = |byte: &u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
                let end =
                    text[at..].iter().position(|byte| !number(byte)).map_or(text.len(), |length| at + length);
                if is_rounded(&text[at..end]) {
                    quoted.extend_from_slice(&text[copied..at]);
                    quoted.push(b'"');
                    quoted.extend_from_slice(&text[at..end]);
                    quoted.push(b'"');
                    copied = end;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    quoted.extend_from_slice(&text[copied..]);
    Cow::Owned(quoted)
}

/// Where the string that begins here has ended.
fn end_of_string(text: &[u8], begin: usize) -> usize {
    let mut at = begin + 1;
    while let Some(&byte) = text.get(at) {
        at += match byte {
            b'"' => return at + 1,
            b'\\' => 2,
            _ => 1,
        };
    }
    text.len()
}

/// Whether `serde_json` would hold another number, or none at all since it is too large.
fn is_rounded(number: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(number) else { return false };
    match text.parse::<serde_json::Number>() {
        Ok(held) => held.to_string() != text,
        Err(_) => Number::parse(text).is_some(),
    }
}

impl Value {
    /// The value of a type that the text of JSON tells, with every digit of its numbers.
    ///
    /// # Errors
    /// When the text is no JSON, or the JSON is not of that type.
    pub fn from_json_text(of: &Type, text: &[u8]) -> Result<Value, DecodeError> {
        Value::from_json(of, &parse_exactly(text)?)
    }

    /// The JSON of a wholly known value.
    ///
    /// # Errors
    /// When a part of it is unknown: a state holds no unknowns.
    pub fn to_json(&self) -> Result<Json, DecodeError> {
        Ok(match self {
            Value::Null => Json::Null,
            Value::Unknown(_) => return Err(DecodeError::new("an unknown value has no JSON")),
            Value::Bool(bool) => Json::Bool(*bool),
            Value::Number(number) => number.to_json(),
            Value::String(text) => Json::String(text.clone()),
            Value::List(items) => Json::Array(items.iter().map(Value::to_json).collect::<Result<_, _>>()?),
            Value::Map(entries) => {
                let entry = |(name, value): (&String, &Value)| {
                    Ok((name.clone(), value.to_json().map_err(|e| e.within(name))?))
                };
                Json::Object(entries.iter().map(entry).collect::<Result<_, _>>()?)
            }
            Value::Dynamic(typed) => {
                serde_json::json!({ "type": typed.0.to_json(), "value": typed.1.to_json()? })
            }
        })
    }

    /// The value of a type that JSON tells.
    ///
    /// # Errors
    /// When the JSON is not of that type.
    pub fn from_json(of: &Type, json: &Json) -> Result<Value, DecodeError> {
        Ok(match (of, json) {
            (_, Json::Null) => Value::Null,
            (Type::Bool, Json::Bool(bool)) => Value::Bool(*bool),
            (Type::Number, json) => {
                Value::Number(Number::from_json(json).ok_or_else(|| DecodeError::mismatch(of, json))?)
            }
            (Type::String, Json::String(text)) => Value::String(text.clone()),
            (Type::List(item) | Type::Set(item), Json::Array(items)) => {
                Value::List(items.iter().map(|json| Value::from_json(item, json)).collect::<Result<_, _>>()?)
            }
            (Type::Tuple(types), Json::Array(items)) if types.len() == items.len() => {
                let item = |(of, json)| Value::from_json(of, json);
                Value::List(types.iter().zip(items).map(item).collect::<Result<_, _>>()?)
            }
            (Type::Map(item), Json::Object(entries)) => {
                let entry = |(name, json): (&String, &Json)| {
                    Ok((name.clone(), Value::from_json(item, json).map_err(|e| e.within(name))?))
                };
                Value::Map(entries.iter().map(entry).collect::<Result<_, _>>()?)
            }
            (Type::Object(fields), Json::Object(entries)) => {
                let field = |(name, of): (&String, &Type)| {
                    let json = entries.get(name).unwrap_or(&Json::Null);
                    Ok((name.clone(), Value::from_json(of, json).map_err(|e| e.within(name))?))
                };
                Value::Map(fields.iter().map(field).collect::<Result<_, _>>()?)
            }
            (Type::Dynamic, Json::Object(typed)) => {
                let of = typed.get("type").and_then(Type::from_json);
                let of = of.ok_or_else(|| DecodeError::new("a dynamic value tells no type"))?;
                let value = Value::from_json(&of, typed.get("value").unwrap_or(&Json::Null))?;
                Value::Dynamic(Box::new((of, value)))
            }
            (of, json) => return Err(DecodeError::mismatch(of, json)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_digit_of_a_number_is_lost() {
        let text = br#"{"a":[0.1,-12,123456789012345678901234567890,1e400],"b\"1.00000000000000000001":"2.00000000000000000001"}"#;
        let read = parse_exactly(text).unwrap();
        assert_eq!(
            read,
            json!({
                "a": [0.1, -12, "123456789012345678901234567890", "1e400"],
                "b\"1.00000000000000000001": "2.00000000000000000001",
            })
        );
    }

    #[test]
    fn text_that_is_no_json_is_told() {
        for text in [&b""[..], b"{", b"\"", b"\"\\", b"[1.2.3]", b"-", b"\xff"] {
            assert!(parse_exactly(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let of = Type::Object([("tags".to_owned(), Type::map(Type::Bool))].into());
        let wrong = Value::from_json(&of, &json!({ "tags": { "a": true, "b": 7 } })).unwrap_err();
        assert_eq!(wrong.to_string(), "tags.b: expected \"bool\", found a number");
    }
}
