//! Lakes that are left alone, and lakes whose changes wait for a word.

use crate::stage::{Stage, condition, message, text};
use lake_tests::example;
use serde_json::{Value, json};

fn first_lake(reconcile: &str) -> String {
    example::first_lake_manifest().replace("spec:\n", &format!("spec:\n  reconcile: {reconcile}\n"))
}

#[test]
fn a_suspended_lake_is_left_alone() {
    let stage = Stage::new("suspended");
    let _ = stage.namespace.apply(&first_lake("{ suspend: true }")).ok();
    let suspended = |ready: &str| {
        stage.namespace.until("lake/first", |lake| {
            let told = condition(lake, "Ready");
            told["reason"] == "Suspended" && told["status"] == ready
        })
    };
    let lake = suspended("Unknown");
    assert_eq!(lake["status"]["observedGeneration"], -1, "nobody has looked");
    assert_eq!(stage.aws.journal(), []);
    let suspend = |yes: bool| {
        let _ =
            stage.namespace.patch("lake/first", &json!({ "spec": { "reconcile": { "suspend": yes } } })).ok();
    };
    suspend(false);
    let _ = stage.ready("first");

    suspend(true);
    let lake = suspended("True");
    assert_ne!(lake["status"]["observedGeneration"], lake["metadata"]["generation"]);
    assert_eq!(condition(&lake, "Reconciling")["reason"], "Suspended");
    stage.aws.hand().does("glue", "delete_crawler", json!({ "Name": "first-processed" }));
    stage.aws.clear_journal();
    let _ = stage.namespace.delete("lake/first").ok();
    let leaving = stage.namespace.until("lake/first", |lake| message(lake).contains("is not deleted either"));
    assert_eq!(leaving["metadata"]["finalizers"], json!(["lake.dev/lake"]));
    assert_eq!(stage.aws.journal(), []);

    suspend(false);
    stage.gone("first");
    assert_eq!(stage.aws.hand().world()["roles"], json!({}));
}

#[test]
fn drift_is_told_and_mended_on_request() {
    let stage = Stage::new("drift");
    let _ = stage.namespace.apply(&example::first_lake_manifest()).ok();
    let _ = stage.ready("first");
    let wanted = stage.aws.hand().world();
    let hand = stage.aws.hand();
    hand.does("glue", "delete_crawler", json!({ "Name": "first-processed" }));
    let off =
        json!({ "Bucket": example::first_bucket(), "VersioningConfiguration": { "Status": "Suspended" } });
    hand.does("s3", "put_bucket_versioning", off);
    let _ = stage.look("first", "drift");
    let _ = stage.ready("first");
    assert_eq!(stage.aws.hand().world(), wanted);
    let found = &stage.events("first", "DriftFound")[0];
    assert!(found.contains("crawler/processed") && found.contains("versioning"), "{found}");
    let repaired = stage.events("first", "DriftRepaired").join("\n");
    assert!(repaired.contains("crawler/processed") && repaired.contains("bucket/store"), "{repaired}");
    for kind in ["crawler", "bucket"] {
        let counted = stage.operator.metric(&format!("lake_drift_total{{kind=\"{kind}\"}}"));
        assert_eq!(counted, Some(1.0), "{kind}");
    }
}

#[test]
fn a_plan_is_carried_out_when_it_is_approved_and_only_then() {
    let stage = Stage::new("plan-mode");
    let _ = stage.namespace.apply(&first_lake("{ mode: Plan }")).ok();
    let lake = stage.standing("first", "False", "AwaitingApproval");
    let plan = &lake["status"]["plan"];
    assert_eq!(plan["changes"], 10, "{plan:#}");
    assert!(text(&plan["text"]).contains("+ bucket/store"), "{plan:#}");
    assert!(
        message(&lake).contains(&format!("lake.dev/approve={}", text(&plan["id"]))),
        "{}",
        message(&lake)
    );
    assert_eq!(stage.events("first", "Planned"), [message(&lake)]);
    assert_eq!(stage.aws.writes(), [], "a plan changes nothing");
    let again = stage.look("first", "again");
    assert_eq!(again["status"]["plan"], *plan, "the same plan has the same id");

    approve(&stage, plan);
    let lake = stage.ready("first");
    assert_eq!(lake["status"]["plan"], json!(null));
    assert_eq!(stage.events("first", "Approved").len(), 1);

    // An approval counts once: the same plan at another time needs another one.
    let crawler = json!({ "Name": "first-processed" });
    let planned_crawler = |request: &str| {
        stage.aws.hand().does("glue", "delete_crawler", crawler.clone());
        stage.aws.clear_journal();
        let lake = stage.look("first", request);
        assert_eq!(condition(&lake, "Ready")["reason"], "AwaitingApproval");
        assert_eq!(stage.aws.writes_of_provider(), []);
        lake["status"]["plan"].clone()
    };
    let first = planned_crawler("first");
    assert_eq!(first["changes"], 1, "{first:#}");
    approve(&stage, &first);
    let _ = stage.ready("first");
    let second = planned_crawler("second");
    assert_eq!(second["text"], first["text"]);
    assert_ne!(second["id"], first["id"]);

    // The world moves before the plan is approved.
    stage.aws.hand().does("glue", "delete_job", json!({ "JobName": "first-etl" }));
    stage.aws.clear_journal();
    approve(&stage, &second);
    let lake = stage.namespace.until("lake/first", |lake| {
        let plan = &lake["status"]["plan"];
        plan.is_object() && plan["id"] != second["id"]
    });
    assert!(message(&lake).contains(&text(&second["id"])), "{}", message(&lake));
    let refused = stage.events("first", "ApprovalRefused");
    assert!(refused[0].contains(&text(&second["id"])), "{refused:?}");
    assert_eq!(stage.aws.writes_of_provider(), [], "nothing of the old plan is done");
    approve(&stage, &lake["status"]["plan"]);
    let _ = stage.ready("first");
    assert!(stage.aws.hand().world()["jobs"]["first-etl"].is_object());
}

fn approve(stage: &Stage, plan: &Value) {
    let approves = format!("lake.dev/approve={}", text(&plan["id"]));
    let _ = stage.namespace.kubectl(&["annotate", "--overwrite", "lake/first", &approves]).ok();
}
