//! What a length of time amounts to.

use super::{Duration, Word};

impl Duration {
    /// The length, if it is known and spelt by the grammar.
    pub fn length(&self) -> Option<std::time::Duration> {
        let mut seconds = 0u64;
        let mut rest = self.known().filter(|text| !text.is_empty())?;
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
}
