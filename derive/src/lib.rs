//! `#[derive(Shape)]`: where each field of a kind is on AWS, told once, at the field.
//!
//! Of a struct it makes one constant, `SHAPE`, by which the settings that a user writes go to AWS and come back; of an enum
//! the words of both sides. What serde is told holds here, too: `rename`, `rename_all = "camelCase"`, `default`.
//! A word that is misspelt, missing or contradicts another one is an error at that word.
//!
//! # The path
//!
//! Each field begins with its path on AWS below that of the struct it stands in, in the words of the service's model.
//! The fields of a struct whose path is empty lie beside it.
//!
//! ```text
//! #[aws("Configuration.ResultConfiguration.ExpectedBucketOwner")]
//! pub expected_bucket_owner: Option<AccountId>,
//!
//! #[aws("")]
//! pub metric: Metric,
//! ```
//!
//! # In which calls a field is
//!
//! Without one of these words a field is in the calls that create and update. A field has one of them at most.
//!
//! `key`: a part of what AWS finds the resource by, in every call.
//!
//! ```text
//! #[aws("Name", key)]
//! pub name: Option<AwsName>,
//! ```
//!
//! `create_only`: a change makes the resource anew (CloudFormation's `createOnlyProperties`).
//!
//! ```text
//! #[aws("FileSystemId", create_only)]
//! pub file_system: Text,
//! ```
//!
//! `after_create`: the call that creates does not take it. Where it is not AWS's default, the first look after the creation
//! finds the difference, and an update follows.
//!
//! ```text
//! #[aws("State", after_create, codec = Codec::Switch("DISABLED", "ENABLED"))]
//! #[serde(default = "yes")]
//! pub enabled: bool,
//! ```
//!
//! `set`: a call of its own changes it, and neither the one that creates nor the one that updates takes it.
//!
//! ```text
//! #[aws("RetentionPeriodHours", set)]
//! #[serde(default = "day")]
//! pub retention_hours: u32,
//! ```
//!
//! `tags`: the user's tags, which have calls of their own beside the one that creates.
//!
//! ```text
//! #[aws("Tags", tags, codec = Codec::Pairs("Key", "Value"))]
//! #[serde(default)]
//! pub tags: Tags,
//! ```
//!
//! # What it means to leave a field out
//!
//! Without one of these words a field that is left out is left out of the call, too.
//!
//! `clear`: a flag beside the field tells AWS to forget it. It is sent only where there is something to forget.
//!
//! ```text
//! #[aws("Configuration.BytesScannedCutoffPerQuery", clear = "RemoveBytesScannedCutoffPerQuery")]
//! pub bytes_scanned_cutoff: Option<i64>,
//! ```
//!
//! `empty`: a value tells AWS the same, and means the same where it is read: a text, a number, `true`, `false`, `[]` or `{}`.
//!
//! ```text
//! #[aws("Description", empty = "")]
//! pub description: Option<Description>,
//!
//! #[aws("ImageConfig", empty = {})]
//! pub image: Option<Image>,
//! ```
//!
//! `computed`: AWS decides, for this reason, and what it decided is no difference (CloudFormation's read-only where it is left
//! out).
//!
//! ```text
//! #[aws("DatapointsToAlarm", computed = "AWS takes as many as there are periods")]
//! pub datapoints: Option<u32>,
//! ```
//!
//! # How it is spelt
//!
//! `codec`: the value of a `Codec` that spells the field, where its type does not say it.
//!
//! ```text
//! #[aws("Configuration.ResultConfiguration.OutputLocation", codec = Codec::S3Uri)]
//! pub results: Option<Location>,
//! ```
//!
//! `fact`: what AWS wants to know of the member that the field refers to. Without it that is the `arn`.
//!
//! ```text
//! #[aws("RoleName", fact = "name")]
//! pub role: RoleRef,
//! ```
//!
//! An enum's variants tell AWS's words for theirs.
//!
//! ```text
//! #[aws("ON_DEMAND")]
//! OnDemand,
//! ```
//!
//! # Who may see it
//!
//! `secret`: it is shown nowhere. Where its type is a secret one, that need not be told.
//!
//! ```text
//! #[aws("AuthParameters.ApiKeyValue", secret)]
//! pub api_key: Text,
//! ```
//!
//! `write_only`: AWS never tells it, so that it is not compared (CloudFormation's `writeOnlyProperties`).
//!
//! ```text
//! #[aws("SecretString", write_only, secret)]
//! pub value: Text,
//! ```
//!
//! `skip`: it is no setting of this resource but a section of members of its own; it stands alone, without a path.
//!
//! ```text
//! #[aws(skip)]
//! #[serde(default)]
//! pub statements: Section<Statement>,
//! ```
//!
//! # Of the whole
//!
//! `birth`, at the struct: the path of what AWS sets once and for all when the resource is made, a time or an id, by which two
//! resources of one key are told apart.
//!
//! ```text
//! #[derive(Shape)]
//! #[aws(birth = "CreationTime")]
//! #[serde(rename_all = "camelCase")]
//! pub struct Workgroup { }
//! ```

mod expand;
mod serde;
#[cfg(test)]
mod tests;
mod words;

/// Implements `Shaped` by the attributes of a struct's fields or of an enum's variants: the crate's page has the words.
#[proc_macro_derive(Shape, attributes(aws))]
pub fn shape(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    expand::shaped(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}
