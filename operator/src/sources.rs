//! Config maps and secrets that lakes take contents from: read when a lake is worked on, and watched so that a change
//! of one brings its lakes back.

use crate::{
    lake::{Refusal, Verdict},
    object::Name,
    queue::{Lane, Queue},
};
use futures::StreamExt;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::{
    Api, Client, Resource, ResourceExt,
    core::PartialObjectMeta,
    runtime::{WatchStreamExt, watcher},
};
use lake_api::content::{self, Content, ContentReference, Holder};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, btree_map::Entry},
    fmt::Debug,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{task::JoinHandle, time::Instant};

/// One config map or secret: its namespace, its kind and its name.
type Place = (String, Holder, String);

/// What lakes take from where.
pub struct Sources {
    client: Client,
    queue: Arc<Queue<Name>>,
    users: Arc<Mutex<HashMap<Place, BTreeSet<Name>>>>,
    watches: Mutex<HashMap<(String, Holder), JoinHandle<()>>>,
}

impl Sources {
    /// Nothing watched yet.
    #[must_use]
    pub fn new(client: Client, queue: Arc<Queue<Name>>) -> Self {
        Sources { client, queue, users: Arc::default(), watches: Mutex::default() }
    }

    /// Put the contents that a spec names into their places; whether it names any.
    ///
    /// # Errors
    /// The verdict when something is not there, or the API server does not say.
    pub(crate) async fn fill(&self, lake: &Name, spec: &mut Value) -> Result<bool, Verdict> {
        let references = content::references(spec);
        self.heed(lake, &references);
        if references.is_empty() {
            return Ok(false);
        }
        let mut found = BTreeMap::new();
        for reference in &references {
            let place = (reference.holder, reference.name.clone());
            if let Entry::Vacant(unread) = found.entry(place) {
                let right = match reference.holder {
                    Holder::ConfigMap => "get configmaps",
                    Holder::Secret => "get secrets",
                };
                let data = self.read(&lake.namespace, reference).await;
                unread.insert(data.map_err(|error| Refusal::of(right, &error))?);
            }
        }
        content::resolve(spec, |reference| {
            found.get(&(reference.holder, reference.name.clone()))?.get(&reference.key).cloned()
        })
        .map_err(|findings| Verdict::content_missing(&findings))?;
        Ok(true)
    }

    async fn read(
        &self,
        namespace: &str,
        reference: &ContentReference,
    ) -> Result<BTreeMap<String, Content>, kube::Error> {
        let client = self.client.clone();
        Ok(match reference.holder {
            Holder::ConfigMap => {
                let found = Api::<ConfigMap>::namespaced(client, namespace).get_opt(&reference.name).await?;
                let map = found.unwrap_or_default();
                let texts =
                    map.data.unwrap_or_default().into_iter().map(|(key, text)| (key, text.into_bytes()));
                let bytes =
                    map.binary_data.unwrap_or_default().into_iter().map(|(key, bytes)| (key, bytes.0));
                texts.chain(bytes).map(|(key, bytes)| (key, Content(bytes))).collect()
            }
            Holder::Secret => {
                let found = Api::<Secret>::namespaced(client, namespace).get_opt(&reference.name).await?;
                let data = found.unwrap_or_default().data.unwrap_or_default();
                data.into_iter().map(|(key, bytes)| (key, Content(bytes.0))).collect()
            }
        })
    }

    /// Remember what a lake takes, and watch the namespace for it.
    fn heed(&self, lake: &Name, references: &[ContentReference]) {
        let wanted: BTreeSet<Place> = references
            .iter()
            .map(|reference| (lake.namespace.clone(), reference.holder, reference.name.clone()))
            .collect();
        {
            let mut users = lock(&self.users);
            users.retain(|place, lakes| {
                if !wanted.contains(place) {
                    lakes.remove(lake);
                }
                !lakes.is_empty()
            });
            for place in &wanted {
                users.entry(place.clone()).or_default().insert(lake.clone());
            }
        }
        for (namespace, holder, _) in wanted {
            lock(&self.watches).entry((namespace.clone(), holder)).or_insert_with(|| match holder {
                Holder::ConfigMap => self.watch::<ConfigMap>(namespace, holder),
                Holder::Secret => self.watch::<Secret>(namespace, holder),
            });
        }
    }

    /// Watch the metadata of a namespace's config maps or secrets. Where that is not allowed, the lakes find changes at
    /// their next look.
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
        let (users, queue) = (self.users.clone(), self.queue.clone());
        tokio::spawn(async move {
            let events = watcher(api, watcher::Config::default()).default_backoff();
            let mut events = std::pin::pin!(events);
            while let Some(event) = events.next().await {
                let object = match event {
                    Ok(watcher::Event::Apply(object) | watcher::Event::Delete(object)) => object,
                    Ok(_) => continue,
                    Err(error) => {
                        tracing::debug!(%error, namespace, ?holder, "sources cannot be watched");
                        continue;
                    }
                };
                let place = (namespace.clone(), holder, object.name_any());
                for lake in lock(&users).get(&place).into_iter().flatten() {
                    queue.push(lake.clone(), Lane::Changed, Instant::now());
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
