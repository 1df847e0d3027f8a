//! When a resource was made, as a text that is compared.

use aws_smithy_types::{DateTime, date_time::Format};

/// A date of AWS in RFC 3339, to the millisecond: what AWS tells of one date in several answers differs in what is finer.
#[must_use]
pub fn born(date: Option<&DateTime>) -> Option<String> {
    let millis = (date?.as_nanos() + 500_000).div_euclid(1_000_000);
    DateTime::from_millis(i64::try_from(millis).ok()?).fmt(Format::DateTime).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birth_is_a_date_to_the_millisecond() {
        let dates = [1_700_000_000.123, 1_700_000_000.123_000_2].map(DateTime::from_secs_f64);
        for date in &dates {
            assert_eq!(born(Some(date)).as_deref(), Some("2023-11-14T22:13:20.123Z"));
        }
        assert_eq!(born(None), None);
    }
}
