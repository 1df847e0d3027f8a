//! An object in an S3 bucket whose content comes with the lake: a job's script.

use crate::{
    aws::Aws,
    diff::FieldChange,
    error::CloudError,
    graph::{Node, NodeId},
    inventory::{Facts, Sight},
    kind::{Data, Kind, Replace, Scope, Wears},
    owner::Worn,
    place::Place,
};
use lake_api::{Input, spec::LakeSpec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An object in a bucket, as a lake asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Object {
    /// The bucket's name.
    pub bucket: Input<String>,
    /// The object's key in the bucket.
    pub key: Input<String>,
    /// The content, by its digest.
    pub content: Content,
    /// The media type.
    pub content_type: Input<String>,
    /// The user's tags.
    #[serde(default)]
    pub tags: BTreeMap<String, Input<String>>,
}

/// What an object holds. Two contents are the same when their digests are.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Content {
    /// The SHA-256 in hexadecimal digits, as in the object's metadata `lake-sha256`.
    pub sha256: Input<String>,
    /// The bytes in base64, never read back from AWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<Input<String>>,
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        self.sha256 == other.sha256
    }
}

/// What addresses an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectKey {
    /// The bucket's name.
    pub bucket: String,
    /// The object's key in the bucket.
    pub key: String,
}

impl Kind for Object {
    type Key = ObjectKey;

    const NAME: &'static str = "object";
    const FACTS: &'static [&'static str] = &["arn", "uri"];
    const FIXED: &'static [&'static str] = &["bucket", "key"];
    const WEARS: Wears = Wears::Parameters;
    const HOLDS_DATA: bool = false;
    const REPLACE: Replace = Replace::CreateFirst;
    const GOES_BEFORE: &'static [&'static str] = &["bucket"];

    fn expand(_spec: &LakeSpec, _scope: &Scope) -> Vec<(NodeId, Node)> {
        Vec::new()
    }

    fn key(&self, _place: &Place) -> Option<ObjectKey> {
        Some(ObjectKey { bucket: self.bucket.known()?.clone(), key: self.key.known()?.clone() })
    }

    fn predict(&self, _place: &Place) -> Facts {
        Facts::new()
    }

    async fn read(_aws: &Aws, keys: &[ObjectKey]) -> Vec<Sight<Self>> {
        keys.iter().map(|_| Sight::Absent).collect()
    }

    async fn worn(_aws: &Aws, _key: &ObjectKey) -> Result<Option<Option<Worn>>, CloudError> {
        Ok(None)
    }

    async fn create(&self, _aws: &Aws, _mark: &Worn) -> Result<(), CloudError> {
        Ok(())
    }

    async fn update(&self, _aws: &Aws, _key: &ObjectKey, _changes: &[FieldChange]) -> Result<(), CloudError> {
        Ok(())
    }

    async fn mark(_aws: &Aws, _key: &ObjectKey, _mark: &Worn) -> Result<(), CloudError> {
        Ok(())
    }

    async fn delete(_aws: &Aws, _key: &ObjectKey, _data: Data) -> Result<(), CloudError> {
        Ok(())
    }
}
