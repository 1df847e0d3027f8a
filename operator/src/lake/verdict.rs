//! How a lake stands, in one word and some sentences: its conditions, as kstatus reads them.
//!
//! Ready says whether all is as wanted. Reconciling is True while the operator is at it and comes again by itself,
//! Stalled while only the user can help. All three are always told.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use lake_api::{Finding, LakeStatus};
use lake_reconcile::{
    aws::NoAccess,
    engine::{Outcome, pause},
    error::{CloudError, Retry},
    failure::{Cause, Failure},
    place::Place,
    plan::Change,
    record::{NoRecord, Record},
};

/// The longest message of a condition; the API server takes 32 768 bytes.
const LONGEST: usize = 16 * 1024;

/// How a lake stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
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
pub struct Verdict {
    /// How it stands.
    pub standing: Standing,
    /// Why, as one PascalCase word: condition reason, event reason, metric label.
    pub reason: &'static str,
    /// Why, in sentences, with paths and remedies.
    pub message: String,
    /// By which class the operator comes again; by its interval, where nothing is said.
    pub retry: Option<Retry>,
    /// What Ready says, where that is not of the standing.
    ready: Option<String>,
}

impl Verdict {
    fn new(
        standing: Standing,
        reason: &'static str,
        message: impl Into<String>,
        retry: Option<Retry>,
    ) -> Self {
        Verdict { standing, reason, message: message.into(), retry, ready: None }
    }

    /// The first resources are about to be made, or the last ones deleted.
    pub(super) fn progressing(leaves: bool) -> Self {
        let (reason, said) = if leaves {
            ("Deleting", "The lake's resources are being deleted.")
        } else {
            ("Progressing", "The lake's resources are being made.")
        };
        Verdict::new(Standing::Underway, reason, said, None)
    }

    /// Its user wants it left alone: what Ready said last still stands.
    pub(super) fn suspended(before: &LakeStatus, leaves: bool) -> Self {
        let said = if leaves {
            "The lake is suspended, and so it is not deleted either: set spec.reconcile.suspend to false, or keep its \
             resources by taking off the finalizer lake.dev/lake."
        } else {
            "The lake is suspended: nothing is read and nothing written until spec.reconcile.suspend is false."
        };
        Verdict {
            ready: Some(before.ready().map_or_else(|| "Unknown".to_owned(), |ready| ready.status.clone())),
            ..Verdict::new(Standing::Held, "Suspended", said, None)
        }
    }

    /// The spec is wrong.
    pub(super) fn invalid(findings: &[Finding]) -> Self {
        let lines = findings.iter().map(|finding| match finding.path.is_root() {
            true => format!("{}. {}", finding.summary, finding.detail),
            false => format!("spec.{}: {}. {}", finding.path, finding.summary, finding.detail),
        });
        Verdict::new(Standing::Stuck, "InvalidSpec", lines.collect::<Vec<_>>().join("\n"), None)
    }

    /// What a lake takes from config maps and secrets is not there.
    pub(crate) fn content_missing(findings: &[Finding]) -> Self {
        let lines = findings
            .iter()
            .map(|finding| format!("spec.{}: {}. {}", finding.path, finding.summary, finding.detail));
        let retry = Some(Retry::Settling);
        Verdict::new(Standing::Underway, "ContentMissing", lines.collect::<Vec<_>>().join("\n"), retry)
    }

    /// Nobody's credentials work for its namespace.
    pub(crate) fn no_tenant(namespace: &str) -> Self {
        let said = format!(
            "The operator's tenants name no credentials for the namespace {namespace}. Ask who runs the operator to add it."
        );
        Verdict::new(Standing::Stuck, "NoTenant", said, None)
    }

    /// AWS cannot be reached as somebody.
    pub(crate) fn no_access(error: &NoAccess) -> Self {
        let (reason, retry) = match error {
            NoAccess::NoRegion => ("NoRegion", Retry::Settling),
            NoAccess::HalfAKey | NoAccess::NoCredentials(_) => ("NoCredentials", Retry::Settling),
            NoAccess::Refused(_) => ("Refused", Retry::Never),
            NoAccess::NoAnswer(_) => ("NoAnswer", Retry::Unanswered),
        };
        Verdict::new(Standing::Underway, reason, format!("{error}. {}", error.remedy()), Some(retry))
    }

    /// The credentials lead elsewhere than where the lake lives.
    pub(super) fn elsewhere(record: &Record, place: &Place) -> Option<Self> {
        (record.place != *place).then(|| {
            let said = format!(
                "The lake lives in {}, and the credentials lead to {place}. Use credentials of that account; a lake \
                 cannot move.",
                record.place
            );
            Verdict::new(Standing::Stuck, "Blocked", said, None)
        })
    }

    /// What was kept of the lake cannot be used.
    pub(super) fn unreadable_record(error: &NoRecord) -> Self {
        let said = format!("status.record: {error}. {}", error.remedy());
        Verdict::new(Standing::Stuck, "Blocked", said, None)
    }

    /// A plan waits for approval.
    pub(super) fn awaiting(id: &str, changes: usize, refused: Option<&str>) -> Self {
        let approve = format!("annotate the lake with lake.dev/approve={id}");
        let moved = refused.map_or_else(String::new, |other| {
            format!("The approval names the plan {other}, which is not this one. ")
        });
        let would =
            if changes == 1 { "1 resource would".to_owned() } else { format!("{changes} resources would") };
        let said = format!("{moved}{would} be changed: see status.plan. To let that be done, {approve}.");
        Verdict::new(Standing::Asking, "AwaitingApproval", said, None)
    }

    /// The API server did not take what it was told.
    pub(crate) fn untold(error: &kube::Error) -> Self {
        Verdict::new(Standing::Underway, "Conflict", format!("the API server: {error}"), Some(class(error)))
    }

    /// What the lake may have left behind is not known.
    fn unlisted(error: &CloudError) -> Self {
        let said = format!(
            "What wears this lake's mark cannot be listed, and nothing is done before: {error}. {}",
            error.remedy().unwrap_or_default()
        );
        Verdict::new(Standing::Underway, error.word(), said.trim_end(), Some(error.retry))
    }

    /// What came of a round.
    pub(super) fn of(outcome: &Outcome, leaves: bool, unsteady: bool) -> Self {
        if let Some(error) = &outcome.unlisted {
            return Verdict::unlisted(error);
        }
        // What waits for another's turn, or for the next leader, has not failed.
        let failed = |failure: &&Failure| !matches!(failure.cause, Cause::Skipped(_) | Cause::Stopped);
        let told: Vec<&Failure> = outcome.failures.iter().filter(failed).collect();
        let Some(first) = told.iter().min_by_key(|failure| is_for_the_user(failure)) else {
            return Verdict::without_failure(outcome, leaves, unsteady);
        };
        let message = told.iter().map(|failure| sentence(failure)).collect::<Vec<_>>().join("\n");
        if is_for_the_user(first) {
            return Verdict::new(Standing::Stuck, first.word(), message, None);
        }
        let reason = if leaves && first.retry() != Retry::Never { "Deleting" } else { first.word() };
        let retry = told
            .iter()
            .filter(|failure| !is_for_the_user(failure))
            .map(|failure| failure.retry())
            .min_by_key(|class| pause(*class, 0));
        Verdict::new(Standing::Underway, reason, message, retry)
    }

    fn without_failure(outcome: &Outcome, leaves: bool, unsteady: bool) -> Self {
        if outcome.stopped || leaves {
            return Verdict::progressing(leaves);
        }
        if !outcome.plan.is_quiet() {
            let left: Vec<String> = outcome
                .plan
                .steps
                .iter()
                .filter(|step| !step.is_quiet())
                .map(lake_reconcile::render::headline)
                .collect();
            let left = left.join("\n");
            let unseen = outcome.plan.unreadable().map(|(_, error)| error);
            let (reason, said, retry) = match unseen.min_by_key(|error| pause(error.retry, 0)) {
                _ if unsteady => (
                    "Unsteady",
                    format!("AWS answers success, and yet this does not stay as it is set:\n{left}"),
                    Some(Retry::Settling),
                ),
                // What was done could not be looked at.
                Some(error) => (error.word(), left, Some(error.retry)),
                None => ("Progressing", format!("Left to do:\n{left}"), None),
            };
            return Verdict::new(Standing::Underway, reason, said, retry);
        }
        let waiting: Vec<String> = outcome
            .plan
            .steps
            .iter()
            .filter_map(|step| match &step.change {
                Change::Wait(reason) => Some(format!("{}: {reason}.", step.node)),
                _ => None,
            })
            .collect();
        if waiting.is_empty() {
            Verdict::new(Standing::Ready, "AsWanted", "All is as wanted.", None)
        } else {
            Verdict::new(Standing::Ready, "Waiting", waiting.join("\n"), None)
        }
    }

    /// Whether it most likely passes by itself within moments.
    pub(super) fn is_passing(&self) -> bool {
        self.standing == Standing::Underway
            && matches!(self.retry, Some(Retry::Throttled | Retry::Unanswered))
    }

    /// The three conditions; what has not changed since keeps its time.
    pub(super) fn conditions(&self, before: &[Condition], generation: i64) -> Vec<Condition> {
        let yes_no = |yes: bool| if yes { "True" } else { "False" }.to_owned();
        let ready = self.ready.clone().unwrap_or_else(|| yes_no(self.standing == Standing::Ready));
        let of = |type_: &str, status: String, speaks: bool| {
            let (reason, message) =
                if speaks { (self.reason, self.message()) } else { ("AsWanted", String::new()) };
            let since = before
                .iter()
                .find(|condition| condition.type_ == type_ && condition.status == status)
                .map_or_else(now, |condition| condition.last_transition_time.clone());
            Condition {
                type_: type_.to_owned(),
                status,
                reason: reason.to_owned(),
                message,
                observed_generation: Some(generation),
                last_transition_time: since,
            }
        };
        let underway = self.standing == Standing::Underway;
        let stuck = self.standing == Standing::Stuck;
        vec![
            of("Ready", ready, true),
            of("Reconciling", yes_no(underway), underway || self.standing == Standing::Held),
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
pub(super) fn now() -> Time {
    let now = jiff::Timestamp::now();
    Time(jiff::Timestamp::from_second(now.as_second()).unwrap_or(now))
}

/// How soon a call to the API server is worth repeating.
pub(super) fn class(error: &kube::Error) -> Retry {
    match error {
        kube::Error::Api(refusal) if refusal.is_conflict() => Retry::Conflict,
        kube::Error::Api(refusal) if (400..500).contains(&refusal.code) && refusal.code != 429 => {
            Retry::Never
        }
        _ => Retry::Unanswered,
    }
}

/// Whether coming again changes nothing before the user does.
fn is_for_the_user(failure: &Failure) -> bool {
    matches!(failure.cause, Cause::Blocked(_) | Cause::Foreign(_) | Cause::Unplanned)
}

/// A failure as a line of a message.
fn sentence(failure: &Failure) -> String {
    let path = if failure.origin.is_root() { String::new() } else { format!("spec.{}: ", failure.origin) };
    format!("{path}{}: {}", failure.summary(), failure.steady_detail().replace('\n', " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lake_reconcile::{
        failure::Action,
        graph::{Hold, NodeId},
        plan::{Plan, Reason, Step},
    };

    fn outcome(causes: Vec<Cause>) -> Outcome {
        let place =
            Place { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() };
        let failure = |cause| Failure {
            node: NodeId::new("bucket", "store"),
            origin: "buckets.store".parse().unwrap(),
            action: Action::Create,
            cause,
        };
        Outcome {
            plan: Plan::default(),
            record: Record::new(place),
            inventory: Default::default(),
            failures: causes.into_iter().map(failure).collect(),
            notes: Vec::new(),
            unlisted: None,
            stopped: false,
        }
    }

    fn blocked() -> Cause {
        Cause::Blocked(Reason { why: "the name is taken".into(), remedy: "Choose another.".into() })
    }

    fn throttled() -> Cause {
        Cause::Refused(CloudError::answered(
            "s3:CreateBucket",
            "SlowDown",
            "Please reduce your request rate.",
        ))
    }

    fn statuses(verdict: &Verdict) -> Vec<(String, String)> {
        let conditions = verdict.conditions(&[], 1);
        conditions.into_iter().map(|condition| (condition.status, condition.reason)).collect()
    }

    #[test]
    fn the_user_is_asked_only_when_nobody_else_can_help() {
        let verdict = Verdict::of(&outcome(vec![blocked()]), false, false);
        assert_eq!((verdict.standing, verdict.reason, verdict.retry), (Standing::Stuck, "Blocked", None));
        assert_eq!(
            verdict.message,
            "spec.buckets.store: Cannot create bucket store: The name is taken. Choose another."
        );
        let verdict = Verdict::of(&outcome(vec![blocked(), throttled()]), false, false);
        assert_eq!((verdict.standing, verdict.reason), (Standing::Underway, "Throttled"));
        assert_eq!(verdict.retry, Some(Retry::Throttled));
        assert!(verdict.message.contains("Choose another."), "all is told: {}", verdict.message);
    }

    #[test]
    fn what_cannot_be_listed_is_told_and_tried_again() {
        let refused = CloudError::answered("tagging:GetResources", "AccessDenied", "Access Denied");
        let verdict = Verdict::of(&Outcome { unlisted: Some(refused), ..outcome(vec![]) }, false, false);
        assert_eq!((verdict.reason, verdict.retry), ("Refused", Some(Retry::Never)));
        assert_eq!(verdict.standing, Standing::Underway);
        assert!(verdict.message.contains("tagging:GetResources: AccessDenied"), "{}", verdict.message);
    }

    #[test]
    fn what_could_not_be_looked_at_is_looked_at_again_soon() {
        let error = CloudError::answered("s3:GetBucketCors", "SlowDown", "Please reduce your request rate.");
        let step = Step {
            node: NodeId::new("bucket", "store"),
            key: None,
            origin: "buckets.store".parse().unwrap(),
            change: Change::Unreadable(error),
            taking: None,
            hold: Hold::Own,
            after: Default::default(),
            wanted: None,
            facts: Default::default(),
            secret: Default::default(),
        };
        let left = Outcome { plan: Plan { steps: vec![step], ..Plan::default() }, ..outcome(vec![]) };
        let verdict = Verdict::of(&left, false, false);
        assert_eq!((verdict.reason, verdict.retry), ("Throttled", Some(Retry::Throttled)));
    }

    #[test]
    fn the_conditions_are_those_of_kstatus() {
        let of =
            |verdict: &Verdict| statuses(verdict).into_iter().map(|(status, _)| status).collect::<Vec<_>>();
        let ready = Verdict::of(&outcome(vec![]), false, false);
        assert_eq!(of(&ready), ["True", "False", "False"]);
        assert_eq!(of(&Verdict::of(&outcome(vec![throttled()]), false, false)), ["False", "True", "False"]);
        assert_eq!(of(&Verdict::of(&outcome(vec![blocked()]), false, false)), ["False", "False", "True"]);
        assert_eq!(of(&Verdict::awaiting("p1", 1, None)), ["False", "False", "False"]);
    }

    #[test]
    fn a_condition_keeps_its_time_while_its_status_stays() {
        let long_ago = Time(jiff::Timestamp::UNIX_EPOCH);
        let mut before = Verdict::of(&outcome(vec![blocked()]), false, false).conditions(&[], 1);
        before.iter_mut().for_each(|condition| condition.last_transition_time = long_ago.clone());
        let after = Verdict::of(&outcome(vec![throttled()]), false, false).conditions(&before, 2);
        assert_eq!(after[0].last_transition_time, long_ago, "Ready is False as before");
        assert_ne!(after[1].last_transition_time, long_ago, "Reconciling is True now");
    }

    #[test]
    fn a_suspended_lake_is_as_ready_as_it_was() {
        let status = LakeStatus {
            conditions: Verdict::of(&outcome(vec![]), false, false).conditions(&[], 1),
            ..LakeStatus::default()
        };
        let verdict = Verdict::suspended(&status, false);
        assert_eq!(statuses(&verdict)[0], ("True".into(), "Suspended".into()));
        assert_eq!(statuses(&verdict)[1], ("False".into(), "Suspended".into()));
    }
}
