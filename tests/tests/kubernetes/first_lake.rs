//! The example, stood up, mended and taken down.

use lake_tests::{
    aws::Endpoint,
    cluster::Cluster,
    example,
    operator::{Operator, Setting},
};
use serde_json::json;

#[test]
fn a_lake_becomes_ready_is_mended_and_leaves() {
    let cluster = Cluster::shared();
    let namespace = cluster.namespace("first-lake");
    let aws = Endpoint::start();
    let operator = Operator::start(&Setting::of(cluster, "first-lake"), &aws);
    let _ = namespace.apply(&example::first_lake_manifest()).ok();
    let _ = namespace.kubectl(&["wait", "--for=condition=Ready", "lake/first", "--timeout=60s"]).ok();

    aws.hand().does("glue", "delete_crawler", json!({ "Name": "first-processed" }));
    let _ = namespace.kubectl(&["annotate", "lake/first", "lake.dev/reconcile-requested-at=now"]).ok();
    let mended =
        namespace.kubectl(&["wait", "--for=jsonpath={.status.lastHandledReconcileAt}=now", "lake/first"]);
    let _ = mended.ok();
    let crawler = aws.hand().call("glue", "get_crawler", json!({ "Name": "first-processed" }));
    assert_eq!(crawler["Crawler"]["Name"], "first-processed");
    assert_eq!(operator.metric("lake_drift_total{kind=\"crawler\"}"), Some(1.0));

    let _ = namespace.kubectl(&["delete", "lake/first", "--timeout=60s"]).ok();
    let left = aws.hand().world();
    assert_eq!(left["crawlers"], json!({}), "{left:#}");
    aws.assert_all_emulated();
}
