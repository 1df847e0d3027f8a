//! How a lake stands, in one word and some sentences: its conditions, as kstatus reads them.
//!
//! Ready says whether all is as wanted. Reconciling is True while the operator is at it and comes again by itself,
//! Stalled while only the user can help. All three are always told.

mod outcome;

use crate::{object::Unreadable, refusal::Refusal};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use lake_api::{Finding, LakeStatus};
use lake_reconcile::{
    aws::NoAccess,
    error::Retry,
    place::Place,
    plan::{Change, Plan},
    record::NoRecord,
    render,
};

/// The reason of a lake whose memory is there and cannot be read.
pub(crate) const UNREADABLE: &str = "UnreadableStatus";
/// The longest message of a condition; the API server takes 32 768 bytes.
const LONGEST: usize = 16 * 1024;

/// What helps where a pod has no credentials: whoever reads it has no shell in there.
const OF_PODS: &str = "Give the operator's service account a role, by EKS Pod Identity or its annotation \
                       eks.amazonaws.com/role-arn, or mount keys as a file that AWS_SHARED_CREDENTIALS_FILE names.";

/// How a lake stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// All is as wanted, as far as it can be.
    Ready,
    /// The operator is at it.
    Underway,
    /// Only the user can help.
    Stuck,
    /// It waits for an approval.
    Asking,
    /// It is left alone.
    Held,
}

/// What is told of a lake.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// How it stands.
    pub phase: Phase,
    /// Why, as one PascalCase word: condition reason, event reason, metric label.
    pub reason: &'static str,
    /// Why, in sentences, with paths and remedies.
    pub message: String,
    /// By which class the operator comes again; by its interval, where nothing is said.
    pub retry: Option<Retry>,
    /// What Ready says, where that is not of the standing.
    ready: Option<String>,
}

impl Summary {
    fn new(phase: Phase, reason: &'static str, message: impl Into<String>, retry: Option<Retry>) -> Self {
        Summary { phase, reason, message: message.into(), retry, ready: None }
    }

    /// The first resources are about to be made, or the last ones deleted.
    pub(crate) fn progressing(leaves: bool) -> Self {
        let (reason, said) = if leaves {
            ("Deleting", "The lake's resources are being deleted.")
        } else {
            ("Progressing", "The lake's resources are being made.")
        };
        Summary::new(Phase::Underway, reason, said, None)
    }

    /// Its user wants it left alone: what Ready said last still stands.
    pub(crate) fn suspended(before: &LakeStatus, leaves: bool) -> Self {
        let said = if leaves {
            "The lake is suspended, and so it is not deleted either: set spec.reconcile.suspend to false, or keep its \
             resources by taking off the finalizer lake.dev/lake."
        } else {
            "The lake is suspended: nothing is read and nothing written until spec.reconcile.suspend is false."
        };
        Summary {
            ready: Some(before.ready().map_or_else(|| "Unknown".to_owned(), |ready| ready.status.clone())),
            ..Summary::new(Phase::Held, "Suspended", said, None)
        }
    }

    /// The spec is wrong.
    pub(crate) fn invalid(findings: &[Finding]) -> Self {
        Summary::new(Phase::Stuck, "InvalidSpec", lines(findings), None)
    }

    /// What a lake takes from config maps and secrets is not there.
    pub(crate) fn content_missing(findings: &[Finding]) -> Self {
        let retry = Some(Retry::Settling);
        Summary::new(Phase::Underway, "ContentMissing", lines(findings), retry)
    }

    /// Nobody's credentials work for its namespace.
    pub(crate) fn no_tenant(namespace: &str) -> Self {
        let said = format!(
            "The operator's tenants name no credentials for the namespace {namespace}. Ask who runs the operator to add it."
        );
        Summary::new(Phase::Stuck, "NoTenant", said, None)
    }

    /// AWS cannot be reached as somebody.
    pub(crate) fn no_access(error: &NoAccess) -> Self {
        let (reason, retry) = match error {
            NoAccess::NoRegion => ("NoRegion", Retry::Settling),
            NoAccess::HalfAKey | NoAccess::NoCredentials(_) => ("NoCredentials", Retry::Settling),
            NoAccess::Refused(_) => ("Refused", Retry::Never),
            NoAccess::NoAnswer(_) => ("NoAnswer", Retry::Unanswered),
        };
        let remedy = match error {
            NoAccess::HalfAKey | NoAccess::NoCredentials(_) => OF_PODS,
            _ => error.remedy(),
        };
        Summary::new(Phase::Underway, reason, format!("{error}. {remedy}"), Some(retry))
    }

    /// Somebody else writes what the lake owns, again and again.
    pub(crate) fn contested(plan: &Plan) -> Self {
        let found: Vec<String> = plan.writes().map(render::headline).collect();
        let said = format!(
            "Somebody else writes what this lake owns: each of the last looks found it otherwise and set it back. Let the \
             other one stop, or leave the field to them by ignoreDrift; events with the reason DriftFound name it.\n{}",
            found.join("\n")
        );
        Summary::new(Phase::Underway, "Unsteady", said, None)
    }

    /// The credentials lead elsewhere than where the lake lives.
    pub(crate) fn elsewhere(lives: &Place, place: &Place) -> Option<Self> {
        (lives != place).then(|| {
            let said = format!(
                "The lake lives in {lives}, and the credentials lead to {place}. Use credentials of that account; a lake \
                 cannot move."
            );
            Summary::new(Phase::Stuck, "Blocked", said, None)
        })
    }

    /// The lake is asked to live elsewhere than where it lives.
    pub(crate) fn other_region(lives: &str, asked: &str) -> Self {
        let said = format!(
            "spec.region: The lake lives in {lives}, and {asked} is asked for. A lake cannot move: take spec.region back, \
             or set it to {lives}; a lake of another name can live in {asked}."
        );
        Summary::new(Phase::Stuck, "OtherRegion", said, None)
    }

    /// What was kept of the lake cannot be used.
    pub(crate) fn unreadable_record(error: &NoRecord) -> Self {
        let said = format!("status.record: {error}. {}", error.remedy());
        Summary::new(Phase::Stuck, UNREADABLE, said, None)
    }

    /// What was told of the lake is of a form that cannot be read, and may hold its record.
    pub(crate) fn unreadable_status(error: &Unreadable) -> Self {
        let said = format!(
            "{error}. Use that release or a later one; or clear it (kubectl patch --subresource=status): the lake's \
             resources are found again by the marks that they wear."
        );
        Summary::new(Phase::Stuck, UNREADABLE, said, None)
    }

    /// The lake is being deleted, remembers nothing, and its spec does not say what to look for.
    pub(crate) fn unsearchable(findings: &[Finding]) -> Self {
        let said = format!(
            "The lake is being deleted and has lost its record. Its spec says what to look for and what becomes of it \
             (onDelete), and cannot be used as it is: correct it, or leave whatever there is by taking off the finalizer \
             lake.dev/lake.\n{}",
            lines(findings)
        );
        Summary::new(Phase::Stuck, "InvalidSpec", said, None)
    }

    /// The lake is being deleted and holds data that is protected: nothing of it is deleted before that is lifted.
    pub(crate) fn protected(plan: &Plan) -> Option<Self> {
        let protected = plan.steps.iter().filter_map(|step| match &step.change {
            Change::Protected(reason) => Some(format!("{}.", reason.why)),
            _ => None,
        });
        let lines: Vec<String> = protected.collect();
        (!lines.is_empty()).then(|| {
            let said = format!(
                "The lake is being deleted, and nothing of it is while this stands:\n{}\nTo lift the protection, set \
                 deletionProtection: false in its spec, at the member or at the lake; it goes on by itself. To keep what \
                 is there, set onDelete: Retain and deletionProtection: false.",
                lines.join("\n")
            );
            Summary::new(Phase::Stuck, "DeletionProtected", said, None)
        })
    }

    /// All that was the lake's is gone or left to others.
    pub(crate) fn gone(held_by: &[String]) -> Self {
        let waits = if held_by.is_empty() {
            String::new()
        } else {
            format!(" Its object is still held by finalizers of others: {}.", held_by.join(", "))
        };
        let said = format!("Nothing on AWS is this lake's any more.{waits}");
        Summary::new(Phase::Underway, "Deleting", said, None)
    }

    /// A plan waits for approval.
    pub(crate) fn awaiting(id: &str, changes: usize, refused: Option<&str>) -> Self {
        let approve = format!("annotate the lake with lake.dev/approve={id}");
        let moved = refused.map_or_else(String::new, |other| {
            format!("The approval names the plan {other}, which is not this one. ")
        });
        let would =
            if changes == 1 { "1 resource would".to_owned() } else { format!("{changes} resources would") };
        let said = format!("{moved}{would} be changed: see status.plan. To let that be done, {approve}.");
        Summary::new(Phase::Asking, "AwaitingApproval", said, None)
    }

    /// Whether it says that something failed: what is under way, waits for AWS to finish or for an approval, has not.
    pub(crate) fn fails(&self) -> bool {
        match self.phase {
            Phase::Stuck => true,
            Phase::Underway => !["Progressing", "Deleting", "Settling"].contains(&self.reason),
            Phase::Ready | Phase::Asking | Phase::Held => false,
        }
    }

    /// Whether it most likely passes by itself within moments.
    pub(crate) fn is_passing(&self) -> bool {
        self.phase == Phase::Underway && matches!(self.retry, Some(Retry::Throttled | Retry::Unanswered))
    }

    /// The three conditions; what has not changed since keeps its time.
    pub(crate) fn conditions(&self, before: &[Condition], generation: Option<i64>) -> Vec<Condition> {
        let yes_no = |yes: bool| if yes { "True" } else { "False" }.to_owned();
        let ready = self.ready.clone().unwrap_or_else(|| yes_no(self.phase == Phase::Ready));
        let of = |type_: &str, status: String, speaks: bool| {
            let (reason, message) =
                if speaks { (self.reason, self.message()) } else { ("Reconciled", String::new()) };
            let since = before
                .iter()
                .find(|condition| condition.type_ == type_ && condition.status == status)
                .map_or_else(now, |condition| condition.last_transition_time.clone());
            Condition {
                type_: type_.to_owned(),
                status,
                reason: reason.to_owned(),
                message,
                observed_generation: generation,
                last_transition_time: since,
            }
        };
        let underway = self.phase == Phase::Underway;
        let stuck = self.phase == Phase::Stuck;
        vec![
            of("Ready", ready, true),
            of("Reconciling", yes_no(underway), underway || self.phase == Phase::Held),
            of("Stalled", yes_no(stuck), stuck),
        ]
    }

    fn message(&self) -> String {
        if self.message.len() <= LONGEST {
            return self.message.clone();
        }
        format!("{}…", &self.message[..self.message.floor_char_boundary(LONGEST)])
    }
}

/// Conditions are told to the second.
pub(crate) fn now() -> Time {
    let now = jiff::Timestamp::now();
    Time(jiff::Timestamp::from_second(now.as_second()).unwrap_or(now))
}

/// The API server did not take what it was told, or did not say what was asked.
impl From<Refusal> for Summary {
    fn from(Refusal { reason, message, retry }: Refusal) -> Self {
        Summary::new(Phase::Underway, reason, message, Some(retry))
    }
}

/// Findings, a line each.
pub(crate) fn lines(findings: &[Finding]) -> String {
    let line = |finding: &Finding| match finding.path.is_root() {
        true => format!("{}. {}", finding.summary, finding.detail),
        false => format!("spec.{}: {}. {}", finding.path, finding.summary, finding.detail),
    };
    findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    fn of(phase: Phase) -> Summary {
        Summary::new(phase, "Reason", "It is so.", None)
    }

    fn statuses(summary: &Summary) -> Vec<(String, String)> {
        let conditions = summary.conditions(&[], Some(1));
        conditions.into_iter().map(|condition| (condition.status, condition.reason)).collect()
    }

    #[test]
    fn the_conditions_are_those_of_kstatus() {
        for (phase, expected) in [
            (Phase::Ready, ["True", "False", "False"]),
            (Phase::Underway, ["False", "True", "False"]),
            (Phase::Stuck, ["False", "False", "True"]),
            (Phase::Asking, ["False", "False", "False"]),
        ] {
            let told = statuses(&of(phase)).into_iter().map(|(status, _)| status);
            assert_eq!(told.collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn a_condition_keeps_its_time_while_its_status_stays() {
        let long_ago = Time(jiff::Timestamp::UNIX_EPOCH);
        let mut before = of(Phase::Stuck).conditions(&[], Some(1));
        before.iter_mut().for_each(|condition| condition.last_transition_time = long_ago.clone());
        let after = of(Phase::Underway).conditions(&before, Some(2));
        assert_eq!(after[0].last_transition_time, long_ago, "Ready is False as before");
        assert_ne!(after[1].last_transition_time, long_ago, "Reconciling is True now");
    }

    #[test]
    fn a_suspended_lake_is_as_ready_as_it_was() {
        let status =
            LakeStatus { conditions: of(Phase::Ready).conditions(&[], Some(1)), ..LakeStatus::default() };
        let summary = Summary::suspended(&status, false);
        assert_eq!(statuses(&summary)[0], ("True".into(), "Suspended".into()));
        assert_eq!(statuses(&summary)[1], ("False".into(), "Suspended".into()));
    }
}
