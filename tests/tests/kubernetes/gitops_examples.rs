//! What `operator/argocd` and `examples/argocd` promise, on a real API server and by a real ArgoCD.

use lake_tests::{
    argocd::{ArgoCd, Repository},
    aws::Endpoint,
    cluster::{Cluster, Namespace, is_ready},
    operator::{Operator, Setting},
    root,
};
use serde_json::{Value, json};
use std::path::Path;

fn yaml(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_saphyr::from_str(&text).expect("a manifest is YAML")
}

/// All of `part` stands in `whole`.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, value)| whole.get(key).is_some_and(|whole| holds(whole, value)))
        }
        _ => whole == part,
    }
}

#[test]
fn the_test_data_of_the_customizations_are_lakes() {
    let namespace = Cluster::shared().namespace("testdata");
    let customizations = root().join("operator/argocd/resource_customizations/lake.dev/Lake");
    let mut seen = 0;
    for folder in ["testdata", "actions/testdata"] {
        for file in std::fs::read_dir(customizations.join(folder)).unwrap().flatten() {
            let written = yaml(&file.path());
            let name = file.file_name().to_string_lossy().replace(".yaml", "");
            let object = json!({
                "apiVersion": written["apiVersion"], "kind": written["kind"],
                "metadata": { "name": name, "annotations": written["metadata"]["annotations"] },
                "spec": written["spec"],
            });
            let _ = namespace.apply(&format!("---\n{object}")).ok();
            let lake = format!("lake/{name}");
            if !written["status"].is_null() {
                let status = json!({ "status": written["status"] });
                let _ = namespace.patch_status(&lake, &status).ok().never_says("Warning");
            }
            let stored = namespace.get(&lake).unwrap();
            assert!(holds(&stored["spec"], &written["spec"]), "{lake}: {:#}", stored["spec"]);
            assert_eq!(stored["status"], written["status"], "{lake}: a field of the status is unknown");
            seen += 1;
        }
    }
    assert!(seen >= 15, "only {seen} files were found");
}

/// The examples' repository, with the examples in it.
fn examples() -> Repository {
    let repository = Repository::new();
    repository.commit_ours(&["crds", "operator/chart", "examples/first-lake"]);
    for file in ["platform.yaml", "platform/definition.yaml", "platform/operator.yaml", "platform/lakes.yaml"]
    {
        let path = format!("examples/argocd/{file}");
        repository.commit(&path, &here(&repository, &path));
    }
    repository
}

/// An example with the repository's address in it.
fn here(repository: &Repository, path: &str) -> String {
    let text = std::fs::read_to_string(root().join(path)).expect("the example is there");
    let address = "https://git.example.com/data/lakes.git";
    assert!(text.contains(address), "{path}");
    text.replace(address, &repository.url())
}

/// What the controllers of a cluster with nodes would tell of the operator's Deployment: here no kubelet runs a pod.
fn tell_that_it_runs(system: &Namespace<'_>) {
    let deployment = system.get("deployment/lake-operator").expect("ArgoCD has made it");
    let replicas = &deployment["spec"]["replicas"];
    let status = json!({ "status": {
        "observedGeneration": deployment["metadata"]["generation"], "replicas": replicas,
        "updatedReplicas": replicas, "readyReplicas": replicas, "availableReplicas": replicas,
    } });
    let _ = system.patch_status("deployment/lake-operator", &status).ok();
    let budget = json!({ "status": {
        "currentHealthy": replicas, "desiredHealthy": 1, "disruptionsAllowed": 1, "expectedPods": replicas,
        "conditions": [{
            "type": "DisruptionAllowed", "status": "True", "reason": "SufficientPods", "message": "",
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        }],
    } });
    let _ = system.patch_status("poddisruptionbudget/lake-operator", &budget).ok();
}

fn healthy(application: &Value) -> bool {
    application["status"]["sync"]["status"] == "Synced"
        && application["status"]["health"]["status"] == "Healthy"
}

#[test]
fn the_app_of_apps_comes_in_waves_and_goes_the_other_way_round() {
    let cluster = Cluster::start();
    // The first wave brings it.
    let _ = cluster.kubectl(&["delete", "crd", "lakes.lake.dev"]).ok();
    let argocd = ArgoCd::start(&cluster);
    let applications = argocd.namespace();
    let waves = root().join("examples/argocd/waves.yaml");
    let apply =
        ["apply", "--server-side", "--field-manager=lake-waves", "--filename", &waves.to_string_lossy()];
    let _ = applications.kubectl(&apply).ok();
    let repository = examples();
    let _ = applications.apply(&here(&repository, "examples/argocd/platform.yaml")).ok();

    let _ = argocd.until("lake-definition", healthy);
    let operator = argocd.until("lake-operator", |it| {
        it["status"]["sync"]["status"] == "Synced" && it["status"]["health"]["status"] == "Progressing"
    });
    assert_eq!(operator["status"]["sourceType"], "Helm");
    assert_eq!(applications.get("application/lakes"), None, "the lakes wait for their operator");

    let system = cluster.in_namespace("lake-system");
    tell_that_it_runs(&system);
    let _ = argocd.until("lake-operator", healthy);
    let data = cluster.in_namespace("data");
    let lake = data.until("lake/first", |_| true);
    assert_eq!(lake["status"]["conditions"], Value::Null, "nobody works on it yet");
    // No node runs the pod: the test runs what the Deployment says, with the rights that came with it.
    let deployment = system.get("deployment/lake-operator").expect("ArgoCD has made it");
    let aws = Endpoint::start();
    let _operator = Operator::start(&Setting::of_deployment(&cluster, &deployment), &aws);
    let _ = data.until("lake/first", is_ready);
    let _ = argocd.until("lake-platform", healthy);

    // Back: while a lake's resources are deleted, its operator is there; the definition stays.
    let mut operators = applications.watch("application/lake-operator");
    aws.faults(json!([{ "mutating": true, "times": 1, "hold": "before" }]));
    let _ = applications.delete("application/lake-platform").ok();
    assert!(aws.held(|| false));
    assert!(system.get("deployment/lake-operator").is_some(), "the lake's resources are being deleted");
    aws.faults(json!([]));
    let _ = operators.until(|seen| seen.deleted());
    assert!(system.get("deployment/lake-operator").is_none());
    assert_eq!(data.list("lakes"), Vec::<Value>::new());
    let _ = cluster.kubectl(&["get", "crd", "lakes.lake.dev"]).ok();
    let world = aws.hand().world();
    assert_eq!((&world["roles"], &world["jobs"]), (&json!({}), &json!({})), "the lake has gone in order");
    assert_eq!(world["buckets"].as_object().map(|all| all.len()), Some(1), "its data stays");
}

#[test]
fn an_example_of_one_lake_is_an_application() {
    let cluster = Cluster::start();
    let argocd = ArgoCd::start(&cluster);
    let repository = examples();
    let _ = argocd.namespace().apply(&here(&repository, "examples/argocd/lake.yaml")).ok();
    let application = argocd.until("first-lake", |it| it["status"]["sync"]["status"] == "Synced");
    assert_eq!(application["status"]["resources"].as_array().unwrap().len(), 1, "{application:#}");
    let _ = argocd.namespace().delete("application/first-lake").ok();
    let _ = argocd.namespace().wait("application/first-lake", "delete").ok();
    assert!(cluster.in_namespace("data").get("lake/first").is_some(), "without a finalizer the lake stays");
}
