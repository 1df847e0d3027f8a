//! What a lake's user is told: status and events. Nothing is written that has not changed.

use super::{Course, Standing, Verdict};
use crate::{
    claim::Claim,
    object::{FINALIZER, Name, Object},
    operator::Operator,
};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::{api::core::v1::ObjectReference, apimachinery::pkg::apis::meta::v1::Time};
use kube::{
    Api, Client, Resource,
    api::{Patch, PatchParams},
    runtime::events::{Event, EventType, Recorder},
};
use lake_api::{
    Lake, LakeStatus,
    status::{PlaceStatus, State},
};
use lake_reconcile::{
    engine::Outcome,
    error::Retry,
    graph::Graph,
    place::Place,
    plan::{Plan, Taking},
    render,
    report::report,
};
use serde::Serialize;
use serde_json::json;
use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Who writes the status.
pub(crate) const MANAGER: &str = "lake-operator";
/// The longest note of an event (events.k8s.io/v1).
const LONGEST_NOTE: usize = 1000;

/// Why something was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Did {
    /// The lake is new.
    Create,
    /// Its spec has changed.
    Update,
    /// The world has moved.
    Repair,
    /// The lake leaves.
    Delete,
}

impl Did {
    fn word(self) -> &'static str {
        match self {
            Did::Create => "Created",
            Did::Update => "Updated",
            Did::Repair => "DriftRepaired",
            Did::Delete => "Deleted",
        }
    }
}

/// Tells the user of one lake.
#[derive(Clone)]
pub(super) struct Teller {
    client: Client,
    recorder: Recorder,
    claim: Claim,
    name: Name,
    uid: String,
    reference: ObjectReference,
    finalizers: Vec<String>,
    /// Whether another has written over what this process told.
    is_overwritten: bool,
    /// The version of the object as the watch has brought it.
    seen: Option<String>,
    /// The version of the object that must not have moved: before this process has told anything, another may have.
    version: Arc<Mutex<Option<String>>>,
}

impl Teller {
    pub(super) fn new(operator: &Operator, object: &Object, told: Option<&LakeStatus>) -> Self {
        let first = told.is_none();
        Teller {
            client: operator.client.clone(),
            // A recorder counts what has the same reason, and keeps the first note only: each round has its own, and says
            // each thing once.
            recorder: Recorder::new(operator.client.clone(), operator.reporter.clone()),
            claim: operator.claim.clone(),
            name: object.name(),
            uid: object.uid().to_owned(),
            reference: object.reference(),
            finalizers: object.metadata.finalizers.clone().unwrap_or_default(),
            is_overwritten: object.meddled.is_some() && told.is_some_and(|told| *told != object.status()),
            seen: object.metadata.resource_version.clone(),
            version: Arc::new(Mutex::new(object.metadata.resource_version.clone().filter(|_| first))),
        }
    }

    fn api(&self) -> Api<Object> {
        Api::namespaced(self.client.clone(), &self.name.namespace)
    }

    /// Whoever has lost the lead meanwhile, by a pause of the process for one, knows less than who leads now.
    fn leads(&self) -> Result<(), kube::Error> {
        if self.claim.holds() {
            Ok(())
        } else {
            Err(kube::Error::Service("this replica does not lead".into()))
        }
    }

    /// Write the status.
    pub(super) async fn write(&self, status: &LakeStatus) -> Result<(), kube::Error> {
        self.leads()?;
        let version = self.version.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut metadata = json!({ "name": self.name.name, "uid": self.uid });
        if let Some(version) = version {
            metadata["resourceVersion"] = version.into();
        }
        let object = json!({
            "apiVersion": Lake::api_version(&()),
            "kind": Lake::kind(&()),
            "metadata": metadata,
            "status": status,
        });
        let parameters = PatchParams::apply(MANAGER).force();
        self.api().patch_status(&self.name.name, &parameters, &Patch::Apply(object)).await?;
        *self.version.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    /// Tell how the lake stands, if that has changed, and let an event say what has.
    pub(super) async fn tell(
        &self,
        course: &mut Course,
        before: &LakeStatus,
        status: LakeStatus,
        verdict: &Verdict,
    ) -> Result<(), Verdict> {
        let last = course.told.as_ref().unwrap_or(before);
        if *last == status && !self.is_overwritten {
            course.told.get_or_insert(status);
            return Ok(());
        }
        self.write(&status).await.map_err(|error| Verdict::untold(&error))?;
        let was = before.ready().map(|ready| ready.reason.as_str());
        let has_its_own = ["Progressing", "Deleting", "AwaitingApproval"].contains(&verdict.reason);
        if was != Some(verdict.reason) && !has_its_own {
            let type_ = match verdict.standing {
                Standing::Ready | Standing::Asking | Standing::Held => EventType::Normal,
                Standing::Underway | Standing::Stuck => EventType::Warning,
            };
            self.event(type_, verdict.reason, "Reconcile", &verdict.message).await;
        }
        course.told = Some(status);
        Ok(())
    }

    /// Tell what was found otherwise than it was left.
    pub(super) async fn drift(&self, plan: &Plan) {
        self.event(EventType::Normal, "DriftFound", "Observe", &render::render(plan)).await;
    }

    /// Tell what was done; whether anything was.
    pub(super) async fn done(&self, plan: &Plan, outcome: &Outcome, did: Did) -> bool {
        let left = |node| outcome.plan.step(node).is_some_and(|step| step.change.writes());
        let mut done: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for step in plan.writes().filter(|step| !left(&step.node)) {
            let word = if matches!(step.taking, Some(Taking::Adopt(_))) { "AdoptedFrom" } else { did.word() };
            done.entry(word).or_default().push(render::headline(step));
        }
        let mut notes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for note in &outcome.notes {
            notes.entry(note.word).or_default().push(format!("{}: {}.", note.node, note.said));
        }
        for (word, said) in notes {
            self.event(EventType::Normal, word, "Release", &said.join("\n")).await;
        }
        for (word, lines) in &done {
            self.event(EventType::Normal, word, "Apply", &lines.join("\n")).await;
        }
        !done.is_empty()
    }

    /// Hold the object until the lake's resources are gone. Others write finalizers too, so only on what was seen; if
    /// that is not the newest, once more on what is.
    pub(super) async fn hold(&self) -> Result<(), Verdict> {
        let hold = |mut finalizers: Vec<String>, version: Option<&String>| {
            finalizers.push(FINALIZER.to_owned());
            let metadata = json!({ "uid": self.uid, "finalizers": finalizers, "resourceVersion": version });
            Patch::Merge(json!({ "metadata": metadata }))
        };
        let held = self.finalize(hold(self.finalizers.clone(), self.seen.as_ref())).await;
        if held.as_ref().err().and_then(|verdict| verdict.retry) != Some(Retry::Conflict) {
            return held;
        }
        let newest =
            self.api().get_metadata(&self.name.name).await.map_err(|error| Verdict::untold(&error))?.metadata;
        let finalizers = newest.finalizers.unwrap_or_default();
        if finalizers.iter().any(|held| held == FINALIZER) {
            return Ok(());
        }
        self.finalize(hold(finalizers, newest.resource_version.as_ref())).await
    }

    /// Let the object go. Its version has moved on with every word in the status: only the list must be as it was seen.
    pub(super) async fn let_go(&self) -> Result<(), Verdict> {
        let Some(at) = self.finalizers.iter().position(|held| held == FINALIZER) else { return Ok(()) };
        let path = format!("/metadata/finalizers/{at}");
        let patch = json!([
            { "op": "test", "path": "/metadata/uid", "value": self.uid },
            { "op": "test", "path": path, "value": FINALIZER },
            { "op": "remove", "path": path },
        ]);
        let patch = serde_json::from_value(patch).expect("a patch of three operations");
        self.finalize(Patch::Json::<()>(patch)).await
    }

    async fn finalize<P: Serialize + Debug>(&self, patch: Patch<P>) -> Result<(), Verdict> {
        self.leads().map_err(|error| Verdict::untold(&error))?;
        let parameters = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
        match self.api().patch_metadata(&self.name.name, &parameters, &patch).await {
            Ok(object) => {
                let mut version = self.version.lock().unwrap_or_else(PoisonError::into_inner);
                if version.is_some() {
                    *version = object.metadata.resource_version;
                }
                Ok(())
            }
            Err(kube::Error::Api(refusal)) if refusal.is_not_found() => Ok(()),
            Err(error) => Err(Verdict::untold(&error)),
        }
    }

    /// Publish an event.
    pub(super) async fn event(&self, type_: EventType, reason: &str, action: &str, note: &str) {
        if self.leads().is_err() {
            return;
        }
        let event = Event {
            type_,
            reason: reason.to_owned(),
            note: Some(note[..note.floor_char_boundary(LONGEST_NOTE)].to_owned()),
            action: action.to_owned(),
            secondary: None,
        };
        if let Err(error) = self.recorder.publish(&event, &self.reference).await {
            tracing::warn!(lake = %self.name, reason, %error, "an event could not be published");
        }
    }
}

/// Put into a status what was found.
pub(super) fn describe(status: &mut LakeStatus, outcome: &Outcome, graph: &Graph) {
    let told = report(&outcome.plan);
    status.outputs = told.outputs;
    status.resources = told.resources;
    status.record = Some(outcome.record.to_string());
    status.place = Some(place(&outcome.record.place));
    let wanted = status.resources.iter().filter(|(node, _)| graph.contains_key(&node.as_str().into()));
    let there = wanted.filter(|(_, status)| status.state == State::Present).count();
    // Of a lake that leaves nothing is wanted: what is left is counted.
    let of = if graph.is_empty() { status.resources.len() } else { graph.len() };
    status.members = Some(format!("{}/{of}", if graph.is_empty() { of } else { there }));
    let drifted = status.resources.values().filter(|status| !status.drift.is_empty()).count();
    status.drifted = Some(i64::try_from(drifted).unwrap_or(i64::MAX));
}

/// How many resources are there.
pub(super) fn present(status: &LakeStatus) -> usize {
    status.resources.values().filter(|status| status.state == State::Present).count()
}

/// Where a lake lives, as the status tells it.
pub(super) fn place(place: &Place) -> PlaceStatus {
    PlaceStatus {
        partition: place.partition.clone(),
        region: place.region.clone(),
        account: place.account.clone(),
    }
}

/// So much later than now, as the next full second.
pub(super) fn in_time(pause: Duration) -> Time {
    let then =
        Timestamp::now().saturating_add(SignedDuration::try_from(pause).unwrap_or(SignedDuration::MAX));
    let then = then.unwrap_or(Timestamp::MAX);
    Time(Timestamp::from_second(then.as_second() + 1).unwrap_or(then))
}
