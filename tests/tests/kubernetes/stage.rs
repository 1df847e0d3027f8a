//! What most cases stand on: a namespace of the shared cluster, an AWS of its own, and an operator at work between them.

use lake_tests::{
    aws::Endpoint,
    cluster::{Cluster, Namespace},
    operator::{Operator, Setting},
};
use serde_json::Value;
use std::{collections::BTreeSet, path::PathBuf};
use tempfile::TempDir;

/// A namespace, an AWS, and what works between them.
pub(crate) struct Stage {
    pub(crate) namespace: Namespace<'static>,
    pub(crate) aws: Endpoint,
    pub(crate) operator: Operator,
    setting: Setting,
}

/// Keys that nobody has yet: an operator looks for them in a file that is not there.
pub(crate) struct MissingKeys {
    _folder: TempDir,
    file: PathBuf,
}

impl MissingKeys {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("credentials");
        MissingKeys { _folder: folder, file }
    }

    /// Let an operator have no others.
    pub(crate) fn of(&self, setting: &mut Setting) {
        // What is empty is not there.
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            setting.variables.push((name.to_owned(), String::new()));
        }
        setting.variables.push(("AWS_SHARED_CREDENTIALS_FILE".to_owned(), self.file.display().to_string()));
    }

    /// They come.
    pub(crate) fn come(&self) {
        let key =
            "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI\n";
        std::fs::write(&self.file, key).expect("the folder can be written");
    }
}

impl Stage {
    /// A stage in a new namespace.
    pub(crate) fn new(name: &str) -> Self {
        Stage::with(name, |_| ())
    }

    /// The same with an operator that is started otherwise.
    pub(crate) fn with(name: &str, change: impl FnOnce(&mut Setting)) -> Self {
        let cluster = Cluster::shared();
        let namespace = cluster.namespace(name);
        let aws = Endpoint::start();
        let mut setting = Setting::of(cluster, name);
        change(&mut setting);
        let operator = Operator::start(&setting, &aws);
        Stage { namespace, aws, operator, setting }
    }

    /// Let the operator vanish as in a power cut, this happen, and another one begin.
    pub(crate) fn without_operator(self, meanwhile: impl FnOnce(&Namespace<'_>, &Endpoint)) -> Self {
        let Stage { namespace, aws, operator, setting } = self;
        operator.kill();
        meanwhile(&namespace, &aws);
        let operator = Operator::start(&setting, &aws);
        Stage { namespace, aws, operator, setting }
    }

    /// Wait until the lake's present spec is Ready, and return the lake.
    pub(crate) fn ready(&self, name: &str) -> Value {
        self.standing(name, "True", "Reconciled")
    }

    /// Wait until Ready says this of the lake's present spec.
    pub(crate) fn standing(&self, name: &str, status: &str, reason: &str) -> Value {
        self.namespace.until(&format!("lake/{name}"), |lake| {
            let ready = condition(lake, "Ready");
            is_of_this_spec(lake) && ready["status"] == status && ready["reason"] == reason
        })
    }

    /// Ask for a look, wait until it is over, and return the lake.
    pub(crate) fn look(&self, name: &str, request: &str) -> Value {
        let lake = format!("lake/{name}");
        let asks = format!("lake.dev/reconcile-requested-at={request}");
        let _ = self.namespace.kubectl(&["annotate", "--overwrite", &lake, &asks]).ok();
        self.namespace.until(&lake, |lake| {
            lake["status"]["lastHandledReconcileAt"] == request
                && condition(lake, "Reconciling")["status"] == "False"
        })
    }

    /// The notes of the events of this reason that tell of a lake; waits for the first.
    pub(crate) fn events(&self, name: &str, reason: &str) -> Vec<String> {
        let tells = |event: &Value| event["reason"] == reason && event["regarding"]["name"] == name;
        self.namespace.watch("events.events.k8s.io").until(|seen| tells(&seen.object));
        let all = self.namespace.list("events.events.k8s.io");
        all.iter().filter(|event| tells(event)).map(|event| text(&event["note"])).collect()
    }

    /// Wait until the lake's object is gone.
    pub(crate) fn gone(&self, name: &str) {
        let _ = self.namespace.wait(&format!("lake/{name}"), "delete").ok();
    }
}

/// One of a lake's conditions; null when it is not there.
pub(crate) fn condition<'a>(lake: &'a Value, type_: &str) -> &'a Value {
    let all = lake["status"]["conditions"].as_array();
    all.into_iter().flatten().find(|condition| condition["type"] == type_).unwrap_or(&Value::Null)
}

/// The message of Ready.
pub(crate) fn message(lake: &Value) -> &str {
    condition(lake, "Ready")["message"].as_str().unwrap_or_default()
}

/// Whether the status speaks of the spec as it is.
pub(crate) fn is_of_this_spec(lake: &Value) -> bool {
    lake["status"]["observedGeneration"] == lake["metadata"]["generation"]
}

/// A lake's manifest.
pub(crate) fn manifest(name: &str, spec: &Value) -> String {
    // kubectl takes what begins with a brace for one JSON document, so it begins otherwise.
    format!(
        "---\n{}",
        serde_json::json!({
            "apiVersion": "lake.dev/v1alpha1", "kind": "Lake", "metadata": { "name": name }, "spec": spec,
        })
    )
}

/// A string's text.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Where two values differ, and how: `jobs.etl.count: 2, 3`.
pub(crate) fn differences(one: &Value, other: &Value) -> Vec<String> {
    match (one, other) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
            let below = |name: &String| {
                let below = differences(&one[name], &other[name]).into_iter();
                below.map(|found| format!("{name}.{found}")).collect::<Vec<_>>()
            };
            names.into_iter().flat_map(below).collect()
        }
        _ if one == other => Vec::new(),
        _ => vec![format!(": {one}, {other}")],
    }
}
