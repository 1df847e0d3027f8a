//! The operator with no other rights than those that the chart binds to its service account.

use lake_tests::{
    aws::Endpoint,
    canary::canary,
    cluster::{Cluster, is_ready},
    example,
    helm::Helm,
    operator::{Operator, Setting},
    root,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A release of the chart, and the operator that its deployment describes.
struct Release<'a> {
    cluster: &'a Cluster,
    helm: Helm,
    account: String,
    setting: Setting,
}

const SYSTEM: &str = "lake-system";

impl<'a> Release<'a> {
    fn install(cluster: &'a Cluster, values: &[&str]) -> Self {
        let helm = Helm::on(cluster);
        let system = cluster.in_namespace(SYSTEM);
        let chart = root().join("operator/chart");
        let chart = chart.to_string_lossy();
        // The definition is there already, and not helm's.
        let install = ["install", "lake", &chart, "--namespace", SYSTEM, "--set", "crds.install=false"];
        let _ = helm.run(&[&install, values].concat()).ok();
        let deployment = system.list("deployments").pop().expect("a deployment");
        let account = &deployment["spec"]["template"]["spec"]["serviceAccountName"];
        let account = account.as_str().expect("a service account").to_owned();
        let setting = Setting::of_deployment(cluster, &deployment);
        Release { cluster, helm, account: format!("system:serviceaccount:{SYSTEM}:{account}"), setting }
    }

    /// Stand a lake up that needs all rights there are, change it, take it down; no request may have been denied, and
    /// secrets are listed only where the release says that they are watched.
    fn serves(self, namespace: &str, watches_secrets: bool) {
        let (cluster, aws) = (self.cluster, Endpoint::start());
        let audit = cluster.audit();
        let operator = Operator::start(&self.setting, &aws);
        let namespace = cluster.in_namespace(namespace);
        let script = |text: &str| {
            let of = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "scripts" } });
            let mut map = of;
            map["data"] = json!({ "etl.py": text });
            let _ = namespace.apply_object(&map).ok();
        };
        script("print('one')\n");
        let _ = namespace
            .kubectl(&[
                "create",
                "secret",
                "generic",
                "salt",
                &format!("--from-literal=salt={}", canary("salt")),
            ])
            .ok();
        let _ = namespace.apply_object(&lake()).ok();
        let _ = namespace.until("lake/first", is_ready);
        let stored = || {
            let of = json!({ "Bucket": example::first_bucket(), "Key": "scripts/etl.py" });
            aws.hand().call("s3", "get_object", of)["Body"].clone()
        };
        assert_eq!(stored(), "print('one')\n");
        aws.clear_journal();
        script("print('two')\n");
        operator.until("the change of a config map is seen", |_| {
            aws.writes().iter().any(|call| call.operation == "PutObject")
        });
        assert_eq!(stored(), "print('two')\n");
        let _ = namespace.kubectl(&["delete", "lake/first", "--timeout=60s"]).ok();
        assert!(operator.end().success());

        let ours: Vec<_> = audit.requests().into_iter().filter(|it| it.user == self.account).collect();
        let denied: Vec<_> = ours.iter().filter(|it| it.code == 403).collect();
        assert!(denied.is_empty(), "{denied:#?}");
        let of_secrets: BTreeSet<&str> =
            ours.iter().filter(|it| it.resource == "secrets").map(|it| &*it.verb).collect();
        let all: &[&str] = if watches_secrets { &["get", "list", "watch"] } else { &["get"] };
        assert_eq!(of_secrets, all.iter().copied().collect());
        for resource in ["lakes", "lakes/status", "configmaps", "secrets", "events", "leases"] {
            assert!(ours.iter().any(|it| it.resource == resource), "{resource} was never asked for");
        }
        let _ = self.helm.run(&["uninstall", "lake", "--namespace", SYSTEM]).ok();
    }
}

/// first-lake with its script from a config map and its salt from a secret.
fn lake() -> Value {
    let mut lake = example::first_lake_not_retained();
    let spec = &mut lake["spec"];
    let etl = spec["buckets"]["store"]["objects"]["etl"].as_object_mut().expect("first-lake has a script");
    etl.remove("content");
    etl.insert(
        "contentFrom".to_owned(),
        json!({ "configMapKeyRef": { "name": "scripts", "key": "etl.py" } }),
    );
    let job = spec["jobs"]["etl"].as_object_mut().expect("first-lake has a job");
    job.remove("secretArguments");
    let salt = json!({ "secretKeyRef": { "name": "salt", "key": "salt" } });
    job.insert("secretArgumentsFrom".to_owned(), json!({ "--salt": salt }));
    lake
}

#[test]
fn the_chart_binds_what_the_operator_needs() {
    let cluster = Cluster::start();
    for name in [SYSTEM, "anywhere", "only"] {
        let _ = cluster.namespace(name);
    }
    Release::install(&cluster, &[]).serves("anywhere", false);

    let values = ["--set", "namespaces={only}", "--set", "instance=test", "--set", "rbac.watchSecrets=true"];
    Release::install(&cluster, &values).serves("only", true);
}
