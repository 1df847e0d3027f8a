//! What a lake's user is told: status and events. Nothing is written that has not changed.

use crate::{
    context::Context,
    events::Events,
    object::{Name, Object},
    refusal::Refusal,
    status_writer::{Brought, Seen, StatusWriter},
    summary::{Phase, Summary, UNREADABLE, lines},
};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::{api::core::v1::ObjectReference, apimachinery::pkg::apis::meta::v1::Time};
use kube::runtime::events::{Event, EventType};
use lake_api::{
    Finding, LakeStatus,
    status::{PlaceStatus, State},
};
use lake_reconcile::{
    engine::Outcome,
    graph::{Graph, NodeId},
    key::Key,
    kinds::RegisteredKey as _,
    place::Place,
    plan::{Change, Plan, Taking},
    record::{Got, Record},
    render,
    report::report,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

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
pub(super) struct StatusReporter {
    pub(super) writer: StatusWriter,
    events: Arc<Events>,
    name: Name,
    reference: ObjectReference,
    /// Whether another has written over what this process told.
    is_overwritten: bool,
}

impl StatusReporter {
    pub(super) fn new(context: &Context, object: &Object, seen: Option<Seen>) -> Self {
        let Brought { seen, is_overwritten } = match seen {
            Some(seen) => seen.and(object),
            None => Brought { seen: Seen::of(object), is_overwritten: false },
        };
        StatusReporter {
            events: context.events.clone(),
            name: object.name(),
            reference: object.reference(),
            writer: StatusWriter::new(context.client.clone(), context.leadership.clone(), object, seen),
            is_overwritten,
        }
    }

    /// Tell how the lake stands, if that has changed, and let an event say what has.
    pub(super) async fn tell(
        &self,
        before: &LakeStatus,
        status: &LakeStatus,
        summary: &Summary,
    ) -> Result<(), Refusal> {
        let told = self.writer.seen().status;
        if summary.reason == UNREADABLE {
            // What cannot be read stays as it is.
            let (conditions, observed_generation) = (status.conditions.clone(), status.observed_generation);
            if told == (LakeStatus { conditions, observed_generation, ..told.clone() }) {
                return Ok(());
            }
            self.writer.tell_beside(status).await?;
        } else if told == *status && !self.is_overwritten {
            return Ok(());
        } else {
            self.writer.tell(status).await?;
        }
        if is_news(before, summary) {
            let type_ = match summary.phase {
                Phase::Ready | Phase::Asking | Phase::Held => EventType::Normal,
                Phase::Underway | Phase::Stuck => EventType::Warning,
            };
            self.event(type_, summary.reason, "Reconcile", &summary.message).await;
        }
        Ok(())
    }

    /// Tell what may well be meant otherwise in a spec.
    pub(super) async fn warn(&self, warnings: &[Finding]) {
        if !warnings.is_empty() {
            self.event(EventType::Warning, "SpecWarning", "Reconcile", &lines(warnings)).await;
        }
    }

    /// Tell what was found otherwise than it was left.
    pub(super) async fn drift(&self, plan: &Plan) {
        self.event(EventType::Normal, "DriftFound", "Observe", &render::render(plan)).await;
    }

    /// Tell what was done; whether anything was.
    pub(super) async fn done(&self, plan: &Plan, outcome: &Outcome, did: Did) -> bool {
        let steps = outcome.plan.by_node();
        let left = |node: &NodeId| steps.get(node).is_some_and(|step| step.change.writes());
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

    /// Warn of what held data, was gone, and is there again without it. `had` is what was remembered before.
    pub(super) async fn anew(&self, plan: &Plan, outcome: &Outcome, had: &BTreeSet<Key>) {
        let steps = outcome.plan.by_node();
        let is_done = |node: &NodeId| steps.get(node).is_none_or(|step| !step.change.writes());
        let made = plan.steps.iter().filter(|step| step.change == Change::Create && is_done(&step.node));
        let lost = made.filter_map(|step| step.key.as_ref().filter(|key| had.contains(*key)));
        let lines: Vec<String> = lost
            .map(|key| format!("{key} was gone, with all that was in it: it was made anew, empty."))
            .collect();
        if !lines.is_empty() {
            self.event(EventType::Warning, "MadeAnew", "Apply", &lines.join("\n")).await;
        }
    }

    /// Publish an event.
    pub(super) async fn event(&self, type_: EventType, reason: &str, action: &str, note: &str) {
        if self.writer.leads().is_err() {
            return;
        }
        let event = Event {
            type_,
            reason: reason.to_owned(),
            note: Some(note[..note.floor_char_boundary(LONGEST_NOTE)].to_owned()),
            action: action.to_owned(),
            secondary: None,
        };
        if let Err(error) = self.events.publish(&event, &self.reference).await {
            tracing::warn!(lake = %self.name, reason, %error, "an event could not be published");
        }
    }
}

/// Whether an event says that a lake stands as it stands: when another reason begins; and of a lake that is left alone,
/// when something else is to be said of it, as that it is deleted and waits.
fn is_news(before: &LakeStatus, summary: &Summary) -> bool {
    if ["Progressing", "Deleting", "AwaitingApproval"].contains(&summary.reason) {
        return false; // what was done has events of its own
    }
    before.ready().is_none_or(|told| {
        told.reason != summary.reason || (summary.phase == Phase::Held && told.message != summary.message)
    })
}

/// What a lake remembers to have made or taken over that holds a user's data.
pub(super) fn data(record: &Record) -> BTreeSet<Key> {
    let keys = record.nodes.values().flat_map(|remembered| &remembered.keys);
    let own = keys.filter(|(key, keeping)| key.traits().holds_data && keeping.got != Got::Found);
    own.map(|(key, _)| key.clone()).collect()
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

/// Where a lake lives, of which the status tells it.
pub(super) fn place_of(told: &PlaceStatus) -> Place {
    let PlaceStatus { partition, region, account } = told.clone();
    Place { partition, region, account }
}

/// Put into a status that nothing is left of the lake.
pub(super) fn empty(status: &mut LakeStatus, outcome: Option<&Outcome>) {
    status.outputs.clear();
    status.resources.clear();
    status.members = Some("0/0".to_owned());
    status.drifted = Some(0);
    if let Some(outcome) = outcome {
        status.record = Some(outcome.record.to_string());
    }
}

/// So much later than now, as the next full second.
pub(super) fn in_time(pause: Duration) -> Time {
    let then =
        Timestamp::now().saturating_add(SignedDuration::try_from(pause).unwrap_or(SignedDuration::MAX));
    let then = then.unwrap_or(Timestamp::MAX);
    Time(Timestamp::from_second(then.as_second() + 1).unwrap_or(then))
}
