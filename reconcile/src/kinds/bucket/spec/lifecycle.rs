//! What S3 does with objects as they age.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::bucket::spec::{Day, Prefix};
use lake_api::{
    default,
    names::{TagValue, Text},
    rule,
};

/// One lifecycle rule: which objects, and what happens to them when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [rule::at_least_one(&[
    "transitions",
    "expire",
    "noncurrentTransitions",
    "expireNoncurrent",
    "abortIncompleteUploadDays",
])]))]
pub struct LifecycleRule {
    /// The rule's id, at most 255 characters, unique in the bucket. Default: a digest of what the rule says.
    #[schemars(length(max = 255))]
    pub id: Option<Text>,

    /// Whether the rule is in force.
    #[serde(default = "default::yes")]
    pub enabled: bool,

    /// Only objects whose keys start so. Default: all.
    pub prefix: Option<Prefix>,

    /// Only objects that wear all these tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("minProperties" = 1))]
    pub tags: BTreeMap<String, TagValue>,

    /// Only objects of more bytes than this.
    #[schemars(range(min = 0, max = 54_975_581_388_800_i64))]
    pub larger_than: Option<i64>,

    /// Only objects of fewer bytes than this.
    #[schemars(range(min = 1, max = 54_975_581_388_800_i64))]
    pub smaller_than: Option<i64>,

    /// When objects move to another storage class.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 10))]
    pub transitions: Vec<Transition>,

    /// When objects expire.
    pub expire: Option<Expire>,

    /// When former versions of objects move to another storage class.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 10))]
    pub noncurrent_transitions: Vec<NoncurrentTransition>,

    /// When former versions of objects are deleted.
    pub expire_noncurrent: Option<ExpireNoncurrent>,

    /// After how many days an upload in parts that was never finished is thrown away.
    #[schemars(range(min = 1, max = 36_500))]
    pub abort_incomplete_upload_days: Option<i64>,
}

/// A move to another storage class, after some days or on one day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [rule::exactly_one(&["days", "date"])]))]
pub struct Transition {
    /// Days after the object was created. `StandardIa` and `OnezoneIa` take no less than 30.
    #[schemars(range(min = 0, max = 36_500))]
    pub days: Option<i64>,
    /// The day, at midnight UTC.
    pub date: Option<Day>,
    /// The class that objects move to.
    pub storage_class: StorageClass,
}

/// The end of objects: after some days, on one day, or of delete markers that hide nothing any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    rule::exactly_one(&["days", "date", "expiredObjectDeleteMarker"]),
]))]
pub struct Expire {
    /// Days after the object was created.
    #[schemars(range(min = 1, max = 36_500))]
    pub days: Option<i64>,
    /// The day, at midnight UTC.
    pub date: Option<Day>,
    /// Whether delete markers go that have no versions behind them.
    pub expired_object_delete_marker: Option<bool>,
}

/// A move of former versions to another storage class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NoncurrentTransition {
    /// Days after a newer version took the place.
    #[schemars(range(min = 0, max = 36_500))]
    pub days: i64,
    /// How many of the newest former versions stay where they are.
    #[schemars(range(min = 1, max = 100))]
    pub keep_newest: Option<i64>,
    /// The class that versions move to.
    pub storage_class: StorageClass,
}

/// The end of former versions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExpireNoncurrent {
    /// Days after a newer version took the place.
    #[schemars(range(min = 1, max = 36_500))]
    pub days: i64,
    /// How many of the newest former versions are kept.
    #[schemars(range(min = 1, max = 100))]
    pub keep_newest: Option<i64>,
}

/// A storage class that objects can move to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum StorageClass {
    /// Seldom read, in several zones (STANDARD_IA).
    StandardIa,
    /// Seldom read, in one zone (ONEZONE_IA).
    OnezoneIa,
    /// Moved by how often it is read (INTELLIGENT_TIERING).
    IntelligentTiering,
    /// Archive with access at once (GLACIER_IR).
    GlacierIr,
    /// Archive with access in minutes to hours (GLACIER).
    Glacier,
    /// Archive with access in hours (DEEP_ARCHIVE).
    DeepArchive,
}

/// The least size of objects that rules without a size of their own move.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum TransitionMinimumSize {
    /// 128 KiB for every class (all_storage_classes_128K), as in new buckets.
    #[default]
    AllClasses128K,
    /// As it was before September 2024 (varies_by_storage_class): none for the Glacier classes, 128 KiB for others.
    VariesByClass,
}
