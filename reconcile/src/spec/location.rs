//! Places in a bucket.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    kinds::{
        bucket::spec::{BucketRef, Prefix},
        object::spec::ObjectKey,
    },
    simple::shape::{Field, Literal, Shape, Shaped},
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

/// [`Codec::S3Uri`] spells the whole.
impl Shaped for Location {
    const SHAPE: &'static Shape = &Shape::Object(&[
        Field::new("bucket", "Bucket", BucketRef::SHAPE).fact("name"),
        Field::new("prefix", "Prefix", Prefix::SHAPE).empty(Literal::Text("")),
    ]);
}

/// [`Codec::S3Uri`] spells the whole.
impl Shaped for ObjectLocation {
    const SHAPE: &'static Shape = &Shape::Object(&[
        Field::new("bucket", "Bucket", BucketRef::SHAPE).fact("name"),
        Field::new("key", "Key", ObjectKey::SHAPE),
    ]);
}
