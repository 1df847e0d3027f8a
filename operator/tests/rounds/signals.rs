//! What somebody else does to a lake, again and again, is told as that, and counted.

use crate::stage::{Stage, message, ready};

const SPEC: &str = "
reconcile: { interval: 30s }
buckets:
  store: { name: store-bucket, onDelete: Delete, versioning: true }
";

#[tokio::test(start_paused = true)]
async fn a_rival_that_writes_for_ever_is_told_and_what_is_said_again_is_counted() {
    let stage = Stage::ready(SPEC).await;
    let rival = SPEC.replace("versioning: true", "versioning: false");
    let mut told = String::new();
    for _ in 0..20 {
        stage.plant(&rival, "bucket/store", &stage.world.sim.owner);
        stage.wait(31).await;
        let lake = stage.cluster.lake().unwrap();
        if ready(&lake) == ("False", "Unsteady") {
            told = message(&lake);
            break;
        }
    }
    assert!(told.contains("Somebody else writes") && told.contains("bucket/store"), "{told}");
    let found = stage.cluster.events("DriftFound");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0]["series"]["count"].as_i64() >= Some(5), "{found:#?}");

    let _ = stage.until(|lake| ready(lake) == ("True", "Reconciled")).await;
    stage.assert_lawful();
}
