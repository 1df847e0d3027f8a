//! One namespace, and kubectl in it.

use super::{Cluster, Seen, User, WITHIN, Watch, tells_no_secret};
use crate::ran::Ran;
use serde_json::Value;
use std::time::{Duration, Instant};

/// A namespace as one user sees it. An object is named as kubectl names it: `lake/first`.
#[derive(Clone, Debug)]
pub struct Namespace<'a> {
    cluster: &'a Cluster,
    name: String,
    user: User,
}

impl<'a> Namespace<'a> {
    pub(super) fn new(cluster: &'a Cluster, name: &str) -> Self {
        Namespace { cluster, name: name.to_owned(), user: User::Admin }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same for another user.
    #[must_use]
    pub fn by(&self, user: User) -> Self {
        Namespace { user, ..self.clone() }
    }

    /// Run kubectl here.
    #[must_use]
    pub fn kubectl(&self, arguments: &[&str]) -> Ran {
        self.cluster.kubectl_as(self.user, &self.here(arguments))
    }

    /// Server-side apply of manifests that name no namespace of their own, or this one.
    #[must_use]
    pub fn apply(&self, manifests: &str) -> Ran {
        self.cluster.with_input(self.user, &self.here(&["apply", "--server-side", "--filename=-"]), manifests)
    }

    /// The same for one object.
    #[must_use]
    pub fn apply_object(&self, object: &Value) -> Ran {
        // kubectl takes what begins with a brace for one JSON document and drops what follows, so it begins otherwise.
        self.apply(&format!("---\n{object}"))
    }

    /// The object; none when it is not there.
    #[must_use]
    pub fn get(&self, object: &str) -> Option<Value> {
        let found = self.json(&["get", object, "--ignore-not-found", "--output=json"]);
        tells_no_secret(&found);
        (!found.is_null()).then_some(found)
    }

    /// All objects of a kind.
    #[must_use]
    pub fn list(&self, kind: &str) -> Vec<Value> {
        let mut found = self.json(&["get", kind, "--output=json"]);
        let found = found["items"].as_array_mut().map(std::mem::take).unwrap_or_default();
        found.iter().for_each(tells_no_secret);
        found
    }

    /// Change an object by a merge patch.
    #[must_use]
    pub fn patch(&self, object: &str, patch: &Value) -> Ran {
        self.kubectl(&["patch", object, "--type=merge", "--patch", &patch.to_string()])
    }

    /// The same for its status.
    #[must_use]
    pub fn patch_status(&self, object: &str, patch: &Value) -> Ran {
        let patch = patch.to_string();
        self.kubectl(&["patch", object, "--subresource=status", "--type=merge", "--patch", &patch])
    }

    /// Ask for an object's deletion, and do not wait for it.
    #[must_use]
    pub fn delete(&self, object: &str) -> Ran {
        self.kubectl(&["delete", object, "--wait=false"])
    }

    /// `kubectl wait`: for `condition=Ready`, `delete`, `create`, `jsonpath=…`.
    #[must_use]
    pub fn wait(&self, object: &str, what: &str) -> Ran {
        self.kubectl(&["wait", object, &format!("--for={what}"), &format!("--timeout={}s", WITHIN.as_secs())])
    }

    /// Watch an object (`lake/first`) or a kind (`lakes`), beginning with what is there now.
    #[must_use]
    pub fn watch(&self, what: &str) -> Watch {
        let (kind, name) = what.split_once('/').unzip();
        let selector = format!("--field-selector=metadata.name={}", name.unwrap_or_default());
        let mut arguments =
            vec!["get", kind.unwrap_or(what), "--watch", "--output-watch-events", "--output=json"];
        if name.is_some() {
            arguments.push(&selector);
        }
        Watch::start(self.cluster.command(self.user, &self.here(&arguments)))
    }

    /// Wait until an object is as wanted, and return it so.
    ///
    /// # Panics
    /// When it does not come about within [`WITHIN`].
    #[must_use]
    pub fn until(&self, object: &str, mut wanted: impl FnMut(&Value) -> bool) -> Value {
        self.watch(object).until(|seen| !seen.deleted() && wanted(&seen.object)).object
    }

    /// Follow a kind until `enough` says so; false when the time is over first. The API server ends a watch that cannot
    /// keep up: it is begun anew, with what is there by then.
    pub fn follow(&self, kind: &str, within: Duration, mut enough: impl FnMut(&Seen) -> bool) -> bool {
        let began = Instant::now();
        let mut watch = self.watch(kind);
        while let Some(left) = within.checked_sub(began.elapsed()) {
            match watch.next(left) {
                Some(seen) if enough(&seen) => return true,
                Some(_) => {}
                None => watch = self.watch(kind),
            }
        }
        false
    }

    fn json(&self, arguments: &[&str]) -> Value {
        self.cluster.json(&self.here(arguments))
    }

    fn here<'b>(&'b self, arguments: &[&'b str]) -> Vec<&'b str> {
        [&["--namespace", &self.name], arguments].concat()
    }
}

/// Whether a lake's status says that this very spec is as wanted.
#[must_use]
pub fn is_ready(lake: &Value) -> bool {
    lake["status"]["observedGeneration"] == lake["metadata"]["generation"]
        && condition(lake, "Ready")["status"] == "True"
}

/// A condition of an object; null when it is not told.
#[must_use]
pub fn condition<'a>(object: &'a Value, of: &str) -> &'a Value {
    let all = object["status"]["conditions"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().find(|condition| condition["type"] == of).unwrap_or(&Value::Null)
}

impl Seen {
    /// Whether this was the object's end.
    #[must_use]
    pub fn deleted(&self) -> bool {
        self.event == "DELETED"
    }
}
