//! What is emptied is told beforehand, by number, and while it goes.

use crate::stage::{Stage, condition, message, ready};
use serde_json::{Value, json};

const SPEC: &str = "
buckets:
  store: { name: store-bucket, onDelete: Empty }
roles:
  etl: { name: etl-role, assumedBy: { services: [glue.amazonaws.com] } }
";

/// A lake in whose bucket so many objects are, of which four go at once.
async fn holding(objects: usize) -> Stage {
    let stage = Stage::ready(SPEC).await;
    stage.world.sim.world(|world| {
        let bucket = world.resources.keys().find(|key| key.kind() == "bucket").unwrap().clone();
        world.contents.insert(bucket, objects);
        world.expendable = world.resources.keys().cloned().collect();
        world.portion = 4;
    });
    stage
}

fn drop_bucket(lake: &mut Value) {
    lake["spec"]["buckets"] = json!({});
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_is_emptied_says_how_far_that_is() {
    let stage = holding(10).await;
    stage.cluster.edit(drop_bucket);
    for done in [4, 8] {
        let said = format!("bucket/store: {done} objects deleted so far, and more is left.");
        let lake = stage.until(|lake| message(lake) == said).await;
        assert_eq!(ready(&lake), ("False", "Progressing"));
        assert_eq!(condition(&lake, "Reconciling"), ("True", "Progressing"));
    }
    let _ = stage.until(|lake| ready(lake) == ("True", "Reconciled")).await;
    assert_eq!(stage.world.keys().len(), 1);
    assert!(stage.cluster.events("Progressing").is_empty(), "a portion is no event");
    assert_eq!(stage.cluster.events("Updated").len(), 1);
    stage.assert_lawful();
}

#[tokio::test(start_paused = true)]
async fn a_lake_that_is_deleted_says_how_far_that_is() {
    let stage = holding(10).await;
    stage.cluster.delete();
    let said = |lake: &Value| message(lake).contains("bucket/store: 8 objects deleted so far");
    let lake = stage.until(said).await;
    assert_eq!(ready(&lake), ("False", "Deleting"));
    stage.gone().await;
    assert_eq!(stage.world.keys().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_plan_tells_how_much_goes_and_stays_the_same_while_that_changes() {
    let stage = holding(17).await;
    stage.cluster.edit(|lake| {
        drop_bucket(lake);
        lake["spec"]["reconcile"] = json!({ "mode": "Plan", "interval": "1m" });
    });
    let lake = stage.until(|lake| ready(lake) == ("False", "AwaitingApproval")).await;
    let plan = lake["status"]["plan"].clone();
    let line = "- bucket/store store-bucket: empty and delete, with the 17 objects in it\n";
    assert!(plan["text"].as_str().unwrap().contains(line), "{plan:#}");
    stage.world.sim.world(|world| world.contents.values_mut().for_each(|held| *held = 18));
    let _ = stage.cluster.requests();
    stage.wait(600).await;
    assert_eq!(stage.cluster.lake().unwrap()["status"]["plan"], plan);
    assert_eq!(stage.cluster.requests(), [""; 0], "nothing is written while it waits");
    let id = plan["id"].clone();
    stage.cluster.edit(|lake| lake["metadata"]["annotations"] = json!({ "lake.dev/approve": id }));
    let _ = stage.until(|lake| ready(lake) == ("True", "Reconciled")).await;
    assert_eq!(stage.world.keys().len(), 1);
}
