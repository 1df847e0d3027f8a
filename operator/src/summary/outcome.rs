//! What came of a round, in one word and some sentences.

use super::{Phase, Summary};
use lake_reconcile::{
    engine::{Outcome, pause},
    error::{CloudError, Retry},
    failure::{Cause, Failure},
    plan::Change,
};

impl Summary {
    /// What the lake may have left behind is not known.
    pub(crate) fn unlisted(error: &CloudError) -> Self {
        let said = format!(
            "What wears this lake's mark cannot be listed, and nothing is done before: {error}. {}",
            error.remedy().unwrap_or_default()
        );
        Summary::new(Phase::Underway, error.word(), said.trim_end(), Some(error.retry))
    }

    /// What came of a round.
    pub(crate) fn of(outcome: &Outcome, leaves: bool, unsteady: bool) -> Self {
        if let Some(error) = outcome.unlisted.first() {
            return Summary::unlisted(error);
        }
        // What waits for another's turn, or for the next leader, has not failed.
        let failed = |failure: &&Failure| !matches!(failure.cause, Cause::Skipped(_) | Cause::Stopped);
        let told: Vec<&Failure> = outcome.failures.iter().filter(failed).collect();
        let Some(first) =
            told.iter().min_by_key(|failure| (is_for_the_user(failure), failure.progress().is_some()))
        else {
            return Summary::without_failure(outcome, leaves, unsteady);
        };
        let message = told.iter().map(|failure| sentence(failure)).collect::<Vec<_>>().join("\n");
        if is_for_the_user(first) {
            return Summary::new(Phase::Stuck, first.word(), message, None);
        }
        let reason = if leaves && first.retry() != Retry::Never { "Deleting" } else { first.word() };
        let retry = told
            .iter()
            .filter(|failure| !is_for_the_user(failure))
            .map(|failure| failure.retry())
            .min_by_key(|class| pause(*class, 0));
        Summary::new(Phase::Underway, reason, message, retry)
    }

    fn without_failure(outcome: &Outcome, leaves: bool, unsteady: bool) -> Self {
        if outcome.stopped || leaves {
            return Summary::progressing(leaves);
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
            return Summary::new(Phase::Underway, reason, said, retry);
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
            Summary::new(Phase::Ready, "Reconciled", "All is as wanted.", None)
        } else {
            Summary::new(Phase::Ready, "Waiting", waiting.join("\n"), None)
        }
    }
}

/// Whether coming again changes nothing before the user does.
fn is_for_the_user(failure: &Failure) -> bool {
    matches!(
        failure.cause,
        Cause::Anew(_) | Cause::Blocked(_) | Cause::Foreign(_) | Cause::Protected(_) | Cause::Unplanned
    )
}

/// A failure as a line of a message, or how far it has come that goes on.
fn sentence(failure: &Failure) -> String {
    if let Some(progress) = failure.progress() {
        return format!("{progress}.");
    }
    let path = if failure.origin.is_root() { String::new() } else { format!("spec.{}: ", failure.origin) };
    format!("{path}{}: {}", failure.summary(), failure.steady_detail().replace('\n', " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lake_reconcile::{
        aws::answered,
        failure::Action,
        graph::{Hold, NodeId},
        place::Place,
        plan::{Plan, Reason, Step},
        record::Record,
    };

    fn outcome(causes: Vec<Cause>) -> Outcome {
        let place =
            Place { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() };
        let failure = |cause| Failure {
            node: NodeId::new("bucket", "store"),
            origin: "buckets.store".parse().unwrap(),
            action: Action::Create,
            cause,
            done: None,
        };
        Outcome {
            plan: Plan::default(),
            record: Record::new(place),
            inventory: Default::default(),
            failures: causes.into_iter().map(failure).collect(),
            notes: Vec::new(),
            unlisted: Vec::new(),
            rivals: None,
            stopped: false,
        }
    }

    fn blocked() -> Cause {
        Cause::Blocked(Reason { why: "the name is taken".into(), remedy: "Choose another.".into() })
    }

    fn throttled() -> Cause {
        Cause::Refused(answered("s3:CreateBucket", "SlowDown", "Please reduce your request rate."))
    }

    #[test]
    fn the_user_is_asked_only_when_nobody_else_can_help() {
        let summary = Summary::of(&outcome(vec![blocked()]), false, false);
        assert_eq!((summary.phase, summary.reason, summary.retry), (Phase::Stuck, "Blocked", None));
        assert_eq!(
            summary.message,
            "spec.buckets.store: Cannot create bucket store: The name is taken. Choose another."
        );
        let summary = Summary::of(&outcome(vec![blocked(), throttled()]), false, false);
        assert_eq!((summary.phase, summary.reason), (Phase::Underway, "Throttled"));
        assert_eq!(summary.retry, Some(Retry::Throttled));
        assert!(summary.message.contains("Choose another."), "all is told: {}", summary.message);
    }

    #[test]
    fn what_a_stranger_made_is_for_the_user_whoever_was_first() {
        for cause in [Cause::Foreign("it belongs to another".into()), Cause::Anew("it was made anew".into())]
        {
            let summary = Summary::of(&outcome(vec![cause]), false, false);
            assert_eq!((summary.phase, summary.reason, summary.retry), (Phase::Stuck, "Foreign", None));
        }
    }

    #[test]
    fn what_cannot_be_listed_is_told_and_tried_again() {
        let refused = answered("tagging:GetResources", "AccessDenied", "Access Denied");
        let summary = Summary::of(&Outcome { unlisted: vec![refused], ..outcome(vec![]) }, false, false);
        assert_eq!((summary.reason, summary.retry), ("Refused", Some(Retry::Never)));
        assert_eq!(summary.phase, Phase::Underway);
        assert!(summary.message.contains("tagging:GetResources: AccessDenied"), "{}", summary.message);
    }

    #[test]
    fn what_could_not_be_looked_at_is_looked_at_again_soon() {
        let error = answered("s3:GetBucketCors", "SlowDown", "Please reduce your request rate.");
        let step = Step {
            waits: None,
            superseded: Default::default(),
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
            aliases: Default::default(),
        };
        let left = Outcome { plan: Plan { steps: vec![step], ..Plan::default() }, ..outcome(vec![]) };
        let summary = Summary::of(&left, false, false);
        assert_eq!((summary.reason, summary.retry), ("Throttled", Some(Retry::Throttled)));
    }
}
