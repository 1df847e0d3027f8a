//! What a user is told: warnings and errors, each with the place it is about.

use crate::path::Path;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// Terraform stops.
    Error,
    /// Terraform goes on.
    Warning,
}

/// One thing that a user is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What happened, as a title.
    pub summary: String,
    /// What it means and what to do, in whole sentences.
    pub detail: String,
    /// Where it is, if it is at one place.
    pub path: Option<Path>,
}

/// What a call tells beside its answer. No error: a call that tells only warnings has succeeded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// Tell an error.
    pub fn error(
        &mut self,
        path: impl Into<Option<Path>>,
        summary: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.tell(Severity::Error, path.into(), summary.into(), detail.into());
    }

    /// Tell a warning.
    pub fn warning(
        &mut self,
        path: impl Into<Option<Path>>,
        summary: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.tell(Severity::Warning, path.into(), summary.into(), detail.into());
    }

    /// Whether an error was told.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|told| told.severity == Severity::Error)
    }

    /// Nothing is told twice.
    fn tell(&mut self, severity: Severity, path: Option<Path>, summary: String, detail: String) {
        let told = Diagnostic { severity, summary, detail, path };
        if !self.0.contains(&told) {
            self.0.push(told);
        }
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, more: I) {
        for Diagnostic { severity, summary, detail, path } in more {
            self.tell(severity, path, summary, detail);
        }
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
