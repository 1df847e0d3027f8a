//! When a resource was made, as a text that is compared.

use aws_smithy_types::{DateTime, date_time::Format};
use serde_json::Value;

/// A date of AWS in RFC 3339, to the millisecond: what AWS tells of one date in several answers differs in what is finer.
#[must_use]
pub fn born(date: Option<&DateTime>) -> Option<String> {
    let millis = (date?.as_nanos() + 500_000).div_euclid(1_000_000);
    DateTime::from_millis(i64::try_from(millis).ok()?).fmt(Format::DateTime).ok()
}

/// The same of what a JSON answer tells: a date in seconds, or else a text that is compared as it is.
#[must_use]
pub fn born_as_told(told: &Value) -> Option<String> {
    match told {
        Value::Number(seconds) => born(Some(&DateTime::from_secs_f64(seconds.as_f64()?))),
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_birth_is_a_date_to_the_millisecond() {
        let dates = [1_700_000_000.123, 1_700_000_000.123_000_2].map(DateTime::from_secs_f64);
        for date in &dates {
            assert_eq!(born(Some(date)).as_deref(), Some("2023-11-14T22:13:20.123Z"));
        }
        assert_eq!(born(None), None);
        for (told, text) in [
            (json!(1_700_000_000.123), Some("2023-11-14T22:13:20.123Z")),
            (json!("id"), Some("id")),
            (json!(""), None),
            (json!(null), None),
        ] {
            assert_eq!(born_as_told(&told).as_deref(), text);
        }
    }
}
