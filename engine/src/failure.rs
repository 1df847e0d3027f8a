//! A step failed: which, why, and what helps.

use crate::{
    contents::Count,
    error::{CloudError, Retry},
    graph::NodeId,
    owner::{can_be_named, spelt},
    plan::Reason,
};
use lake_api::{FieldPath, Finding};
use std::fmt;

/// One step that was not done.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Whose step.
    pub node: NodeId,
    /// The path in the spec that caused it; the root for what the spec names no more.
    pub origin: FieldPath,
    /// What was attempted.
    pub action: Action,
    /// Why it was not done.
    pub cause: Cause,
    /// What of it is done all the same, where that is told: of what a bucket held, so much is deleted.
    pub done: Option<Count>,
}

/// What a failed step was about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Look at it.
    Look,
    /// Make it.
    Create,
    /// Change it, or rewrite its mark.
    Update,
    /// Make it anew.
    Replace,
    /// Delete it.
    Delete,
    /// Leave it on AWS, with a mark that says so.
    Retain,
}

/// Why a step was not done.
#[derive(Clone, Debug, PartialEq)]
pub enum Cause {
    /// AWS said no.
    Refused(CloudError),
    /// The user has to change something first.
    Blocked(Reason),
    /// It would destroy something, and the plan that was shown did not say so.
    Unplanned,
    /// It holds data that is protected from deletion.
    Protected(Reason),
    /// It belongs to this owner now.
    Foreign(String),
    /// It is gone, and somebody made something else in its place.
    Anew(String),
    /// Another apply creates this lake at this moment: it was there first.
    Overtaken(String),
    /// It comes after this node, whose own step was not done.
    Skipped(NodeId),
    /// A value that it needs is not known: the fact of a node that does not tell it.
    Unknown(String),
    /// AWS answers success, and yet this does not stay as it was set.
    Unsteady(String),
    /// AWS is still at it, for this reason.
    Unsettled(String),
    /// The user stopped before its turn came.
    Stopped,
}

impl Action {
    /// The verb of a summary.
    #[must_use]
    pub fn verb(self) -> &'static str {
        match self {
            Action::Look => "read",
            Action::Create => "create",
            Action::Update => "update",
            Action::Replace => "replace",
            Action::Delete => "delete",
            Action::Retain => "release",
        }
    }
}

impl Failure {
    /// What can be done about it.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match &self.cause {
            Cause::Refused(error) => error.retry,
            Cause::Unsettled(_) | Cause::Unsteady(_) => Retry::Settling,
            Cause::Blocked(_)
            | Cause::Protected(_)
            | Cause::Unplanned
            | Cause::Foreign(_)
            | Cause::Anew(_)
            | Cause::Overtaken(_)
            | Cause::Skipped(_)
            | Cause::Unknown(_)
            | Cause::Stopped => Retry::Never,
        }
    }

    /// How far it has come, of what is not failing but done in portions.
    #[must_use]
    pub fn progress(&self) -> Option<String> {
        if self.retry() != Retry::Progressing {
            return None;
        }
        Some(match self.done {
            Some(done) => format!("{}: {done} deleted so far, and more is left", self.node),
            None => format!("{}: {}", self.node, self.cause),
        })
    }

    /// One PascalCase word: event reason, condition reason, metric label, diagnostic prefix.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match &self.cause {
            Cause::Refused(error) => error.word(),
            Cause::Blocked(_) => "Blocked",
            Cause::Unplanned => "Unplanned",
            Cause::Protected(_) => "DeletionProtected",
            Cause::Foreign(_) | Cause::Anew(_) => "Foreign",
            Cause::Overtaken(_) => "Overtaken",
            Cause::Skipped(_) => "Skipped",
            Cause::Unknown(_) => "Unknown",
            Cause::Unsteady(_) => "Unsteady",
            Cause::Unsettled(_) => "Settling",
            Cause::Stopped => "Stopped",
        }
    }

    /// The title: `Cannot create bucket store`.
    #[must_use]
    pub fn summary(&self) -> String {
        format!("Cannot {} {} {}", self.action.verb(), words(self.node.kind()), self.node.name())
    }

    /// What happened, AWS's request id, and what the user can do, for a door whose user has to come again.
    #[must_use]
    pub fn detail(&self) -> String {
        let id = self.request_id().map(|id| format!(" AWS request id: {id}."));
        let remedies: Vec<&str> = [self.remedy(), self.again()].into_iter().flatten().collect();
        let remedies = if remedies.is_empty() { String::new() } else { format!("\n{}", remedies.join(" ")) };
        format!("{}{}{}{remedies}", sentence(&self.cause.to_string()), self.so_far(), id.unwrap_or_default())
    }

    /// What of it is done.
    fn so_far(&self) -> String {
        self.done.map(|done| format!(" {done} deleted so far.")).unwrap_or_default()
    }

    /// AWS's id of the call that failed, where it has told one.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match &self.cause {
            Cause::Refused(error) => error.request_id.as_deref(),
            _ => None,
        }
    }

    /// What happened and what the user can do, in the same words each time that the same happens, for a door that comes
    /// again by itself.
    #[must_use]
    pub fn steady_detail(&self) -> String {
        let remedy = self.remedy().map(|remedy| format!("\n{remedy}"));
        format!("{}{}{}", sentence(&self.cause.to_string()), self.so_far(), remedy.unwrap_or_default())
    }

    /// What the user can do beside coming again.
    fn remedy(&self) -> Option<&str> {
        match &self.cause {
            // It was answered until the time was over.
            Cause::Refused(error) if self.done.is_some() && error.retry == Retry::Unanswered => None,
            Cause::Refused(error) => error.remedy(),
            Cause::Blocked(reason) | Cause::Protected(reason) => Some(&reason.remedy),
            Cause::Anew(_) => Some(
                "To take it over as it is, set adopt: Unowned; to leave it to whoever made it, remove the member or give it \
                 another name.",
            ),
            Cause::Overtaken(_) => {
                Some("Stop one of the two. Where that was the other, apply again when it has ended.")
            }
            Cause::Foreign(owner) if can_be_named(owner) => Some(
                "To take it over, set adoptFrom to that owner; to leave it to them, remove the member or give it \
                 another name.",
            ),
            Cause::Foreign(_) => Some(
                "Import the lake that it belongs to, or remove this member. To take it over all the same, set adopt: Any.",
            ),
            Cause::Unsteady(_) => Some("See who else changes it; ignoreDrift leaves a field to others."),
            Cause::Unplanned
            | Cause::Stopped
            | Cause::Unsettled(_)
            | Cause::Skipped(_)
            | Cause::Unknown(_) => None,
        }
    }

    /// How the user comes again, where that helps.
    fn again(&self) -> Option<&'static str> {
        const PATIENTLY: &str = "Apply again when AWS has finished, or raise the timeout.";
        const GOES_ON: &str =
            "Apply again, which goes on where this stopped; with a longer timeout one apply gets further.";
        match &self.cause {
            Cause::Refused(error) => match error.retry {
                Retry::Throttled => Some("Apply again, or raise the timeout."),
                Retry::Settling | Retry::Busy => Some(PATIENTLY),
                Retry::Conflict | Retry::Propagating => Some("Apply again."),
                Retry::Progressing => Some(GOES_ON),
                Retry::Unanswered if self.done.is_some() => Some(GOES_ON),
                Retry::Unanswered => Some("Apply again: what was done is found."),
                Retry::Gone => Some("Then apply again."),
                Retry::Never => error.remedy().map(|_| "Then apply again."),
            },
            Cause::Unplanned => Some("Plan again, and apply what the new plan shows."),
            Cause::Stopped => Some("Apply again: what was done is found."),
            Cause::Unsettled(_) => Some(PATIENTLY),
            Cause::Blocked(_)
            | Cause::Protected(_)
            | Cause::Foreign(_)
            | Cause::Anew(_)
            | Cause::Overtaken(_)
            | Cause::Unsteady(_)
            | Cause::Skipped(_)
            | Cause::Unknown(_) => None,
        }
    }

    /// The failure as a finding at the place in the spec that asked for it.
    #[must_use]
    pub fn finding(&self) -> Finding {
        Finding::error(self.origin.clone(), self.summary(), self.detail())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.summary(), self.cause)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Refused(error) => write!(f, "{error}"),
            Cause::Blocked(reason) | Cause::Protected(reason) => write!(f, "{reason}"),
            Cause::Anew(what) => f.write_str(what),
            Cause::Overtaken(owner) => {
                write!(f, "another apply creates this lake at this moment (it wears {owner})")
            }
            Cause::Unplanned => f.write_str("changed since the plan was made, plan again"),
            Cause::Foreign(owner) => write!(f, "it now belongs to {}", spelt(owner)),
            Cause::Skipped(node) => write!(f, "it comes after {node}, which was not done"),
            Cause::Unknown(what) => write!(f, "{what} is not known"),
            Cause::Unsteady(what) => {
                write!(f, "AWS answered success, and yet {what} does not stay as it was set")
            }
            Cause::Unsettled(reason) => f.write_str(reason),
            Cause::Stopped => f.write_str("stopped before its turn came"),
        }
    }
}

/// A kind's word in prose: `accessPoint` is an access point.
pub(crate) fn words(kind: &str) -> String {
    kind.chars()
        .flat_map(|c| {
            let space = c.is_ascii_uppercase().then_some(' ');
            space.into_iter().chain(std::iter::once(c.to_ascii_lowercase()))
        })
        .collect()
}

/// A clause as a sentence: a capital and a full stop.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().map(|c| if clause.contains(": ") { c } else { c.to_ascii_uppercase() });
    let end = if clause.ends_with(['.', '!', '?']) { "" } else { "." };
    first.into_iter().chain(letters).chain(end.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_why_and_what_helps() {
        let error = CloudError {
            code: Some("AccessDenied".into()),
            request_id: Some("4442587FB7D0A2F9".into()),
            remedy: Some("Allow the call in the policy of the credentials in use.".into()),
            ..CloudError::refused("s3control:CreateAccessPoint", "Access Denied")
        };
        let failure = Failure {
            node: NodeId::new("accessPoint", "analysts"),
            origin: "accessPoints.analysts".parse().unwrap(),
            action: Action::Create,
            cause: Cause::Refused(error),
            done: None,
        };
        assert_eq!(failure.summary(), "Cannot create access point analysts");
        assert_eq!(
            failure.detail(),
            "s3control:CreateAccessPoint: AccessDenied: Access Denied. AWS request id: 4442587FB7D0A2F9.\n\
             Allow the call in the policy of the credentials in use. Then apply again."
        );
        assert_eq!(
            failure.steady_detail(),
            "s3control:CreateAccessPoint: AccessDenied: Access Denied.\n\
             Allow the call in the policy of the credentials in use."
        );
    }
}
