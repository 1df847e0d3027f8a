//! Helm itself, by the chart that it makes of its own: what the cases of our chart take for granted.

use lake_tests::{cluster::Cluster, helm::Helm};

#[test]
fn helm_lints_renders_installs_and_uninstalls() {
    let cluster = Cluster::shared();
    let namespace = cluster.namespace("helm");
    let helm = Helm::on(cluster);
    let chart = helm.home().join("sample");
    let _ = helm.run(&["create", &chart.to_string_lossy()]).ok();
    let _ = helm.lint(&chart, &[]).ok().says("0 chart(s) failed");

    let rendered = helm.render(&chart, &["--set", "replicaCount=3"]);
    let deployment = rendered.iter().find(|it| it["kind"] == "Deployment").expect("a deployment");
    assert_eq!(deployment["spec"]["replicas"], 3);
    assert_eq!(Helm::alone().render(&chart, &["--set", "replicaCount=3"]), rendered);

    let path = chart.to_string_lossy();
    let _ = helm.run(&["install", "lake", &path, "--namespace", "helm"]).ok().says("STATUS: deployed");
    assert!(namespace.get("deployment/lake-sample").is_some());
    let _ = helm.run(&["uninstall", "lake", "--namespace", "helm"]).ok();
    assert!(namespace.get("deployment/lake-sample").is_none());
}
