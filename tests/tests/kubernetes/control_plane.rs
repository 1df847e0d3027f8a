//! The control plane itself: what the other cases take for granted of it, and what it says of `crds/lake.yaml`.

use lake_tests::{
    cluster::{Cluster, User},
    root,
};
use serde_json::{Value, json};
use std::{fs, path::Path};

fn first_lake() -> String {
    fs::read_to_string(root().join("examples/first-lake/lake.yaml")).expect("the example can be read")
}

/// A lake called so, with this spec.
fn lake(name: &str, spec: &Value) -> String {
    // kubectl takes what begins with a brace for one JSON document, so it begins otherwise.
    format!(
        "---\n{}",
        json!({ "apiVersion": "lake.dev/v1alpha1", "kind": "Lake", "metadata": { "name": name }, "spec": spec })
    )
}

#[test]
fn it_is_what_it_says_and_so_is_kubectl() {
    let versions = Cluster::shared().json(&["version", "--output=json"]);
    for of in ["clientVersion", "serverVersion"] {
        let version = versions[of]["gitVersion"].as_str().unwrap();
        assert!(version.starts_with("v1.36."), "{of} {version}");
    }
}

#[test]
fn the_definition_of_lakes_is_accepted_as_it_is() {
    let cluster = Cluster::shared();
    let file = root().join("crds/lake.yaml");
    let again = cluster.kubectl(&["apply", "--server-side", "--filename", &file.to_string_lossy()]).ok();
    assert_eq!(
        again.text.trim(),
        "customresourcedefinition.apiextensions.k8s.io/lakes.lake.dev serverside-applied"
    );
    let served = cluster.json(&["get", "crd", "lakes.lake.dev", "--output=json"]);
    let conditions = served["status"]["conditions"].as_array().unwrap();
    let status = |of: &str| conditions.iter().find(|it| it["type"] == of).map(|it| it["status"].clone());
    assert_eq!(status("Established"), Some(json!("True")));
    assert_eq!(status("NamesAccepted"), Some(json!("True")));
    // The one condition that appears only when something is wrong.
    assert_eq!(status("NonStructuralSchema"), None, "{conditions:#?}");
}

#[test]
fn kubectl_explains_a_lake() {
    let explained = Cluster::shared().kubectl(&["explain", "lake.spec.crawlers"]).ok();
    let _ = explained
        .says("GROUP: lake.dev")
        .says("FIELD: crawlers <map[string]Object>")
        .says("DESCRIPTION: Glue crawlers")
        .says("database <string>")
        .says("targets <Object>")
        .never_says("<no description>");
    for (field, default) in [
        ("buckets.onDelete", "Retain"),
        ("buckets.adopt", "Never"),
        ("buckets.versioning", "false"),
        ("reconcile.interval", "5m"),
    ] {
        let explained = Cluster::shared().kubectl(&["explain", &format!("lake.spec.{field}")]).ok();
        let _ = explained.says(&format!("Default: `{default}`."));
    }
}

#[test]
fn a_lake_is_emptied_by_an_empty_spec() {
    let namespace = Cluster::shared().namespace("emptied");
    for spec in [json!({ "buckets": { "store": {} } }), json!({ "tags": { "team": "a" } })] {
        let _ = namespace.apply(&lake("emptied", &spec)).ok();
        // An object whose last field goes would be null to server-side apply: a default is left of it.
        let _ = namespace.apply(&lake("emptied", &json!({}))).ok();
        let emptied = namespace.get("lake/emptied").unwrap();
        assert_eq!(emptied["spec"], json!({ "deletionProtection": false }));
    }
}

#[test]
fn an_interval_that_is_a_busy_loop_or_a_century_is_refused() {
    let namespace = Cluster::shared().namespace("intervals");
    for (interval, fits) in [("30s", true), ("1h30m", true), ("0s", false), ("1s", false), ("999999h", false)]
    {
        let applied = namespace.apply(&lake("timed", &json!({ "reconcile": { "interval": interval } })));
        let _ = if fits { applied.ok() } else { applied.failed().says("spec.reconcile.interval") };
    }
}

#[test]
fn first_lake_is_accepted_and_its_defaults_are_filled_in() {
    let namespace = Cluster::shared().namespace("data");
    let _ = namespace.apply(&first_lake()).ok();
    let lake = namespace.get("lake/first").unwrap();
    assert_eq!(lake["spec"]["crawlers"]["processed"]["adopt"], "Never");
    assert_eq!(lake["spec"]["buckets"]["store"]["onDelete"], "Retain");
    assert_eq!(lake["status"], json!({ "observedGeneration": -1 }), "nobody has looked at it");
    // The first write after the creation stores the status's default.
    let again = namespace.apply(&first_lake()).ok();
    assert_eq!(again.text.trim(), "lake.lake.dev/first serverside-applied");
    let lake = namespace.get("lake/first").unwrap();
    let _ = namespace.apply(&first_lake()).ok();
    let unchanged = namespace.get("lake/first").unwrap();
    assert_eq!(unchanged["metadata"]["resourceVersion"], lake["metadata"]["resourceVersion"]);
    assert_eq!(unchanged["metadata"]["generation"], 1);
}

#[test]
fn mistakes_are_refused_at_their_paths() {
    let namespace = Cluster::shared().namespace("mistakes");
    let misspelt = lake("misspelt", &json!({ "buckets": { "store": { "versionning": true } } }));
    let _ = namespace
        .apply(&misspelt)
        .failed()
        .says(".spec.buckets.store.versionning: field not declared in schema");
    let out_of_range = lake("many", &json!({ "jobs": { "etl": { "onDelete": "Burn" } } }));
    let _ =
        namespace.apply(&out_of_range).failed().says("spec.jobs.etl.onDelete: Unsupported value: \"Burn\"");
    let two_ways = lake(
        "two-ways",
        &json!({ "jobs": { "etl": {
            "role": "etl",
            "script": { "bucket": "store", "key": "a", "content": "a", "contentBase64": "YQ==" },
        } } }),
    );
    let _ = namespace
        .apply(&two_ways)
        .failed()
        .says("spec.jobs[etl].script: Invalid value: at most one of `content`");
    assert_eq!(namespace.list("lakes"), Vec::<Value>::new());
}

#[test]
fn who_has_no_role_may_do_nothing() {
    let cluster = Cluster::shared();
    for user in [User::Operator, User::TenantA, User::TenantB] {
        let _ =
            cluster.kubectl_as(user, &["get", "lakes", "-A"]).failed().says(user.name()).says("forbidden");
    }
    let namespace = cluster.namespace("roles");
    let _ = namespace
        .kubectl(&["create", "role", "reader", "--verb=get,list,watch", "--resource=lakes.lake.dev"])
        .ok();
    let _ = namespace.kubectl(&["create", "rolebinding", "reader", "--role=reader", "--user=tenant-a"]).ok();
    let _ = namespace.by(User::TenantA).kubectl(&["get", "lakes"]).ok();
    let _ = namespace.by(User::TenantB).kubectl(&["get", "lakes"]).failed().says("forbidden");
    let _ = namespace.by(User::TenantA).apply(&lake("mine", &json!({}))).failed().says("forbidden");
}

#[test]
fn service_accounts_have_tokens_of_their_own() {
    let cluster = Cluster::shared();
    let namespace = cluster.namespace("accounts");
    let _ = namespace.kubectl(&["create", "serviceaccount", "robot"]).ok();
    let file = cluster.service_account(namespace.name(), "robot");
    let me = cluster.json(&["auth", "whoami", "--output=json", "--kubeconfig", &file.to_string_lossy()]);
    assert_eq!(me["status"]["userInfo"]["username"], "system:serviceaccount:accounts:robot");
}

#[test]
fn every_request_is_in_the_audit_log() {
    let cluster = Cluster::shared();
    let namespace = cluster.namespace("audit");
    // The tenants are this test's alone: what the administrator does comes from all tests at once.
    let mut audit = cluster.audit();
    let _ = namespace.by(User::TenantB).kubectl(&["get", "configmaps"]).failed();
    let asked = audit.of(User::TenantB);
    let configmaps: Vec<_> = asked.iter().filter(|request| request.resource == "configmaps").collect();
    assert_eq!(configmaps.len(), 1, "{asked:#?}");
    assert_eq!((configmaps[0].verb.as_str(), configmaps[0].code), ("list", 403));
    assert_eq!(configmaps[0].namespace, "audit");
    assert_eq!(audit.counts(User::TenantB)["list configmaps"], 1);
    audit.restart();
    assert_eq!(audit.counts(User::TenantB).get("list configmaps"), None);
}

#[test]
fn what_is_owned_by_a_lake_goes_with_it_and_so_does_a_namespace() {
    let namespace = Cluster::shared().namespace("garbage");
    let _ = namespace.apply(&lake("owner", &json!({}))).ok();
    let uid = namespace.get("lake/owner").unwrap()["metadata"]["uid"].clone();
    let owned = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": "owned", "ownerReferences": [
            { "apiVersion": "lake.dev/v1alpha1", "kind": "Lake", "name": "owner", "uid": uid },
        ] },
    });
    let _ = namespace.apply(&format!("---\n{owned}")).ok();
    let mut watch = namespace.watch("configmap/owned");
    let _ = namespace.delete("lake/owner").ok();
    let _ = watch.until(|seen| seen.deleted());
    let _ = Cluster::shared().kubectl(&["delete", "namespace", "garbage", "--timeout=60s"]).ok();
}

#[test]
fn the_api_server_restarts_with_the_same_data_and_forgets_history() {
    let cluster = Cluster::start();
    let namespace = cluster.namespace("restarts");
    let _ = namespace.apply(&lake("kept", &json!({}))).ok();
    let before = namespace.get("lake/kept").unwrap();
    let version = before["metadata"]["resourceVersion"].as_str().unwrap();
    let _ = namespace.kubectl(&["create", "configmap", "another"]).ok();

    cluster.compact();
    cluster.restart_apiserver();
    assert_eq!(namespace.get("lake/kept").unwrap(), before);
    let watch =
        format!("/apis/lake.dev/v1alpha1/lakes?watch=true&timeoutSeconds=5&resourceVersion={version}");
    let answer = cluster.json(&["get", "--raw", &watch]);
    assert_eq!((&answer["type"], &answer["object"]["code"]), (&json!("ERROR"), &json!(410)), "{answer:#}");

    cluster.kill_apiserver();
    let _ = namespace.kubectl(&["get", "lakes"]).failed().says("connection refused");
    cluster.start_apiserver();
    let _ = namespace.kubectl(&["label", "lake/kept", "still=here"]).ok();
}

#[test]
fn it_ends_with_the_value_and_leaves_nothing() {
    let cluster = Cluster::start();
    let folder = cluster.folder().to_owned();
    assert!(Path::new(&folder).join("apiserver.log").exists());
    drop(cluster);
    assert!(!folder.exists());
}
