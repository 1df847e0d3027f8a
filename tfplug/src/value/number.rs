//! Numbers of any size.
//!
//! Terraform's numbers are decimal and long: `0.1` is a tenth, not the nearest binary fraction, and a plan in which one
//! became the other is an invalid plan. So only what a binary fraction holds exactly is one here.

use serde_json::Value as Json;

/// A number, in the first of these forms that holds it exactly.
#[derive(Clone, Debug, PartialEq)]
pub enum Number {
    /// A whole number of 64 bits.
    Int(i64),
    /// A whole number beyond those.
    UInt(u64),
    /// A binary fraction.
    Float(f64),
    /// Any other number, in decimal notation without an exponent.
    Big(String),
}

/// Longer notations than this are no numbers that anybody means (cty keeps 154 digits).
const DIGITS: usize = 4096;
/// As many digits as the smallest binary fraction has behind the point.
const FRACTION: usize = 1074;

impl Number {
    /// The number that a fraction is written as: `0.1_f64` is a tenth.
    #[must_use]
    pub fn float(float: f64) -> Self {
        Number::parse(&float.to_string()).unwrap_or(Number::Float(float))
    }

    /// A number from decimal notation, with or without an exponent, if it is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let decimal = plain(text)?;
        if let Ok(int) = decimal.parse() {
            return Some(Number::Int(int));
        }
        if let Ok(uint) = decimal.parse() {
            return Some(Number::UInt(uint));
        }
        if decimal.contains('.')
            && let Ok(float) = decimal.parse::<f64>()
            && format!("{float:.FRACTION$}").trim_end_matches('0') == decimal
        {
            return Some(Number::Float(float));
        }
        Some(Number::Big(decimal))
    }

    /// The number as 64 bits, if it is whole and fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Number::Int(int) => Some(*int),
            Number::UInt(_) | Number::Float(_) | Number::Big(_) => None,
        }
    }

    /// The number as a binary fraction, as near as one comes.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "as near as a fraction comes")]
    pub fn as_f64(&self) -> f64 {
        match self {
            Number::Int(int) => *int as f64,
            Number::UInt(uint) => *uint as f64,
            Number::Float(float) => *float,
            Number::Big(text) => text.parse().expect("decimal notation is a fraction's notation too"),
        }
    }

    /// A binary fraction as it came over the wire; none for what is no number.
    pub(super) fn exact(float: f64) -> Option<Self> {
        if float.is_nan() {
            return None;
        }
        // Whole numbers are printed with all their digits.
        let whole = float.fract() == 0.0 && float.abs() < 2_f64.powi(64);
        Some(if whole { Number::parse(&format!("{float:.0}"))? } else { Number::Float(float) })
    }

    /// A number where JSON has one that is the same, else text, which [`Number::from_json`] reads as a number.
    pub(super) fn to_json(&self) -> Json {
        match self {
            Number::Int(int) => (*int).into(),
            Number::UInt(uint) => (*uint).into(),
            Number::Float(float) => (*float).into(),
            Number::Big(text) => {
                let near = self.as_f64();
                if near.is_finite() && near.to_string() == *text { near.into() } else { text.clone().into() }
            }
        }
    }

    pub(super) fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::Number(number) => Number::parse(&number.to_string()),
            Json::String(text) => Number::parse(text),
            _ => None,
        }
    }
}

/// The one plain notation of a decimal number: no exponent, no plus, no zeros that say nothing.
fn plain(text: &str) -> Option<String> {
    let (text, minus) = match text.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
    if digits.len() > DIGITS || point.unsigned_abs() as usize > DIGITS {
        return None;
    }
    let (whole, fraction) = match usize::try_from(point) {
        Ok(point) if point <= digits.len() => (digits[..point].to_owned(), digits[point..].to_owned()),
        Ok(point) => (format!("{digits:0<point$}"), String::new()),
        Err(_) => (String::new(), format!("{}{digits}", "0".repeat(point.unsigned_abs() as usize))),
    };
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let mut plain = String::with_capacity(whole.len() + fraction.len() + 3);
    if minus && !(whole.is_empty() && fraction.is_empty()) {
        plain.push('-');
    }
    plain.push_str(if whole.is_empty() { "0" } else { whole });
    if !fraction.is_empty() {
        plain.push('.');
        plain.push_str(fraction);
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_form() {
        let big = |text: &str| Number::Big(text.to_owned());
        for (text, number) in [
            ("0", Number::Int(0)),
            ("-0", Number::Int(0)),
            ("0.0", Number::Int(0)),
            ("+12.50", Number::Float(12.5)),
            ("1.25e1", Number::Float(12.5)),
            ("1E3", Number::Int(1000)),
            ("-15e-1", Number::Float(-1.5)),
            ("0.1", big("0.1")),
            ("1e-2", big("0.01")),
            ("9223372036854775807", Number::Int(i64::MAX)),
            ("-9223372036854775808", Number::Int(i64::MIN)),
            ("18446744073709551615", Number::UInt(u64::MAX)),
            ("18446744073709551616", big("18446744073709551616")),
            ("123456789012345678901234567890.50", big("123456789012345678901234567890.5")),
        ] {
            assert_eq!(Number::parse(text), Some(number), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in
            ["", "-", ".", "e1", "1e", "NaN", "inf", "0x1", "1 ", "--1", "1.2.3", "1e99999", "1e-2147483648"]
        {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_fraction_of_a_program_is_the_number_that_it_is_written_as() {
        assert_eq!(Number::float(0.1), Number::Big("0.1".to_owned()));
        assert_eq!(Number::float(0.5), Number::Float(0.5));
        assert_eq!(Number::float(-3.0), Number::Int(-3));
        assert_eq!(Number::float(0.1).as_f64(), 0.1);
    }

    #[test]
    fn a_fraction_of_the_wire_is_exactly_what_it_is() {
        assert_eq!(Number::exact(0.1), Some(Number::Float(0.1)));
        assert_eq!(Number::exact(2_f64.powi(63)), Some(Number::UInt(1 << 63)));
        assert_eq!(Number::exact(f64::NAN), None);
        assert_eq!(Number::exact(f64::INFINITY), Some(Number::Float(f64::INFINITY)));
    }
}
