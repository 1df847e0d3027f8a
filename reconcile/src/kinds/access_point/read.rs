//! Looking at access points, one call for each facet. At leisure, where there are many, the account's list tells which
//! are there.

use super::{AccessPoint, arn};
use crate::{
    aws::{self, Aws, Priority, born, from_sdk},
    error::CloudError,
    inventory::{Facts, Seen, Sight},
    kinds::bucket::spec::PublicAccessBlock,
    owner::Worn,
    policy::{self, Statements},
};
use aws_sdk_s3control::types::PublicAccessBlockConfiguration;
use futures::future::{join, join_all};
use lake_api::Input;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
};

/// S3 Control's word for an access point that does not exist.
pub(super) const GONE: &str = "NoSuchAccessPoint";
/// Access points on a page of the list, the most that S3 Control allows.
const PAGE: i32 = 1000;

/// Its tags, marks among them.
type Tags = BTreeMap<String, String>;

/// What an access point is but for its policy and tags. Nothing of it can be changed: one that is made anew is another,
/// with an alias of its own.
#[derive(Clone, Debug)]
struct Point {
    bucket: String,
    bucket_account: Option<String>,
    vpc_id: Option<String>,
    network_origin: Option<String>,
    alias: Option<String>,
    public_access_block: PublicAccessBlock,
    birth: Option<String>,
}

/// Access points that were looked at, by their aliases, which AWS gives to one access point only.
#[derive(Debug, Default)]
struct Known(Mutex<HashMap<String, Point>>);

impl Known {
    fn get(&self, alias: &str) -> Option<Point> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(alias).cloned()
    }

    fn learn(&self, point: &Point) {
        if let Some(alias) = &point.alias {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(alias.clone(), point.clone());
        }
    }
}

/// Look at access points.
pub(super) async fn read(aws: &Aws, names: &[String]) -> Vec<Sight<AccessPoint>> {
    let arns: Vec<String> = names.iter().map(|name| arn(name, &aws.place)).collect();
    let (points, tags) = join(listed(aws, names), aws::tags_at_leisure(aws, &arns)).await;
    let looks = names.iter().zip(&arns).map(|(name, arn)| one(aws, name, points.get(name), tags.get(arn)));
    join_all(looks).await
}

/// Those of the account's list that are known, for a look that nobody waits for. What is not among them is asked for.
async fn listed(aws: &Aws, names: &[String]) -> BTreeMap<String, Point> {
    let mut known = BTreeMap::new();
    if names.len() < 2 || Priority::now() != Priority::Routine {
        return known;
    }
    let list = aws.s3control.list_access_points().account_id(&aws.place.account).max_results(PAGE);
    let mut pages = list.into_paginator().send();
    while known.len() < names.len()
        && let Some(page) = pages.next().await
    {
        // Who may not list them may still read each.
        let Ok(page) = page.map_err(|why| from_sdk("s3control:ListAccessPoints", why)) else {
            break;
        };
        for point in page.access_point_list() {
            let name = point.name().to_owned();
            if let Some(found) =
                point.alias().filter(|_| names.contains(&name)).and_then(|it| aws.kept::<Known>().get(it))
            {
                known.insert(name, found);
            }
        }
    }
    known
}

/// Look at one. What it is, and its tags, may be known already.
async fn one(aws: &Aws, name: &str, point: Option<&Point>, tags: Option<&Tags>) -> Sight<AccessPoint> {
    match all(aws, name, point, tags).await {
        Ok(seen) => Sight::Present(seen),
        Err(error) if is_gone(&error) => Sight::Absent,
        Err(error) => Sight::Unreadable(error),
    }
}

/// It tells itself first whether it is there at all: one call for one that is absent.
async fn all(
    aws: &Aws,
    name: &str,
    point: Option<&Point>,
    listed: Option<&Tags>,
) -> Result<Seen<AccessPoint>, CloudError> {
    let point = match point {
        Some(point) => point.clone(),
        None => get(aws, name).await?,
    };
    let tags = async {
        match listed {
            Some(tags) => Ok(tags.clone()),
            None => tags(aws, name).await,
        }
    };
    let (statements, tags) = futures::try_join!(statements(aws, name), tags)?;
    Ok(seen(aws, name, point, statements, tags))
}

/// The tags of an access point.
pub(super) async fn tags(aws: &Aws, name: &str) -> Result<Tags, CloudError> {
    let arn = super::arn(name, &aws.place);
    let answer =
        aws.s3control.list_tags_for_resource().account_id(&aws.place.account).resource_arn(arn).send().await;
    let answer = answer.map_err(|e| from_sdk("s3control:ListTagsForResource", e))?;
    Ok(answer.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect())
}

/// Whether an error says that the access point does not exist; the tags' operation says so in a word of its own.
pub(super) fn is_gone(error: &CloudError) -> bool {
    error.is(GONE) || error.is("NoSuchResource")
}

async fn get(aws: &Aws, name: &str) -> Result<Point, CloudError> {
    let answer = aws.s3control.get_access_point().account_id(&aws.place.account).name(name).send().await;
    let answer = answer.map_err(|e| from_sdk("s3control:GetAccessPoint", e))?;
    let point = Point {
        bucket: answer.bucket.unwrap_or_default(),
        bucket_account: answer.bucket_account_id,
        vpc_id: answer.vpc_configuration.map(|vpc| vpc.vpc_id),
        network_origin: answer.network_origin.map(|origin| origin.as_str().to_owned()),
        alias: answer.alias,
        public_access_block: public_access(answer.public_access_block_configuration.as_ref()),
        birth: born(answer.creation_date.as_ref()),
    };
    aws.kept::<Known>().learn(&point);
    Ok(point)
}

async fn statements(aws: &Aws, name: &str) -> Result<Statements, CloudError> {
    const DOING: &str = "s3control:GetAccessPointPolicy";
    let answer =
        aws.s3control.get_access_point_policy().account_id(&aws.place.account).name(name).send().await;
    match answer.map_err(|e| from_sdk(DOING, e)) {
        Ok(answer) => match answer.policy() {
            Some(document) => policy::parse(document, &aws.place.partition)
                .map_err(|malformed| CloudError::refused(DOING, malformed.to_string())),
            None => Ok(Statements::new()),
        },
        Err(error) if error.is("NoSuchAccessPointPolicy") => Ok(Statements::new()),
        Err(error) => Err(error),
    }
}

fn seen(aws: &Aws, name: &str, point: Point, statements: Statements, tags: Tags) -> Seen<AccessPoint> {
    let (tags, worn) = Worn::part(tags);
    let mut facts: Facts = super::facts(name, &aws.place);
    facts.extend(point.alias.map(|alias| ("alias".to_owned(), alias)));
    facts.extend(point.network_origin.map(|origin| ("networkOrigin".to_owned(), origin)));
    let settings = AccessPoint {
        name: Input::from(name),
        bucket: Input::Known(point.bucket),
        bucket_account: Input::Known(point.bucket_account.unwrap_or_else(|| aws.place.account.clone())),
        vpc_id: point.vpc_id.map(Input::Known),
        public_access_block: point.public_access_block,
        statements,
        tags: tags.into_iter().map(|(key, value)| (key, Input::Known(value))).collect(),
    };
    Seen { settings, facts, worn, birth: point.birth }
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
