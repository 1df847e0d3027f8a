//! Other installations of this operator: where several work on one namespace, each lake is worked on by one of them.
//!
//! A lake's status names the Lease of the installation that works on it, written before anything is done on AWS. Whoever
//! finds another's name there reads that Lease and leaves the lake alone while somebody renews it. One that has not been
//! renewed for as long as it was given for, before our own eyes, is held by nobody: the gate of its last holder has shut
//! before ([`leader`](crate::leader)). Only operators may write a lake's status, so nobody else can keep a lake from being worked on.

use crate::{
    leader,
    object::{Name, Object},
    refusal::Refusal,
};
use k8s_openapi::api::coordination::v1::Lease;
use kube::{Api, Client};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, timeout};

/// For how long what a Lease said is believed: many lakes may name one.
const BELIEVED: Duration = Duration::from_secs(1);
/// How long the API server may take to tell a Lease.
const ANSWER: Duration = Duration::from_secs(5);
/// How soon a Lease that could not be read is read again.
const UNREAD: Duration = Duration::from_secs(15);

/// Why a lake is left to another installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// The Lease of the other one, `namespace/name`.
    pub(crate) lease: String,
    /// What helps; nothing while the Lease was seen once, and so nobody knows yet whether it is renewed.
    pub(crate) remedy: Option<String>,
    /// When to look again whether it is still so.
    pub(crate) pause: Duration,
}

/// Whether anybody renews a Lease.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Renewal {
    /// Somebody does, each time before this is over.
    Within(Duration),
    /// Somebody may: it was seen once.
    Perhaps(Duration),
    /// Nobody does.
    Never,
    /// That cannot be told.
    Unread(String),
}

/// A Lease as it was read last.
#[derive(Clone)]
struct Read {
    at: Instant,
    version: Option<String>,
    /// When it was first seen in this version.
    since: Instant,
    renewal: Renewal,
}

/// The other installations, as far as lakes name them.
pub(crate) struct Installations {
    client: Client,
    /// Our own Lease, `namespace/name`.
    own: String,
    /// How long a Lease may stay as it is, even one that is given up: the next replica of its installation takes it up.
    patience: Duration,
    leases: Mutex<HashMap<String, Read>>,
    /// The lakes that are left to others, by the Lease of the other one.
    left: Mutex<BTreeMap<Name, String>>,
}

impl Installations {
    /// None known yet, for the installation of this Lease.
    pub(crate) fn new(client: Client, own: String, patience: Duration) -> Self {
        Installations { client, own, patience, leases: Mutex::default(), left: Mutex::default() }
    }

    /// The Lease by which lakes name this installation.
    pub(crate) fn own(&self) -> &str {
        &self.own
    }

    /// The installation that a lake's status names, where that is another one.
    pub(crate) fn other(&self, object: &Object) -> Option<String> {
        object.status().lease.filter(|lease| *lease != self.own)
    }

    /// Why this installation leaves a lake alone, if it has to.
    pub(crate) async fn leave(&self, object: &Object) -> Option<Left> {
        let lease = self.other(object)?;
        let (remedy, pause) = match self.renewal(&lease).await {
            Renewal::Never => return None,
            Renewal::Perhaps(pause) => (None, pause),
            Renewal::Within(pause) => {
                let remedy = "Two installations work on this namespace: let their `namespaces` not overlap, or uninstall \
                              one. Once that Lease is not renewed any more, this one goes on with the lake.";
                (Some(remedy.to_owned()), pause)
            }
            Renewal::Unread(why) => {
                let remedy = format!(
                    "Whether that installation lives cannot be told: {why} Allow this one to get that Lease; or, if the \
                     other one is gone, clear status.lease of the lake (kubectl patch --subresource=status)."
                );
                (Some(remedy), UNREAD)
            }
        };
        Some(Left { lease, remedy, pause })
    }

    async fn renewal(&self, lease: &str) -> Renewal {
        // What cannot be the name of a Lease is renewed by nobody.
        let Some((namespace, name)) = lease.split_once('/') else { return Renewal::Never };
        let known = lock(&self.leases).get(lease).cloned();
        if let Some(read) = known.as_ref().filter(|read| read.at.elapsed() < BELIEVED) {
            return read.renewal.clone();
        }
        let at = Instant::now();
        let api: Api<Lease> = Api::namespaced(self.client.clone(), namespace);
        let found = timeout(ANSWER, api.get_opt(name)).await;
        let (version, since, renewal) = match found {
            Ok(Ok(None)) => (None, at, Renewal::Never),
            Ok(Ok(Some(found))) => {
                let version = found.metadata.resource_version.clone();
                let before = known.as_ref().filter(|read| read.version.is_some());
                let same = before.filter(|read| read.version == version);
                let since = same.map_or(at, |read| read.since);
                let given = leader::given(&found).max(self.patience);
                let pause = given + Duration::from_secs(1);
                let renewal = match before {
                    _ if at.duration_since(since) > given => Renewal::Never,
                    // It is another version than before, or was another one than the one before that.
                    Some(read) if same.is_none() || matches!(read.renewal, Renewal::Within(_)) => {
                        Renewal::Within(pause)
                    }
                    _ => Renewal::Perhaps(pause),
                };
                (version, since, renewal)
            }
            Ok(Err(error)) => (None, at, Renewal::Unread(Refusal::of("get leases", &error).message)),
            Err(_) => (None, at, Renewal::Unread("The API server does not answer for it.".to_owned())),
        };
        lock(&self.leases).insert(lease.to_owned(), Read { at, version, since, renewal: renewal.clone() });
        renewal
    }

    /// A lake is left to another installation; whether that is new.
    pub(crate) fn leaves(&self, lake: &Name, left: &Left) -> bool {
        lock(&self.left).insert(lake.clone(), left.lease.clone()).as_ref() != Some(&left.lease)
    }

    /// A lake is worked on here, or gone.
    pub(crate) fn keeps(&self, lake: &Name) {
        lock(&self.left).remove(lake);
    }

    /// No lake is known to be left to others: another replica leads.
    pub(crate) fn clear(&self) {
        lock(&self.left).clear();
    }

    /// That lakes are left to other installations, where any is.
    pub(crate) fn overlap(&self) -> Option<String> {
        let left = lock(&self.left);
        let (lake, lease) = left.first_key_value()?;
        let others = left.len() - 1;
        let more = if others == 0 { String::new() } else { format!(", and {others} more") };
        Some(format!(
            "another installation works on lakes of the same namespaces: its Lease {lease} on {lake}{more}; see the events of \
             those lakes"
        ))
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
