//! An API server of tests, in this process: one lake's object, and what becomes of it by each request of the operator and
//! of its user. It refuses what Kubernetes refuses: a write onto a version that is not the newest, or of another uid
//! (Kubernetes API Concepts, "Resource versions" and "Preconditions").

use http_body_util::BodyExt;
use hyper::{Method, Request, Response};
use kube::{Client, client::Body};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Arc, Mutex},
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// How a request, `PATCH lakes/events`, is refused: by this code, in these words.
type Fault = (String, u16, String);

/// What is there.
#[derive(Default)]
struct State {
    lake: Option<Value>,
    leases: BTreeMap<String, Value>,
    version: u64,
    uids: u64,
    events: Vec<Value>,
    /// `PATCH lakes/events/status`.
    requests: Vec<String>,
    faults: Vec<Fault>,
    watchers: Vec<UnboundedSender<(Value, bool)>>,
    /// The object as watches have brought it last.
    brought: Value,
}

/// The API server. Clones are the same one.
#[derive(Clone, Default)]
pub(crate) struct Cluster(Arc<Mutex<State>>);

impl Cluster {
    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap())
    }

    /// A client of it.
    pub(crate) fn client(&self) -> Client {
        let cluster = self.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let cluster = cluster.clone();
            async move { Ok::<_, Infallible>(cluster.answer(request).await) }
        });
        Client::new(service, "data")
    }

    /// All that happens to the lake from now on: the object as it is then, and whether it is gone.
    pub(crate) fn watch(&self) -> UnboundedReceiver<(Value, bool)> {
        let (to, from) = unbounded_channel();
        self.with(|state| {
            if let Some(lake) = &state.lake {
                let _ = to.send((lake.clone(), false));
            }
            state.watchers.push(to);
        });
        from
    }

    /// A user makes the lake.
    pub(crate) fn create(&self, spec: Value, finalizers: &[&str]) {
        self.with(|state| {
            state.uids += 1;
            let metadata = json!({
                "name": "events", "namespace": "data", "uid": format!("uid-{}", state.uids), "generation": 1,
                "finalizers": finalizers,
            });
            let kind = ("lake.dev/v1alpha1", "Lake");
            let lake = json!({ "apiVersion": kind.0, "kind": kind.1, "metadata": metadata, "spec": spec });
            state.put(lake);
        });
    }

    /// Somebody changes the object.
    pub(crate) fn edit(&self, change: impl FnOnce(&mut Value)) {
        self.with(|state| {
            let mut lake = state.lake.clone().expect("the lake is there");
            let spec = lake["spec"].clone();
            change(&mut lake);
            if lake["spec"] != spec {
                lake["metadata"]["generation"] =
                    (lake["metadata"]["generation"].as_i64().unwrap() + 1).into();
            }
            state.put(lake);
        });
    }

    /// The same, and the watch lags behind.
    pub(crate) fn edit_unseen(&self, change: impl FnOnce(&mut Value)) {
        let watchers = self.with(|state| std::mem::take(&mut state.watchers));
        self.edit(change);
        self.with(|state| state.watchers = watchers);
    }

    /// A user annotates the lake; what the watch brings of that has the status that it brought last.
    pub(crate) fn annotate_seen_late(&self, name: &str, value: &str) {
        let annotate = |lake: &mut Value| lake["metadata"]["annotations"] = json!({ name: value });
        let mut stale = self.with(|state| state.brought.clone());
        self.edit_unseen(annotate);
        annotate(&mut stale);
        self.with(|state| state.watchers.retain(|watcher| watcher.send((stale.clone(), false)).is_ok()));
    }

    /// A user deletes the lake.
    pub(crate) fn delete(&self) {
        self.edit(|lake| lake["metadata"]["deletionTimestamp"] = json!("2026-01-02T03:04:05Z"));
    }

    /// Another installation renews its lease `data/other`.
    pub(crate) fn renew_other(&self) {
        let spec = json!({ "holderIdentity": "other-0", "leaseDurationSeconds": 15 });
        let kind = ("coordination.k8s.io/v1", "Lease");
        let metadata = json!({ "name": "other", "namespace": "data" });
        let lease = json!({ "apiVersion": kind.0, "kind": kind.1, "metadata": metadata, "spec": spec });
        self.with(|state| drop(state.put_lease(lease)));
    }

    /// The object as it is.
    pub(crate) fn lake(&self) -> Option<Value> {
        self.with(|state| state.lake.clone())
    }

    /// The notes of the events of a reason.
    pub(crate) fn events(&self, reason: &str) -> Vec<Value> {
        self.with(|state| state.events.iter().filter(|event| event["reason"] == reason).cloned().collect())
    }

    /// What was asked for since the last time.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.with(|state| std::mem::take(&mut state.requests))
    }

    /// Refuse requests, until told otherwise.
    pub(crate) fn refuse(&self, faults: &[(&str, u16, &str)]) {
        let owned = faults.iter().map(|(what, code, said)| ((*what).to_owned(), *code, (*said).to_owned()));
        self.with(|state| state.faults = owned.collect());
    }

    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let (code, answer) = self.with(|state| state.answer(&head.method, head.uri.path(), body));
        let answer = Body::from(answer.to_string().into_bytes());
        Response::builder().status(code).body(answer).unwrap()
    }
}

impl State {
    /// The object is this now; nobody holds one that is deleted and has no finalizer.
    fn put(&mut self, mut lake: Value) -> Value {
        let mut before = self.lake.clone().unwrap_or_default();
        before["metadata"]["resourceVersion"] = lake["metadata"]["resourceVersion"].clone();
        if before == lake {
            return lake;
        }
        self.version += 1;
        lake["metadata"]["resourceVersion"] = self.version.to_string().into();
        let held = lake["metadata"]["finalizers"].as_array().is_some_and(|held| !held.is_empty());
        let gone = !lake["metadata"]["deletionTimestamp"].is_null() && !held;
        self.lake = (!gone).then(|| lake.clone());
        if !self.watchers.is_empty() {
            self.brought = lake.clone();
        }
        self.watchers.retain(|watcher| watcher.send((lake.clone(), gone)).is_ok());
        lake
    }

    fn put_lease(&mut self, mut lease: Value) -> Value {
        self.version += 1;
        lease["metadata"]["resourceVersion"] = self.version.to_string().into();
        let name = lease["metadata"]["name"].as_str().expect("a lease has a name").to_owned();
        self.leases.insert(name, lease.clone());
        lease
    }

    fn answer(&mut self, method: &Method, path: &str, body: Value) -> (u16, Value) {
        let resource: Vec<&str> = path.split('/').skip_while(|part| *part != "data").skip(1).collect();
        let asked = format!("{method} {}", resource.join("/"));
        if !asked.contains("leases") {
            self.requests.push(asked.clone());
        }
        if let Some((_, code, said)) = self.faults.iter().find(|(what, ..)| asked == *what) {
            return refusal(*code, said);
        }
        match (method.as_str(), resource.as_slice()) {
            ("GET", ["leases", name]) => {
                self.leases.get(*name).map_or_else(missing, |lease| (200, lease.clone()))
            }
            (_, ["leases", ..]) => (200, self.put_lease(body)),
            ("POST", ["events"]) => {
                self.events.push(body.clone());
                // Who waits for an event looks again.
                self.watchers.retain(|watcher| watcher.send((self.brought.clone(), false)).is_ok());
                (201, body)
            }
            ("PATCH", ["events", name]) => {
                let known = self.events.iter_mut().find(|event| event["metadata"]["name"] == *name);
                let Some(event) = known else { return missing() };
                merge(event, &body);
                (200, event.clone())
            }
            ("GET", ["lakes", _]) => self.lake.clone().map_or_else(missing, |lake| (200, lake)),
            ("PATCH", ["lakes", _, below @ ..]) => self.patch(below == ["status"], body),
            _ => (404, json!({ "kind": "Status", "code": 404, "message": asked })),
        }
    }

    fn patch(&mut self, status: bool, body: Value) -> (u16, Value) {
        let Some(mut lake) = self.lake.clone() else { return missing() };
        for part in ["uid", "resourceVersion"] {
            let seen = &body["metadata"][part];
            if !seen.is_null() && *seen != lake["metadata"][part] {
                return refusal(
                    409,
                    "the object has been modified; please apply your changes to the latest version",
                );
            }
        }
        match (status, body["kind"].is_string()) {
            // What is applied by the one who has applied all of it.
            (true, true) => lake["status"] = body["status"].clone(),
            (true, false) => merge(&mut lake["status"], &body["status"]),
            (false, _) => merge(&mut lake["metadata"]["finalizers"], &body["metadata"]["finalizers"]),
        }
        (200, self.put(lake))
    }
}

/// JSON merge patch (RFC 7396).
fn merge(into: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else { return *into = patch.clone() };
    if !into.is_object() {
        *into = Value::Object(Map::new());
    }
    for (name, value) in patch {
        if value.is_null() {
            into.as_object_mut().unwrap().remove(name);
        } else {
            merge(&mut into[name.as_str()], value);
        }
    }
}

fn missing() -> (u16, Value) {
    refusal(404, "not found")
}

fn refusal(code: u16, said: &str) -> (u16, Value) {
    let reason = match code {
        404 => "NotFound",
        409 => "Conflict",
        403 => "Forbidden",
        _ => "",
    };
    let told = json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "message": said, "reason": reason,
    });
    (code, told)
}
