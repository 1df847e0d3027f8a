//! What a length of time amounts to.

use super::{Duration, Interval, Word};

impl Duration {
    /// The length, if it is known and spelt by the grammar.
    pub fn length(&self) -> Option<std::time::Duration> {
        self.known().and_then(length)
    }
}

impl Interval {
    /// The length, if it is known and spelt by the grammar.
    pub fn length(&self) -> Option<std::time::Duration> {
        self.known().and_then(length)
    }
}

fn length(text: &str) -> Option<std::time::Duration> {
    let mut seconds = 0u64;
    let mut rest = Some(text).filter(|text| !text.is_empty())?;
    while !rest.is_empty() {
        let unit = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..unit].parse().ok()?;
        let (times, after) = match rest[unit..].chars().next()? {
            's' => (1, unit + 1),
            'm' => (60, unit + 1),
            'h' => (3600, unit + 1),
            _ => return None,
        };
        seconds = seconds.checked_add(number.checked_mul(times)?)?;
        rest = &rest[after..];
    }
    Some(std::time::Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Input;

    #[test]
    fn a_length_is_the_sum_of_its_parts() {
        let length = |text: &str| Duration(Input::from(text)).length().map(|length| length.as_secs());
        for (text, seconds) in [("90s", 90), ("10m", 600), ("1h30m", 5400), ("0s", 0)] {
            assert_eq!(length(text), Some(seconds), "{text}");
        }
        for text in ["", "5", "m", "5d", "5é", "99999999999999999999h"] {
            assert_eq!(length(text), None, "{text}");
        }
        assert_eq!(Duration(Input::Unknown).length(), None);
    }

    #[test]
    fn an_interval_is_neither_a_busy_loop_nor_a_century() {
        for (text, fits) in [
            ("30s", true),
            ("5m", true),
            ("1h30m", true),
            ("100s", true),
            ("999h", true),
            ("0s", false),
            ("1s", false),
            ("29s", false),
            ("030s", false),
            ("0m", false),
            ("999999h", false),
            ("5", false),
        ] {
            let parsed = text.parse::<Interval>();
            assert_eq!(parsed.is_ok(), fits, "{text}");
            let length = parsed.ok().and_then(|it| it.length());
            assert_eq!(length.is_some_and(|it| it.as_secs() >= 30), fits, "{text}");
        }
    }
}
