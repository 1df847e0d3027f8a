//! Places in S3, which Glue spells as URIs.

use lake_api::Input;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A place in S3: a bucket and the start of keys in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Location {
    /// The bucket's name.
    pub bucket: Input<String>,
    /// The start of keys; empty means the whole bucket. A slash at the end is kept as written.
    pub prefix: Input<String>,
}

/// One object in S3.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObjectPlace {
    /// The bucket's name.
    pub bucket: Input<String>,
    /// The object's key.
    pub key: Input<String>,
}

impl Location {
    /// As Glue spells it, `s3://store/raw/`; unknown as soon as a part is.
    pub(crate) fn uri(&self) -> Input<String> {
        uri(&self.bucket, &self.prefix)
    }

    /// The place of a URI. What lies elsewhere than in S3 stands where the bucket would.
    pub(crate) fn of(uri: &str) -> Self {
        let (bucket, prefix) = parts(uri);
        Location { bucket, prefix }
    }

    /// The place of a URI, where there is one.
    pub(crate) fn seen(uri: Option<&str>) -> Option<Self> {
        uri.filter(|uri| !uri.is_empty()).map(Location::of)
    }
}

impl ObjectPlace {
    /// As Glue spells it, `s3://store/scripts/etl.py`; unknown as soon as a part is.
    pub(crate) fn uri(&self) -> Input<String> {
        uri(&self.bucket, &self.key)
    }

    /// The place of a URI. What lies elsewhere than in S3 stands where the bucket would.
    pub(crate) fn of(uri: &str) -> Self {
        let (bucket, key) = parts(uri);
        ObjectPlace { bucket, key }
    }
}

fn uri(bucket: &Input<String>, rest: &Input<String>) -> Input<String> {
    Input::concat([&Input::from("s3://"), bucket, &Input::from("/"), rest])
}

/// Bucket and rest of a URI. Hadoop's words for S3 mean the same.
fn parts(uri: &str) -> (Input<String>, Input<String>) {
    let path = ["s3://", "s3a://", "s3n://"].iter().find_map(|scheme| uri.strip_prefix(scheme));
    let (bucket, rest) = match path {
        Some(path) => path.split_once('/').unwrap_or((path, "")),
        None => (uri, ""),
    };
    (Input::from(bucket), Input::from(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_uri() {
        for text in ["s3://store/", "s3://store/raw/", "s3://store/raw/2026", "s3://store/a//b"] {
            assert_eq!(Location::of(text).uri(), Input::from(text));
        }
        assert_eq!(Location::of("s3://store"), Location::of("s3://store/"));
        assert_eq!(Location::of("s3a://store/raw/"), Location::of("s3://store/raw/"));
        assert_eq!(Location::of("hdfs://host/raw").bucket, Input::from("hdfs://host/raw"));
    }

    #[test]
    fn a_place_in_an_unknown_bucket_is_unknown() {
        let place = Location { bucket: Input::Unknown, prefix: Input::from("raw/") };
        assert_eq!(place.uri(), Input::Unknown);
    }
}
