//! SDK clients for one place and one set of credentials.

use crate::{error::CloudError, kinds::Key, owner::{Owner, Worn}, place::Place};

/// The clients of one place.
#[derive(Clone, Debug)]
pub struct Aws {
    /// Where the credentials lead.
    pub place: Place,
    /// S3.
    pub s3: aws_sdk_s3::Client,
    /// S3 Control: access points.
    pub s3control: aws_sdk_s3control::Client,
    /// Identity and access management.
    pub iam: aws_sdk_iam::Client,
    /// Glue.
    pub glue: aws_sdk_glue::Client,
    /// Lake Formation.
    pub lakeformation: aws_sdk_lakeformation::Client,
    /// The resource groups tagging API.
    pub tagging: aws_sdk_resourcegroupstagging::Client,
}

/// What the tagging API lists as wearing this owner's mark.
pub(crate) async fn tagged(_aws: &Aws, _owner: &Owner) -> Result<Vec<(Key, Option<Worn>)>, CloudError> {
    Ok(Vec::new())
}
