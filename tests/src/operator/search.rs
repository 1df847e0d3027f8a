//! What an operator has told, searched for what is secret when its story ends.

use super::Operator;
use crate::{canary, cluster};
use serde_json::Value;
use std::{process::Command, time::Duration};

/// How long whoever tells may take: what has ended or stands still tells nothing more.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was told beside the log.
pub(super) struct Told {
    metrics: String,
    /// Lakes and events.
    objects: Vec<Value>,
}

impl Told {
    /// Fail if any of it tells a secret.
    pub(super) fn holds_no_secret(&self) {
        canary::none_in("metrics", &self.metrics);
        self.objects.iter().for_each(cluster::tells_no_secret);
    }
}

impl Operator {
    /// What it serves now, and has written into the cluster.
    pub(super) fn told(&self) -> Told {
        let metrics = ureq::get(format!("{}/metrics", self.url));
        let answer = metrics.config().timeout_global(Some(PATIENCE)).build().call();
        let metrics = answer.ok().and_then(|answer| answer.into_body().read_to_string().ok());
        let scopes = match self.namespaces.as_slice() {
            [] => vec!["--all-namespaces".to_owned()],
            some => some.iter().map(|namespace| format!("--namespace={namespace}")).collect(),
        };
        let objects = scopes.iter().flat_map(|scope| self.written(scope)).collect();
        Told { metrics: metrics.unwrap_or_default(), objects }
    }

    /// The lakes and events of a namespace or of all, as long as the API server is there.
    fn written(&self, scope: &str) -> Vec<Value> {
        let folder = self.kubeconfig.parent().expect("the cluster's files stand in a folder");
        let told = Command::new(folder.join("bin/kubectl"))
            .args(["get", "lakes.lake.dev,events.events.k8s.io", "--output=json", scope])
            .arg(format!("--request-timeout={}s", PATIENCE.as_secs()))
            .env("KUBECONFIG", folder.join("admin.kubeconfig"))
            .env("KUBECACHEDIR", folder.join("kubectl"))
            .env("KUBERC", "off")
            .output();
        let told = told.map(|output| output.stdout).unwrap_or_default();
        let mut told: Value = serde_json::from_slice(&told).unwrap_or_default();
        told["items"].as_array_mut().map(std::mem::take).unwrap_or_default()
    }
}
