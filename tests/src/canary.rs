//! Canaries: the values that tests give to what the schema calls secret, and that are told nowhere.
//!
//! The fixtures of both doors look for them in whatever is written: what commands print, logs at every level, status,
//! events. Not looked through are the files of Terraform's state and plans, whose content its documentation tells, and the
//! journal of the AWS of tests.

/// What every canary begins with.
const SONG: &str = "canary-bird";
/// How it looks in base64, wherever a canary begins.
const SONG_IN_BASE64: &str = "Y2FuYXJ5LWJp";

/// The canary of one field.
#[must_use]
pub fn canary(of: &str) -> String {
    format!("{SONG}-{of}")
}

/// The line of a text that holds a canary.
#[must_use]
pub fn found(text: &str) -> Option<&str> {
    text.lines().find(|line| line.contains(SONG) || line.contains(SONG_IN_BASE64))
}

/// Fail if a text holds a canary.
///
/// # Panics
/// When it does.
pub fn none_in(what: &str, text: &str) {
    if let Some(line) = found(text) {
        let shown: String = line.chars().take(2_000).collect();
        panic!("{what} tells a secret:\n{shown}");
    }
}
