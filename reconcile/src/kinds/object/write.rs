//! Uploading an object, and changing what stands beside its content.

use super::{
    Object, ObjectKey,
    read::{self, MARK},
};
use crate::{
    aws::{Aws, answered, from_sdk},
    diff::FieldChange,
    error::CloudError,
    owner::{Marking, Worn},
};
use aws_sdk_s3::{
    error::BuildError,
    operation::{copy_object::builders::CopyObjectFluentBuilder, head_object::HeadObjectOutput},
    primitives::ByteStream,
    types::{ChecksumAlgorithm, MetadataDirective, Tag, Tagging},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use lake_api::{FieldPath, Input};
use std::collections::{BTreeMap, HashMap};

/// Upload an object where there is none.
pub(super) async fn create(wanted: &Object, aws: &Aws, mark: &Worn) -> Result<(), CloudError> {
    let key = key(wanted)?;
    match put(wanted, aws, &key, Some(mark), true).await {
        Err(error) if error.is("PreconditionFailed") || error.is("ConditionalRequestConflict") => {
            // Something is there: it may have come from a call of ours whose answer was lost.
            match read::head(aws, &key).await?.and_then(|head| read::worn(&head)) {
                Some(worn) if worn == *mark => Ok(()),
                _ => Err(error),
            }
        }
        other => other,
    }
}

/// Upload it again, or put other tags on it where only they differ.
pub(super) async fn update(
    wanted: &Object,
    aws: &Aws,
    key: &ObjectKey,
    changes: &[FieldChange],
) -> Result<(), CloudError> {
    let tags = FieldPath::root().field("tags");
    if changes.iter().all(|change| change.path.starts_with(&tags)) {
        return put_tags(wanted, aws, key).await;
    }
    let mark = read::head(aws, key).await?.and_then(|head| read::worn(&head));
    put(wanted, aws, key, mark.as_ref(), false).await
}

/// Metadata cannot be changed: the object is copied onto itself with others.
pub(super) async fn mark(aws: &Aws, key: &ObjectKey, marking: &Marking) -> Result<(), CloudError> {
    let Some(head) = read::head(aws, key).await? else {
        return Err(answered("s3:HeadObject", "NoSuchKey", "the object is gone"));
    };
    let copy = aws
        .s3
        .copy_object()
        .bucket(&key.bucket)
        .key(&key.key)
        .copy_source(source(key))
        // What somebody uploads meanwhile does not get our mark.
        .set_copy_source_if_match(head.e_tag().map(ToOwned::to_owned))
        .checksum_algorithm(ChecksumAlgorithm::Sha256)
        .metadata_directive(MetadataDirective::Replace)
        .set_metadata(Some(metadata(&head, marking)));
    let copied = with_headers(copy, &head).send().await;
    copied.map(drop).map_err(|e| from_sdk("s3:CopyObject", e))
}

async fn put(
    wanted: &Object,
    aws: &Aws,
    key: &ObjectKey,
    mark: Option<&Worn>,
    only_if_absent: bool,
) -> Result<(), CloudError> {
    const DOING: &str = "s3:PutObject";
    let bytes = wanted.bytes.as_ref().and_then(Input::text).ok_or_else(|| unknown(DOING))?;
    let bytes = BASE64_STANDARD.decode(bytes).map_err(|e| CloudError::refused(DOING, e.to_string()))?;
    let put = aws
        .s3
        .put_object()
        .bucket(&key.bucket)
        .key(&key.key)
        .body(ByteStream::from(bytes))
        .checksum_algorithm(ChecksumAlgorithm::Sha256)
        .set_metadata(Some(mark.map(|mark| marks(&mark.tags())).unwrap_or_default()))
        .set_content_type(wanted.content_type.known().cloned())
        .set_tagging(header(&wanted.tags))
        .set_if_none_match(only_if_absent.then(|| "*".to_owned()));
    put.send().await.map(drop).map_err(|e| from_sdk(DOING, e))
}

async fn put_tags(wanted: &Object, aws: &Aws, key: &ObjectKey) -> Result<(), CloudError> {
    if wanted.tags.is_empty() {
        let deleted = aws.s3.delete_object_tagging().bucket(&key.bucket).key(&key.key).send().await;
        return deleted.map(drop).map_err(|e| from_sdk("s3:DeleteObjectTagging", e));
    }
    const DOING: &str = "s3:PutObjectTagging";
    let tags: Result<Vec<Tag>, BuildError> = wanted
        .tags
        .iter()
        .map(|(key, value)| Tag::builder().key(key).value(value.text().unwrap_or_default()).build())
        .collect();
    let tagging = tags
        .and_then(|tags| Tagging::builder().set_tag_set(Some(tags)).build())
        .map_err(|e| CloudError::refused(DOING, e.to_string()))?;
    let put = aws.s3.put_object_tagging().bucket(&key.bucket).key(&key.key).tagging(tagging).send().await;
    put.map(drop).map_err(|e| from_sdk(DOING, e))
}

/// The tags of a mark as metadata.
fn marks(tags: &BTreeMap<String, String>) -> HashMap<String, String> {
    MARK.iter().filter_map(|(name, tag)| Some(((*name).to_owned(), tags.get(*tag)?.clone()))).collect()
}

/// An object's metadata with another mark.
fn metadata(head: &HeadObjectOutput, marking: &Marking) -> HashMap<String, String> {
    let mut metadata = head.metadata().cloned().unwrap_or_default();
    metadata.retain(|name, _| MARK.iter().all(|(ours, _)| name != ours));
    metadata.extend(marks(&marking.put));
    metadata
}

/// The headers that a copy with other metadata would lose.
fn with_headers(copy: CopyObjectFluentBuilder, head: &HeadObjectOutput) -> CopyObjectFluentBuilder {
    let owned = |header: Option<&str>| header.map(ToOwned::to_owned);
    copy.set_content_type(owned(head.content_type()))
        .set_content_encoding(owned(head.content_encoding()))
        .set_content_language(owned(head.content_language()))
        .set_content_disposition(owned(head.content_disposition()))
        .set_cache_control(owned(head.cache_control()))
        .set_storage_class(head.storage_class().cloned())
}

/// Tags as the header `x-amz-tagging` spells them: `a=b&c=d`, percent-encoded.
fn header(tags: &BTreeMap<String, Input<String>>) -> Option<String> {
    let pairs: Vec<String> = tags
        .iter()
        .map(|(key, value)| {
            format!("{}={}", encoded(key, b""), encoded(value.text().unwrap_or_default(), b""))
        })
        .collect();
    (!pairs.is_empty()).then(|| pairs.join("&"))
}

/// A copy's source as its header spells it: `bucket/key`, percent-encoded but for slashes.
fn source(key: &ObjectKey) -> String {
    format!("{}/{}", key.bucket, encoded(&key.key, b"/"))
}

/// Percent-encoding of all but the unreserved characters of RFC 3986 and those given.
fn encoded(text: &str, keep: &[u8]) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || keep.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

fn key(wanted: &Object) -> Result<ObjectKey, CloudError> {
    match (wanted.bucket.known(), wanted.key.known()) {
        (Some(bucket), Some(key)) => Ok(ObjectKey { bucket: bucket.clone(), key: key.clone() }),
        _ => Err(unknown("s3:PutObject")),
    }
}

/// Nothing is written before all that it refers to is known.
fn unknown(doing: &str) -> CloudError {
    CloudError::refused(doing, "a part of the object's settings is not known yet")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_sources_are_encoded() {
        let tags =
            BTreeMap::from([("a b".to_owned(), Input::from("1&2")), ("c".to_owned(), Input::from("ü"))]);
        assert_eq!(header(&tags).as_deref(), Some("a%20b=1%262&c=%C3%BC"));
        assert_eq!(header(&BTreeMap::new()), None);
        let key = ObjectKey { bucket: "b".into(), key: "a/b c+d.py".into() };
        assert_eq!(source(&key), "b/a/b%20c%2Bd.py");
    }

    #[test]
    fn another_mark_keeps_all_other_metadata() {
        let head = HeadObjectOutput::builder()
            .metadata("lake-owner", "terraform/t/l")
            .metadata("lake-node", "object/b.k")
            .metadata("lake-creating", "true")
            .metadata("theirs", "kept")
            .build();
        let mark = Worn { owner: "terraform/t/m".into(), node: "object/b.k".into(), ..Worn::default() };
        let metadata = metadata(&head, &Marking::of(&mark));
        assert_eq!(metadata.get("theirs").map(String::as_str), Some("kept"));
        assert_eq!(metadata.get("lake-owner").map(String::as_str), Some("terraform/t/m"));
        assert!(!metadata.contains_key("lake-creating"));
    }
}
