//! GitOps: a lake's whole life by commits, with a real ArgoCD and the operator's real binary.

use lake_tests::{
    argocd::{ArgoCd, Repository},
    aws::Endpoint,
    cluster::{Cluster, Namespace},
    example,
    operator::{Operator, Setting},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Where the lake stands in the repository.
const FILE: &str = "lakes/first.yaml";

/// So many periods of the operator (30 s here) and of ArgoCD ([`lake_tests::argocd::RESYNC`]) are watched.
const PERIODS: usize = 3;

/// What the operator was last asked, and has done.
fn asked(namespace: &Namespace<'_>, when: &str) {
    let ask = json!({ "metadata": { "annotations": { "lake.dev/reconcile-requested-at": when } } });
    let _ = namespace.patch("lake/first", &ask).ok();
    let _ = namespace.until("lake/first", |it| it["status"]["lastHandledReconcileAt"] == when);
}

fn message(application: &Value) -> String {
    application["status"].to_string()
}

#[test]
fn a_lake_lives_by_commits() {
    let cluster = Cluster::start();
    let aws = Endpoint::start();
    let argocd = ArgoCd::start(&cluster);
    let namespace = cluster.namespace("gitops");
    let operator = Operator::start(&Setting::of(&cluster, "gitops"), &aws);
    let repository = Repository::new();
    // Looked at as often as can be, so that three periods pass soon.
    let manifest =
        example::first_lake_manifest().replace("spec:\n", "spec:\n  reconcile: { interval: 30s }\n");

    // It is added, and changed.
    let first = repository.commit(FILE, &manifest);
    argocd.sync("lakes", &repository, "lakes", "gitops");
    let _ = argocd.until_synced("lakes", &first, "Healthy");
    let second = repository.commit(FILE, &manifest.replace("days: 7", "days: 14"));
    argocd.refresh("lakes");
    let _ = argocd.until_synced("lakes", &second, "Healthy");
    let rules = json!({ "Bucket": example::first_bucket() });
    let rules = aws.hand().call("s3", "get_bucket_lifecycle_configuration", rules).to_string();
    assert!(rules.contains("14"), "{rules}");

    // Somebody deletes the crawler on AWS: the operator mends it, and for ArgoCD nothing has changed.
    let mut history = argocd.namespace().watch("application/lakes");
    aws.hand().does("glue", "delete_crawler", json!({ "Name": "first-processed" }));
    asked(&namespace, "after-drift");
    assert_eq!(operator.metric("lake_drift_total{kind=\"crawler\"}"), Some(1.0));
    // Nothing is OutOfSync while nothing changes, for three periods of the operator and of ArgoCD.
    let rounds = || operator.sum("controller_runtime_reconcile_total");
    let before = rounds();
    operator.until("it has looked three times by itself", |_| rounds() >= before + PERIODS as f64);
    let compared: BTreeSet<String> =
        history.history().iter().map(|seen| seen.object["status"]["reconciledAt"].to_string()).collect();
    assert!(compared.len() > PERIODS, "ArgoCD has compared at {compared:?}");
    for seen in history.history() {
        assert_ne!(seen.object["status"]["sync"]["status"], "OutOfSync", "{:#}", seen.object["status"]);
    }

    // A commit breaks it: Degraded, with our own words; the next one mends it.
    let third = repository.commit(FILE, &manifest.replace("      role: etl\n", "      role: nobody\n"));
    argocd.refresh("lakes");
    let degraded = argocd.until_synced("lakes", &third, "Degraded");
    let lake = namespace.get("lake/first").expect("it is there");
    assert!(
        lake["status"]["conditions"].to_string().contains("nobody"),
        "{:#}",
        lake["status"]["conditions"]
    );
    assert!(message(&degraded).contains("Degraded"));
    let fourth = repository.commit(FILE, &manifest);
    argocd.refresh("lakes");
    let _ = argocd.until_synced("lakes", &fourth, "Healthy");

    // It leaves the repository, the cluster and AWS, in the order of its kinds.
    aws.clear_journal();
    let mut lakes = namespace.watch("lake/first");
    let _ = repository.remove(FILE);
    // A repository whose folder is empty would stop ArgoCD's pruning.
    let last = repository.commit("lakes/note.yaml", NOTE);
    argocd.refresh("lakes");
    let _ = lakes.until(|seen| seen.deleted());
    let _ = argocd.until_synced("lakes", &last, "Healthy");
    let deletes: Vec<String> = aws.writes().iter().map(|call| call.name()).collect();
    let place = |name: &str| {
        deletes.iter().position(|call| call == name).unwrap_or_else(|| panic!("{name}: {deletes:?}"))
    };
    assert!(place("glue:DeleteCrawler") < place("iam:DeleteRole"), "{deletes:?}");
    aws.assert_all_emulated();
}

const NOTE: &str = "apiVersion: v1
kind: ConfigMap
metadata: { name: note }
data: { said: The lake has left. }
";
