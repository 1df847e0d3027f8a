//! Who leads: of several replicas one writes, by a Lease of coordination.k8s.io.
//!
//! Leadership ends by this process's own clock before any other replica may believe that it has ended. So a process that
//! was paused finds its leadership gone when it goes on, and the gate before every write on AWS stays shut.

use k8s_openapi::{
    api::coordination::v1::{Lease, LeaseSpec},
    apimachinery::pkg::apis::meta::v1::MicroTime,
};
use kube::{
    Api, Client,
    api::{ObjectMeta, PostParams},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// How often a replica that does not lead looks whether it may.
const STANDBY: Duration = Duration::from_secs(1);

/// Whether this process leads, now. Cheap to ask and to clone.
#[derive(Clone, Debug)]
pub struct Leadership {
    start: Instant,
    /// Until when, in milliseconds since `start`; 0 while another leads.
    until: Arc<AtomicU64>,
    /// How many times it has begun to lead.
    term: Arc<AtomicU64>,
    leads: watch::Sender<bool>,
}

impl Leadership {
    fn new() -> Self {
        Leadership {
            start: Instant::now(),
            until: Arc::default(),
            term: Arc::default(),
            leads: watch::Sender::new(false),
        }
    }

    /// Whether this process may write.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.start.elapsed() < Duration::from_millis(self.until.load(Ordering::Acquire))
    }

    /// Which of this process's terms it is: between two of them others may have led, even where nobody here has noticed.
    #[must_use]
    pub fn term(&self) -> u64 {
        self.term.load(Ordering::Acquire)
    }

    /// Resolves when this process begins, or ceases, to lead.
    pub async fn becomes(&self, leads: bool) {
        // The sender lives in this very handle, so the channel cannot be closed while we wait.
        let _ = self.leads.subscribe().wait_for(|now| *now == leads).await;
    }

    fn hold_until(&self, end: Instant) {
        if !self.holds() {
            self.term.fetch_add(1, Ordering::AcqRel);
        }
        let end = end.saturating_duration_since(self.start).as_millis();
        self.until.store(u64::try_from(end).unwrap_or(u64::MAX), Ordering::Release);
        self.leads.send_if_modified(|leads| !std::mem::replace(leads, true));
    }

    fn drop_it(&self) {
        self.until.store(0, Ordering::Release);
        self.leads.send_if_modified(|leads| std::mem::replace(leads, false));
    }
}

/// A replica that stands for election.
pub struct LeaderElector {
    api: Api<Lease>,
    name: String,
    identity: String,
    duration: Duration,
    /// Ours to ask, and everybody's who writes.
    pub leadership: Leadership,
    /// The lease as it was seen last, and when it was first seen so.
    seen: Option<(Lease, Instant)>,
}

impl LeaderElector {
    /// An elector for the lease `name`.
    #[must_use]
    pub fn new(client: Client, namespace: &str, name: &str, identity: &str, duration: Duration) -> Self {
        LeaderElector {
            api: Api::namespaced(client, namespace),
            name: name.to_owned(),
            identity: identity.to_owned(),
            duration,
            leadership: Leadership::new(),
            seen: None,
        }
    }

    /// Stand for election until `end` resolves, and then hand the lease over.
    pub async fn run(mut self, end: impl Future<Output = ()>) {
        tokio::pin!(end);
        loop {
            let patience = self.duration * 2 / 5;
            tokio::select! {
                // An API server that does not answer must not keep us from seeing our own leadership end.
                () = self.stand_within(patience) => {}
                () = &mut end => break,
            }
            // Who stands by looks often: a lease that is handed over is taken at once.
            let renewal = self.duration / 5;
            let pace = if self.is_ours() { renewal } else { renewal.min(STANDBY) };
            tokio::select! {
                () = tokio::time::sleep(pace) => {}
                () = &mut end => break,
            }
        }
        self.release().await;
    }

    async fn stand_within(&mut self, time: Duration) {
        match tokio::time::timeout(time, self.stand()).await {
            Ok(Ok(())) => {}
            Ok(Err(kube::Error::Api(refusal))) if refusal.is_conflict() || refusal.is_already_exists() => {
                self.seen = None;
            }
            Ok(Err(error)) => tracing::warn!(%error, lease = self.name, "the lease cannot be renewed"),
            Err(_) => tracing::warn!(lease = self.name, "the API server does not answer for the lease"),
        }
        if !self.leadership.holds() && *self.leadership.leads.borrow() {
            tracing::warn!("this replica no longer leads");
            self.leadership.drop_it();
        }
    }

    /// One try: renew what is ours, take what nobody holds.
    async fn stand(&mut self) -> Result<(), kube::Error> {
        let begun = Instant::now();
        if !self.is_ours() {
            self.look(begun).await?;
        }
        let next = match &self.seen {
            None => {
                let first = Lease {
                    metadata: ObjectMeta { name: Some(self.name.clone()), ..ObjectMeta::default() },
                    spec: Some(self.term(None)),
                };
                self.api.create(&PostParams::default(), &first).await?
            }
            Some((lease, since)) if is_free(lease, &self.identity, *since, begun) => {
                let lease = Lease { spec: Some(self.term(lease.spec.as_ref())), ..lease.clone() };
                self.api.replace(&self.name, &PostParams::default(), &lease).await?
            }
            Some(_) => return Ok(()),
        };
        self.seen = Some((next, begun));
        // Another takes over no sooner than `duration` after it saw this renewal, which was not before `begun`.
        self.leadership.hold_until(begun + self.duration * 2 / 3);
        Ok(())
    }

    /// See the lease as it is. Its times are another machine's, so that only a change of it proves life.
    async fn look(&mut self, now: Instant) -> Result<(), kube::Error> {
        let found = self.api.get_opt(&self.name).await?;
        let same = |lease: &Lease| {
            self.seen
                .as_ref()
                .is_some_and(|(seen, _)| seen.metadata.resource_version == lease.metadata.resource_version)
        };
        match found {
            Some(lease) if same(&lease) => {}
            found => self.seen = found.map(|lease| (lease, now)),
        }
        Ok(())
    }

    fn is_ours(&self) -> bool {
        let spec = self.seen.as_ref().and_then(|(lease, _)| lease.spec.as_ref());
        spec.and_then(|spec| spec.holder_identity.as_deref()) == Some(&self.identity)
            && self.leadership.holds()
    }

    fn term(&self, last: Option<&LeaseSpec>) -> LeaseSpec {
        let now = MicroTime(jiff::Timestamp::now());
        let mine = last.filter(|last| last.holder_identity.as_deref() == Some(&self.identity));
        LeaseSpec {
            holder_identity: Some(self.identity.clone()),
            lease_duration_seconds: i32::try_from(self.duration.as_secs()).ok(),
            acquire_time: mine.and_then(|last| last.acquire_time.clone()).or_else(|| Some(now.clone())),
            renew_time: Some(now),
            lease_transitions: last
                .map(|last| last.lease_transitions.unwrap_or_default() + i32::from(mine.is_none())),
            ..LeaseSpec::default()
        }
    }

    /// Let another lead at once.
    async fn release(&mut self) {
        let ours = self.is_ours();
        self.leadership.drop_it();
        let Some((lease, _)) = self.seen.take().filter(|_| ours) else { return };
        let spec = LeaseSpec {
            holder_identity: None,
            lease_duration_seconds: Some(1),
            ..self.term(lease.spec.as_ref())
        };
        let lease = Lease { spec: Some(spec), ..lease };
        let parameters = PostParams::default();
        let released = self.api.replace(&self.name, &parameters, &lease);
        if let Ok(Err(error)) = tokio::time::timeout(Duration::from_secs(2), released).await {
            tracing::info!(%error, "the lease could not be released and will run out");
        }
    }
}

/// Whether nobody else holds the lease, or who held it has shown no life for as long as it was given for. One of our own
/// name is ours: a container that restarts keeps its pod's name, and what ran in it before has ended.
fn is_free(lease: &Lease, identity: &str, since: Instant, now: Instant) -> bool {
    let holder = lease.spec.as_ref().and_then(|spec| spec.holder_identity.as_deref()).unwrap_or_default();
    holder.is_empty() || holder == identity || now.saturating_duration_since(since) > given(lease)
}

/// For how long a lease was given; for as long as Kubernetes' own where it does not say.
pub(crate) fn given(lease: &Lease) -> Duration {
    let seconds = lease.spec.as_ref().and_then(|spec| spec.lease_duration_seconds);
    Duration::from_secs(seconds.and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(15))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease(holder: &str) -> Lease {
        let spec = LeaseSpec {
            holder_identity: Some(holder.to_owned()),
            lease_duration_seconds: Some(15),
            ..LeaseSpec::default()
        };
        Lease { spec: Some(spec), ..Lease::default() }
    }

    #[test]
    fn a_lease_is_taken_when_it_is_given_up_or_has_run_out_before_our_eyes() {
        let seen = Instant::now();
        assert!(!is_free(&lease("other"), "me", seen, seen + Duration::from_secs(15)));
        assert!(is_free(&lease("other"), "me", seen, seen + Duration::from_secs(16)));
        assert!(is_free(&lease(""), "me", seen, seen));
        assert!(is_free(&lease("me"), "me", seen, seen), "we held it in an earlier life");
    }

    #[test]
    fn leadership_ends_by_itself() {
        let leadership = Leadership::new();
        assert!(!leadership.holds());
        leadership.hold_until(Instant::now() + Duration::from_secs(60));
        assert!(leadership.holds());
        leadership.hold_until(leadership.start);
        assert!(!leadership.holds(), "what is over is over, whoever says otherwise");
        leadership.hold_until(Instant::now() + Duration::from_secs(60));
        leadership.drop_it();
        assert!(!leadership.holds());
    }
}
