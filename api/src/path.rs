//! Where in a spec: `buckets.store.lifecycleRules[0].prefix`.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// One step of a path.
///
/// A field and a map key of the same name are equal: the text of a path does not tell them apart, only the schema
/// does.
#[derive(Clone, Debug)]
pub enum Step {
    /// A field of an object, in camelCase.
    Field(String),
    /// A key of a map, as the user wrote it.
    Key(String),
    /// A place in a list, from 0.
    Index(usize),
}

impl Step {
    /// The name of a field or a key.
    pub fn name(&self) -> Option<&str> {
        match self {
            Step::Field(name) | Step::Key(name) => Some(name),
            Step::Index(_) => None,
        }
    }

    fn parts(&self) -> (Option<&str>, usize) {
        match self {
            Step::Field(name) | Step::Key(name) => (Some(name), 0),
            Step::Index(index) => (None, *index),
        }
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for Step {}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Step {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts().cmp(&other.parts())
    }
}

impl Hash for Step {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

/// A place in a spec or in a member's settings, shared by findings, origins, drift, Terraform and CEL.
///
/// Its text joins names by dots and puts places of a list into brackets; a map key that is no plain word stands in
/// brackets and quotes: `tags["cost.centre"]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(Vec<Step>);

impl FieldPath {
    /// The whole spec.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// Whether this is the whole spec.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// This path, one step further.
    pub fn step(&self, step: Step) -> Self {
        let mut steps = Vec::with_capacity(self.0.len() + 1);
        steps.extend_from_slice(&self.0);
        steps.push(step);
        Self(steps)
    }

    /// This path, into a field.
    pub fn field(&self, name: impl Into<String>) -> Self {
        self.step(Step::Field(name.into()))
    }

    /// This path, into an entry of a map.
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.step(Step::Key(key.into()))
    }

    /// This path, into a place of a list.
    pub fn index(&self, index: usize) -> Self {
        self.step(Step::Index(index))
    }

    /// This path, followed by another.
    pub fn join(&self, rest: &FieldPath) -> Self {
        Self(self.0.iter().chain(&rest.0).cloned().collect())
    }

    /// Whether `other` is this place or one that holds it.
    pub fn starts_with(&self, other: &FieldPath) -> bool {
        self.0.starts_with(&other.0)
    }

    /// What is left of this path below `base`.
    pub fn below(&self, base: &FieldPath) -> Option<Self> {
        self.0.strip_prefix(base.0.as_slice()).map(|rest| Self(rest.to_vec()))
    }

    /// The place that holds this one.
    pub fn parent(&self) -> Option<Self> {
        self.0.split_last().map(|(_, front)| Self(front.to_vec()))
    }
}

impl FromIterator<Step> for FieldPath {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Field(name) | Step::Key(name) if is_plain(name) => {
                    write!(f, "{}{name}", if place == 0 { "" } else { "." })?;
                }
                Step::Field(name) | Step::Key(name) => {
                    write!(f, "[\"{}\"]", name.replace('\\', "\\\\").replace('"', "\\\""))?;
                }
            }
        }
        Ok(())
    }
}

/// Whether a name needs no quotes in a path.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '$'))
}

/// A text that is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no field path: {why} at character {at}")]
pub struct NoPath {
    /// What was given.
    pub text: String,
    /// Which character, from 0, is the first that does not fit.
    pub at: usize,
    /// What does not fit there.
    pub why: &'static str,
}

impl FromStr for FieldPath {
    type Err = NoPath;

    fn from_str(text: &str) -> Result<Self, NoPath> {
        let chars: Vec<char> = text.chars().collect();
        let no = |at: usize, why: &'static str| NoPath { text: text.to_owned(), at, why };
        let mut steps = Vec::new();
        let mut at = 0;
        while at < chars.len() {
            match chars[at] {
                '[' if chars.get(at + 1) == Some(&'"') => {
                    let (key, end) =
                        quoted(&chars, at + 2).ok_or_else(|| no(at, "a quote without its end"))?;
                    if chars.get(end) != Some(&']') {
                        return Err(no(end, "`]` is missing"));
                    }
                    steps.push(Step::Key(key));
                    at = end + 1;
                }
                '[' => {
                    let digits: String = chars[at + 1..].iter().take_while(|c| c.is_ascii_digit()).collect();
                    let end = at + 1 + digits.len();
                    let index =
                        digits.parse().map_err(|_| no(at + 1, "a number or a quoted key is missing"))?;
                    if chars.get(end) != Some(&']') {
                        return Err(no(end, "`]` is missing"));
                    }
                    steps.push(Step::Index(index));
                    at = end + 1;
                }
                c => {
                    if (c == '.') == steps.is_empty() {
                        return Err(no(at, if c == '.' { "a name is missing" } else { "a dot is missing" }));
                    }
                    at += usize::from(c == '.');
                    let name: String = chars[at..].iter().take_while(|c| is_plain(&c.to_string())).collect();
                    if name.is_empty() {
                        return Err(no(at, "a name is missing"));
                    }
                    at += name.chars().count();
                    steps.push(Step::Field(name));
                }
            }
        }
        Ok(Self(steps))
    }
}

/// A quoted key from `start` on, and the place after its closing quote.
fn quoted(chars: &[char], start: usize) -> Option<(String, usize)> {
    let mut key = String::new();
    let mut at = start;
    loop {
        match chars.get(at)? {
            '"' => return Some((key, at + 1)),
            '\\' => {
                key.push(*chars.get(at + 1)?);
                at += 2;
            }
            c => {
                key.push(*c);
                at += 1;
            }
        }
    }
}

impl Serialize for FieldPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FieldPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_path_reads_like_the_spec() {
        let path =
            FieldPath::root().field("buckets").key("store").field("lifecycleRules").index(0).field("prefix");
        assert_eq!(path.to_string(), "buckets.store.lifecycleRules[0].prefix");
        assert_eq!(path.to_string().parse(), Ok(path));
    }

    #[test]
    fn a_key_that_is_no_word_is_quoted() {
        let path = FieldPath::root().field("tags").key("a.b \"c\" \\ [0]");
        assert_eq!(path.to_string(), r#"tags["a.b \"c\" \\ [0]"]"#);
        assert_eq!(path.to_string().parse(), Ok(path));
    }

    #[test]
    fn what_is_no_path_is_told_with_its_place() {
        for (text, at) in
            [(".a", 0), ("a.", 2), ("a..b", 2), ("a[x]", 2), ("a[1", 3), ("a[\"x", 1), ("a b", 1)]
        {
            let refused: NoPath = text.parse::<FieldPath>().unwrap_err();
            assert_eq!(refused.at, at, "{refused}");
        }
    }

    #[test]
    fn a_place_lies_below_what_holds_it() {
        let whole: FieldPath = "buckets.store".parse().unwrap();
        let part: FieldPath = "buckets.store.tags.team".parse().unwrap();
        assert!(part.starts_with(&whole) && !whole.starts_with(&part));
        assert_eq!(part.below(&whole).map(|p| p.to_string()), Some("tags.team".to_owned()));
        assert_eq!(whole.join(&"tags.team".parse().unwrap()), part);
    }
}
