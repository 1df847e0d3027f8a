//! AWS as the engine sees it: each key's own kind answers, the kinds side by side.

use super::{DRIVERS, Driver, KINDS, RegisteredKey as _, RegisteredSettings as _, key_of_arn};
use crate::{
    aws::{self, Aws},
    cloud::{Cloud, Listed, Marked, Write},
    contents::Held,
    error::CloudError,
    graph::NodeId,
    inventory::Sight,
    key::{Id, Key},
    kind::Kinds,
    owner::{Owner, Worn},
    settings::Settings,
};
use futures::future::{BoxFuture, TryFutureExt as _, join, join_all, try_join_all};
use std::collections::BTreeMap;

/// AWS, of one place and one set of credentials, as the engine sees it.
#[derive(Clone, Debug)]
pub struct AwsCloud(pub Aws);

impl Cloud for AwsCloud {
    fn kinds(&self) -> Kinds {
        KINDS
    }

    fn read<'a>(&'a self, keys: Vec<Key>) -> BoxFuture<'a, Vec<(Key, Sight<Settings>)>> {
        Box::pin(async move {
            let looks = by_kind(&keys).map(async |(kind, ids)| read(kind, &self.0, ids).await);
            join_all(looks).await.into_iter().flatten().collect()
        })
    }

    fn births<'a>(&'a self, keys: &'a [Key]) -> BoxFuture<'a, Result<BTreeMap<Key, String>, CloudError>> {
        Box::pin(async move {
            let lists = by_kind(keys).map(async |(kind, ids)| {
                let births = kind.births(&self.0, &ids).await?;
                Ok(births.into_iter().map(move |(id, birth)| (key(kind, id), birth)))
            });
            Ok(try_join_all(lists).await?.into_iter().flatten().collect())
        })
    }

    fn held<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Held>, CloudError>> {
        key.driver().held(&self.0, key.id())
    }

    fn worn<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Option<Worn>>, CloudError>> {
        key.driver().worn(&self.0, key.id())
    }

    fn write<'a>(&'a self, _node: &'a NodeId, write: Write) -> BoxFuture<'a, Result<(), CloudError>> {
        Box::pin(async move {
            match write {
                Write::Create { settings, mark } => {
                    settings.driver().create(&self.0, settings.json(), &mark).await
                }
                Write::Update { key, settings, changes } => {
                    key.driver().update(&self.0, key.id(), settings.json(), &changes).await
                }
                Write::Mark { key, marking } => key.driver().mark(&self.0, key.id(), &marking).await,
                Write::Delete { key, data } => key.driver().delete(&self.0, key.id(), data).await,
            }
        })
    }

    fn marked<'a>(&'a self, owner: &'a Owner, parents: &'a [Key]) -> BoxFuture<'a, Listed> {
        Box::pin(async move {
            let lists = DRIVERS.iter().map(async |kind| {
                let listed = kind.leftovers(&self.0, owner, parents).await?;
                Ok(listed.into_iter().map(|(id, worn)| (key(*kind, id), worn)).collect::<Marked<Key>>())
            });
            let tagged = aws::tagged(&self.0, owner).map_ok(|tagged| {
                let key = |(arn, worn): (String, _)| Some((key_of_arn(&arn, &self.0.place)?, worn));
                tagged.into_iter().filter_map(key).collect::<Marked<Key>>()
            });
            let (tagged, lists) = join(tagged, join_all(lists)).await;
            let mut all = Listed::default();
            for list in std::iter::once(tagged).chain(lists) {
                match list {
                    Ok(listed) => all.marked.extend(listed),
                    Err(error) => all.failed.push(error),
                }
            }
            all
        })
    }
}

async fn read(kind: &'static dyn Driver, aws: &Aws, ids: Vec<Id>) -> Vec<(Key, Sight<Settings>)> {
    let sights = kind.read(aws, &ids).await;
    let settings = |json| Settings::new(kind.traits().name, json);
    ids.into_iter().zip(sights).map(|(id, sight)| (key(kind, id), sight.map(settings))).collect()
}

fn key(kind: &'static dyn Driver, id: Id) -> Key {
    Key::new(kind.traits().name, id)
}

/// What is asked of each kind, in the order in which kinds are registered.
fn by_kind(keys: &[Key]) -> impl Iterator<Item = (&'static dyn Driver, Vec<Id>)> {
    DRIVERS.iter().filter_map(move |kind| {
        let ours = keys.iter().filter(|key| key.kind() == kind.traits().name);
        let ids: Vec<Id> = ours.map(|key| key.id().clone()).collect();
        (!ids.is_empty()).then_some((*kind, ids))
    })
}
