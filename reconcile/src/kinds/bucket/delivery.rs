//! What lets S3 deliver logs of requests into a bucket: without ACLs, which are off, only its policy can.

use crate::{
    LakeSpec,
    expand::names::Names,
    graph::NodeId,
    place::Place,
    policy::{Principals, Statement, Texts, texts},
};
use lake_api::{Input, names::Word};
use std::collections::{BTreeMap, BTreeSet};

/// A log that comes from one bucket, by name, below a prefix.
pub(super) type Source = (Input<String>, Input<String>);

/// The members that take logs of other members' requests, and from where.
pub(super) fn to_members(spec: &LakeSpec, names: &Names<'_>) -> BTreeMap<NodeId, BTreeSet<Source>> {
    let mut all: BTreeMap<NodeId, BTreeSet<Source>> = BTreeMap::new();
    for (key, bucket) in spec.buckets.own() {
        let Some(logging) = &bucket.logging else { continue };
        let Some(target) = names.bucket(&logging.bucket).node else { continue };
        let prefix = logging.prefix.as_ref().map_or_else(Input::default, |prefix| prefix.input().clone());
        all.entry(target).or_default().insert((names.bucket_name(bucket, key), prefix));
    }
    all
}

/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html>, "Grant permissions to
/// the logging service principal using a bucket policy".
pub(super) fn statement(target: &Input<String>, sources: BTreeSet<Source>, place: &Place) -> Statement {
    let arn = |rest: &[&Input<String>]| {
        let front = Input::Known(format!("arn:{}:s3:::", place.partition));
        Input::concat(std::iter::once(&front).chain(rest.iter().copied()))
    };
    let slash = Input::from("/");
    let star = Input::from("*");
    let resources = sources.iter().map(|(_, prefix)| arn(&[target, &slash, prefix, &star]));
    let from: Texts = sources.iter().map(|(source, _)| arn(&[source])).collect();
    let condition = |operator: &str, key: &str, values: Texts| {
        (operator.to_owned(), BTreeMap::from([(key.to_owned(), values)]))
    };
    Statement {
        sid: Some(Input::from("LakeLogDelivery")),
        actions: texts(["s3:PutObject"]),
        resources: resources.collect(),
        principals: Principals { services: texts(["logging.s3.amazonaws.com"]), ..Principals::default() },
        conditions: BTreeMap::from([
            condition("ArnLike", "aws:SourceArn", from),
            condition("StringEquals", "aws:SourceAccount", texts([place.account.clone()])),
        ]),
        ..Statement::default()
    }
}
