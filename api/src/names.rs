//! The sorts of text that a spec is made of: one declaration each by [`words!`](crate::words), those of a kind in the
//! kind's own file.
//!
//! Each is a newtype over [`Input<String>`] with its grammar, from which come its schema, its parser and its
//! documentation. Reading a text from JSON does not check the grammar: the contract has done so before, for all
//! texts at once and with their paths, and an operator must be able to read an object that an older and laxer CRD
//! let in. `FromStr` checks.

use std::fmt;

use schemars::Schema;
use serde_json::{Map, Value, json};

use crate::Input;

mod duration;
mod key;
pub(crate) mod pattern;

pub use key::{MEMBER_KEY, MemberKey};

/// The field that makes a member stand for something that is not ours.
pub const EXTERNAL: &str = "external";

/// A member's key, or an ARN: all that a reference may be.
pub const REFERENCE: &str = "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?|arn:.+)$";

/// An owner, as marks spell it: `terraform/<owner>/<lake>` or `kubernetes/<cluster>/<namespace>/<lake>`.
pub const OWNER: &str = "^(terraform/[A-Za-z0-9._-]{1,64}/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\
                         |kubernetes/[A-Za-z0-9._-]{1,64}(/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){2})$";

/// Base64 with its padding, which is all that decodes.
const BASE64: &str = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$";

/// What [`BASE64`] allows.
const BASE64_WORDS: &str =
    "Base64 is letters, digits, `+` and `/` in groups of four, the last one filled up with `=`";

/// A node: the word of its kind, a slash, and the key of its member, with a dot before that of a nested one.
pub const NODE: &str = "^[a-z][A-Za-z0-9]{0,62}/[a-z0-9]([a-z0-9.:-]{0,190}[a-z0-9])?$";

/// What a text may be: lengths in characters, a pattern in RE2's dialect, and what it means to both doors.
#[derive(Clone, Copy, Debug)]
pub struct Grammar {
    /// The least number of characters.
    pub min: u32,
    /// The greatest number of characters.
    pub max: u32,
    /// What the whole text looks like.
    pub pattern: Option<&'static str>,
    /// What the pattern allows, in words and without a full stop.
    pub allowed: Option<&'static str>,
    /// Whether the text is a path below the member that it stands in.
    pub path: bool,
    /// Whether words in braces are filled in, `{lake}`; in a reference they always are, below the ARN.
    pub template: bool,
    /// The section whose member keys the text may be, beside an ARN.
    pub member_of: Option<&'static str>,
    /// Whether the text is a JSON document, compared by value.
    pub json: bool,
    /// Whether the text is never shown.
    pub secret: bool,
}

impl Grammar {
    /// One character at least, and no more than 2048, of any kind.
    pub const ANY: Grammar = Grammar {
        min: 1,
        max: 2048,
        pattern: None,
        allowed: None,
        path: false,
        template: false,
        member_of: None,
        json: false,
        secret: false,
    };

    /// The grammar as a JSON schema with `x-lake-*` keys.
    pub fn schema(&self, description: &str) -> Schema {
        let mut schema = Map::new();
        schema.insert("type".into(), json!("string"));
        schema.insert("description".into(), json!(description));
        if self.min > 0 {
            schema.insert("minLength".into(), json!(self.min));
        }
        schema.insert("maxLength".into(), json!(self.max));
        if let Some(pattern) = self.pattern {
            schema.insert("pattern".into(), json!(pattern));
        }
        if let Some(allowed) = self.allowed {
            schema.insert("x-lake-allowed".into(), json!(allowed));
        }
        if self.path {
            schema.insert("x-lake-path".into(), json!(true));
        }
        if let Some(section) = self.member_of {
            schema.insert("x-lake-member-of".into(), json!(section));
        }
        if self.json {
            schema.insert("x-lake-json".into(), json!(true));
        }
        if self.secret {
            schema.insert("x-lake-secret".into(), json!(true));
        }
        schema.into()
    }

    /// Why a text does not fit, if it does not.
    pub fn refuse(&self, text: &str) -> Option<String> {
        let length = text.chars().count();
        if length < self.min as usize || length > self.max as usize {
            return Some(format!("{} to {} characters are allowed, it has {length}", self.min, self.max));
        }
        if self.pattern.is_some_and(|pattern| !pattern::fits(pattern, text)) {
            return Some(self.allowed.unwrap_or("a key or an ARN is needed").to_owned());
        }
        if self.json && serde_json::from_str::<Value>(text).is_err() {
            return Some("it is no JSON".to_owned());
        }
        None
    }

    /// A text for people: secrets are never shown, a promise says what it is.
    ///
    /// # Errors
    /// When the formatter fails.
    pub fn show(&self, input: &Input<String>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match input {
            Input::Known(_) if self.secret => f.write_str("(secret)"),
            Input::Known(text) => f.write_str(text),
            Input::Unknown => f.write_str("(known after apply)"),
            Input::Fact { node, name } => write!(f, "({name} of {node})"),
        }
    }
}

/// A text that does not fit its grammar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no {sort}: {why}")]
pub struct Misfit {
    /// The name of the type that refused it.
    pub sort: &'static str,
    /// Why it does not fit.
    pub why: String,
}

/// What all sorts of text have in common.
pub trait Word: Sized {
    /// What the text may be.
    const GRAMMAR: Grammar;

    /// The value or its promise.
    fn input(&self) -> &Input<String>;

    /// The text, if it is known.
    fn known(&self) -> Option<&str> {
        self.input().text()
    }

    /// The member or the ARN that a reference means, if it is known.
    fn target(&self) -> Option<Target<'_>> {
        self.known().map(Target::of)
    }
}

/// What a reference means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// The key of a member of the section that the field points into.
    Member(&'a str),
    /// An ARN, in which templates stand as written.
    Arn(&'a str),
}

impl<'a> Target<'a> {
    /// Tells a key from an ARN.
    pub fn of(text: &'a str) -> Self {
        if text.starts_with("arn:") { Target::Arn(text) } else { Target::Member(text) }
    }
}

/// Declares sorts of text, a line each: the documentation that both doors show, the name, and what differs of
/// [`Grammar::ANY`](crate::names::Grammar::ANY).
#[macro_export]
macro_rules! words {
    ($( $(#[doc = $doc:literal])+ $name:ident { $($rule:ident: $value:expr),* $(,)? } )+) => { $(
        $(#[doc = $doc])+
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $crate::Input<String>);

        impl $crate::names::Word for $name {
            const GRAMMAR: $crate::names::Grammar =
                $crate::names::Grammar { $($rule: $value,)* ..$crate::names::Grammar::ANY };

            fn input(&self) -> &$crate::Input<String> {
                &self.0
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::names::Misfit;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match <Self as $crate::names::Word>::GRAMMAR.refuse(text) {
                    Some(why) => Err($crate::names::Misfit { sort: stringify!($name), why }),
                    None => Ok(Self($crate::Input::from(text))),
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                <Self as $crate::names::Word>::GRAMMAR.show(&self.0, f)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl ::schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                <Self as $crate::names::Word>::GRAMMAR.schema(concat!($($doc),+).trim())
            }
        }
    )+ };
}

words! {
    /// A short text in one line or a few.
    Text { max: 2048 }
    /// The name of something on AWS. May use `{lake} {namespace} {account} {region} {partition}`.
    AwsName { max: 255, template: true }
    /// The AWS name or ARN of something that is not this lake's: looked at, never written, and referred to by this member's key. Stands alone.
    ExternalName { max: 2048 }
    /// The ARN of a KMS key or of an alias of one.
    KmsKeyRef { max: 512, pattern: Some("^arn:.+$"), allowed: Some("An ARN begins with `arn:`"), template: true }
    /// An ARN. May use `{lake} {namespace} {account} {region} {partition}`.
    Arn { max: 2048, pattern: Some("^arn:.+$"), allowed: Some("An ARN begins with `arn:`"), template: true }
    /// An AWS account: 12 digits.
    AccountId { min: 12, max: 12, pattern: Some("^[0-9]{12}$"), allowed: Some("An account is 12 digits; quote it, since it is a text") }
    /// An AWS region, `eu-west-1`.
    Region { min: 6, max: 32, pattern: Some("^[a-z]{2,4}(-[a-z]+)+-[0-9]+$"), allowed: Some("A region is called as `eu-west-1`") }
    /// A VPC, `vpc-0abc`.
    VpcId { min: 5, max: 32, pattern: Some("^vpc-[0-9a-z]+$"), allowed: Some("A VPC is called as `vpc-0abc`") }
    /// The content of an object as text, at most 512 KiB.
    Content { min: 0, max: 524_288 }
    /// The content of an object in base64, at most 512 KiB once decoded.
    ContentBase64 { min: 0, max: 699_052, pattern: Some(BASE64), allowed: Some(BASE64_WORDS) }
    /// The content of an object that is never shown, at most 512 KiB.
    SecretContent { min: 0, max: 524_288, secret: true }
    /// The content of an object in base64 that is never shown, at most 512 KiB once decoded.
    SecretContentBase64 { min: 0, max: 699_052, pattern: Some(BASE64), allowed: Some(BASE64_WORDS), secret: true }
    /// The name of an object of Kubernetes, in lower case.
    KubernetesName { max: 253, pattern: Some("^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"), allowed: Some("Lower-case letters, digits, hyphens and dots are allowed, with a letter or a digit at both ends of each part") }
    /// A key in a config map or a secret.
    DataKey { max: 253, pattern: Some("^[-._a-zA-Z0-9]+$"), allowed: Some("Letters, digits, dots, hyphens and underscores are allowed") }
    /// A text that is never shown in plans, drift, status or events.
    Secret { min: 0, max: 4096, secret: true }
    /// A JSON document, compared by value: the order of keys, white space and `1` beside `1.0` are no difference.
    JsonText { min: 2, max: 65_536, json: true }
    /// The value of a tag, at most 256 characters.
    TagValue { min: 0, max: 256 }
    /// A length of time, `90s`, `10m`, `1h30m`.
    Duration { min: 2, max: 16, pattern: Some("^([0-9]{1,6}[smh])+$"), allowed: Some("A length of time is written as `90s`, `10m` or `1h30m`") }
    /// The time between two looks, `90s`, `10m`, `1h30m`: 30 seconds at least, since each look costs calls that all lakes of an account share.
    Interval { min: 2, max: 16, pattern: Some("^([3-9][0-9]s|[1-9][0-9]{2,4}s|[1-9][0-9]{0,3}m([0-9]{1,2}s)?|[1-9][0-9]{0,2}h([0-9]{1,2}m)?([0-9]{1,2}s)?)$"), allowed: Some("An interval is `30s` to `999h`, written as `90s`, `10m` or `1h30m`; to have a lake looked at now, set the annotation `lake.dev/reconcile-requested-at`") }
    /// An owner, as the tag `lake.dev/owner` spells it: `terraform/<owner>/<lake>` or `kubernetes/<cluster>/<namespace>/<lake>`.
    OwnerName { max: 256, pattern: Some(OWNER), allowed: Some("An owner is `terraform/<owner>/<lake>` or `kubernetes/<cluster>/<namespace>/<lake>`") }
    /// A node of the lake, as its plans and `resources` name it: `bucket/store`, `object/store.script`.
    NodeId { min: 3, max: 256, pattern: Some(NODE), allowed: Some("A node is the word of its kind, a slash and its key: `job/old`, `object/store.script`") }
    /// A path below the member, `tags.team` or `workers.count`.
    PathText { max: 512, path: true }
}

macro_rules! from_text {
    ($($name:ident)+) => { $(
        impl From<&str> for $name {
            /// Any text fits.
            fn from(text: &str) -> Self {
                Self(Input::from(text))
            }
        }
    )+ };
}

from_text! { Text TagValue }

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(unreachable_pub, reason = "what the macro declares is there for other crates")]
    mod store {
        use crate::names::REFERENCE;

        words! {
            /// The name of a store.
            StoreName { min: 3, pattern: Some("^([a-z0-9.-]|\\{[a-z]+\\})+$") }
            /// A reference to a store.
            StoreRef { max: 512, pattern: Some(REFERENCE), member_of: Some("stores") }
        }
    }
    use store::{StoreName, StoreRef};

    #[test]
    fn every_pattern_is_one() {
        for (text, fits) in
            [("store", true), ("arn:aws:s3:::b", true), ("Store", false), ("-a", false), ("", false)]
        {
            assert_eq!(text.parse::<StoreRef>().is_ok(), fits, "{text}");
        }
        assert!("lake-{region}-{account}".parse::<StoreName>().is_ok());
        assert!("{Lake}".parse::<StoreName>().is_err());
        assert!("{}".parse::<JsonText>().is_ok() && "{a".parse::<JsonText>().is_err());
    }

    #[test]
    fn an_owner_names_door_instance_and_lake() {
        let cluster = "0b8f5d9c-7f0c-4f06-9a5c-6d3a9f1f3f51";
        for (text, fits) in [
            ("terraform/team-a/events".to_owned(), true),
            (format!("kubernetes/{cluster}/data/events"), true),
            (format!("terraform/{}/{}", "O".repeat(64), "l".repeat(63)), true),
            ("terraform/team-a".to_owned(), false),
            ("terraform/team-a/Events".to_owned(), false),
            ("terraform/team a/events".to_owned(), false),
            ("kubernetes/prod/events".to_owned(), false),
            ("terraform/team-a/data/events".to_owned(), false),
            ("retained:terraform/team-a/events".to_owned(), false),
        ] {
            assert_eq!(text.parse::<OwnerName>().is_ok(), fits, "{text}");
        }
    }

    #[test]
    fn a_secret_is_never_printed() {
        let salt: Secret = "pepper".parse().unwrap();
        assert_eq!(format!("{salt} {salt:?}"), "(secret) Secret((secret))");
    }

    #[test]
    fn a_reference_is_a_key_or_an_arn() {
        let own: StoreRef = "etl".parse().unwrap();
        let foreign: StoreRef = "arn:aws:iam::123456789012:role/x".parse().unwrap();
        assert_eq!(own.target(), Some(Target::Member("etl")));
        assert_eq!(foreign.target(), Some(Target::Arn("arn:aws:iam::123456789012:role/x")));
        assert_eq!(StoreRef(Input::Unknown).target(), None);
    }
}
