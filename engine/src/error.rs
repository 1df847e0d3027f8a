//! The cloud said no: one error type, whose class decides whether and when the engine comes again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a caller can do about an error: decides whether and when to come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub enum Retry {
    /// AWS asks for fewer calls.
    Throttled,
    /// Something just made (a role, a policy) is not visible everywhere yet.
    Propagating,
    /// A dependency is on its way to the state that is needed.
    Settling,
    /// Somebody changed it meanwhile: read again, plan again.
    Conflict,
    /// It is at work (a crawler is running).
    Busy,
    /// A portion of it is done, and the next call goes on with the rest (a bucket is emptied).
    Progressing,
    /// No answer came, or AWS failed within: whether the call was done has to be read.
    Unanswered,
    /// Coming again changes nothing until the spec, a quota or a permission does.
    Never,
    /// It does not exist.
    Gone,
}

impl Retry {
    /// The class as one PascalCase word: event reason, condition reason, metric label, diagnostic prefix.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Retry::Throttled => "Throttled",
            Retry::Propagating => "Propagating",
            Retry::Settling => "Settling",
            Retry::Conflict => "Conflict",
            Retry::Busy => "Busy",
            Retry::Progressing => "Progressing",
            Retry::Unanswered => "Unanswered",
            Retry::Never => "Refused",
            Retry::Gone => "Gone",
        }
    }

    /// What is the matter with a class of errors, and what can be done beside coming again, where nothing more special is
    /// known. How to come again, each door knows.
    #[must_use]
    pub fn remedy(self) -> Option<&'static str> {
        match self {
            Retry::Throttled => Some("AWS limits the calls of this account."),
            Retry::Propagating => Some(ROLE),
            Retry::Settling => Some("AWS has to finish what it is doing first."),
            Retry::Conflict => Some("Somebody else changes this resource at the same time."),
            Retry::Busy => Some("It is at work."),
            Retry::Unanswered => Some("Check the network and the endpoint."),
            Retry::Gone => Some("What it needs does not exist. Make it, or correct the name."),
            Retry::Progressing | Retry::Never => None,
        }
    }
}

const ROLE: &str = "A role made moments ago is often not visible to other services for some seconds. If this stays, \
                    check that the role's trust policy names the service and that its policies allow the action.";

/// An error of one AWS call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "camelCase")]
pub struct CloudError {
    /// What can be done about it.
    pub retry: Retry,
    /// The call that failed: `s3:PutBucketVersioning`.
    pub doing: String,
    /// The service's own error code, if it answered at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What AWS said, in its words.
    pub said: String,
    /// AWS's id of the request, to be named to its support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What the user can do about it, where more is known than of its class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Box<str>>,
}

/// The word and code of a write that was kept back because another replica leads by now.
pub const NOT_LEADING: &str = "NotLeading";

impl fmt::Display for CloudError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) if code != &self.said => write!(f, "{}: {code}: {}", self.doing, self.said),
            _ => write!(f, "{}: {}", self.doing, self.said),
        }
    }
}

impl CloudError {
    /// A refusal of our own, without any answer of AWS, that no repetition would change.
    #[must_use]
    pub fn refused(doing: &str, said: impl Into<String>) -> Self {
        CloudError::own(doing, Retry::Never, said)
    }

    /// An error in our own words, of a class of our choosing: a crawler seen running, a token that never ends.
    #[must_use]
    pub fn own(doing: &str, retry: Retry, said: impl Into<String>) -> Self {
        CloudError {
            retry,
            doing: doing.to_owned(),
            code: None,
            said: said.into(),
            request_id: None,
            remedy: None,
        }
    }

    /// One PascalCase word: event reason, condition reason, metric label.
    #[must_use]
    pub fn word(&self) -> &'static str {
        if self.is(NOT_LEADING) { NOT_LEADING } else { self.retry.word() }
    }

    /// Whether AWS's own word was that the thing does not exist.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.retry == Retry::Gone
    }

    /// Whether something of this key exists already, that a look did not see a moment ago: a stranger's, or our own, made by
    /// an attempt whose answer was lost.
    #[must_use]
    pub(crate) fn says_it_exists(&self) -> bool {
        let code = self.code.as_deref().unwrap_or_default();
        code.contains("AlreadyExists") || code.contains("AlreadyOwnedByYou")
    }

    /// Whether AWS's error code is this one.
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// What the user can do about it, where that can be told.
    #[must_use]
    pub fn remedy(&self) -> Option<&str> {
        self.remedy.as_deref().or_else(|| self.retry.remedy())
    }
}
