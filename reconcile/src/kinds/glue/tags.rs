//! Tags of Glue's resources, which its gets do not tell.

use super::{entries, side_by_side};
use crate::{
    aws::{self, Aws, from_sdk},
    diff::FieldChange,
    error::CloudError,
    owner::{Marking, Worn},
    place::Place,
};
use lake_api::Input;
use std::collections::{BTreeMap, HashMap};

/// The user's tags of a resource, and the mark it wears.
type Tagged = (BTreeMap<String, Input<String>>, Option<Worn>);

/// The ARN of a resource, `job/etl`, in an account's catalog.
pub(crate) fn arn(place: &Place, account: &str, resource: &str) -> String {
    format!("arn:{}:glue:{}:{account}:{resource}", place.partition, place.region)
}

/// Account and name of a resource of one sort, `job`, from its ARN.
pub(crate) fn key_of_arn<'a>(arn: &'a str, sort: &str, place: &Place) -> Option<(&'a str, &'a str)> {
    let rest = arn.strip_prefix(&format!("arn:{}:glue:{}:", place.partition, place.region))?;
    let (account, resource) = rest.split_once(':')?;
    let name = resource.strip_prefix(sort)?.strip_prefix('/')?;
    (!name.contains('/')).then_some((account, name))
}

/// Glue's parts agree a moment after something was made or deleted.
pub(crate) const SETTLING: &str = "Glue does not know it everywhere";

/// The tags of many resources: Glue tells them one by one, as they are. For a look that nobody waits for, one call of the
/// tagging API tells those of 100, and Glue those that are not listed there, be it that they wear none or that the list
/// lags behind. `None` for one whose tags Glue does not find: that is not one that wears none.
pub(crate) async fn tags_of(
    aws: &Aws,
    arns: &[String],
) -> BTreeMap<String, Result<Option<Tagged>, CloudError>> {
    let listed = &aws::tags_at_leisure(aws, arns).await;
    let answers = arns.iter().map(|arn| async move {
        let tags = match listed.get(arn) {
            Some(tags) => Ok(Some(tags.clone())),
            None => get(aws, arn).await,
        };
        (arn.clone(), tags.map(|tags| tags.map(tagged)))
    });
    side_by_side(answers).await.into_iter().collect()
}

/// The mark that a resource wears now; `None` when it is gone.
pub(crate) async fn worn(aws: &Aws, arn: &str) -> Result<Option<Option<Worn>>, CloudError> {
    Ok(get(aws, arn).await?.map(|tags| Worn::part(tags).1))
}

/// Put another mark on.
pub(crate) async fn mark(aws: &Aws, arn: &str, marking: &Marking) -> Result<(), CloudError> {
    if !marking.put.is_empty() {
        add(aws, arn, marking.put.clone().into_iter().collect()).await?;
    }
    if marking.take.is_empty() { Ok(()) } else { remove(aws, arn, marking.take.clone()).await }
}

/// Bring the user's tags up to what is wanted, where changes name them.
pub(crate) async fn retag(
    aws: &Aws,
    arn: &str,
    changes: &[FieldChange],
    wanted: &BTreeMap<String, Input<String>>,
) -> Result<(), CloudError> {
    let (set, gone) = entries(changes, &["tags"], wanted);
    if !gone.is_empty() {
        remove(aws, arn, gone.into_iter().collect()).await?;
    }
    if !set.is_empty() {
        add(aws, arn, set).await?;
    }
    Ok(())
}

async fn get(aws: &Aws, arn: &str) -> Result<Option<BTreeMap<String, String>>, CloudError> {
    match aws.glue.get_tags().resource_arn(arn).send().await {
        Ok(answer) => Ok(Some(answer.tags.unwrap_or_default().into_iter().collect())),
        Err(error) => match from_sdk("glue:GetTags", error) {
            gone if gone.is_gone() => Ok(None),
            error => Err(error),
        },
    }
}

async fn add(aws: &Aws, arn: &str, tags: HashMap<String, String>) -> Result<(), CloudError> {
    aws.glue
        .tag_resource()
        .resource_arn(arn)
        .set_tags_to_add(Some(tags))
        .send()
        .await
        .map_err(|error| from_sdk("glue:TagResource", error))?;
    Ok(())
}

async fn remove(aws: &Aws, arn: &str, keys: Vec<String>) -> Result<(), CloudError> {
    aws.glue
        .untag_resource()
        .resource_arn(arn)
        .set_tags_to_remove(Some(keys))
        .send()
        .await
        .map_err(|error| from_sdk("glue:UntagResource", error))?;
    Ok(())
}

fn tagged(tags: BTreeMap<String, String>) -> Tagged {
    let (own, worn) = Worn::part(tags);
    (own.into_iter().map(|(key, value)| (key, Input::Known(value))).collect(), worn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_of_one_sort_in_one_place() {
        let place =
            Place { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() };
        let job = arn(&place, &place.account, "job/etl");
        assert_eq!(key_of_arn(&job, "job", &place), Some(("123456789012", "etl")));
        assert_eq!(key_of_arn(&job, "crawler", &place), None);
        let elsewhere = Place { region: "eu-west-2".into(), ..place.clone() };
        assert_eq!(key_of_arn(&job, "job", &elsewhere), None);
    }
}
