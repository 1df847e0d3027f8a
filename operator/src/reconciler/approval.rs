//! What a lake whose plans are approved first shows, and what its user has approved.

use super::{Next, Reconciliation, report};
use crate::{object::APPROVE, summary::Summary};
use kube::runtime::events::EventType;
use lake_api::status::PlanStatus;
use lake_reconcile::{deadline, engine::Look, graph::Graph, plan::Plan, render};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

/// The longest text of a plan in the status; an object in etcd has 1.5 MiB in all.
const LONGEST_PLAN: usize = 64 * 1024;

impl Reconciliation<'_> {
    /// Whether somebody has approved this very plan, or one of which this is the rest.
    pub(super) async fn is_approved(&mut self, plan: &Plan) -> bool {
        if let Some(shown) = self.shown(plan)
            && self.object.annotation(APPROVE) == Some(&shown.id)
        {
            let note = format!("The plan {} is carried out:\n{}", shown.id, shown.text);
            self.reporter.event(EventType::Normal, "Approved", "Apply", &note).await;
            self.state.approved = Some(plan.clone());
        }
        self.state.approved.as_ref().is_some_and(|approved| approved.covers(plan))
    }

    /// What the user has been shown, if it is this very plan.
    fn shown(&self, plan: &Plan) -> Option<&PlanStatus> {
        let digest = digest(plan, self.object.uid());
        self.before.plan.as_ref().filter(|shown| shown.id.starts_with(&digest))
    }

    /// A plan as its user is shown it. What goes with what it empties is counted this once: the plan stays the same while its
    /// numbers move.
    async fn show(&self, look: &Look<'_>) -> PlanStatus {
        let plan = look.plan();
        let within = Instant::now() + self.context.call_timeout;
        let mut text = render::preview(plan, &deadline::by(within, look.contents()).await);
        if text.len() > LONGEST_PLAN {
            text.truncate(text.floor_char_boundary(LONGEST_PLAN));
            text.push_str("…\n");
        }
        let (digest, now) = (digest(plan, self.object.uid()), jiff::Timestamp::now().as_millisecond());
        let changes = i64::try_from(plan.writes().count()).unwrap_or(i64::MAX);
        PlanStatus { id: format!("{digest}-{now:x}"), changes, text }
    }

    /// Tell what would be done, and do nothing.
    pub(super) async fn ask(&mut self, look: Look<'_>, graph: &Graph) -> Next {
        self.state.approved = None;
        let plan = match self.shown(look.plan()) {
            Some(shown) => shown.clone(),
            None => self.show(&look).await,
        };
        let changes = look.plan().writes().count();
        let refused = self.object.annotation(APPROVE).filter(|approved| **approved != *plan.id);
        let summary = Summary::awaiting(&plan.id, changes, refused);
        let outcome = look.leave();
        let mut status = self.status(&summary);
        report::describe(&mut status, &outcome, graph);
        status.plan = Some(plan);
        let (planned, said) = (status.plan != self.before.plan, summary.message.clone());
        if let Err(refusal) = self.reporter.tell(&self.before, &status, &summary).await {
            return self.untold(&Summary::from(refusal));
        }
        // One who approves what is shown no longer, or never was.
        if let (Some(named), Some(_)) = (refused, &self.before.plan)
            && !self.before.ready().is_some_and(|told| told.message.contains(&format!("the plan {named},")))
        {
            self.reporter.event(EventType::Warning, "ApprovalRefused", "Reconcile", &said).await;
        }
        if planned {
            self.reporter.event(EventType::Normal, "Planned", "Reconcile", &said).await;
        }
        self.at_its_slot()
    }
}

/// What the id of a plan begins with: the same words of the same lake have the same digest. The id ends with when it was
/// first shown, so that an approval counts once and not for what happens to look alike later.
fn digest(plan: &Plan, uid: &str) -> String {
    let digest = Sha256::digest(json!([uid, render::render(plan)]).to_string());
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
