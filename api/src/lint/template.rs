//! Name templates: `{lake}-{region}`.

use crate::Input;
use crate::spec::LakeSpec;

/// The words that a template may name.
pub(super) const WORDS: [&str; 5] = ["account", "lake", "namespace", "partition", "region"];

/// The shortest and the longest text that a template may become, for what is not known before the place is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) shortest: String,
    pub(super) longest: String,
}

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A brace that no other one closes or opens.
    Unbalanced,
    /// A word that no template may name.
    NoSuchWord(String),
}

/// The values of the words.
pub(super) struct Words<'a> {
    lake: &'a str,
    region: Option<&'a str>,
}

impl<'a> Words<'a> {
    pub(super) fn of(spec: &'a LakeSpec, lake: &'a str) -> Self {
        let region = spec.region.as_ref().and_then(|region| match &region.0 {
            Input::Known(region) => Some(region.as_str()),
            Input::Unknown | Input::Fact { .. } => None,
        });
        Words { lake, region }
    }

    /// The text that a template becomes.
    pub(super) fn fill(&self, template: &str) -> Result<Filled, Fault> {
        Ok(Filled {
            shortest: fill(template, |w| self.value(w).0)?,
            longest: fill(template, |w| self.value(w).1)?,
        })
    }

    /// The shortest and the longest value of a word. Regions: `us-east-1` to `ap-southeast-1`; partitions: `aws` to
    /// `aws-us-gov`; namespaces: none, as under Terraform, to Kubernetes' 63 characters.
    fn value(&self, word: &str) -> (String, String) {
        let both = |text: &str| (text.to_owned(), text.to_owned());
        match word {
            "account" => both("111122223333"),
            "lake" => both(self.lake),
            "namespace" => (String::new(), "n".repeat(63)),
            "partition" => ("aws".to_owned(), "aws-us-gov".to_owned()),
            _ => match self.region {
                Some(region) => both(region),
                None => ("us-east-1".to_owned(), "ap-southeast-1".to_owned()),
            },
        }
    }
}

/// Whether a template is one, whatever its words become.
pub(super) fn check(template: &str) -> Result<(), Fault> {
    fill(template, |_| String::new()).map(|_| ())
}

fn fill(template: &str, value: impl Fn(&str) -> String) -> Result<String, Fault> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        filled.push_str(&rest[..at]);
        let Some(inner) = rest[at..].strip_prefix('{') else { return Err(Fault::Unbalanced) };
        let end =
            inner.find(['{', '}']).filter(|end| inner[*end..].starts_with('}')).ok_or(Fault::Unbalanced)?;
        let word = &inner[..end];
        if filled.ends_with('$') {
            // A variable of IAM's policy language, `${aws:username}`.
            filled.push_str(&rest[at..=at + 1 + end]);
        } else if WORDS.contains(&word) {
            filled.push_str(&value(word));
        } else {
            return Err(Fault::NoSuchWord(word.to_owned()));
        }
        rest = &inner[end + 1..];
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_become_their_values() {
        let spec = LakeSpec::default();
        let filled = Words::of(&spec, "events").fill("{lake}-{region}").unwrap();
        assert_eq!(
            (filled.shortest.as_str(), filled.longest.as_str()),
            ("events-us-east-1", "events-ap-southeast-1")
        );
        assert_eq!(check("arn:aws:s3:::home/${aws:username}/*"), Ok(()));
    }

    #[test]
    fn what_is_no_template_is_told() {
        assert_eq!(check("{lake"), Err(Fault::Unbalanced));
        assert_eq!(check("lake}"), Err(Fault::Unbalanced));
        assert_eq!(check("{{lake}}"), Err(Fault::Unbalanced));
        assert_eq!(check("{acount}"), Err(Fault::NoSuchWord("acount".to_owned())));
        assert_eq!(check("{}"), Err(Fault::NoSuchWord(String::new())));
    }

    proptest! {
        #[test]
        fn any_text_is_filled_or_refused(text in "[${}a-z:é]{0,20}") {
            let _ = check(&text);
        }
    }
}
