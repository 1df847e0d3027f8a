//! Of two installations that work on one namespace, each lake is worked on by one.

use crate::stage::{Stage, ready};
use serde_json::{Value, json};
use std::time::Duration;

const SPEC: &str = "
reconcile: { interval: 1h }
buckets:
  store: { name: store-bucket, onDelete: Delete }
roles:
  etl: { name: etl-role, assumedBy: { services: [glue.amazonaws.com] } }
";

fn is_told(lake: &Value) -> bool {
    ready(lake) == ("True", "Reconciled") && lake["status"]["record"].is_string()
}

fn add_a_bucket(lake: &mut Value) {
    lake["spec"]["buckets"]["more"] = json!({ "name": "more-bucket", "onDelete": "Delete" });
}

/// A lake that another installation has worked on last.
async fn anothers() -> Stage {
    let mut stage = Stage::ready(SPEC).await;
    assert_eq!(stage.cluster.lake().unwrap()["status"]["lease"], "data/lake-operator");
    stage.stop();
    stage.cluster.edit(|lake| lake["status"]["lease"] = json!("data/other"));
    stage
}

#[tokio::test(start_paused = true)]
async fn a_lake_of_a_live_installation_is_left_alone_until_that_is_gone() {
    let mut stage = anothers().await;
    let (there, told) = (stage.world.keys(), stage.cluster.lake().unwrap()["status"].clone());
    let other = stage.cluster.clone();
    let renewing = tokio::spawn(async move {
        loop {
            other.renew_other();
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
    });
    let _ = stage.cluster.requests();
    stage.start();
    stage.cluster.edit(add_a_bucket);
    stage.wait(3600).await;
    assert_eq!(stage.cluster.lake().unwrap()["status"], told);
    assert_eq!(stage.world.keys(), there);
    let wrote = stage.cluster.requests();
    assert!(wrote.iter().all(|request| !request.starts_with("PATCH lakes")), "{wrote:?}");
    let events = stage.cluster.events("OtherInstallation");
    assert_eq!(events.len(), 1, "{events:?}");
    let note = events[0]["note"].as_str().unwrap();
    assert!(note.contains("whose Lease is data/other works on this lake"), "{note}");

    renewing.abort();
    let gone = tokio::time::Instant::now();
    let has_all = |lake: &Value| lake["status"]["resources"]["bucket/more"].is_object();
    let is_ours = |lake: &Value| lake["status"]["lease"] == "data/lake-operator";
    let _ = stage.until(|lake| is_told(lake) && is_ours(lake) && has_all(lake)).await;
    let waited = gone.elapsed().as_secs();
    assert!((12..60).contains(&waited), "taken up after {waited} s");
    stage.assert_lawful();
}

#[tokio::test(start_paused = true)]
async fn one_that_was_given_up_is_taken_up_without_a_word_of_another() {
    let mut stage = anothers().await;
    stage.cluster.renew_other(); // for the last time
    stage.start();
    let begun = tokio::time::Instant::now();
    stage.cluster.edit(add_a_bucket);
    let _ = stage.until(|lake| is_told(lake) && lake["status"]["lease"] == "data/lake-operator").await;
    assert!(begun.elapsed().as_secs() >= 15, "its last renewal holds so long");
    assert_eq!(stage.cluster.events("OtherInstallation"), [Value::Null; 0]);
    stage.assert_lawful();
}

#[tokio::test(start_paused = true)]
async fn one_that_is_gone_is_taken_up_and_says_so_before_anything_is_written() {
    let mut stage = anothers().await;
    stage.start();
    // No lease of that name is there. The status is refused: so nothing is done on AWS either.
    stage.cluster.refuse(&[("PATCH lakes/events/status", 403, "no")]);
    let there = stage.world.keys();
    stage.cluster.edit(|lake| lake["spec"]["buckets"] = json!({}));
    stage.wait(600).await;
    assert_eq!(stage.world.keys(), there);
    stage.cluster.refuse(&[]);
    let _ = stage.until(|lake| is_told(lake) && lake["status"]["lease"] == "data/lake-operator").await;
    stage.assert_lawful();
}

#[tokio::test(start_paused = true)]
async fn whether_another_lives_that_cannot_be_told_nothing_is_done() {
    let mut stage = anothers().await;
    stage.cluster.refuse(&[("GET leases/other", 403, "User \"x\" cannot get resource \"leases\"")]);
    let _ = stage.cluster.requests();
    stage.start();
    stage.cluster.edit(add_a_bucket);
    stage.wait(600).await;
    let wrote = stage.cluster.requests();
    assert!(wrote.iter().all(|request| !request.starts_with("PATCH lakes")), "{wrote:?}");
    let events = stage.cluster.events("OtherInstallation");
    let note = events[0]["note"].as_str().unwrap();
    assert!(note.contains("clear status.lease") && note.contains("rule to get leases"), "{note}");

    // As the event says.
    stage.cluster.edit(|lake| drop(lake["status"].as_object_mut().unwrap().remove("lease")));
    let _ = stage.until(|lake| is_told(lake) && lake["status"]["lease"] == "data/lake-operator").await;
}

#[tokio::test(start_paused = true)]
async fn what_another_remembers_stays_where_a_round_meets_it_late() {
    let stage = Stage::ready(SPEC).await;
    let theirs = SPEC.replace("etl", "theirs");
    stage.plant(&theirs, "role/theirs", &stage.world.sim.owner);
    stage.cluster.edit(add_a_bucket);
    // The operator has seen that and is about to make a bucket, when another writes.
    stage.cluster.edit_unseen(|lake| {
        let mut record: Value = serde_json::from_str(lake["status"]["record"].as_str().unwrap()).unwrap();
        let role = record["nodes"]["role/etl"].to_string().replace("etl", "theirs");
        record["nodes"]["role/theirs"] = serde_json::from_str(&role).unwrap();
        lake["status"]["record"] = record.to_string().into();
    });
    let _ = stage.until(|lake| is_told(lake) && lake["status"]["resources"]["bucket/more"].is_object()).await;
    stage.wait(60).await;
    let there = stage.world.keys();
    assert!(
        !there.iter().any(|key| key.contains("theirs")),
        "what they remember is known, and goes: {there:?}"
    );
    stage.assert_lawful();
}
