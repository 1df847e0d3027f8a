//! An S3 bucket.

mod create;
mod delete;
mod delivery;
mod expand;
mod facets;
mod lifecycle;
mod lint;
mod needs;
mod read;
pub mod spec;
mod switches;
mod write;

use crate::{
    LakeSpec,
    aws::{self, Aws},
    contents::Held,
    diff::FieldChange,
    error::CloudError,
    expand::{Scope, names::Names},
    graph::{Node, NodeId},
    inventory::{Facts, Sight},
    kind::{Data, Refusal, Upserts, Wears},
    kinds::Typed,
    lint::names::Rule,
    owner::{Marking, Worn},
    place::Place,
    policy::{self, Need, Statements},
};
use futures::future::join_all;
use lake_api::{Finding, Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spec::{
    BucketNamespace, CorsRule, LogKeyFormat, ObjectOwnership, PublicAccessBlock, Sse,
    lifecycle::{LifecycleRule, TransitionMinimumSize},
};
use std::collections::BTreeMap;

/// An S3 bucket, as a lake asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bucket {
    /// The bucket's name, unique within its namespace.
    pub name: Input<String>,
    /// Where the name must be unique.
    pub bucket_namespace: BucketNamespace,
    /// Whether former versions of objects are kept. Off is "never on" or "suspended": S3 knows no way back.
    pub versioning: bool,
    /// How objects are encrypted that come without an encryption of their own.
    pub encryption: Encryption,
    /// What is refused that would make data public.
    pub public_access_block: PublicAccessBlock,
    /// Who owns objects that other accounts write.
    pub object_ownership: ObjectOwnership,
    /// Whether the policy refuses requests without TLS.
    pub tls_only: bool,
    /// Whether the policy leaves decisions to the policies of this account's access points.
    pub delegate_to_access_points: bool,
    /// What else the policy says.
    #[serde(default)]
    pub policy: BucketPolicy,
    /// What happens to objects as they age, by the rules' ids (the id within a rule is empty).
    #[serde(default)]
    pub lifecycle_rules: BTreeMap<String, LifecycleRule>,
    /// The least size of objects that rules without a size of their own move.
    pub transition_minimum_size: TransitionMinimumSize,
    /// Which web pages of other origins may call the bucket; the first rule that fits decides.
    #[serde(default)]
    pub cors_rules: Vec<CorsRule>,
    /// Where a log of requests goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logging: Option<Logging>,
    /// Whether events go to EventBridge.
    pub event_bridge: bool,
    /// Request metrics by their ids.
    #[serde(default)]
    pub request_metrics: BTreeMap<String, RequestMetrics>,
    /// The user's tags.
    #[serde(default)]
    pub tags: BTreeMap<String, Input<String>>,
}

/// How objects are encrypted at rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Encryption {
    /// Whose key encrypts.
    pub sse: Sse,
    /// The KMS key's ARN; without one the account's own key for S3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Input<String>>,
    /// Whether a key per bucket is derived. Said with `Kms` alone, which alone uses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket_key: Option<bool>,
    /// Whether objects that come with a key of the caller's own are refused.
    pub block_customer_keys: bool,
}

/// What a bucket's policy says beyond what the bucket's switches make of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BucketPolicy {
    /// All statements there are.
    #[serde(default)]
    pub statements: Statements,
    /// Ours among those of others, when those stay; then nothing is said by `statements`.
    #[serde(default)]
    pub beside_others: Statements,
    /// Whether statements of others stay.
    #[serde(default)]
    pub keep_others: bool,
}

/// Where a log of requests goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Logging {
    /// The name of the bucket that takes the log.
    pub bucket: Input<String>,
    /// The start of the log objects' keys; empty for none.
    pub prefix: Input<String>,
    /// How the keys of log objects are made.
    pub key_format: LogKeyFormat,
}

/// Request metrics for a part of a bucket, or without a filter for the whole of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestMetrics {
    /// Only objects whose keys start so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<Input<String>>,
    /// Only objects that wear all these tags.
    #[serde(default)]
    pub tags: BTreeMap<String, Input<String>>,
    /// Only requests through the access point of this ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_point: Option<Input<String>>,
}

impl Typed for Bucket {
    /// The bucket's name.
    type Key = String;

    const NAME: &'static str = "bucket";
    const FACTS: &'static [&'static str] = &["arn", "name", "domainName", "regionalDomainName"];
    const FIXED: &'static [&'static str] = &["name", "bucketNamespace"];
    const SHARED: &'static [&'static str] = &["policy.besideOthers"];
    const UNREAD: &'static [&'static str] = &["policy.keepOthers"];
    const WEARS: Wears = Wears::Tags;
    const HOLDS_DATA: bool = true;
    /// S3 API Reference, `CreateBucket`, `BucketAlreadyOwnedByYou`.
    const UPSERTS: Upserts = Upserts::In(&["us-east-1"]);
    const GOES_BEFORE: &'static [&'static str] = &[];
    const NAMES: Option<&'static Rule> = Some(&lint::NAME);

    fn small() -> Value {
        json!({ "small": { "versioning": true, "lifecycleRules": [{ "prefix": "tmp/", "expire": { "days": 7 } }] } })
    }

    fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
        lint::lint(spec, lake, told);
    }

    fn expand(spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)> {
        expand::expand(spec, &Names::new(spec, scope))
    }

    fn key(&self, _place: &Place) -> Option<String> {
        self.name.known().cloned()
    }

    fn predict(&self, place: &Place) -> Facts {
        self.name.text().map(|name| facts(name, place)).unwrap_or_default()
    }

    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html> and "Bucket policies": 20 KB.
    fn refused(&self, place: &Place) -> Option<Refusal> {
        policy::too_large(&["policy"], [&switches::whole(self, place)], 20 * 1024)
    }

    fn needs(&self, place: &Place) -> Vec<Need> {
        needs::needs(self, place)
    }

    fn key_of_arn(arn: &str, place: &Place) -> Option<String> {
        let name = arn.strip_prefix(&self::arn("", place))?;
        (!name.contains('/')).then(|| name.to_owned())
    }

    async fn read(aws: &Aws, keys: &[String]) -> Vec<Sight<Self>> {
        let arns: Vec<String> = keys.iter().map(|name| arn(name, &aws.place)).collect();
        let listed = aws::tags_at_leisure(aws, &arns).await;
        let tags = arns.iter().map(|arn| listed.get(arn));
        join_all(keys.iter().zip(tags).map(|(name, tags)| read::read(aws, name, tags))).await
    }

    /// The CreationDate of the account's list, which moves when a policy is edited, too (S3's API reference, `Bucket`).
    async fn births(aws: &Aws, names: &[String]) -> Result<Vec<(String, String)>, CloudError> {
        read::births(aws, names).await
    }

    async fn worn(aws: &Aws, name: &String) -> Result<Option<Option<Worn>>, CloudError> {
        match read::tags(aws, name).await {
            Ok(tags) => Ok(Some(Worn::part(tags).1)),
            Err(error) if error.is("NoSuchBucket") => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn create(&self, aws: &Aws, mark: &Worn) -> Result<(), CloudError> {
        create::create(self, aws, mark).await
    }

    async fn update(&self, aws: &Aws, name: &String, changes: &[FieldChange]) -> Result<(), CloudError> {
        write::update(self, aws, name, changes).await
    }

    async fn mark(aws: &Aws, name: &String, marking: &Marking) -> Result<(), CloudError> {
        write::mark(aws, name, marking).await
    }

    async fn held(aws: &Aws, name: &String) -> Result<Option<Held>, CloudError> {
        delete::held(aws, name).await
    }

    async fn delete(aws: &Aws, name: &String, data: Data) -> Result<(), CloudError> {
        delete::delete(aws, name, data).await
    }
}

fn arn(name: &str, place: &Place) -> String {
    format!("arn:{}:s3:::{name}", place.partition)
}

/// What follows from a bucket's name.
fn facts(name: &str, place: &Place) -> Facts {
    let domain = place.domain();
    Facts::from([
        ("arn".to_owned(), arn(name, place)),
        ("name".to_owned(), name.to_owned()),
        ("domainName".to_owned(), format!("{name}.s3.{domain}")),
        ("regionalDomainName".to_owned(), format!("{name}.s3.{}.{domain}", place.region)),
    ])
}
