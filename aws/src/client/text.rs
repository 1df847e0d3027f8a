//! Values as texts of a form or an address.

use aws_smithy_runtime_api::box_error::BoxError;
use serde_json::Value;

/// A member outside a JSON body is a text.
pub(super) fn text(value: &Value) -> Result<String, BoxError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        _ => Err(format!("{value} cannot be told as a text").into()),
    }
}

/// All but the unreserved characters of RFC 3986 as percent signs and digits.
pub(super) fn encoded(text: &str) -> String {
    encoded_but("", text)
}

/// All but the unreserved characters and those that are kept.
pub(super) fn encoded_but(kept: &str, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let plain =
            byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.as_bytes().contains(&byte);
        if plain {
            out.push(char::from(byte));
        } else {
            let digit = |four: u8| char::from(b"0123456789ABCDEF"[usize::from(four)]);
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    out
}
