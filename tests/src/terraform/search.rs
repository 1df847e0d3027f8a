//! The search through what a story has written, for what was never to be told.
//!
//! It is made by the fixture itself: of each command's output when it ends, of the rest at the story's end. Secret are the
//! canaries, the key that the fixture signs with, and what a story adds.

use super::Terraform;
use crate::canary;
use serde_json::Value;
use std::thread;

/// The state as it is, and as it was before the last command that changed it.
const STATES: [&str; 2] = ["terraform.tfstate", "terraform.tfstate.backup"];

impl Terraform {
    /// A text that is as secret as a canary: one that cannot be another.
    pub fn keeps_secret(&mut self, text: &str) {
        self.secrets.push(text.to_owned());
    }

    /// The provider's log of all commands so far, at the level TRACE.
    #[must_use]
    pub fn log(&self) -> String {
        self.written("log")
    }

    /// The attributes of all lakes in the state.
    #[must_use]
    pub fn lakes(&self) -> Vec<Value> {
        lakes(&self.written(STATES[0]))
    }

    /// Fail if a text tells a secret.
    ///
    /// # Panics
    /// When it does.
    pub(super) fn tells_no_secret(&self, what: &str, text: &str) {
        canary::none_in(what, text);
        let told = text.lines().find(|line| self.holds_secret(line));
        assert_eq!(told, None, "{what} tells a secret");
    }

    /// Fail if what is told of a lake in a state tells a secret.
    pub(super) fn lake_tells_no_secret(&self, lake: &Value) {
        for told in ["resources", "outputs"] {
            self.tells_no_secret(told, &lake[told].to_string());
        }
    }

    /// Search all that is left to search when a story ends.
    fn search(&self) {
        for (what, file) in [("the provider's log", "log"), ("a command that was started", "output")] {
            self.tells_no_secret(what, &self.written(file));
        }
        for name in STATES {
            let state = self.written(name);
            for lake in lakes(&state) {
                self.lake_tells_no_secret(&lake);
                let strangers =
                    canary::strangers(&lake).into_iter().filter(|(_, text)| !self.holds_secret(text));
                let fields: Vec<&str> = strangers.map(|(field, _)| field).collect();
                assert!(fields.is_empty(), "only canaries are searched for, and these are none: {fields:?}");
            }
            if canary::found(&state).is_some() {
                let _ = self.run(&["show", "-no-color", name]).ok();
            }
        }
    }

    fn holds_secret(&self, text: &str) -> bool {
        self.secrets.iter().any(|secret| text.contains(secret))
    }

    /// A file of the folder; empty when it is not there.
    fn written(&self, name: &str) -> String {
        let bytes = std::fs::read(self.folder().join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Terraform {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.search();
        }
    }
}

/// The attributes of the lakes in the file of a state, a value of any type without its type.
fn lakes(state: &str) -> Vec<Value> {
    let state: Value = serde_json::from_str(state).unwrap_or_default();
    let entries = |of: &Value| of.as_array().cloned().unwrap_or_default();
    let resources = entries(&state["resources"]).into_iter().filter(|resource| resource["type"] == "lake");
    let instances = resources.flat_map(|resource| entries(&resource["instances"]));
    instances
        .map(|mut instance| {
            let mut lake = instance["attributes"].take();
            for name in ["spec", "sensitive_spec"] {
                if let Some(value) = lake.get_mut(name).and_then(|typed| typed.get_mut("value")) {
                    lake[name] = value.take();
                }
            }
            lake
        })
        .collect()
}
