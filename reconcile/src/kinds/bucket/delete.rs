//! Deleting a bucket, empty or with all that is in it.

use crate::{
    aws::{Aws, answered, from_sdk},
    contents::{Count, Held},
    error::{CloudError, Retry},
    kind::Data,
    progress,
};
use aws_sdk_s3::{
    error::BuildError,
    types::{Delete, EncodingType, ObjectIdentifier},
};

/// What a bucket's contents are counted in.
const OBJECT: &str = "object";
/// The same where some are former versions, or delete markers: each is deleted by itself.
const VERSION: &str = "object version";
/// As many as one page lists, and one deletion takes.
const PAGE: usize = 1000;

/// What is in a bucket, from the first page of its list. Unfinished uploads are not counted.
pub(super) async fn held(aws: &Aws, name: &str) -> Result<Option<Held>, CloudError> {
    let page = aws.s3.list_object_versions().bucket(name).encoding_type(EncodingType::Url).send().await;
    let page = page.map_err(|e| from_sdk("s3:ListObjectVersions", e))?;
    let (versions, markers) = (page.versions(), page.delete_markers());
    let plain = markers.is_empty() && versions.iter().all(|version| version.is_latest() == Some(true));
    let count = Count::new(versions.len() + markers.len(), if plain { OBJECT } else { VERSION });
    Ok(Some(Held { count, more: page.is_truncated() == Some(true) }))
}

/// Delete a bucket; with [`Data::Empty`] all versions, delete markers and unfinished uploads go first, a portion at each
/// call.
pub(super) async fn delete(aws: &Aws, name: &str, data: Data) -> Result<(), CloudError> {
    let emptied = match data {
        Data::Keep => Ok(()),
        Data::Empty => empty(aws, name).await,
    };
    let deleted = match emptied {
        Ok(()) => aws.s3.delete_bucket().bucket(name).send().await.map(drop).map_err(|e| {
            let error = from_sdk("s3:DeleteBucket", e);
            match data {
                // Somebody wrote meanwhile: the next round empties it again.
                Data::Empty if error.is("BucketNotEmpty") => CloudError { retry: Retry::Conflict, ..error },
                _ => error,
            }
        }),
        Err(error) => Err(error),
    };
    deleted.or_else(|error| if error.is("NoSuchBucket") { Ok(()) } else { Err(error) })
}

/// Delete a portion of what is in a bucket. That more is left is told as *progressing*, so that whoever waits hears of it
/// and may stop.
async fn empty(aws: &Aws, name: &str) -> Result<(), CloudError> {
    let mut deleted = 0;
    if delete_versions(aws, name, &mut deleted).await? && abort_uploads(aws, name, &mut deleted).await? {
        return Ok(());
    }
    let said = format!("bucket {name} is being emptied, and more is left in it");
    Err(CloudError::own("s3:DeleteObjects", Retry::Progressing, said))
}

/// Tell that so many objects, versions, delete markers or uploads went.
fn went(number: usize) {
    progress::done(Count::new(number, OBJECT));
}

/// Delete versions and delete markers, a page at a time; whether none is left.
async fn delete_versions(aws: &Aws, name: &str, deleted: &mut usize) -> Result<bool, CloudError> {
    let (mut key, mut version) = (None, None);
    while *deleted < aws.portion {
        let page = aws
            .s3
            .list_object_versions()
            .bucket(name)
            .max_keys(page_of(aws.portion - *deleted))
            .encoding_type(EncodingType::Url)
            .set_key_marker(key)
            .set_version_id_marker(version);
        let page = page.send().await.map_err(|e| from_sdk("s3:ListObjectVersions", e))?;
        let versions = page.versions().iter().map(|it| (it.key(), it.version_id()));
        let markers = page.delete_markers().iter().map(|it| (it.key(), it.version_id()));
        let objects = versions
            .chain(markers)
            .filter_map(|(key, version)| Some((spelt(key?, page.encoding_type()), version)));
        let (named, unnameable): (Vec<_>, Vec<_>) = objects.partition(|(key, _)| key.chars().all(is_in_xml));
        *deleted += named.len() + unnameable.len();
        delete_together(aws, name, named).await?;
        for (key, version) in unnameable {
            let delete = aws.s3.delete_object().bucket(name).key(key);
            let answer = delete.set_version_id(version.map(ToOwned::to_owned)).send().await;
            answer.map_err(|e| from_sdk("s3:DeleteObject", e))?;
            went(1);
        }
        if page.is_truncated() != Some(true) {
            return Ok(true);
        }
        let next = page.next_key_marker().map(|key| spelt(key, page.encoding_type()));
        (key, version) = (next, page.next_version_id_marker);
    }
    Ok(false)
}

/// Delete versions by one call, which names them in XML.
async fn delete_together(
    aws: &Aws,
    name: &str,
    objects: Vec<(String, Option<&str>)>,
) -> Result<(), CloudError> {
    const DOING: &str = "s3:DeleteObjects";
    if objects.is_empty() {
        return Ok(());
    }
    let objects = objects.into_iter().map(|(key, version)| {
        ObjectIdentifier::builder().key(key).set_version_id(version.map(ToOwned::to_owned)).build()
    });
    let objects = objects.collect::<Result<Vec<_>, BuildError>>();
    let objects = objects.map_err(|e| CloudError::refused(DOING, e.to_string()))?;
    let number = objects.len();
    tracing::info!(bucket = name, "deleting {number} versions");
    let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build();
    let delete = delete.map_err(|e| CloudError::refused(DOING, e.to_string()))?;
    let answer = aws.s3.delete_objects().bucket(name).delete(delete).send().await;
    let answer = answer.map_err(|e| from_sdk(DOING, e))?;
    went(number.saturating_sub(answer.errors().len()));
    match answer.errors().first() {
        Some(error) => {
            let said = format!(
                "{} of {} objects stay, {} among them: {}",
                answer.errors().len(),
                name,
                error.key().unwrap_or_default(),
                error.message().unwrap_or_default()
            );
            Err(answered(DOING, error.code().unwrap_or_default(), &said))
        }
        None => Ok(()),
    }
}

/// How many to ask for: those that may go yet, and no more than a page.
fn page_of(left: usize) -> i32 {
    i32::try_from(left.min(PAGE)).expect("a page is a small number")
}

/// Whether XML 1.0 has a character (<https://www.w3.org/TR/xml/#charsets>). Keys may hold others, which are listed in the
/// encoding of URLs and deleted one by one
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html>, `encoding-type`).
fn is_in_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// A key of a list, which says in which encoding it spells keys.
fn spelt(key: &str, encoding: Option<&EncodingType>) -> String {
    if encoding == Some(&EncodingType::Url) { decoded(key) } else { key.to_owned() }
}

/// A key as a list spells it in the encoding of URLs: percent-encoded, a space as `+`.
fn decoded(key: &str) -> String {
    let mut bytes = key.bytes();
    let mut plain = Vec::with_capacity(key.len());
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = key.get(key.len() - bytes.len()..).and_then(|rest| rest.get(..2));
                match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                    Some(coded) => {
                        bytes.nth(1);
                        coded
                    }
                    None => byte,
                }
            }
            byte => byte,
        });
    }
    String::from_utf8(plain).unwrap_or_else(|_| key.to_owned())
}

/// Abort unfinished uploads; whether none is left.
async fn abort_uploads(aws: &Aws, name: &str, deleted: &mut usize) -> Result<bool, CloudError> {
    let (mut key, mut upload) = (None, None);
    while *deleted < aws.portion {
        let page = aws
            .s3
            .list_multipart_uploads()
            .bucket(name)
            .max_uploads(page_of(aws.portion - *deleted))
            .encoding_type(EncodingType::Url)
            .set_key_marker(key)
            .set_upload_id_marker(upload);
        let page = page.send().await.map_err(|e| from_sdk("s3:ListMultipartUploads", e))?;
        for upload in page.uploads() {
            let (Some(key), Some(id)) = (upload.key(), upload.upload_id()) else { continue };
            let abort = aws
                .s3
                .abort_multipart_upload()
                .bucket(name)
                .key(spelt(key, page.encoding_type()))
                .upload_id(id);
            *deleted += 1;
            match abort.send().await.map_err(|e| from_sdk("s3:AbortMultipartUpload", e)) {
                Err(error) if !error.is("NoSuchUpload") => return Err(error),
                _ => went(1),
            }
        }
        if page.is_truncated() != Some(true) {
            return Ok(true);
        }
        let next = page.next_key_marker().map(|key| spelt(key, page.encoding_type()));
        (key, upload) = (next, page.next_upload_id_marker);
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_decoded_once() {
        for (listed, key) in [
            ("raw/a%01b", "raw/a\u{1}b"),
            ("%C3%A9+%2B+%26%3C%3E%22%27+%2541", "é + &<>\"' %41"),
            ("a%zz%2", "a%zz%2"),
        ] {
            assert_eq!(decoded(listed), key);
        }
    }

    #[test]
    fn xml_has_no_control_characters() {
        assert!("raw/é + &<>\"' %41\t😀".chars().all(is_in_xml));
        assert!(!['\u{0}', '\u{1}', '\u{1f}', '\u{fffe}'].into_iter().any(is_in_xml));
    }
}
