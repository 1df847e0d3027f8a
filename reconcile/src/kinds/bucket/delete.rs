//! Deleting a bucket, empty or with all that is in it.

use crate::{aws::Aws, error::CloudError, kind::Data};
use aws_sdk_s3::{
    error::BuildError,
    types::{Delete, ObjectIdentifier},
};

/// Delete a bucket; with [`Data::Empty`] all versions, delete markers and unfinished uploads go first.
pub(super) async fn delete(aws: &Aws, name: &str, data: Data) -> Result<(), CloudError> {
    let emptied = match data {
        Data::Keep => Ok(()),
        Data::Empty => empty(aws, name).await,
    };
    let deleted = match emptied {
        Ok(()) => aws.s3.delete_bucket().bucket(name).send().await.map(drop).map_err(|e| {
            let error = CloudError::from_sdk("s3:DeleteBucket", e);
            match data {
                // Somebody wrote meanwhile: the next round empties it again.
                Data::Empty if error.is("BucketNotEmpty") => {
                    CloudError { retry: crate::error::Retry::Conflict, ..error }
                }
                _ => error,
            }
        }),
        Err(error) => Err(error),
    };
    deleted.or_else(|error| if error.is("NoSuchBucket") { Ok(()) } else { Err(error) })
}

async fn empty(aws: &Aws, name: &str) -> Result<(), CloudError> {
    delete_versions(aws, name).await?;
    abort_uploads(aws, name).await
}

/// A page of the listing holds at most 1000 versions and markers, as many as one deletion takes.
async fn delete_versions(aws: &Aws, name: &str) -> Result<(), CloudError> {
    const DOING: &str = "s3:DeleteObjects";
    let (mut key, mut version) = (None, None);
    loop {
        let page =
            aws.s3.list_object_versions().bucket(name).set_key_marker(key).set_version_id_marker(version);
        let page = page.send().await.map_err(|e| CloudError::from_sdk("s3:ListObjectVersions", e))?;
        let versions = page.versions().iter().map(|it| (it.key(), it.version_id()));
        let markers = page.delete_markers().iter().map(|it| (it.key(), it.version_id()));
        let objects: Result<Vec<_>, BuildError> = versions
            .chain(markers)
            .filter_map(|(key, version)| Some((key?, version)))
            .map(|(key, version)| {
                ObjectIdentifier::builder().key(key).set_version_id(version.map(ToOwned::to_owned)).build()
            })
            .collect();
        let objects = objects.map_err(|e| CloudError::refused(DOING, e.to_string()))?;
        if !objects.is_empty() {
            tracing::info!(bucket = name, "deleting {} versions", objects.len());
            let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build();
            let delete = delete.map_err(|e| CloudError::refused(DOING, e.to_string()))?;
            let answer = aws.s3.delete_objects().bucket(name).delete(delete).send().await;
            let answer = answer.map_err(|e| CloudError::from_sdk(DOING, e))?;
            if let Some(error) = answer.errors().first() {
                let said = format!(
                    "{} of {} objects stay, {} among them: {}",
                    answer.errors().len(),
                    name,
                    error.key().unwrap_or_default(),
                    error.message().unwrap_or_default()
                );
                return Err(CloudError::answered(DOING, error.code().unwrap_or_default(), &said));
            }
        }
        if page.is_truncated() != Some(true) {
            return Ok(());
        }
        (key, version) = (page.next_key_marker, page.next_version_id_marker);
    }
}

async fn abort_uploads(aws: &Aws, name: &str) -> Result<(), CloudError> {
    let (mut key, mut upload) = (None, None);
    loop {
        let page =
            aws.s3.list_multipart_uploads().bucket(name).set_key_marker(key).set_upload_id_marker(upload);
        let page = page.send().await.map_err(|e| CloudError::from_sdk("s3:ListMultipartUploads", e))?;
        for upload in page.uploads() {
            let (Some(key), Some(id)) = (upload.key(), upload.upload_id()) else { continue };
            let aborted = aws.s3.abort_multipart_upload().bucket(name).key(key).upload_id(id).send().await;
            match aborted.map_err(|e| CloudError::from_sdk("s3:AbortMultipartUpload", e)) {
                Err(error) if !error.is("NoSuchUpload") => return Err(error),
                _ => {}
            }
        }
        if page.is_truncated() != Some(true) {
            return Ok(());
        }
        (key, upload) = (page.next_key_marker, page.next_upload_id_marker);
    }
}
