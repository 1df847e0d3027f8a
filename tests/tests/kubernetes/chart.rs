//! The operator's chart, rendered: the API server takes it whatever the values say, and the pods are restricted.

use lake_tests::{cluster::Cluster, helm::Helm, root};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

pub(crate) fn chart() -> PathBuf {
    root().join("operator/chart")
}

/// What can be on or off.
const SWITCHES: [&str; 14] = [
    "adoption.foreignOwners",
    "approval.enforce",
    "aws.instanceMetadata",
    "crds.install",
    "metrics.rules.create",
    "metrics.service.create",
    "metrics.serviceMonitor.create",
    "networkPolicy.create",
    "podDisruptionBudget.create",
    "rbac.create",
    "rbac.watchSecrets",
    "serviceAccount.create",
    "tenants",
    "userRoles.create",
];

/// So many bits tell the switches apart.
const BITS: u32 = 4;

/// Sets of values in which each two switches occur in all four ways: one set for each bit of a switch's number, one for
/// its opposite, one with all off, one with all on.
fn pairwise() -> Vec<Value> {
    let by_bit =
        (0..BITS).flat_map(|bit| [false, true].map(|flip| move |i: usize| (i >> bit & 1 == 1) != flip));
    let mut sets: Vec<Value> = by_bit.map(|is_on| switched(&is_on)).collect();
    sets.push(switched(&|_| false));
    sets.push(switched(&|_| true));
    sets
}

fn switched(is_on: &dyn Fn(usize) -> bool) -> Value {
    let mut values = json!({});
    for (number, switch) in SWITCHES.iter().enumerate() {
        let mut at = &mut values;
        for word in switch.split('.') {
            at = &mut at[word];
        }
        *at = match (*switch, is_on(number)) {
            ("tenants", true) => json!({ "default": {} }),
            ("tenants", false) => Value::Null,
            (_, on) => json!(on),
        };
    }
    // One finds the operator through the other; that this is refused without it is a case of its own.
    if values["metrics"]["serviceMonitor"]["create"] == true {
        values["metrics"]["service"]["create"] = json!(true);
    }
    values
}

/// Everything that is no switch, otherwise than by default.
fn all_else() -> Value {
    json!({
        "fullnameOverride": "lakes",
        "commonLabels": { "team": "data" },
        "image": { "repository": "registry.example.com/lake", "digest": format!("sha256:{}", "0".repeat(64)) },
        "imagePullSecrets": [{ "name": "registry" }],
        "replicas": 1,
        "namespaces": ["chart-a", "chart-b"],
        "instance": "prod",
        "concurrency": 8,
        "graceSeconds": 120,
        "leaseSeconds": 30,
        "listenAddress": "[::]",
        "log": { "format": "text", "filter": "lake_operator=debug,info" },
        "aws": { "region": "eu-west-1" },
        "crds": { "annotations": { "example.com/a": "b" } },
        "serviceAccount": { "name": "robot", "annotations": { "example.com/a": "b" } },
        "runAsUser": null,
        "podAnnotations": { "example.com/a": "b" },
        "podLabels": { "example.com/a": "b" },
        "priorityClassName": "system-cluster-critical",
        "nodeSelector": { "example.com/a": "b" },
        "tolerations": [{ "key": "example.com/a", "operator": "Exists" }],
        "affinity": { "podAntiAffinity": { "preferredDuringSchedulingIgnoredDuringExecution": [
            { "weight": 1, "podAffinityTerm": {
                "topologyKey": "kubernetes.io/hostname", "labelSelector": { "matchLabels": { "a": "b" } },
            } },
        ] } },
        "topologySpreadConstraints": [],
        "networkPolicy": {
            "metricsFrom": [{ "namespaceSelector": { "matchLabels": { "example.com/a": "b" } } }],
            "apiServerPorts": [6443],
            "extraEgress": [{ "ports": [{ "port": 3128 }] }],
        },
        "metrics": {
            "service": { "annotations": { "example.com/a": "b" } },
            "serviceMonitor": { "labels": { "example.com/a": "b" }, "interval": "1m" },
            "rules": { "labels": { "example.com/a": "b" } },
        },
        "extraArgs": ["--identity=me"],
        "extraEnv": [{ "name": "AWS_CA_BUNDLE", "value": "/ca/ca.crt" }],
        "extraVolumes": [{ "name": "ca", "configMap": { "name": "ca" } }],
        "extraVolumeMounts": [{ "name": "ca", "mountPath": "/ca" }],
    })
}

fn merged(mut one: Value, other: &Value) -> Value {
    match (&mut one, other) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                let merged = merged(into.get(key).cloned().unwrap_or_default(), value);
                into.insert(key.clone(), merged);
            }
            one
        }
        _ => other.clone(),
    }
}

/// Helm's arguments for these values.
fn values(helm: &Helm, values: &Value) -> String {
    let file = helm.home().join("values.json");
    std::fs::write(&file, values.to_string()).expect("helm's home can be written");
    format!("--values={}", file.display())
}

fn render(helm: &Helm, given: &Value) -> Vec<Value> {
    helm.render(&chart(), &["--namespace=chart", &values(helm, given)])
}

fn only<'a>(rendered: &'a [Value], kind: &str) -> &'a Value {
    let mut found = rendered.iter().filter(|object| object["kind"] == kind);
    let one = found.next().unwrap_or_else(|| panic!("no {kind} is rendered"));
    assert!(found.next().is_none(), "more than one {kind}");
    one
}

fn has(rendered: &[Value], kind: &str) -> bool {
    rendered.iter().any(|object| object["kind"] == kind)
}

/// Have the API server check objects as if it took them.
fn taken(cluster: &Cluster, file: &Path, objects: &[Value]) -> lake_tests::ran::Ran {
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": objects });
    std::fs::write(file, list.to_string()).expect("helm's home can be written");
    let file = format!("--filename={}", file.display());
    cluster.kubectl(&[
        "apply",
        "--server-side",
        "--force-conflicts",
        "--dry-run=server",
        "--validate=strict",
        &file,
    ])
}

#[test]
fn whatever_the_values_say_the_api_server_takes_the_chart() {
    let cluster = Cluster::shared();
    for namespace in ["chart", "chart-a", "chart-b"] {
        let _ = cluster.namespace(namespace);
    }
    let helm = Helm::alone();
    for switches in pairwise() {
        for given in [switches.clone(), merged(all_else(), &switches)] {
            let _ = helm.lint(&chart(), &[&values(&helm, &given)]).ok();
            let rendered = render(&helm, &given);
            let mut names = BTreeSet::new();
            for object in &rendered {
                let metadata = &object["metadata"];
                let name = [&object["kind"], &metadata["namespace"], &metadata["name"]].map(Value::to_string);
                assert!(names.insert(name.clone()), "{name:?} is rendered twice of {given}");
                assert_eq!(metadata["labels"]["app.kubernetes.io/name"], "lake-operator", "{name:?}");
                assert_eq!(metadata["labels"]["app.kubernetes.io/part-of"], "lake", "{name:?}");
            }
            let on = |switch: &str| switch.split('.').fold(&given, |at, word| &at[word]) == &json!(true);
            for (switch, kind) in [
                ("approval.enforce", "ValidatingAdmissionPolicy"),
                ("crds.install", "CustomResourceDefinition"),
                ("metrics.rules.create", "PrometheusRule"),
                ("metrics.service.create", "Service"),
                ("metrics.serviceMonitor.create", "ServiceMonitor"),
                ("networkPolicy.create", "NetworkPolicy"),
                ("podDisruptionBudget.create", "PodDisruptionBudget"),
                ("rbac.create", "RoleBinding"),
                ("serviceAccount.create", "ServiceAccount"),
            ] {
                assert_eq!(has(&rendered, kind), on(switch), "{switch} and {kind}");
            }
            assert_eq!(has(&rendered, "ConfigMap"), !given["tenants"].is_null());
            let known: Vec<Value> = rendered
                .into_iter()
                .filter(|object| object["apiVersion"] != "monitoring.coreos.com/v1")
                .collect();
            let _ = taken(cluster, &helm.home().join("objects.json"), &known).ok();
        }
    }
}

#[test]
fn the_pods_are_restricted() {
    let cluster = Cluster::shared();
    let namespace = cluster.namespace("restricted");
    let label = "pod-security.kubernetes.io/enforce=restricted";
    let _ = cluster.kubectl(&["label", "namespace", "restricted", label]).ok();
    let _ = namespace.wait("serviceaccount/default", "create").ok();
    let helm = Helm::alone();
    for given in [json!({}), all_else(), json!({ "tenants": {} })] {
        let rendered = render(&helm, &given);
        let template = &only(&rendered, "Deployment")["spec"]["template"];
        let mut pod = template.clone();
        pod["apiVersion"] = json!("v1");
        pod["kind"] = json!("Pod");
        pod["metadata"]["name"] = json!("operator");
        pod["metadata"]["namespace"] = json!("restricted");
        pod["spec"]["serviceAccountName"] = json!("default");
        let file = helm.home().join("pod.json");
        let _ = taken(cluster, &file, std::slice::from_ref(&pod)).ok().never_says("Warning");
        let container = &pod["spec"]["containers"][0]["securityContext"];
        assert_eq!(container["readOnlyRootFilesystem"], true, "which the standard does not ask for");

        pod["spec"]["containers"][0]["securityContext"]["capabilities"] = json!({});
        let _ = taken(cluster, &file, &[pod]).failed().says("violates PodSecurity \"restricted:latest\"");
    }
}

#[test]
fn a_pod_is_given_longer_than_its_drain() {
    for grace in [1, 25, 600] {
        let rendered = render(&Helm::alone(), &json!({ "graceSeconds": grace }));
        let pod = &only(&rendered, "Deployment")["spec"]["template"]["spec"];
        assert_eq!(pod["terminationGracePeriodSeconds"], grace + 10);
        let arguments = pod["containers"][0]["args"].as_array().unwrap();
        assert!(arguments.contains(&json!(format!("--grace={grace}s"))), "{arguments:?}");
    }
}

#[test]
fn the_definition_is_that_of_the_repository_and_stays_when_the_release_goes() {
    let rendered = render(&Helm::alone(), &json!({}));
    let mut packaged = only(&rendered, "CustomResourceDefinition").clone();
    let text = std::fs::read_to_string(root().join("crds/lake.yaml")).unwrap();
    let ours: Value = serde_saphyr::from_str(&text).unwrap();
    assert_eq!(packaged["metadata"]["annotations"]["helm.sh/resource-policy"], "keep");
    packaged["metadata"] = ours["metadata"].clone();
    assert!(numbers_alike(packaged) == numbers_alike(ours), "what helm renders is not crds/lake.yaml");

    let helm = Helm::alone();
    let home = helm.home().to_string_lossy().into_owned();
    let _ = helm.run(&["package", &chart().to_string_lossy(), "--destination", &home]).ok();
    let package = std::fs::read_dir(helm.home()).unwrap().flatten().map(|it| it.path());
    let package = package.into_iter().find(|path| path.extension().is_some_and(|it| it == "tgz")).unwrap();
    assert_eq!(helm.render(&package, &["--namespace=chart"]), rendered, "the link went along as a file");
}

/// Helm writes 36500.0 as 36500, which is the same to Kubernetes.
fn numbers_alike(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.into_iter().map(numbers_alike).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, numbers_alike(value))).collect(),
        other => other,
    }
}

#[test]
fn whose_credentials_work_for_whom_is_a_file_beside_the_operator() {
    let helm = Helm::alone();
    let tenants = json!({
        "default": {},
        "namespaces": { "team-a": {
            "roleArn": "arn:aws:iam::111122223333:role/lake", "externalId": "a/1", "region": "eu-west-1",
        } },
    });
    for (given, told) in [(tenants.clone(), tenants), (json!({}), json!({}))] {
        let rendered = render(&helm, &json!({ "tenants": given }));
        let file = only(&rendered, "ConfigMap")["data"]["tenants.yaml"].as_str().unwrap();
        assert_eq!(serde_saphyr::from_str::<Value>(file).unwrap(), told);
        let template = &only(&rendered, "Deployment")["spec"]["template"];
        assert!(
            template["spec"]["containers"][0]["args"]
                .to_string()
                .contains("--tenants=/etc/lake/tenants.yaml")
        );
        assert!(
            template["metadata"]["annotations"]["checksum/tenants"].is_string(),
            "a change rolls the pods"
        );
    }
    let rendered = render(&helm, &json!({ "tenants": null }));
    assert!(!only(&rendered, "Deployment").to_string().contains("tenants"));
}

#[test]
fn values_that_cannot_be_are_refused() {
    let helm = Helm::alone();
    for (given, why) in [
        (json!({ "replica": 1 }), "additional properties 'replica' not allowed"),
        (
            json!({ "image": { "registry": "x" } }),
            "at '/image': additional properties 'registry' not allowed",
        ),
        (json!({ "replicas": "2" }), "at '/replicas': got string, want integer"),
        (json!({ "namespaces": ["Team"] }), "at '/namespaces/0'"),
        (json!({ "instance": "a/b" }), "at '/instance'"),
        (
            json!({ "tenants": { "namespaces": { "a": { "roleArn": "lake" } } } }),
            "at '/tenants/namespaces/a/roleArn'",
        ),
        (
            json!({ "tenants": { "namespaces": { "a": { "externalId": "x1" } } } }),
            "properties 'roleArn' required",
        ),
        (
            json!({ "namespaces": ["a"], "tenants": { "namespaces": { "b": {} } } }),
            "tenants.namespaces names \"b\", which `namespaces` does not",
        ),
        (
            json!({ "metrics": { "service": { "create": false }, "serviceMonitor": { "create": true } } }),
            "set metrics.service.create=true",
        ),
    ] {
        let given = values(&helm, &given);
        let _ = helm.run(&["template", "lake", &chart().to_string_lossy(), &given]).failed().says(why);
    }
}

/// Each section of the chart's defaults, and each value that is something, as a path.
fn paths(values: &Value, below: &str) -> Vec<String> {
    let is_something =
        |value: &Value| ![json!(""), json!([]), json!({}), json!(false), Value::Null].contains(value);
    // What has a dot in its name is a word of the user's, and no value of the chart.
    let is_ours = |(name, value): &(&String, &Value)| !name.contains('.') && is_something(value);
    let fields = values.as_object().into_iter().flatten().filter(is_ours);
    fields
        .flat_map(|(name, value)| {
            let path = if below.is_empty() { name.clone() } else { format!("{below}.{name}") };
            let within = paths(value, &path);
            std::iter::once(path).chain(within).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn a_value_that_an_older_release_did_not_have_is_its_default() {
    let helm = Helm::alone();
    let text = std::fs::read_to_string(chart().join("values.yaml")).unwrap();
    let defaults: Value = serde_saphyr::from_str(&text).unwrap();
    // `--reuse-values` brings the values of the older chart, in which what is new is not there.
    let without = |path: &str| {
        let mut given = json!({});
        let mut at = &mut given;
        for word in path.split('.') {
            at = &mut at[word];
        }
        *at = Value::Null;
        render(&helm, &given)
    };
    let whole = render(&helm, &json!({}));
    let all = paths(&defaults, "");
    assert!(all.len() > 30, "{all:?}");
    for path in &all {
        let rendered = without(path);
        // Of these, nothing has a meaning of its own: nobody's annotations, no bounds, no user, no spread.
        let own = ["crds", "resources", "runAsUser", "topologySpreadConstraints"];
        if !own.contains(&path.split('.').next().unwrap_or_default()) {
            assert!(rendered == whole, "the chart without {path} is another");
        }
    }
}
