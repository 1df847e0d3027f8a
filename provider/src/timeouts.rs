//! `timeouts { create = "30m" }`: how long an operation may take, in Terraform's customary spelling.

use std::time::Duration;

/// How long a lake may take to be created or updated when nothing is said: a bucket whose name was freed a moment
/// ago can take S3 an hour, all else minutes.
pub const DEFAULT: Duration = Duration::from_secs(30 * 60);

/// The operations that can be given a time.
pub const OPERATIONS: &[&str] = &["create", "update", "delete"];

/// A length of time as Go spells it: `30m`, `1h30m`, `90s`, `500ms`, `1.5h`.
///
/// # Errors
/// One clause without a full stop that says what does not fit.
pub fn parse(text: &str) -> Result<Duration, String> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err("it is empty".to_owned());
    }
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 =
            rest[..digits].parse().map_err(|_| format!("a number is missing before `{rest}`"))?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let unit = match &rest[..letters] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            "" => return Err("a unit is missing: h, m, s or ms".to_owned()),
            other => return Err(format!("`{other}` is no unit: h, m, s or ms")),
        };
        rest = &rest[letters..];
        let more = Duration::try_from_secs_f64(number * unit).map_err(|_| "it is too long".to_owned())?;
        total = total.checked_add(more).ok_or("it is too long")?;
    }
    if total.is_zero() { Err("it is no time at all".to_owned()) } else { Ok(total) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_spelt_as_in_go() {
        for (text, seconds) in [("30m", 1800.0), ("1h30m", 5400.0), ("1.5h", 5400.0), ("500ms", 0.5)] {
            assert_eq!(parse(text), Ok(Duration::from_secs_f64(seconds)), "{text}");
        }
        for text in ["", "30", "m", "5 m", "5d", "0s", "-1m", "99999999999999999999h"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
