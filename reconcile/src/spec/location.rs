//! Places in a bucket.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::{
    bucket::spec::{BucketRef, Prefix},
    object::spec::ObjectKey,
};

/// A bucket, or the part of it below a prefix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Location {
    /// The bucket: the key of a member of `buckets`, or an ARN.
    pub bucket: BucketRef,
    /// The start of the keys, `raw/`. Default: the whole bucket. A slash at the end is kept as written.
    pub prefix: Option<Prefix>,
}

/// One object in a bucket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObjectLocation {
    /// The bucket: the key of a member of `buckets`, or an ARN.
    pub bucket: BucketRef,
    /// The key of the object.
    pub key: ObjectKey,
}
