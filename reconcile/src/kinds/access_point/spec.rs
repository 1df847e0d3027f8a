//! The section of S3 access points.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::bucket::spec::{BucketRef, Prefix, PublicAccessBlock};
use crate::kinds::role::spec::RoleRef;
use crate::spec::statement::Statement;
use lake_api::collections::{Set, Tags};
use lake_api::member::{OnDelete, Settings};
use lake_api::names::REFERENCE;
use lake_api::names::{AccountId, VpcId};
use lake_api::rule;

/// An S3 access point: a door into a bucket with an address and a policy of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessPoint {
    /// The access point's name on AWS, 3 to 50 characters, unique in account and region. Default: `{lake}-{key}`.
    /// Cannot be changed: another name is another access point.
    pub name: Option<AccessPointName>,

    /// The bucket behind it: the key of a member of `buckets`, or an ARN. Cannot be changed.
    pub bucket: BucketRef,

    /// The account that owns the bucket. Default: this account. Cannot be changed.
    pub bucket_account: Option<AccountId>,

    /// The one VPC from which it can be reached. Default: the internet. Cannot be changed.
    pub vpc_id: Option<VpcId>,

    /// What is refused that would make data public. All on unless said otherwise. Cannot be changed.
    #[serde(default)]
    pub public_access_block: PublicAccessBlock,

    /// Who may do what through this access point, in short; compiled into statements of its policy.
    #[serde(default)]
    pub allow: Vec<AccessPointAllow>,

    /// Further statements of its policy, at most 20 KB in all.
    #[serde(default)]
    pub statements: Vec<Statement>,

    /// Tags of the access point, beside the lake's.
    #[serde(default)]
    pub tags: Tags,
}

impl Settings for AccessPoint {
    const ON_DELETE: OnDelete = OnDelete::Delete;
    const ARN: Option<&'static str> = Some("arn:{partition}:s3:{region}:{account}:accesspoint/name");
}

/// Roles that may read or write objects through an access point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [rule::exactly_one(&["read", "write"])]))]
pub struct AccessPointAllow {
    /// The roles: keys of members of `roles`, or ARNs.
    #[schemars(length(min = 1))]
    pub roles: Set<RoleRef>,
    /// They may list and read objects.
    pub read: Option<Below>,
    /// They may list, read, write and delete objects.
    pub write: Option<Below>,
}

/// The part of a bucket below a prefix.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Below {
    /// The start of the keys. Default: the whole bucket.
    pub prefix: Option<Prefix>,
}

crate::simple::words! {
    /// The name of an S3 access point, 3 to 50 characters once its templates are filled in. May use `{lake} {namespace} {account} {region} {partition}`.
    AccessPointName { min: 3, max: 255, pattern: Some("^([a-z0-9-]|\\{[a-z]+\\})+$"), allowed: Some("Lower-case letters, digits, hyphens and templates in single braces are allowed") }
    /// A reference to an access point: the key of a member of `accessPoints`, or an ARN.
    AccessPointRef { max: 512, pattern: Some(REFERENCE), member_of: Some("accessPoints") }
}
