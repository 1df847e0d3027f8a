//! Data that is protected from deletion.

use crate::stage::{Stage, condition, message, ready};
use serde_json::{Value, json};

const SPEC: &str = "
deletionProtection: true
buckets:
  store: { name: store-bucket, onDelete: Empty }
roles:
  etl: { name: etl-role, assumedBy: { services: [glue.amazonaws.com] } }
";

fn is_protected(lake: &Value) -> bool {
    condition(lake, "Stalled") == ("True", "DeletionProtected")
}

async fn alive() -> Stage {
    let stage = Stage::ready(SPEC).await;
    stage.world.sim.world(|world| world.expendable = world.resources.keys().cloned().collect());
    stage
}

#[tokio::test(start_paused = true)]
async fn a_lake_that_is_deleted_waits_until_its_protection_is_lifted() {
    let stage = alive().await;
    stage.cluster.delete();
    let lake = stage.until(is_protected).await;
    assert!(message(&lake).contains("store-bucket"), "{}", message(&lake));
    stage.wait(3600).await;
    assert_eq!(stage.world.keys().len(), 2, "nothing of it goes");
    assert_eq!(stage.cluster.lake().unwrap()["metadata"]["finalizers"], json!(["lake.dev/lake"]));
    let told = stage.cluster.events("DeletionProtected");
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0]["type"], "Warning");
    stage.cluster.edit(|lake| lake["spec"]["deletionProtection"] = json!(false));
    stage.gone().await;
    assert_eq!(stage.world.keys().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn taking_the_word_or_the_member_away_lifts_nothing() {
    let stage = alive().await;
    stage.cluster.edit(|lake| lake["spec"]["buckets"] = json!({}));
    let lake = stage.until(is_protected).await;
    assert_eq!(ready(&lake), ("False", "DeletionProtected"));
    assert_eq!(stage.world.keys().len(), 2);
    stage
        .cluster
        .edit(|lake| lake["spec"] = json!({ "deletionProtection": false, "roles": lake["spec"]["roles"] }));
    let _ = stage.until(|lake| lake["status"]["observedGeneration"] == 3).await;
    stage.wait(3600).await;
    assert!(is_protected(&stage.cluster.lake().unwrap()), "the member has to be there");
    stage.cluster.delete();
    stage.wait(3600).await;
    assert_eq!(stage.world.keys().len(), 2);
    stage.cluster.edit(|lake| {
        lake["spec"]["buckets"]["store"] = json!({ "name": "store-bucket", "onDelete": "Empty" })
    });
    stage.gone().await;
    assert_eq!(stage.world.keys().len(), 0);
}
