//! The lakes as they come and go.

use crate::{object::Object, operator::Operator};
use futures::StreamExt;
use kube::{
    Api, Client,
    runtime::{WatchStreamExt, watcher},
};
use std::{collections::HashSet, sync::Arc};

/// Lakes on a page of a list: a page is held in memory as a whole, and a lake may be some 10 kB with as much again of who
/// wrote what.
const PAGE: u32 = 100;

/// Watch the lakes of one namespace, or of all, for ever. What breaks a watch (an API server that goes, a version that
/// is too old) is told in the log, and the watch begun anew.
pub(crate) async fn watch(operator: Arc<Operator>, client: Client, namespace: Option<String>) {
    let api: Api<Object> = match &namespace {
        Some(namespace) => Api::namespaced(client, namespace),
        None => Api::all(client),
    };
    let events = watcher(api, watcher::Config::default().page_size(PAGE)).default_backoff();
    let mut events = std::pin::pin!(events);
    let mut listed = HashSet::new();
    let mut first = true;
    while let Some(event) = events.next().await {
        match event {
            Ok(watcher::Event::Init) => listed.clear(),
            Ok(watcher::Event::InitApply(object)) => {
                listed.insert(object.name());
                operator.seen(object);
            }
            Ok(watcher::Event::InitDone) => {
                for object in operator.context.store.missing_from(namespace.as_deref(), &listed) {
                    operator.gone(&object);
                }
                listed = HashSet::new();
                if std::mem::take(&mut first) {
                    operator.context.store.told_all();
                }
            }
            Ok(watcher::Event::Apply(object)) => operator.seen(object),
            Ok(watcher::Event::Delete(object)) => operator.gone(&object),
            Err(error) => tracing::warn!(%error, "the lakes cannot be watched; trying again"),
        }
    }
}
