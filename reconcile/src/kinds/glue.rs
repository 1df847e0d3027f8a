//! What the kinds of the Glue Data Catalog and of Glue's jobs have in common.

use lake_api::Input;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A place in S3: a bucket and the start of keys in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Location {
    /// The bucket's name.
    pub bucket: Input<String>,
    /// The start of keys; empty means the whole bucket.
    pub prefix: Input<String>,
}
