//! The section of S3 buckets.

pub mod lifecycle;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::access_point::spec::AccessPointRef;
use crate::kinds::object::spec::Object;
use crate::spec::statement::Statement;
use lake_api::collections::{Keyed, Set, Tags};
use lake_api::default;
use lake_api::member::{OnDelete, Section, Settings};
use lake_api::names::REFERENCE;
use lake_api::names::{KmsKeyRef, TagValue, Text};
use lifecycle::{LifecycleRule, TransitionMinimumSize};

/// An S3 bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bucket {
    /// The bucket's name on AWS. Default: `{lake}-{key}-{account}-{region}`, since names are shared by all accounts
    /// of a partition; with `bucketNamespace: AccountRegional` the same followed by `-an`. Cannot be changed: another
    /// name is another bucket.
    pub name: Option<BucketName>,

    /// Where the name must be unique. Cannot be changed.
    #[serde(default)]
    pub bucket_namespace: BucketNamespace,

    /// Whether S3 keeps former versions of objects. Once switched on, off means suspended: S3 knows no way back.
    #[serde(default)]
    pub versioning: bool,

    /// How objects are encrypted that come without an encryption of their own.
    #[serde(default)]
    pub encryption: Encryption,

    /// What is refused that would make data public. All on unless said otherwise.
    #[serde(default)]
    pub public_access_block: PublicAccessBlock,

    /// Who owns objects that other accounts write.
    #[serde(default)]
    pub object_ownership: ObjectOwnership,

    /// Whether requests without TLS are refused, by a statement in the bucket's policy.
    #[serde(default = "default::yes")]
    pub tls_only: bool,

    /// Whether the bucket's policy leaves decisions about this account's access points to their own policies.
    #[serde(default)]
    pub delegate_to_access_points: bool,

    /// Further statements of the bucket's policy, merged with those of `tlsOnly` and `delegateToAccessPoints`.
    pub policy: Option<BucketPolicy>,

    /// What S3 does with objects as they age.
    #[serde(default)]
    pub lifecycle_rules: Vec<LifecycleRule>,

    /// The least size of objects that lifecycle rules without a size of their own move to another storage class.
    #[serde(default)]
    pub transition_minimum_size: TransitionMinimumSize,

    /// Which web pages of other origins may call the bucket.
    #[serde(default)]
    pub cors_rules: Vec<CorsRule>,

    /// Where S3 writes a log of requests to this bucket. Default: nowhere.
    pub logging: Option<Logging>,

    /// Whether S3 sends events of this bucket to EventBridge.
    #[serde(default)]
    pub event_bridge: bool,

    /// Request metrics in CloudWatch, each for a part of the bucket, under its `name` or else its key. Metrics cost money.
    #[serde(default)]
    pub request_metrics: Keyed<RequestMetrics>,

    /// Objects that are uploaded with the lake, such as scripts.
    #[serde(default)]
    pub objects: Section<Object>,

    /// Tags of the bucket, beside the lake's.
    #[serde(default)]
    pub tags: Tags,
}

impl Settings for Bucket {
    const ON_DELETE: OnDelete = OnDelete::Retain;
    const HOLDS_DATA: bool = true;
    const CAN_BE_EMPTIED: bool = true;
    const ARN: Option<&'static str> = Some("arn:{partition}:s3:::name");
}

/// Where a bucket's name must be unique.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum BucketNamespace {
    /// Among all accounts of the partition.
    #[default]
    Global,
    /// Within this account and region; the name ends with `-{account}-{region}-an` and nobody else can take it.
    AccountRegional,
}

/// How objects are encrypted at rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Encryption {
    /// Whose key encrypts.
    #[serde(default)]
    pub sse: Sse,

    /// The KMS key, by ARN. Only with `Kms` and `KmsDsse`. Default: the account's own key for S3.
    pub key: Option<KmsKeyRef>,

    /// Whether S3 derives a key per bucket, which spares nearly all calls to KMS and their cost. Only `Kms` uses it.
    #[serde(default = "default::yes")]
    pub bucket_key: bool,

    /// Whether objects that come with a key of the caller's own (SSE-C) are refused, as in every new bucket.
    #[serde(default = "default::yes")]
    pub block_customer_keys: bool,
}

impl Default for Encryption {
    fn default() -> Self {
        Self { sse: Sse::S3, key: None, bucket_key: true, block_customer_keys: true }
    }
}

/// Whose key encrypts objects.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Sse {
    /// S3's own keys (AES256).
    #[default]
    S3,
    /// A key in KMS (aws:kms).
    Kms,
    /// A key in KMS, in two layers (aws:kms:dsse).
    KmsDsse,
}

/// What S3 refuses that would make data public.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PublicAccessBlock {
    /// Refuse new public ACLs.
    #[serde(default = "default::yes")]
    pub block_public_acls: bool,
    /// Ignore public ACLs that exist.
    #[serde(default = "default::yes")]
    pub ignore_public_acls: bool,
    /// Refuse policies that open the data to the public.
    #[serde(default = "default::yes")]
    pub block_public_policy: bool,
    /// Where a public policy exists, let in only this account and AWS's services.
    #[serde(default = "default::yes")]
    pub restrict_public_buckets: bool,
}

impl Default for PublicAccessBlock {
    fn default() -> Self {
        Self {
            block_public_acls: true,
            ignore_public_acls: true,
            block_public_policy: true,
            restrict_public_buckets: true,
        }
    }
}

/// Who owns objects that other accounts write.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum ObjectOwnership {
    /// The bucket's owner, and ACLs are disabled.
    #[default]
    BucketOwnerEnforced,
    /// The bucket's owner, if the writer asks for that by ACL.
    BucketOwnerPreferred,
    /// The account that wrote the object.
    ObjectWriter,
}

/// Statements of a bucket's policy, at most 20 KB in all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BucketPolicy {
    /// The statements.
    #[serde(default)]
    pub statements: Vec<Statement>,

    /// Whether statements that others put into the policy stay. Otherwise they are drift and are removed.
    #[serde(default)]
    pub keep_others: bool,
}

/// One rule for requests from web pages of other origins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CorsRule {
    /// A name for people, at most 255 characters.
    #[schemars(length(max = 255))]
    pub id: Option<Text>,
    /// The origins that may call, `https://example.org`; `*` is all.
    #[schemars(length(min = 1))]
    pub allowed_origins: Set<Text>,
    /// The methods that they may use.
    #[schemars(length(min = 1))]
    pub allowed_methods: Set<HttpMethod>,
    /// The headers that they may send; `*` is all.
    #[serde(default)]
    pub allowed_headers: Set<Text>,
    /// The headers of the answer that the page may read.
    #[serde(default)]
    pub expose_headers: Set<Text>,
    /// For how many seconds a browser may remember the answer.
    #[schemars(range(min = 0, max = 86_400))]
    pub max_age_seconds: Option<i64>,
}

/// A method of HTTP that a web page may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum HttpMethod {
    /// GET.
    Get,
    /// HEAD.
    Head,
    /// PUT.
    Put,
    /// POST.
    Post,
    /// DELETE.
    Delete,
}

/// Where S3 writes a log of requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Logging {
    /// The bucket that takes the log, in the same region and account: the key of a member of `buckets`, or an ARN. A
    /// bucket that logs to itself never becomes empty.
    pub bucket: BucketRef,
    /// The start of the log objects' keys. Default: none.
    pub prefix: Option<Prefix>,
    /// How the keys of log objects are made.
    #[serde(default)]
    pub key_format: LogKeyFormat,
}

/// How the keys of log objects are made.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum LogKeyFormat {
    /// Prefix, then the time of delivery.
    #[default]
    Simple,
    /// Partitioned by account, region, bucket and the day of the requests.
    EventTime,
    /// Partitioned by account, region, bucket and the day of delivery.
    DeliveryTime,
}

/// Request metrics for a part of a bucket; without a filter for the whole of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestMetrics {
    /// The id of the metrics configuration on AWS, at most 64 letters, digits, dots, hyphens and underscores, as
    /// `EntireBucket`. Default: its key. Another id is another configuration.
    pub name: Option<MetricsId>,
    /// Only objects whose keys start so.
    pub prefix: Option<Prefix>,
    /// Only objects that wear all these tags.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    #[schemars(extend("minProperties" = 1))]
    pub tags: std::collections::BTreeMap<String, TagValue>,
    /// Only requests through this access point: the key of a member of `accessPoints`, or an ARN.
    pub access_point: Option<AccessPointRef>,
}

crate::simple::words! {
    /// The name of a bucket, 3 to 63 characters once its templates are filled in. May use `{lake} {namespace} {account} {region} {partition}`.
    BucketName { min: 3, max: 255, pattern: Some("^([a-z0-9.-]|\\{[a-z]+\\})+$"), allowed: Some("Lower-case letters, digits, hyphens, dots and templates in single braces are allowed") }
    /// A reference to a bucket: the key of a member of `buckets`, or `arn:{partition}:s3:::name`.
    BucketRef { max: 512, pattern: Some(REFERENCE), member_of: Some("buckets") }
    /// The id of a metrics configuration of S3 (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_MetricsConfiguration.html>).
    MetricsId { max: 64, pattern: Some("^[A-Za-z0-9._-]+$"), allowed: Some("Letters, digits, dots, hyphens and underscores are allowed") }
    /// The start of keys in a bucket, without a slash in front; empty means the whole bucket.
    Prefix { min: 0, max: 1024, pattern: Some("^([^/].*)?$"), allowed: Some("Keys in S3 begin with no slash here: remove it") }
    /// A point in time as a day at midnight UTC, `2030-01-31`.
    Day { min: 10, max: 10, pattern: Some("^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"), allowed: Some("A day is written as `2030-01-31`") }
}
