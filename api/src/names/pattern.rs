//! Patterns, each compiled once in the life of the program.
//!
//! By an engine that compiles quickly: terraform starts a provider several times per command, and few texts are held
//! against each pattern. Its classes (`\d`, `\w`) are ASCII's, as RE2's are, by which the API server judges.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use regex_lite::Regex;

/// Whether a text matches a pattern. A pattern that is none matches nothing; a test holds that there is no such.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    static COMPILED: OnceLock<Mutex<HashMap<String, Option<Regex>>>> = OnceLock::new();
    let mut compiled = COMPILED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = compiled.get(pattern) {
        return known.as_ref().is_some_and(|regex| regex.is_match(text));
    }
    let regex = Regex::new(pattern).ok();
    let fits = regex.as_ref().is_some_and(|regex| regex.is_match(text));
    compiled.insert(pattern.to_owned(), regex);
    fits
}
