//! Looking at an access point, one call for each facet.

use super::AccessPoint;
use crate::{
    aws::Aws,
    error::CloudError,
    inventory::{Facts, Seen, Sight},
    owner::Worn,
    policy::{self, Statements},
};
use aws_sdk_s3control::{
    operation::get_access_point::GetAccessPointOutput, types::PublicAccessBlockConfiguration,
};
use lake_api::{Input, spec::bucket::PublicAccessBlock};
use std::collections::BTreeMap;

/// S3 Control's word for an access point that does not exist.
pub(super) const GONE: &str = "NoSuchAccessPoint";

/// Its tags, marks among them.
type Tags = BTreeMap<String, String>;

/// Look at one access point. Its tags may be known already.
pub(super) async fn read(aws: &Aws, name: &str, listed: Option<&Tags>) -> Sight<AccessPoint> {
    match all(aws, name, listed).await {
        Ok(seen) => Sight::Present(seen),
        Err(error) if is_gone(&error) => Sight::Absent,
        Err(error) => Sight::Unreadable(error),
    }
}

/// It tells itself first whether it is there at all: one call for one that is absent.
async fn all(aws: &Aws, name: &str, listed: Option<&Tags>) -> Result<Seen<AccessPoint>, CloudError> {
    let point = point(aws, name).await?;
    let tags = async {
        match listed {
            Some(tags) => Ok(tags.clone()),
            None => tags(aws, name).await,
        }
    };
    let (statements, tags) = futures::try_join!(statements(aws, name), tags)?;
    Ok(seen(aws, name, &point, statements, tags))
}

/// The tags of an access point.
pub(super) async fn tags(aws: &Aws, name: &str) -> Result<Tags, CloudError> {
    let arn = super::arn(name, &aws.place);
    let answer =
        aws.s3control.list_tags_for_resource().account_id(&aws.place.account).resource_arn(arn).send().await;
    let answer = answer.map_err(|e| CloudError::from_sdk("s3control:ListTagsForResource", e))?;
    Ok(answer.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect())
}

/// Whether an error says that the access point does not exist; the tags' operation says so in a word of its own.
pub(super) fn is_gone(error: &CloudError) -> bool {
    error.is(GONE) || error.is("NoSuchResource")
}

async fn point(aws: &Aws, name: &str) -> Result<GetAccessPointOutput, CloudError> {
    let answer = aws.s3control.get_access_point().account_id(&aws.place.account).name(name).send().await;
    answer.map_err(|e| CloudError::from_sdk("s3control:GetAccessPoint", e))
}

async fn statements(aws: &Aws, name: &str) -> Result<Statements, CloudError> {
    const DOING: &str = "s3control:GetAccessPointPolicy";
    let answer =
        aws.s3control.get_access_point_policy().account_id(&aws.place.account).name(name).send().await;
    match answer.map_err(|e| CloudError::from_sdk(DOING, e)) {
        Ok(answer) => match answer.policy() {
            Some(document) => policy::parse(document, &aws.place.partition)
                .map_err(|malformed| CloudError::refused(DOING, malformed.to_string())),
            None => Ok(Statements::new()),
        },
        Err(error) if error.is("NoSuchAccessPointPolicy") => Ok(Statements::new()),
        Err(error) => Err(error),
    }
}

fn seen(
    aws: &Aws,
    name: &str,
    point: &GetAccessPointOutput,
    statements: Statements,
    tags: BTreeMap<String, String>,
) -> Seen<AccessPoint> {
    let (tags, worn) = Worn::part(tags);
    let mut facts: Facts = super::facts(name, &aws.place);
    facts.extend(point.alias().map(|alias| ("alias".to_owned(), alias.to_owned())));
    facts.extend(
        point.network_origin().map(|origin| ("networkOrigin".to_owned(), origin.as_str().to_owned())),
    );
    let settings = AccessPoint {
        name: Input::from(name),
        bucket: Input::from(point.bucket().unwrap_or_default()),
        bucket_account: Input::from(point.bucket_account_id().unwrap_or(&aws.place.account)),
        vpc_id: point.vpc_configuration().map(|vpc| Input::from(vpc.vpc_id())),
        public_access_block: public_access(point.public_access_block_configuration()),
        statements,
        tags: tags.into_iter().map(|(key, value)| (key, Input::Known(value))).collect(),
    };
    Seen { settings, facts, worn }
}

fn public_access(block: Option<&PublicAccessBlockConfiguration>) -> PublicAccessBlock {
    let on = |of: fn(&PublicAccessBlockConfiguration) -> bool| block.is_some_and(of);
    PublicAccessBlock {
        block_public_acls: on(|block| block.block_public_acls() == Some(true)),
        ignore_public_acls: on(|block| block.ignore_public_acls() == Some(true)),
        block_public_policy: on(|block| block.block_public_policy() == Some(true)),
        restrict_public_buckets: on(|block| block.restrict_public_buckets() == Some(true)),
    }
}
