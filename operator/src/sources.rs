//! Config maps and secrets that lakes take contents from: read when a lake is worked on, and watched so that a change
//! of one brings its lakes back. Secrets are watched only where that is asked for: it needs the right to list them all.

mod uses;

use crate::{
    object::Name,
    queue::{Priority, Queue},
    refusal::Refusal,
    summary::Summary,
};
use futures::StreamExt;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::{
    Api, Client, Resource, ResourceExt,
    core::PartialObjectMeta,
    runtime::{WatchStreamExt, watcher},
};
use lake_api::content::{self, Content, ContentReference, Holder};
use lake_reconcile::CONTRACT;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, btree_map::Entry},
    fmt::Debug,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{task::JoinHandle, time::Instant};
use uses::{Place, Uses, Version};

/// What lakes take from where.
pub struct Sources {
    client: Client,
    queue: Arc<Queue<Name>>,
    uses: Arc<Mutex<Uses>>,
    /// By namespace and kind: each lives while a lake takes something from there.
    watches: Mutex<HashMap<(String, Holder), JoinHandle<()>>>,
    watches_secrets: bool,
}

impl Sources {
    /// Nothing watched yet.
    #[must_use]
    pub fn new(client: Client, queue: Arc<Queue<Name>>, watches_secrets: bool) -> Self {
        Sources { client, queue, uses: Arc::default(), watches: Mutex::default(), watches_secrets }
    }

    /// Put the contents that a spec names into their places; whether it names any.
    ///
    /// # Errors
    /// The summary when something is not there, or the API server does not say.
    pub(crate) async fn fill(&self, lake: &Name, spec: &mut Value) -> Result<bool, Summary> {
        let references = content::references(CONTRACT.shape(), spec);
        let place =
            |reference: &ContentReference| (lake.namespace.clone(), reference.holder, reference.name.clone());
        self.register(lake, &references.iter().map(place).collect());
        if references.is_empty() {
            return Ok(false);
        }
        let mut found = BTreeMap::new();
        for reference in &references {
            if let Entry::Vacant(unread) = found.entry((reference.holder, reference.name.clone())) {
                let right = match reference.holder {
                    Holder::ConfigMap => "get configmaps",
                    Holder::Secret => "get secrets",
                };
                let read = self.read(&lake.namespace, reference).await;
                let (version, data) = read.map_err(|error| Refusal::of(right, &error))?;
                if lock(&self.uses).read(lake, &place(reference), version) {
                    self.queue.push(lake.clone(), Priority::Changed, Instant::now());
                }
                unread.insert(data);
            }
        }
        content::resolve(CONTRACT.shape(), spec, |reference| {
            found.get(&(reference.holder, reference.name.clone()))?.get(&reference.key).cloned()
        })
        .map_err(|findings| Summary::content_missing(&findings))?;
        Ok(true)
    }

    /// A lake takes nothing any more.
    pub(crate) fn forget(&self, lake: &Name) {
        self.register(lake, &BTreeSet::new());
    }

    async fn read(
        &self,
        namespace: &str,
        reference: &ContentReference,
    ) -> Result<(Version, BTreeMap<String, Content>), kube::Error> {
        let client = self.client.clone();
        Ok(match reference.holder {
            Holder::ConfigMap => {
                let found = Api::<ConfigMap>::namespaced(client, namespace).get_opt(&reference.name).await?;
                let map = found.unwrap_or_default();
                let texts =
                    map.data.unwrap_or_default().into_iter().map(|(key, text)| (key, text.into_bytes()));
                let bytes =
                    map.binary_data.unwrap_or_default().into_iter().map(|(key, bytes)| (key, bytes.0));
                let all = texts.chain(bytes).map(|(key, bytes)| (key, Content(bytes))).collect();
                (map.metadata.resource_version, all)
            }
            Holder::Secret => {
                let found = Api::<Secret>::namespaced(client, namespace).get_opt(&reference.name).await?;
                let secret = found.unwrap_or_default();
                let data = secret.data.unwrap_or_default();
                let all = data.into_iter().map(|(key, bytes)| (key, Content(bytes.0))).collect();
                (secret.metadata.resource_version, all)
            }
        })
    }

    /// Remember what a lake takes, watch where it does, and end the watches that no lake needs any more.
    fn register(&self, lake: &Name, places: &BTreeSet<Place>) {
        let mut watches = lock(&self.watches);
        let wanted = {
            let mut uses = lock(&self.uses);
            uses.takes(lake, places);
            uses.watched()
        };
        watches.retain(|watched, watch| {
            let stays = wanted.contains(watched) && !watch.is_finished();
            if !stays {
                watch.abort();
            }
            stays
        });
        for (namespace, holder) in wanted {
            if holder == Holder::Secret && !self.watches_secrets {
                continue;
            }
            watches.entry((namespace.clone(), holder)).or_insert_with(|| match holder {
                Holder::ConfigMap => self.watch::<ConfigMap>(namespace, holder),
                Holder::Secret => self.watch::<Secret>(namespace, holder),
            });
        }
    }

    /// Watch the metadata of a namespace's config maps or secrets. Where that is not allowed, the lakes find changes at
    /// their next look. What a list brings is compared with what was read, as what comes later is: something may have
    /// changed before the watch began, or while it was broken.
    fn watch<K>(&self, namespace: String, holder: Holder) -> JoinHandle<()>
    where
        K: Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope>
            + Clone
            + Debug
            + DeserializeOwned
            + Send
            + 'static,
    {
        let api = Api::<PartialObjectMeta<K>>::namespaced(self.client.clone(), &namespace);
        let (uses, queue) = (self.uses.clone(), self.queue.clone());
        tokio::spawn(async move {
            let events = watcher(api, watcher::Config::default()).default_backoff();
            let mut events = std::pin::pin!(events);
            let mut listed = BTreeSet::new();
            let place = |object: &PartialObjectMeta<K>| (namespace.clone(), holder, object.name_any());
            while let Some(event) = events.next().await {
                let moved = match event {
                    Ok(watcher::Event::Init) => {
                        listed.clear();
                        Vec::new()
                    }
                    Ok(watcher::Event::InitApply(object)) => {
                        listed.insert(object.name_any());
                        lock(&uses).told(&place(&object), object.resource_version())
                    }
                    Ok(watcher::Event::InitDone) => {
                        let listed = std::mem::take(&mut listed);
                        lock(&uses).listed(&namespace, holder, &listed)
                    }
                    Ok(watcher::Event::Apply(object)) => {
                        lock(&uses).told(&place(&object), object.resource_version())
                    }
                    Ok(watcher::Event::Delete(object)) => lock(&uses).told(&place(&object), None),
                    Err(error) => {
                        tracing::debug!(%error, namespace, ?holder, "sources cannot be watched");
                        Vec::new()
                    }
                };
                for lake in moved {
                    queue.push(lake, Priority::Changed, Instant::now());
                }
            }
        })
    }
}

impl Drop for Sources {
    fn drop(&mut self) {
        lock(&self.watches).values().for_each(JoinHandle::abort);
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
