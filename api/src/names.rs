//! The sorts of text that a spec is made of: one declaration each.
//!
//! Each is a newtype over [`Input<String>`] with its grammar, from which come its schema, its parser and its
//! documentation. Reading a text from JSON does not check the grammar: the contract has done so before, for all
//! texts at once and with their paths, and an operator must be able to read an object that an older and laxer CRD
//! let in. `FromStr` checks.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::Input;

mod duration;
mod key;
pub(crate) mod pattern;

pub use key::{MEMBER_KEY, MemberKey};

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
    /// The section whose member keys the text may be (`buckets`), beside an ARN.
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
        member_of: None,
        json: false,
        secret: false,
    };

    /// The grammar as a JSON schema with `x-lake-*` keys.
    fn schema(&self, description: &str) -> Schema {
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
    fn refuse(&self, text: &str) -> Option<String> {
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

macro_rules! words {
    ($( $(#[doc = $doc:literal])+ $name:ident { $($rule:ident: $value:expr),* $(,)? } )+) => { $(
        $(#[doc = $doc])+
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Input<String>);

        impl Word for $name {
            const GRAMMAR: Grammar = Grammar { $($rule: $value,)* ..Grammar::ANY };

            fn input(&self) -> &Input<String> {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = Misfit;

            fn from_str(text: &str) -> Result<Self, Misfit> {
                match Self::GRAMMAR.refuse(text) {
                    Some(why) => Err(Misfit { sort: stringify!($name), why }),
                    None => Ok(Self(Input::from(text))),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                show(&self.0, Self::GRAMMAR.secret, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                Self::GRAMMAR.schema(concat!($($doc),+).trim())
            }
        }
    )+ };
}

/// A text for people: secrets are never shown, a promise says what it is.
fn show(input: &Input<String>, secret: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match input {
        Input::Known(_) if secret => f.write_str("(secret)"),
        Input::Known(text) => f.write_str(text),
        Input::Unknown => f.write_str("(known after apply)"),
        Input::Fact { node, name } => write!(f, "({name} of {node})"),
    }
}

words! {
    /// A short text in one line or a few.
    Text { max: 2048 }
    /// A description, at most 2048 characters.
    Description { min: 0, max: 2048, pattern: Some("^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]*$"), allowed: Some("Glue takes no control characters but tabs and line breaks") }
    /// A description of a role, at most 1000 characters of Latin-1 (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>).
    RoleDescription { min: 0, max: 1000, pattern: Some("^[\\t\\n\\r -~¡-ÿ]*$"), allowed: Some("IAM takes the letters and signs of Latin-1 only, no `–`, `„` or `…`") }
    /// A comment in one line, at most 255 characters (<https://docs.aws.amazon.com/glue/latest/webapi/API_Column.html>).
    Comment { max: 255, pattern: Some("^[^\\x00-\\x08\\x0a-\\x1f]*$"), allowed: Some("A comment is one line without control characters") }
    /// The value of a parameter in the catalogue, which may be empty (<https://docs.aws.amazon.com/glue/latest/webapi/API_SerDeInfo.html>).
    ParameterValue { min: 0, max: 512_000 }
    /// The value of a job's argument, which may be empty (<https://docs.aws.amazon.com/glue/latest/webapi/API_CreateJob.html>).
    ArgumentValue { min: 0, max: 512_000 }
    /// A value of a condition, which may be empty (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/walkthrough1.html>).
    ConditionValue { min: 0, max: 2048 }
    /// The name of an inline policy of a role (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html>).
    PolicyName { max: 128, pattern: Some("^[A-Za-z0-9+=,.@_-]+$"), allowed: Some("Letters, digits and `+=,.@_-` are allowed") }
    /// The id of a metrics configuration of S3 (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_MetricsConfiguration.html>).
    MetricsId { max: 64, pattern: Some("^[A-Za-z0-9._-]+$"), allowed: Some("Letters, digits, dots, hyphens and underscores are allowed") }
    /// An identity provider, by ARN or by host name (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>).
    Federated { max: 2048, pattern: Some("^(arn:.+|[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+)$"), allowed: Some("An identity provider is an ARN or a host name, `cognito-identity.amazonaws.com`") }
    /// The name of something on AWS. May use `{lake} {namespace} {account} {region} {partition}`.
    AwsName { max: 255 }
    /// The AWS name or ARN of something that is not this lake's: looked at, never written, and referred to by this member's key. Stands alone.
    ExternalName { max: 2048 }
    /// The name of a bucket, 3 to 63 characters once its templates are filled in. May use `{lake} {namespace} {account} {region} {partition}`.
    BucketName { min: 3, max: 255, pattern: Some("^([a-z0-9.-]|\\{[a-z]+\\})+$"), allowed: Some("Lower-case letters, digits, hyphens, dots and templates in single braces are allowed") }
    /// The name of an S3 access point, 3 to 50 characters once its templates are filled in. May use `{lake} {namespace} {account} {region} {partition}`.
    AccessPointName { min: 3, max: 255, pattern: Some("^([a-z0-9-]|\\{[a-z]+\\})+$"), allowed: Some("Lower-case letters, digits, hyphens and templates in single braces are allowed") }
    /// The name of an IAM role, at most 64 characters once its templates are filled in. May use `{lake} {namespace} {account} {region} {partition}`.
    RoleName { max: 255, pattern: Some("^([A-Za-z0-9+=,.@_-]|\\{[a-z]+\\})+$"), allowed: Some("Letters, digits, `+=,.@_-` and templates in single braces are allowed") }
    /// A name in the Glue catalogue, in lower case, since the catalogue folds it. May use `{lake} {namespace} {account} {region} {partition}`.
    CatalogName { max: 255 }
    /// A reference to a bucket: the key of a member of `buckets`, or `arn:{partition}:s3:::name`.
    BucketRef { max: 512, pattern: Some(REFERENCE), member_of: Some("buckets") }
    /// A reference to an access point: the key of a member of `accessPoints`, or an ARN.
    AccessPointRef { max: 512, pattern: Some(REFERENCE), member_of: Some("accessPoints") }
    /// A reference to a role: the key of a member of `roles`, or an ARN.
    RoleRef { max: 512, pattern: Some(REFERENCE), member_of: Some("roles") }
    /// A reference to a database: the key of a member of `databases`, or an ARN.
    DatabaseRef { max: 512, pattern: Some(REFERENCE), member_of: Some("databases") }
    /// A reference to a table: the key of a member of `tables`, or an ARN.
    TableRef { max: 512, pattern: Some(REFERENCE), member_of: Some("tables") }
    /// A reference to a job: the key of a member of `jobs`, or an ARN.
    JobRef { max: 512, pattern: Some(REFERENCE), member_of: Some("jobs") }
    /// A reference to a crawler: the key of a member of `crawlers`, or an ARN.
    CrawlerRef { max: 512, pattern: Some(REFERENCE), member_of: Some("crawlers") }
    /// The ARN of a KMS key or of an alias of one.
    KmsKeyRef { max: 512, pattern: Some("^arn:.+$"), allowed: Some("An ARN begins with `arn:`") }
    /// An ARN. May use `{lake} {namespace} {account} {region} {partition}`.
    Arn { max: 2048, pattern: Some("^arn:.+$"), allowed: Some("An ARN begins with `arn:`") }
    /// A principal: an ARN, an account's 12 digits or `*`.
    Principal { max: 2048 }
    /// A service that AWS calls a principal, `glue.amazonaws.com`.
    ServicePrincipal { min: 3, max: 128, pattern: Some("^[a-z0-9.-]+\\.[a-z]+(\\.[a-z]+)?$"), allowed: Some("A service is called as `glue.amazonaws.com`, in lower case") }
    /// An AWS account: 12 digits.
    AccountId { min: 12, max: 12, pattern: Some("^[0-9]{12}$"), allowed: Some("An account is 12 digits; quote it, since it is a text") }
    /// An AWS region, `eu-west-1`.
    Region { min: 6, max: 32, pattern: Some("^[a-z]{2,4}(-[a-z]+)+-[0-9]+$"), allowed: Some("A region is called as `eu-west-1`") }
    /// A VPC, `vpc-0abc`.
    VpcId { min: 5, max: 32, pattern: Some("^vpc-[0-9a-z]+$"), allowed: Some("A VPC is called as `vpc-0abc`") }
    /// The path of an IAM role, from slash to slash. May use `{lake} {namespace}`.
    IamPath { max: 512, pattern: Some("^/([!-~]+/)?$"), allowed: Some("A path begins and ends with a slash and has no spaces") }
    /// The start of keys in a bucket, without a slash in front; empty means the whole bucket.
    Prefix { min: 0, max: 1024, pattern: Some("^([^/].*)?$"), allowed: Some("Keys in S3 begin with no slash here: remove it") }
    /// The key of an object in a bucket, at most 1024 bytes, without a slash in front.
    ObjectKey { max: 1024, pattern: Some("^[^/].*$"), allowed: Some("Keys in S3 begin with no slash here: remove it") }
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
    /// A schedule in UTC as six fields, `cron(0 3 * * ? *)`, no more often than every 5 minutes.
    Cron { min: 16, max: 128, pattern: Some("^cron\\(.+\\)$"), allowed: Some("A schedule is six fields in `cron(…)`: minute, hour, day of month, month, day of week, year") }
    /// A point in time as a day at midnight UTC, `2030-01-31`.
    Day { min: 10, max: 10, pattern: Some("^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"), allowed: Some("A day is written as `2030-01-31`") }
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
    /// The version of Glue, `5.0`.
    GlueVersion { min: 3, max: 8, pattern: Some("^[0-9]\\.[0-9]{1,2}$"), allowed: Some("A version is two numbers with a dot between, `5.0`; quote it, since it is a text") }
    /// The version of Python: `2`, `3` or `3.9`.
    PythonVersion { min: 1, max: 4, pattern: Some("^(2|3|3\\.[0-9]{1,2})$"), allowed: Some("A version is `2`, `3` or `3.9`; quote it, since it is a text") }
    /// The size of one worker: `Standard`, `G.025X`, `G.1X` to `G.16X`, `R.1X` to `R.8X`. Open, since AWS adds sizes.
    WorkerType { min: 4, max: 16, pattern: Some("^(Standard|[A-Z]\\.[0-9]{1,3}X)$"), allowed: Some("A worker is `Standard` or as `G.1X`") }
    /// A day and an hour in UTC, `Sun:3`.
    MaintenanceWindow { min: 5, max: 6, pattern: Some("^(Mon|Tue|Wed|Thu|Fri|Sat|Sun):([01]?[0-9]|2[0-3])$"), allowed: Some("A day and an hour are written as `Sun:3`") }
    /// A type in Hive's words, `bigint` or `struct<a:int,b:array<string>>`.
    ColumnType { max: 131_072 }
    /// The name of a column, in lower case.
    ColumnName { max: 255 }
    /// A row filter in Lake Formation's grammar, `country = 'IN'`, at most 2048 characters.
    RowFilter { max: 2048 }
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

from_text! { Text Description TagValue }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_one() {
        for (text, fits) in
            [("store", true), ("arn:aws:s3:::b", true), ("Store", false), ("-a", false), ("", false)]
        {
            assert_eq!(text.parse::<BucketRef>().is_ok(), fits, "{text}");
        }
        assert!("lake-{region}-{account}".parse::<BucketName>().is_ok());
        assert!("{Lake}".parse::<BucketName>().is_err());
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
        let own: RoleRef = "etl".parse().unwrap();
        let foreign: RoleRef = "arn:aws:iam::123456789012:role/x".parse().unwrap();
        assert_eq!(own.target(), Some(Target::Member("etl")));
        assert_eq!(foreign.target(), Some(Target::Arn("arn:aws:iam::123456789012:role/x")));
        assert_eq!(RoleRef(Input::Unknown).target(), None);
    }
}
