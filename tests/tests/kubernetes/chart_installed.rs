//! The operator's chart, installed: what it permits to whom, and what is left when it goes.

use crate::chart::chart;
use lake_tests::{
    cluster::{Cluster, Namespace, User},
    helm::Helm,
    ran::Ran,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The service account of a release that is called as the chart is.
const OPERATOR: &str = "system:serviceaccount:lake-system:lake-operator";

/// `helm install` or `upgrade`; the definition is there already.
fn install(cluster: &Cluster, arguments: &[&str]) -> Ran {
    let helm = Helm::on(cluster);
    let chart = chart();
    let chart = chart.to_string_lossy();
    let always =
        ["upgrade", "--install", "lake-operator", &chart, "--namespace=lake-system", "--create-namespace"];
    helm.run(&[&always, ["--set=crds.install=false"].as_slice(), arguments].concat())
}

fn lake(mode: &str, versioning: bool) -> String {
    let lake = json!({
        "apiVersion": "lake.dev/v1alpha1", "kind": "Lake", "metadata": { "name": "first" },
        "spec": { "reconcile": { "mode": mode }, "buckets": { "store": { "versioning": versioning } } },
    });
    format!("---\n{lake}")
}

#[test]
fn it_installs_where_nothing_was_and_leaves_lakes_when_it_goes() {
    let cluster = Cluster::start();
    let _ = cluster.kubectl(&["delete", "crd", "lakes.lake.dev"]).ok();
    let helm = Helm::on(&cluster);
    let chart = chart();
    let chart = chart.to_string_lossy();
    let install = ["install", "lake-operator", &chart, "--namespace=lake-system", "--create-namespace"];
    let _ =
        helm.run(&install).ok().says("STATUS: deployed").says("Before `helm uninstall`, delete the lakes");
    let system = cluster.in_namespace("lake-system");
    for object in ["deployment", "serviceaccount", "networkpolicy", "poddisruptionbudget"] {
        assert!(system.get(&format!("{object}/lake-operator")).is_some(), "{object}");
    }
    // All of a release is one secret, which etcd takes up to 1 MiB of; the definition is most of it.
    let release = system.get("secret/sh.helm.release.v1.lake-operator.v1").unwrap();
    let size = release["data"]["release"].as_str().unwrap().len() * 3 / 4;
    assert!(size < 512 * 1024, "a release takes {size} bytes");

    let _ = cluster.kubectl(&["wait", "--for=condition=Established", "crd/lakes.lake.dev"]).ok();
    let data = cluster.namespace("data");
    let _ = data.apply(&lake("Apply", true)).ok();
    let _ = helm.run(&["uninstall", "lake-operator", "--namespace=lake-system"]).ok();
    assert!(system.get("deployment/lake-operator").is_none());
    assert!(data.get("lake/first").is_some());

    let _ = helm.run(&install).ok();
    assert!(data.get("lake/first").is_some());
}

/// Verbs, by `group/resource[/name]`.
type Rights = BTreeMap<String, BTreeSet<String>>;

/// Everything that the operator may do in a namespace.
fn permitted(cluster: &Cluster, namespace: &str) -> Rights {
    let helm = Helm::alone();
    let file = helm.home().join("review.json");
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview",
        "spec": { "namespace": namespace },
    });
    std::fs::write(&file, review.to_string()).expect("helm's home can be written");
    let file = file.to_string_lossy();
    let create = ["create", "--validate=false", "--filename", &file, "--as", OPERATOR, "--output=json"];
    let answer = cluster.json(&create);
    let mut permitted = Rights::new();
    let words = |value: &Value| -> Vec<String> {
        let words = value.as_array().into_iter().flatten();
        words.filter_map(|word| word.as_str().map(str::to_owned)).collect()
    };
    for rule in answer["status"]["resourceRules"].as_array().expect("the API server lists rules") {
        for group in words(&rule["apiGroups"]) {
            for resource in words(&rule["resources"]) {
                let mut names = words(&rule["resourceNames"]);
                if names.is_empty() {
                    names.push(String::new());
                }
                for name in names {
                    let what = format!("{group}/{resource}/{name}").trim_end_matches('/').to_owned();
                    permitted.entry(what).or_default().extend(words(&rule["verbs"]));
                }
            }
        }
    }
    // What everybody may who is known: ask who they are and what they may do.
    permitted.retain(|what, _| {
        !what.starts_with("authorization.k8s.io/") && !what.starts_with("authentication.k8s.io/")
    });
    permitted
}

fn with<'a>(sets: &[&[(&'a str, &'a [&'a str])]]) -> Rights {
    let mut all = Rights::new();
    for (what, verbs) in sets.iter().flat_map(|set| set.iter()) {
        let verbs = verbs.iter().map(|verb| (*verb).to_owned());
        all.entry((*what).to_owned()).or_default().extend(verbs);
    }
    all
}

const WHERE_LAKES_ARE: &[(&str, &[&str])] = &[
    ("/configmaps", &["get", "list", "watch"]),
    ("/secrets", &["get"]),
    ("events.k8s.io/events", &["create", "patch"]),
    ("lake.dev/lakes", &["get", "list", "patch", "update", "watch"]),
    ("lake.dev/lakes/finalizers", &["update"]),
    ("lake.dev/lakes/status", &["get", "patch", "update"]),
];
const THE_LEASE: &[(&str, &[&str])] = &[
    ("coordination.k8s.io/leases", &["create", "get"]),
    ("coordination.k8s.io/leases/lake-operator", &["patch", "update"]),
];
const THE_CLUSTER: &[(&str, &[&str])] =
    &[("/namespaces/kube-system", &["get"]), ("coordination.k8s.io/leases", &["get"])];

#[test]
fn the_operator_may_do_what_it_needs_and_nothing_else() {
    let cluster = Cluster::start();
    let _ = (cluster.namespace("team-a"), cluster.namespace("team-b"), cluster.namespace("others"));

    let _ = install(&cluster, &[]).ok();
    assert_eq!(permitted(&cluster, "team-a"), with(&[WHERE_LAKES_ARE, THE_CLUSTER]));
    assert_eq!(permitted(&cluster, "lake-system"), with(&[WHERE_LAKES_ARE, THE_CLUSTER, THE_LEASE]));

    let _ = install(&cluster, &["--set=namespaces={team-a,team-b}"]).ok();
    assert_eq!(permitted(&cluster, "team-a"), with(&[WHERE_LAKES_ARE, THE_CLUSTER]));
    assert_eq!(permitted(&cluster, "others"), with(&[THE_CLUSTER]));
    assert_eq!(permitted(&cluster, "lake-system"), with(&[THE_CLUSTER, THE_LEASE]));

    let _ = install(&cluster, &["--set=namespaces={team-a},instance=prod,rbac.watchSecrets=true"]).ok();
    let mut watched_secrets = with(&[WHERE_LAKES_ARE]);
    watched_secrets.insert("/secrets".to_owned(), ["get", "list", "watch"].map(str::to_owned).into());
    assert_eq!(permitted(&cluster, "team-a"), watched_secrets);
    assert_eq!(permitted(&cluster, "team-b"), with(&[]), "an upgrade takes away what is no longer said");
    assert_eq!(permitted(&cluster, "lake-system"), with(&[THE_LEASE]));
}

/// Bind a role of Kubernetes to a user in a namespace, and wait until the chart's roles are part of it.
fn bind(namespace: &Namespace<'_>, role: &str, user: User) {
    let (role, user) = (format!("--clusterrole={role}"), format!("--user={}", user.name()));
    let name = format!("{}-{}", namespace.name(), role.trim_start_matches("--clusterrole="));
    let _ = namespace.kubectl(&["create", "rolebinding", &name, &role, &user]).ok();
}

/// Wait until a role of Kubernetes permits this on lakes.
fn aggregated(cluster: &Cluster, role: &str, verb: &str) {
    let permits = |role: &Value| {
        role["rules"].as_array().into_iter().flatten().any(|rule| {
            rule["resources"].as_array().is_some_and(|all| all.contains(&json!("lakes")))
                && rule["verbs"].as_array().is_some_and(|all| all.contains(&json!(verb)))
        })
    };
    // A role belongs to no namespace; kubectl takes one all the same.
    let _ = cluster.in_namespace("default").until(&format!("clusterrole/{role}"), permits);
}

#[test]
fn who_may_view_or_edit_a_namespace_may_do_so_with_its_lakes() {
    let cluster = Cluster::start();
    let _ = install(&cluster, &[]).ok();
    for (role, verb) in [("view", "watch"), ("edit", "patch"), ("admin", "approve")] {
        aggregated(&cluster, role, verb);
    }
    let data = cluster.namespace("data");
    bind(&data, "view", User::TenantA);
    bind(&data, "edit", User::TenantB);

    let _ = data.by(User::TenantA).apply(&lake("Apply", true)).failed().says("forbidden");
    let _ = data.by(User::TenantB).apply(&lake("Apply", true)).ok();
    let _ = data.by(User::TenantA).kubectl(&["get", "lakes"]).ok().says("first");
    let _ = data.by(User::TenantA).delete("lake/first").failed().says("forbidden");
    let status = json!({ "status": { "record": "{}" } });
    let _ = data.by(User::TenantB).patch_status("lake/first", &status).failed().says("forbidden");
    let _ = data.by(User::TenantB).delete("lake/first").ok();

    let elsewhere = cluster.namespace("elsewhere");
    let _ = elsewhere.by(User::TenantB).apply(&lake("Apply", true)).failed().says("forbidden");
}

#[test]
fn where_approval_is_enforced_who_may_not_approve_may_only_propose() {
    let cluster = Cluster::start();
    let _ = install(&cluster, &["--set=approval.enforce=true"]).ok();
    aggregated(&cluster, "edit", "patch");
    aggregated(&cluster, "admin", "approve");
    let data = cluster.namespace("data");
    bind(&data, "edit", User::TenantA);
    bind(&data, "admin", User::TenantB);
    let (editor, approver) = (data.by(User::TenantA), data.by(User::TenantB));
    let approve = ["annotate", "lake/first", "lake.dev/approve=0123456789ab"];

    // The policy holds some moments after it was made; until then a dry run is let through.
    let proof = lake("Apply", true);
    let file = cluster.folder().join("proof.yaml");
    std::fs::write(&file, &proof).unwrap();
    let file = format!("--filename={}", file.display());
    let begun = std::time::Instant::now();
    while editor.kubectl(&["create", "--dry-run=server", &file]).code == 0 {
        assert!(begun.elapsed() < lake_tests::cluster::WITHIN, "the policy never holds");
    }

    let _ = editor.apply(&lake("Apply", true)).failed().says("set spec.reconcile.mode to Plan");
    let _ = editor.apply(&lake("Plan", true)).ok();
    let _ = editor.kubectl(&approve).failed().says("approving a plan");
    let _ = editor.apply(&lake("Plan", false)).ok();
    let _ = editor.apply(&lake("Apply", false)).failed().says("set spec.reconcile.mode to Plan");
    let _ = editor.kubectl(&["label", "lake/first", "team=data"]).ok();
    let _ = editor.delete("lake/first").failed().says("deleting a lake needs the verb approve");

    let _ = approver.kubectl(&approve).ok();
    let _ = editor.kubectl(&["label", "lake/first", "team=others", "--overwrite"]).ok();
    let _ = approver.patch("lake/first", &json!({ "spec": { "reconcile": { "mode": "Apply" } } })).ok();
    let _ = editor.kubectl(&["label", "lake/first", "team-"]).ok();
    let change = json!({ "spec": { "buckets": { "store": { "versioning": true } } } });
    let _ = editor.patch("lake/first", &change).failed().says("set spec.reconcile.mode to Plan");
    let _ = approver.patch("lake/first", &change).ok();

    // A namespace that goes takes its lakes along, though its controller is no approver.
    let _ = cluster.kubectl(&["delete", "namespace", "data", "--timeout=60s"]).ok();
}
