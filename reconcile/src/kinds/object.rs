//! An object in an S3 bucket whose content comes with the lake, such as a job's script.
//!
//! Its mark stands in its metadata, which an upload by anyone else replaces or copies; its digest is the one that S3 keeps
//! with what was uploaded, whoever did it. Objects are not listed: a bucket may hold millions. So one that a killed apply has made, and that was dropped
//! from the spec before the next, is found only when its bucket is emptied.

mod expand;
mod lint;
mod needs;
mod read;
pub mod spec;
mod write;

pub(crate) use expand::{Source, node};

use crate::{
    LakeSpec,
    aws::{Aws, from_sdk},
    diff::FieldChange,
    error::CloudError,
    expand::{Scope, names::Names},
    graph::{Node, NodeId},
    inventory::{Facts, Sight},
    kind::{Data, Wears},
    kinds::{Bucket, Typed},
    lint::names::Rule,
    owner::{Marking, Worn},
    place::Place,
    policy::Need,
};
use futures::future::join_all;
use lake_api::{Finding, Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An object in a bucket, as a lake asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Object {
    /// The bucket's name.
    pub bucket: Input<String>,
    /// The object's key in the bucket.
    pub key: Input<String>,
    /// What it holds, as `sha256:` and the digest in hexadecimal digits; of what others have put there, `etag:` and
    /// S3's own word for it.
    pub content: Input<String>,
    /// The content itself in base64; never read back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Input<String>>,
    /// The media type.
    pub content_type: Input<String>,
    /// The user's tags.
    #[serde(default)]
    pub tags: BTreeMap<String, Input<String>>,
}

impl Object {
    /// The media type of an object of which none is said.
    const TYPE: &'static str = "application/octet-stream";
}

/// What addresses an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectKey {
    /// The bucket's name.
    pub bucket: String,
    /// The object's key in the bucket.
    pub key: String,
}

impl Typed for Object {
    type Key = ObjectKey;

    const NAME: &'static str = "object";
    const FACTS: &'static [&'static str] = &["arn", "uri"];
    const FIXED: &'static [&'static str] = &["bucket", "key"];
    const UNREAD: &'static [&'static str] = &["bytes"];
    const SECRET: &'static [&'static str] = &["content", "bytes"];
    const WEARS: Wears = Wears::Parameters;
    const HOLDS_DATA: bool = <spec::Object as lake_api::member::Settings>::HOLDS_DATA;
    const GOES_BEFORE: &'static [&'static str] = &["bucket"];
    const NAMES: Option<&'static Rule> = None;

    fn small() -> Value {
        json!({ "small": { "key": "scripts/etl.py", "content": "print('done')\n", "contentType": "text/x-python" } })
    }

    fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
        lint::lint(spec, lake, told);
    }

    fn expand(spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)> {
        expand::expand(spec, &Names::new(spec, scope))
    }

    fn key(&self, _place: &Place) -> Option<ObjectKey> {
        Some(ObjectKey { bucket: self.bucket.known()?.clone(), key: self.key.known()?.clone() })
    }

    /// The bucket: while that is the same, so is what is stored under a key of it, whoever wrote it last.
    fn hangs_on(key: &ObjectKey) -> Option<crate::key::Key> {
        Some(Bucket::erased_key(&key.bucket))
    }

    fn predict(&self, place: &Place) -> Facts {
        match (self.bucket.text(), self.key.text()) {
            (Some(bucket), Some(key)) => facts(bucket, key, place),
            _ => Facts::new(),
        }
    }

    fn needs(&self, place: &Place) -> Vec<Need> {
        needs::needs(self, place)
    }

    async fn read(aws: &Aws, keys: &[ObjectKey]) -> Vec<Sight<Self>> {
        join_all(keys.iter().map(|key| read::read(aws, key))).await
    }

    async fn worn(aws: &Aws, key: &ObjectKey) -> Result<Option<Option<Worn>>, CloudError> {
        Ok(read::head(aws, key).await?.map(|head| read::worn(&head)))
    }

    async fn create(&self, aws: &Aws, mark: &Worn) -> Result<(), CloudError> {
        write::create(self, aws, mark).await
    }

    async fn update(&self, aws: &Aws, key: &ObjectKey, changes: &[FieldChange]) -> Result<(), CloudError> {
        write::update(self, aws, key, changes).await
    }

    async fn mark(aws: &Aws, key: &ObjectKey, marking: &Marking) -> Result<(), CloudError> {
        write::mark(aws, key, marking).await
    }

    /// In a versioned bucket the former versions stay behind a delete marker: that is what versions are for.
    async fn delete(aws: &Aws, key: &ObjectKey, _data: Data) -> Result<(), CloudError> {
        let deleted = aws.s3.delete_object().bucket(&key.bucket).key(&key.key).send().await;
        match deleted.map_err(|e| from_sdk("s3:DeleteObject", e)) {
            Err(error) if !error.is("NoSuchBucket") && !error.is("NoSuchKey") => Err(error),
            _ => Ok(()),
        }
    }
}

fn arn(bucket: &str, key: &str, place: &Place) -> String {
    format!("arn:{}:s3:::{bucket}/{key}", place.partition)
}

/// What follows from an object's place.
fn facts(bucket: &str, key: &str, place: &Place) -> Facts {
    Facts::from([
        ("arn".to_owned(), arn(bucket, key, place)),
        ("uri".to_owned(), format!("s3://{bucket}/{key}")),
    ])
}
