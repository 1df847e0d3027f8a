//! The section of objects that are uploaded with the lake.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use lake_api::collections::Tags;
use lake_api::content_from::ContentFrom;
use lake_api::member::{OnDelete, Settings};
use lake_api::names::{Content, ContentBase64, SecretContent, SecretContentBase64, Text};
use lake_api::rule;

/// An object in its bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    rule::exactly_one(&["content", "contentBase64", "secretContent", "secretContentBase64", "contentFrom"]),
]))]
pub struct Object {
    /// The object's key in the bucket, `glue/scripts/etl.py`. Another key is another object.
    pub key: ObjectKey,
    /// The content as text, at most 512 KiB.
    pub content: Option<Content>,
    /// The content in base64, for what is no text; at most 512 KiB once decoded.
    pub content_base64: Option<ContentBase64>,
    /// The content as text that is never shown, at most 512 KiB.
    pub secret_content: Option<SecretContent>,
    /// The content in base64, for what is no text and never shown; at most 512 KiB once decoded.
    pub secret_content_base64: Option<SecretContentBase64>,
    /// The content as it stands in a config map or a secret beside the lake, at most 512 KiB. When that changes, so does
    /// the object.
    #[schemars(extend("x-lake-door" = "kubernetes"))]
    pub content_from: Option<ContentFrom>,
    /// The media type. Default: `application/octet-stream`.
    pub content_type: Option<Text>,
    /// Tags of the object, at most 10. The lake's tags are not put on objects, since S3 charges for them.
    #[serde(default)]
    #[schemars(extend("maxProperties" = 10))]
    pub tags: Tags,
}

impl Settings for Object {
    const ON_DELETE: OnDelete = OnDelete::Delete;
    const CAN_BE_EXTERNAL: bool = false;
}

crate::simple::words! {
    /// The key of an object in a bucket, at most 1024 bytes, without a slash in front.
    ObjectKey { max: 1024, pattern: Some("^[^/].*$"), allowed: Some("Keys in S3 begin with no slash here: remove it") }
}
