//! Looking at an object: its head, and its tags where it has some.

use super::{Object, ObjectKey};
use crate::{
    aws::{Aws, answered, from_sdk},
    error::CloudError,
    inventory::{Seen, Sight},
    owner::{CREATING, LINEAGE, NODE, OWNER, REGION, Worn},
    policy,
};
use aws_sdk_s3::{operation::head_object::HeadObjectOutput, types::ChecksumMode};
use base64::{Engine, prelude::BASE64_STANDARD};
use lake_api::Input;
use std::collections::BTreeMap;

/// The metadata that hold the mark, and the tags that they stand for.
pub(super) const MARK: [(&str, &str); 5] = [
    ("lake-owner", OWNER),
    ("lake-node", NODE),
    ("lake-creating", CREATING),
    ("lake-lineage", LINEAGE),
    ("lake-region", REGION),
];

/// Look at one object.
pub(super) async fn read(aws: &Aws, key: &ObjectKey) -> Sight<Object> {
    match whole(aws, key).await {
        Ok(Some((head, tags))) => Sight::Present(Seen {
            settings: settings(key, &head, tags),
            facts: super::facts(&key.bucket, &key.key, &aws.place),
            worn: worn(&head),
            birth: None,
        }),
        Ok(None) => Sight::Absent,
        Err(error) => Sight::Unreadable(error),
    }
}

/// What S3 tells of an object without its content; `None` when there is no such object.
pub(super) async fn head(aws: &Aws, key: &ObjectKey) -> Result<Option<HeadObjectOutput>, CloudError> {
    const DOING: &str = "s3:HeadObject";
    let look = aws.s3.head_object().bucket(&key.bucket).key(&key.key).checksum_mode(ChecksumMode::Enabled);
    match look.send().await {
        Ok(head) => Ok(Some(head)),
        // An answer to HEAD has no body: the SDK names its 404 so, be it for the object or for its bucket.
        Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found()) => Ok(None),
        // An answer without a body has no code either.
        Err(error) if error.raw_response().is_some_and(|answer| answer.status().as_u16() == 403) => {
            let arn = super::arn(&key.bucket, &key.key, &aws.place);
            let said = format!(
                "S3 does not tell these credentials of {arn}: allow them s3:GetObject on it, and s3:ListBucket on its bucket, \
                 so that what is absent is told from what is forbidden"
            );
            let request_id = from_sdk(DOING, error).request_id;
            Err(CloudError { request_id, ..answered(DOING, "AccessDenied", &said) })
        }
        Err(error) => Err(from_sdk(DOING, error)),
    }
}

/// The mark in an object's metadata.
pub(super) fn worn(head: &HeadObjectOutput) -> Option<Worn> {
    let metadata = head.metadata()?;
    let tags = MARK
        .iter()
        .filter_map(|(name, tag)| Some(((*tag).to_owned(), metadata.get(*name)?.clone())))
        .collect::<BTreeMap<_, _>>();
    Worn::part(tags).1
}

type Tags = BTreeMap<String, Input<String>>;

async fn whole(aws: &Aws, key: &ObjectKey) -> Result<Option<(HeadObjectOutput, Tags)>, CloudError> {
    let Some(head) = head(aws, key).await? else { return Ok(None) };
    if head.tag_count().unwrap_or_default() == 0 {
        return Ok(Some((head, Tags::new())));
    }
    let answer = aws.s3.get_object_tagging().bucket(&key.bucket).key(&key.key).send().await;
    match answer.map_err(|e| from_sdk("s3:GetObjectTagging", e)) {
        Ok(answer) => {
            let tags = answer.tag_set.into_iter().map(|tag| (tag.key, Input::Known(tag.value))).collect();
            Ok(Some((head, tags)))
        }
        Err(error) if error.is("NoSuchKey") || error.is("NoSuchBucket") => Ok(None),
        Err(error) => Err(error),
    }
}

/// The SHA-256 that S3 has computed of the content, where it was uploaded with one: another upload has another or none,
/// whatever its metadata say (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>). That of an upload in
/// parts, which ends with their number, is none of the content.
fn digest(base64: &str) -> Option<String> {
    let bytes = BASE64_STANDARD.decode(base64).ok().filter(|bytes| bytes.len() == 32)?;
    Some(format!("sha256:{}", policy::hex(&bytes)))
}

fn settings(key: &ObjectKey, head: &HeadObjectOutput, tags: Tags) -> Object {
    let digest = head.checksum_sha256().and_then(digest);
    let etag = || format!("etag:{}", head.e_tag().unwrap_or_default().trim_matches('"'));
    Object {
        bucket: Input::from(key.bucket.as_str()),
        key: Input::from(key.key.as_str()),
        content: Input::Known(digest.unwrap_or_else(etag)),
        bytes: None,
        content_type: Input::from(head.content_type().unwrap_or(Object::TYPE)),
        tags,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ObjectKey {
        ObjectKey { bucket: "b".into(), key: "k".into() }
    }

    #[test]
    fn the_digest_is_s3s_own_and_the_mark_is_in_the_metadata() {
        let head = HeadObjectOutput::builder()
            .checksum_sha256("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=")
            .metadata("lake-sha256", "ab12")
            .metadata("lake-owner", "terraform/t/l")
            .metadata("lake-node", "object/b.k")
            .build();
        assert_eq!(
            settings(&key(), &head, Tags::new()).content,
            Input::from("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        );
        let mark = Worn { owner: "terraform/t/l".into(), node: "object/b.k".into(), ..Worn::default() };
        assert_eq!(worn(&head), Some(mark));
    }

    #[test]
    fn what_others_have_put_there_differs_and_is_nobodys() {
        let head = HeadObjectOutput::builder()
            .e_tag("\"5d41\"")
            .content_type("text/plain")
            .checksum_sha256("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=-2")
            .metadata("lake-sha256", "ab12")
            .build();
        let settings = settings(&key(), &head, Tags::new());
        assert_eq!((settings.content, worn(&head)), (Input::from("etag:5d41"), None));
        assert_eq!(settings.content_type, Input::from("text/plain"));
    }
}
