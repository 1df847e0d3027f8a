//! The resource groups tagging API: what wears a mark, and the tags of many at once.
//!
//! It lists what *has or had* tags and lags behind deletes, so what it names counts as living only after its own
//! service says so. A page may be empty and have a successor.

use crate::{Aws, Priority, error::from_sdk};
use aws_sdk_resourcegroupstagging::types::{ResourceTagMapping, TagFilter};
use futures::{StreamExt, TryStreamExt, stream};
use lake_engine::{
    error::CloudError,
    owner::{self, Owner, Worn},
};
use std::collections::BTreeMap;

/// ARNs that one call takes.
const ARNS: usize = 100;
/// Resources on one page.
const PAGE: i32 = 100;
/// No lake is larger; a token that never ends is an endpoint's fault.
const PAGES: usize = 10_000;

/// The ARNs of what the tagging API lists as wearing this owner's mark, be it in its lake or left behind by it.
pub async fn tagged(aws: &Aws, owner: &Owner) -> Result<Vec<(String, Option<Worn>)>, CloudError> {
    let marks =
        [owner.to_string(), Worn::retained(owner, &lake_engine::graph::NodeId::new("", ""), None).owner];
    let filter = TagFilter::builder().key(owner::OWNER).set_values(Some(marks.to_vec())).build();
    let mut all = Vec::new();
    let mut token: Option<String> = None;
    for _ in 0..PAGES {
        let page = aws
            .tagging
            .get_resources()
            .tag_filters(filter.clone())
            .resources_per_page(PAGE)
            .set_pagination_token(token.take())
            .send()
            .await
            .map_err(|e| from_sdk("tagging:GetResources", e))?;
        all.extend(page.resource_tag_mapping_list().iter().filter_map(|resource| {
            Some((resource.resource_arn()?.to_owned(), Worn::part(tags(resource)).1))
        }));
        token = page.pagination_token().filter(|token| !token.is_empty()).map(ToOwned::to_owned);
        if token.is_none() {
            return Ok(all);
        }
    }
    Err(CloudError::refused("tagging:GetResources", "the list of tagged resources does not end"))
}

/// The tags of resources whose own service tells them one by one, for a look that nobody waits for; none of them
/// otherwise, and none that the API does not list or cannot be asked for.
///
/// The list lags behind, by seconds mostly. A routine look comes minutes after the last write, and what it takes for a
/// drift is not written to before its own service was asked whose mark it wears; so an hour's lag would at worst set tags
/// again that are set. Who waits for the end of a write asks the resource's own service.
pub async fn tags_at_leisure(aws: &Aws, arns: &[String]) -> BTreeMap<String, BTreeMap<String, String>> {
    if arns.len() < 2 || Priority::now() != Priority::Routine {
        return BTreeMap::new();
    }
    tags_of(aws, arns).await.unwrap_or_default()
}

/// The tags of many resources by their ARNs, 100 a call. One that has no tags, or does not exist, is not among the
/// answers.
async fn tags_of(
    aws: &Aws,
    arns: &[String],
) -> Result<BTreeMap<String, BTreeMap<String, String>>, CloudError> {
    let chunks: Vec<Vec<String>> = arns.chunks(ARNS).map(<[String]>::to_vec).collect();
    let pages: Vec<_> = stream::iter(chunks)
        .map(|some| async move {
            aws.tagging
                .get_resources()
                .set_resource_arn_list(Some(some))
                .send()
                .await
                .map_err(|e| from_sdk("tagging:GetResources", e))
        })
        .buffered(4)
        .try_collect()
        .await?;
    Ok(pages
        .iter()
        .flat_map(|page| page.resource_tag_mapping_list())
        .filter_map(|resource| Some((resource.resource_arn()?.to_owned(), tags(resource))))
        .collect())
}

fn tags(resource: &ResourceTagMapping) -> BTreeMap<String, String> {
    resource.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}
