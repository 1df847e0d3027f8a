//! What is written to a lake's object, its status and our finalizer, each only onto what was seen of it.
//!
//! Every write names the version of the object that it was decided on. Where that is not the newest, the object is read
//! again: what users and other controllers have changed is no reason to be silent, but what another operator remembers is
//! never written over.

use crate::{
    leader::Leadership,
    object::{FINALIZER, MANAGER, Name, Object, Unreadable},
    refusal::Refusal,
};
use kube::{
    Api, Client, Resource,
    api::{Patch, PatchParams},
};
use lake_api::LakeStatus;
use lake_reconcile::Lake;
use serde_json::json;
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

/// How often a write is tried anew on the newest version.
const TRIES: usize = 4;

/// An object as this process has seen it last: as the watch has brought it, or as a write has left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// What its status says, or shall say where somebody has written over it.
    pub status: LakeStatus,
    /// Why its record cannot be read, if there is one that cannot.
    pub unreadable: Option<Unreadable>,
    version: Option<String>,
    finalizers: Vec<String>,
    foreign_write: Option<jiff::Timestamp>,
}

impl Seen {
    /// The object as the watch has brought it.
    pub(crate) fn of(object: &Object) -> Self {
        Seen {
            status: object.status(),
            unreadable: object.record().err(),
            version: object.metadata.resource_version.clone(),
            finalizers: object.metadata.finalizers.clone().unwrap_or_default(),
            foreign_write: object.foreign_write,
        }
    }

    /// What counts of this, which was seen before, and of what the watch has brought now.
    pub(crate) fn and(self, object: &Object) -> Brought {
        if !self.is_older_than(object) {
            return Brought { is_overwritten: false, seen: self };
        }
        let brought = Seen::of(object);
        if brought.status == self.status || brought.is_anothers(&self) {
            return Brought { is_overwritten: false, seen: brought };
        }
        Brought { is_overwritten: true, seen: brought.with_words_of(self) }
    }

    /// Whether an object is of a later version. Versions of one resource are numbers that grow (Kubernetes API Concepts,
    /// "Resource versions").
    pub(crate) fn is_older_than(&self, object: &Object) -> bool {
        let number = |version: &Option<String>| version.as_ref()?.parse::<u128>().ok();
        let newer = &object.metadata.resource_version;
        match (number(&self.version), number(newer)) {
            (Some(this), Some(that)) => this < that,
            _ => self.version != *newer,
        }
    }

    /// The same with this status.
    pub(crate) fn saying(self, status: LakeStatus) -> Self {
        Seen { status, ..self }
    }

    /// The object with another's status.
    fn with_words_of(self, Seen { status, unreadable, .. }: Seen) -> Self {
        Seen { status, unreadable, ..self }
    }

    /// Whether another operator has written this: it names another installation, or holds another record, and nobody else
    /// has touched the status.
    fn is_anothers(&self, before: &Seen) -> bool {
        let names_another = self.status.lease.is_some() && self.status.lease != before.status.lease;
        let has_record = self.status.record.is_some() || self.unreadable.is_some();
        (names_another || (has_record && self.status.record != before.status.record))
            && self.foreign_write <= before.foreign_write
    }
}

/// What a round begins with.
pub(crate) struct Brought {
    pub(crate) seen: Seen,
    /// Whether somebody has written over what was told.
    pub(crate) is_overwritten: bool,
}

/// What is written.
#[derive(Clone, Copy)]
enum Change<'a> {
    Status(&'a LakeStatus),
    /// The conditions of this status, and the generation that they speak of.
    Conditions(&'a LakeStatus),
    /// Our finalizer is put on.
    Hold,
    /// Our finalizer is taken off.
    LetGo,
}

impl Change<'_> {
    /// What has to be allowed, as a rule of a role says it.
    fn right(self) -> &'static str {
        match self {
            Change::Status(_) | Change::Conditions(_) => "patch lakes/status",
            Change::Hold | Change::LetGo => "patch lakes",
        }
    }
}

/// Writes to one lake's object.
#[derive(Clone)]
pub(crate) struct StatusWriter {
    api: Api<Object>,
    lease: Leadership,
    /// The term as a leader in which the round began.
    term: u64,
    name: Name,
    uid: String,
    seen: Arc<Mutex<Seen>>,
    /// Whether another operator has written meanwhile: what this round has learnt is not told over it.
    overtaken: Arc<AtomicBool>,
}

impl StatusWriter {
    pub(crate) fn new(client: Client, lease: Leadership, object: &Object, seen: Seen) -> Self {
        let name = object.name();
        StatusWriter {
            api: Api::namespaced(client, &name.namespace),
            term: lease.term(),
            lease,
            uid: object.uid().to_owned(),
            name,
            seen: Arc::new(Mutex::new(seen)),
            overtaken: Arc::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The object as it was seen or written last.
    pub(crate) fn seen(&self) -> Seen {
        self.lock().clone()
    }

    /// Whether this process still leads, and has since the round began.
    pub(crate) fn leads(&self) -> Result<(), Refusal> {
        if self.lease.holds() && self.lease.term() == self.term {
            Ok(())
        } else {
            Err(Refusal::not_leading())
        }
    }

    /// Write the status.
    pub(crate) async fn tell(&self, status: &LakeStatus) -> Result<(), Refusal> {
        self.write(Change::Status(status)).await
    }

    /// Write the conditions alone; what cannot be read of the status stays as it is.
    pub(crate) async fn tell_beside(&self, status: &LakeStatus) -> Result<(), Refusal> {
        self.write(Change::Conditions(status)).await
    }

    /// Hold the object until the lake's resources are gone.
    pub(crate) async fn hold(&self) -> Result<(), Refusal> {
        self.write(Change::Hold).await
    }

    /// Let the object go.
    pub(crate) async fn let_go(&self) -> Result<(), Refusal> {
        let gone = self.write(Change::LetGo).await;
        gone.or_else(|refusal| if refusal == Refusal::gone() { Ok(()) } else { Err(refusal) })
    }

    /// Whether the object waits for us when it is deleted.
    pub(crate) fn holds(&self) -> bool {
        self.lock().finalizers.iter().any(|held| held == FINALIZER)
    }

    /// The finalizers of others that hold the object.
    pub(crate) fn held_by_others(&self) -> Vec<String> {
        others(&self.lock().finalizers)
    }

    /// Write onto what was seen; where the object has moved on, onto what it is now.
    async fn write(&self, change: Change<'_>) -> Result<(), Refusal> {
        let mut tries = 0;
        loop {
            self.leads()?;
            if self.overtaken.load(Ordering::Acquire) {
                return Err(Refusal::another_tells());
            }
            let seen = self.seen();
            tries += 1;
            match self.try_to(change, &seen).await {
                Ok(left) => {
                    *self.lock() = left;
                    return Ok(());
                }
                Err(kube::Error::Api(refused)) if refused.is_not_found() => return Err(Refusal::gone()),
                Err(kube::Error::Api(refused)) if refused.is_conflict() && tries < TRIES => {
                    self.look_again(&seen).await?;
                }
                Err(error) => return Err(Refusal::of(change.right(), &error)),
            }
        }
    }

    /// Write once, onto what was seen; what the object is then.
    async fn try_to(&self, change: Change<'_>, seen: &Seen) -> Result<Seen, kube::Error> {
        let ours = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
        let (name, mut metadata) =
            (&self.name.name, json!({ "uid": self.uid, "resourceVersion": seen.version }));
        let finalizers = match change {
            Change::Status(status) => {
                metadata["name"] = name.as_str().into();
                let (api, kind) = (Lake::api_version(&()), Lake::kind(&()));
                let object =
                    json!({ "apiVersion": api, "kind": kind, "metadata": metadata, "status": status });
                let whole = PatchParams::apply(MANAGER).force();
                let left = self.api.patch_status(name, &whole, &Patch::Apply(object)).await?;
                return Ok(Seen { status: status.clone(), unreadable: None, ..Seen::of(&left) });
            }
            Change::Conditions(LakeStatus { conditions, observed_generation, .. }) => {
                let told = json!({ "conditions": conditions, "observedGeneration": observed_generation });
                let patch = Patch::Merge(json!({ "metadata": metadata, "status": told }));
                return Ok(Seen::of(&self.api.patch_status(name, &ours, &patch).await?));
            }
            Change::Hold if self.holds() => return Ok(seen.clone()),
            Change::Hold => [seen.finalizers.as_slice(), &[FINALIZER.to_owned()]].concat(),
            Change::LetGo if !self.holds() => return Ok(seen.clone()),
            Change::LetGo => others(&seen.finalizers),
        };
        metadata["finalizers"] = json!(finalizers);
        let patch = Patch::Merge(json!({ "metadata": metadata }));
        let left = self.api.patch_metadata(name, &ours, &patch).await?.metadata;
        let finalizers = left.finalizers.unwrap_or_default();
        Ok(Seen { version: left.resource_version, finalizers, ..seen.clone() })
    }

    /// See the object as it is now.
    async fn look_again(&self, before: &Seen) -> Result<(), Refusal> {
        let found = self.api.get_opt(&self.name.name).await;
        let newest = found.map_err(|error| Refusal::of("get lakes", &error))?;
        let newest = newest.filter(|it| it.uid() == self.uid).ok_or_else(Refusal::gone)?;
        let brought = Seen::of(&newest);
        if brought.is_anothers(before) {
            *self.lock() = brought;
            self.overtaken.store(true, Ordering::Release);
            return Err(Refusal::another_tells());
        }
        *self.lock() = brought.with_words_of(before.clone());
        Ok(())
    }
}

fn others(finalizers: &[String]) -> Vec<String> {
    finalizers.iter().filter(|held| *held != FINALIZER).cloned().collect()
}
