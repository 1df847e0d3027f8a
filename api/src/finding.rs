//! What is wrong with the user's words: where, what, and what to do.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::FieldPath;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// Nothing is done until this is mended.
    Error,
    /// It works, but probably not as meant.
    Warning,
}

/// One thing that is wrong with a spec. All findings of a spec are told at once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// The place in the spec, in the user's words.
    pub path: FieldPath,
    /// Whether it stops the lake or only warns.
    pub severity: Severity,
    /// What is wrong, in one line without a full stop.
    pub summary: String,
    /// What to do about it, in whole sentences.
    pub detail: String,
}

impl Finding {
    /// A finding that stops the lake.
    pub fn error(path: FieldPath, summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { path, severity: Severity::Error, summary: summary.into(), detail: detail.into() }
    }

    /// A finding that only warns.
    pub fn warning(path: FieldPath, summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { path, severity: Severity::Warning, summary: summary.into(), detail: detail.into() }
    }

    /// Whether the lake must not be touched before this is mended.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        if self.path.is_root() {
            write!(f, "{word}: {}", self.summary)?;
        } else {
            write!(f, "{word}: {}: {}", self.path, self.summary)?;
        }
        if self.detail.is_empty() { Ok(()) } else { write!(f, "\n  {}", self.detail.replace('\n', "\n  ")) }
    }
}
