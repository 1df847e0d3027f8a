//! Numbers of any size.

use serde_json::Value as Json;

/// A number, in the smallest form that loses nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Number {
    /// A whole number of 64 bits.
    Int(i64),
    /// A whole number beyond those.
    UInt(u64),
    /// A number with a fraction.
    Float(f64),
    /// A number that fits none of these, in decimal notation.
    Big(String),
}

impl Number {
    /// A number from a fraction; whole ones become whole.
    #[must_use]
    pub fn float(float: f64) -> Self {
        // Every whole number below 2^53 is exact as a fraction.
        if float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0 {
            #[allow(clippy::cast_possible_truncation, reason = "it is whole and small")]
            return Number::Int(float as i64);
        }
        Number::Float(float)
    }

    /// A number from decimal notation, if it is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(int) = text.parse() {
            return Some(Number::Int(int));
        }
        if let Ok(uint) = text.parse() {
            return Some(Number::UInt(uint));
        }
        let float: f64 = text.parse().ok().filter(|float: &f64| float.is_finite())?;
        if float.to_string() == text { Some(Number::float(float)) } else { Some(Number::Big(text.to_owned())) }
    }

    /// The number as 64 bits, if it is whole and fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Number::Int(int) => Some(*int),
            Number::UInt(uint) => i64::try_from(*uint).ok(),
            Number::Float(_) | Number::Big(_) => None,
        }
    }

    /// The number as a fraction, as near as that comes.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "as near as a fraction comes")]
    pub fn as_f64(&self) -> f64 {
        match self {
            Number::Int(int) => *int as f64,
            Number::UInt(uint) => *uint as f64,
            Number::Float(float) => *float,
            Number::Big(text) => text.parse().unwrap_or(f64::NAN),
        }
    }

    pub(super) fn to_json(&self) -> Json {
        match self {
            Number::Int(int) => (*int).into(),
            Number::UInt(uint) => (*uint).into(),
            Number::Float(float) => (*float).into(),
            // JSON's numbers have no size either, but serde_json's have; a number as text is read back as a number.
            Number::Big(text) => text.clone().into(),
        }
    }

    pub(super) fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::Number(number) => {
                number.as_i64().map(Number::Int).or_else(|| number.as_u64().map(Number::UInt)).or_else(|| {
                    number.as_f64().map(Number::float)
                })
            }
            Json::String(text) => Number::parse(text),
            _ => None,
        }
    }
}
