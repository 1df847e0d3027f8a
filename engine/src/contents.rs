//! What a resource holds that goes when it is emptied, by number: told before it goes, and while it does.

use crate::key::Key;
use std::{collections::BTreeMap, fmt};

/// So many things of a sort: `1 object`, `40 000 objects`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub number: u64,
    /// What one of them is called.
    pub of: &'static str,
}

impl Count {
    /// So many of them.
    #[must_use]
    pub fn new(number: usize, of: &'static str) -> Self {
        Count { number: u64::try_from(number).unwrap_or(u64::MAX), of }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.number.to_string();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                f.write_str(" ")?;
            }
            write!(f, "{digit}")?;
        }
        write!(f, " {}{}", self.of, if self.number == 1 { "" } else { "s" })
    }
}

/// What a resource holds, as far as one call tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// What the call told of.
    pub count: Count,
    /// Whether there is more that it did not tell of.
    pub more: bool,
}

impl fmt::Display for Held {
    /// What goes with the resource: `the 17 objects in it`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Held { count, more: true } => write!(f, "{count} or more in it"),
            Held { count: Count { number: 0, .. }, .. } => f.write_str("nothing in it"),
            Held { count, .. } => write!(f, "the {count} in it"),
        }
    }
}

/// What each resource holds that a plan empties. What could not be told is not among them.
pub type Contents = BTreeMap<Key, Held>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_as_people_read_them() {
        for (number, said) in [
            (0, "0 objects"),
            (1, "1 object"),
            (999, "999 objects"),
            (1_000, "1 000 objects"),
            (40_000, "40 000 objects"),
            (1_234_567, "1 234 567 objects"),
        ] {
            assert_eq!(Count::new(number, "object").to_string(), said);
        }
    }

    #[test]
    fn what_is_held_is_told_as_far_as_it_is_known() {
        let held = |number, more| Held { count: Count::new(number, "object"), more }.to_string();
        assert_eq!(held(0, false), "nothing in it");
        assert_eq!(held(1, false), "the 1 object in it");
        assert_eq!(held(1_000, false), "the 1 000 objects in it");
        assert_eq!(held(1_000, true), "1 000 objects or more in it");
    }
}
