//! ArgoCD itself, and what our customizations make it say of a lake. Nobody reconciles the lake here: its status is
//! written by hand.

use lake_tests::{
    argocd::{ArgoCd, Repository, check_customizations},
    cluster::Cluster,
    root,
};
use serde_json::{Value, json};

#[test]
fn the_customizations_pass_the_tests_they_bring() {
    let checked = check_customizations(&root().join("operator/argocd/resource_customizations")).ok();
    let _ = checked.never_says("FAILED").says("tests passed");
}

const SETTINGS: &str = "apiVersion: v1
kind: ConfigMap
metadata: { name: settings, annotations: { argocd.argoproj.io/sync-wave: '1' } }
data: { greeting: hello }
";

const LAKE: &str = "apiVersion: lake.dev/v1alpha1
kind: Lake
metadata: { name: events }
spec: { buckets: { store: {} } }
";

/// A status that says so, of the lake's spec as it is.
fn told(lake: &Value, ready: &str, stalled: &str) -> Value {
    let generation = &lake["metadata"]["generation"];
    let condition = |of: &str, status: &str| {
        json!({
            "type": of, "status": status, "reason": "Told", "message": format!("{of} is {status}"),
            "observedGeneration": generation, "lastTransitionTime": "2026-01-01T00:00:00Z",
        })
    };
    json!({ "status": {
        "observedGeneration": generation,
        "conditions": [condition("Ready", ready), condition("Stalled", stalled)],
    } })
}

#[test]
fn a_lake_in_git_is_synced_in_waves_healed_and_pruned() {
    // ArgoCD is one per cluster, and looks at all of it.
    let cluster = Cluster::start();
    let argocd = ArgoCd::start(&cluster);
    let namespace = cluster.namespace("gitops");
    let repository = Repository::new();
    let _ = repository.commit("lakes/settings.yaml", SETTINGS);
    let first = repository.commit("lakes/events.yaml", LAKE);
    argocd.sync("lakes", &repository, "lakes", "gitops");

    // The first wave waits for the lake's health, which waits for its status.
    let application = argocd.until("lakes", |it| it["status"]["health"]["status"] == "Progressing");
    assert_eq!(application["status"]["operationState"]["phase"], "Running");
    assert_eq!(namespace.get("configmap/settings"), None);
    let _ = namespace
        .patch_status("lake/events", &told(&namespace.get("lake/events").unwrap(), "True", "False"))
        .ok();
    let _ = argocd.until_synced("lakes", &first, "Healthy");
    assert!(namespace.get("configmap/settings").is_some());

    // A hand on the cluster is undone.
    let _ = namespace.patch("configmap/settings", &json!({ "data": { "greeting": "good-bye" } })).ok();
    let _ = namespace.until("configmap/settings", |it| it["data"]["greeting"] == "hello");

    // A change makes the lake Progressing until its operator has seen it, and Degraded when it stalls on it.
    let second =
        repository.commit("lakes/events.yaml", &LAKE.replace("store: {}", "store: { versioning: true }"));
    argocd.refresh("lakes");
    let _ = argocd.until_synced("lakes", &second, "Progressing");
    let _ = namespace
        .patch_status("lake/events", &told(&namespace.get("lake/events").unwrap(), "False", "True"))
        .ok();
    let _ = argocd.until_synced("lakes", &second, "Degraded");

    // The menu's actions are ours.
    let _ = argocd.action("gitops", "events", "reconcile").ok();
    let requested = namespace.get("lake/events").unwrap();
    assert!(
        requested["metadata"]["annotations"]["lake.dev/reconcile-requested-at"].is_string(),
        "{requested:#}"
    );
    let _ = argocd.action("gitops", "events", "approve").failed().says("not offered");

    // What leaves the repository leaves the cluster.
    let mut lakes = namespace.watch("lake/events");
    let third = repository.remove("lakes/events.yaml");
    argocd.refresh("lakes");
    let _ = lakes.until(|seen| seen.deleted());
    let _ = argocd.until_synced("lakes", &third, "Healthy");
    let mut settings = namespace.watch("configmap/settings");
    let _ = argocd.namespace().delete("application/lakes").ok();
    let _ = settings.until(|seen| seen.deleted());
}
