//! The keys under which members stand in their sections.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Misfit;

/// What a member's key, a lake's name and a namespace look like, so that a mark fits AWS's 256 characters.
pub const MEMBER_KEY: &str = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$";

/// The key of a member within its section: 1 to 63 lower-case letters, digits and inner hyphens.
///
/// It is the member's identity in both doors, in the plan, in marks and in status.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MemberKey(String);

impl MemberKey {
    /// Whether a text has the grammar of a key.
    pub fn fits(text: &str) -> bool {
        let inner = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
        match text.as_bytes() {
            [] => false,
            [one] => inner(*one),
            [first, middle @ .., last] => {
                text.len() <= 63
                    && inner(*first)
                    && inner(*last)
                    && middle.iter().all(|c| inner(*c) || *c == b'-')
            }
        }
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MemberKey {
    type Err = Misfit;

    fn from_str(text: &str) -> Result<Self, Misfit> {
        if MemberKey::fits(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(Misfit {
            sort: "MemberKey",
            why: "1 to 63 lower-case letters, digits and inner hyphens are allowed".to_owned(),
        })
    }
}

impl Deref for MemberKey {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for MemberKey {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MemberKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_the_pattern() {
        let pattern = regex_lite::Regex::new(MEMBER_KEY).unwrap();
        let long = "a".repeat(63);
        let longer = "a".repeat(64);
        for text in ["", "a", "-", "a-", "-a", "a-b", "ab", "A", "a_b", "a--b", "0", "é", &long, &longer] {
            assert_eq!(MemberKey::fits(text), pattern.is_match(text), "{text}");
        }
    }
}
