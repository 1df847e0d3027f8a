//! When work has to be at its end: a call that has no answer by then counts as unanswered.
//!
//! A deadline holds for all that is done within its scope, however many calls that takes; what is spawned there is not
//! within it.

use crate::{
    cloud::{Cloud, Listed, Write},
    contents::Held,
    error::{CloudError, Retry},
    graph::NodeId,
    inventory::Sight,
    key::Key,
    kind::Kinds,
    owner::{Owner, Worn},
    settings::Settings,
};
use futures::future::BoxFuture;
use std::{collections::BTreeMap, sync::Arc};
use tokio::time::{Instant, timeout_at};

tokio::task_local! {
    static BY: Instant;
}

/// Do some work whose calls end by then, or sooner where that was said of what the work is a part of.
pub async fn by<F: Future>(deadline: Instant, work: F) -> F::Output {
    let deadline = BY.try_with(|sooner| deadline.min(*sooner)).unwrap_or(deadline);
    BY.scope(deadline, work).await
}

/// A cloud whose every answer comes by the deadline.
pub(crate) struct Timely(pub(crate) Arc<dyn Cloud>);

/// What came of a call before the deadline.
async fn answer<T>(call: impl Future<Output = T>) -> Option<T> {
    match BY.try_with(|deadline| *deadline) {
        // Nothing is begun that would be given up at once.
        Ok(deadline) if deadline <= Instant::now() => None,
        Ok(deadline) => timeout_at(deadline, call).await.ok(),
        Err(_) => Some(call.await),
    }
}

fn late(kind: &str, verb: &str) -> CloudError {
    let said = "the time for it was over before an answer came";
    CloudError::own(&format!("{kind}:{verb}"), Retry::Unanswered, said)
}

impl Cloud for Timely {
    fn kinds(&self) -> Kinds {
        self.0.kinds()
    }

    fn read<'a>(&'a self, keys: Vec<Key>) -> BoxFuture<'a, Vec<(Key, Sight<Settings>)>> {
        Box::pin(async move {
            let asked = keys.clone();
            answer(self.0.read(keys)).await.unwrap_or_else(|| {
                let unread = |key: &Key| Sight::Unreadable(late(key.kind(), "Read"));
                asked.into_iter().map(|key| (key.clone(), unread(&key))).collect()
            })
        })
    }

    fn births<'a>(&'a self, keys: &'a [Key]) -> BoxFuture<'a, Result<BTreeMap<Key, String>, CloudError>> {
        Box::pin(async move {
            let kind = keys.first().map_or("resource", Key::kind);
            answer(self.0.births(keys)).await.unwrap_or_else(|| Err(late(kind, "List")))
        })
    }

    fn held<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Held>, CloudError>> {
        Box::pin(
            async move { answer(self.0.held(key)).await.unwrap_or_else(|| Err(late(key.kind(), "Count"))) },
        )
    }

    fn worn<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Option<Worn>>, CloudError>> {
        Box::pin(
            async move { answer(self.0.worn(key)).await.unwrap_or_else(|| Err(late(key.kind(), "Mark"))) },
        )
    }

    fn write<'a>(&'a self, node: &'a NodeId, write: Write) -> BoxFuture<'a, Result<(), CloudError>> {
        Box::pin(async move {
            answer(self.0.write(node, write)).await.unwrap_or_else(|| Err(late(node.kind(), "Write")))
        })
    }

    fn marked<'a>(&'a self, owner: &'a Owner, parents: &'a [Key]) -> BoxFuture<'a, Listed> {
        Box::pin(async move {
            let listed = answer(self.0.marked(owner, parents)).await;
            listed.unwrap_or_else(|| Listed::failed(late("tagging", "GetResources")))
        })
    }
}
