//! Name templates: `{lake}-{region}`.

use crate::LakeSpec;
use lake_api::Input;
use lake_api::template::fill;
pub(crate) use lake_api::template::{Fault, WORDS, check};

/// The shortest and the longest text that a template may become, for what is not known before the place is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filled {
    pub(crate) shortest: String,
    pub(crate) longest: String,
    /// With what is known now alone, for people: the rest stands as it was written.
    pub(crate) shown: String,
}

/// The values of the words.
pub(crate) struct Words<'a> {
    lake: &'a str,
    region: Option<&'a str>,
}

impl<'a> Words<'a> {
    pub(crate) fn of(spec: &'a LakeSpec, lake: &'a str) -> Self {
        let region = spec.region.as_ref().and_then(|region| match &region.0 {
            Input::Known(region) => Some(region.as_str()),
            Input::Unknown | Input::Fact { .. } => None,
        });
        Words { lake, region }
    }

    /// The text that a template becomes.
    pub(crate) fn fill(&self, template: &str) -> Result<Filled, Fault> {
        Ok(Filled {
            shortest: fill(template, |w| self.value(w).0)?,
            longest: fill(template, |w| self.value(w).1)?,
            shown: fill(template, |w| self.known(w).map_or_else(|| format!("{{{w}}}"), str::to_owned))?,
        })
    }

    /// The value of a word that is known before the place is.
    fn known(&self, word: &str) -> Option<&str> {
        match word {
            "lake" => Some(self.lake),
            "region" => self.region,
            _ => None,
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_their_values() {
        let spec = LakeSpec::default();
        let filled = Words::of(&spec, "events").fill("{lake}-{region}").unwrap();
        assert_eq!(
            (filled.shortest.as_str(), filled.longest.as_str(), filled.shown.as_str()),
            ("events-us-east-1", "events-ap-southeast-1", "events-{region}")
        );
        let spec = LakeSpec { region: Some("eu-west-1".parse().unwrap()), ..spec };
        let filled = Words::of(&spec, "events").fill("{lake}-{account}-{region}").unwrap();
        assert_eq!(filled.shown, "events-{account}-eu-west-1");
    }
}
