//! Events about lakes. What is said again within minutes is counted in the series of the first event that said it.

use k8s_openapi::api::core::v1::ObjectReference;
use kube::{
    Client,
    runtime::events::{Event, Recorder, Reporter},
};
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long after it was said last something is still said again; kube's recorder forgets after this time as well.
const AGAIN_WITHIN: Duration = Duration::from_secs(6 * 60);

/// Publishes events.
pub(crate) struct Events {
    client: Client,
    reporter: Reporter,
    /// A recorder for each thing that was said, by its digest: one recorder counts whatever has the same reason, and
    /// keeps the first note only.
    said: Mutex<HashMap<u64, Said>>,
}

struct Said {
    recorder: Recorder,
    last: Instant,
}

impl Events {
    /// Nothing said yet.
    pub(crate) fn new(client: Client, reporter: Reporter) -> Self {
        Events { client, reporter, said: Mutex::default() }
    }

    /// Publish an event, or count it with the one that said the same.
    ///
    /// # Errors
    /// When the API server does not take it.
    pub(crate) async fn publish(
        &self,
        event: &Event,
        regarding: &ObjectReference,
    ) -> Result<(), kube::Error> {
        let digest = digest(event, regarding);
        match self.recorder(digest).publish(event, regarding).await {
            // Events are kept for an hour, or until somebody deletes them: it is said anew.
            Err(kube::Error::Api(refusal)) if refusal.is_not_found() => {
                self.said().remove(&digest);
                self.recorder(digest).publish(event, regarding).await
            }
            published => published,
        }
    }

    fn recorder(&self, digest: u64) -> Recorder {
        let now = Instant::now();
        let mut said = self.said();
        said.retain(|_, said| now.duration_since(said.last) < AGAIN_WITHIN);
        let new = || Said { recorder: Recorder::new(self.client.clone(), self.reporter.clone()), last: now };
        let said = said.entry(digest).or_insert_with(new);
        said.last = now;
        said.recorder.clone()
    }

    fn said(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Said>> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn digest(event: &Event, regarding: &ObjectReference) -> u64 {
    let mut digest = DefaultHasher::new();
    (&regarding.uid, &event.reason, &event.action, &event.note).hash(&mut digest);
    digest.finish()
}
