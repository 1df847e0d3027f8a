//! A lake that has lost what it remembered: nothing is let go unseen, and nothing is forgotten.

use crate::stage::{Stage, condition, message, ready, yaml};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

/// A role, a bucket that goes with what is in it, and one that stays.
const SPEC: &str = "
buckets:
  gone: { name: gone-bucket, onDelete: Empty }
  kept: { name: kept-bucket }
roles:
  etl: { name: etl-role, assumedBy: { services: [glue.amazonaws.com] } }
";

async fn alive() -> Stage {
    let stage = Stage::ready(SPEC).await;
    let key = |key: &&lake_reconcile::key::Key| key.to_string().contains("gone-bucket");
    let expendable = stage.world.sim.snapshot().keys().find(key).cloned();
    stage.world.sim.world(|world| world.expendable.extend(expendable));
    stage
}

/// What is left of the lake when it went as its spec says.
fn only_what_is_kept(stage: &Stage) {
    stage.assert_lawful();
    let left = stage.world.keys();
    assert!(left.len() == 1 && left.iter().all(|key| key.contains("kept-bucket")), "{left:?}");
    let worn = stage.world.sim.snapshot().into_values().next().unwrap().1.unwrap();
    assert!(worn.owner.starts_with("retained:"), "{worn:?}");
}

fn without_status(lake: &mut Value) {
    lake.as_object_mut().unwrap().remove("status");
}

#[tokio::test(start_paused = true)]
async fn one_that_is_deleted_without_its_status_goes_as_its_spec_says() {
    let mut stage = alive().await;
    stage.stop();
    stage.cluster.edit(without_status);
    stage.cluster.delete();
    stage.start();
    stage.gone().await;
    only_what_is_kept(&stage);
}

#[tokio::test(start_paused = true)]
async fn one_whose_status_has_a_word_of_a_later_release_is_remembered_and_deleted() {
    let mut stage = alive().await;
    stage.stop();
    stage.cluster.edit(|lake| lake["status"]["resources"]["bucket/gone"]["state"] = json!("Novel"));
    stage.cluster.delete();
    // Nothing but the record says what is there.
    stage.world.lists_nothing.store(true, Ordering::Relaxed);
    stage.start();
    stage.gone().await;
    only_what_is_kept(&stage);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_says_nothing_is_there_is_not_believed_either() {
    let mut stage = alive().await;
    stage.stop();
    stage.cluster.edit(|lake| {
        let mut record: Value = serde_json::from_str(lake["status"]["record"].as_str().unwrap()).unwrap();
        record["nodes"] = json!({});
        lake["status"]["record"] = record.to_string().into();
    });
    stage.cluster.delete();
    stage.start();
    stage.gone().await;
    only_what_is_kept(&stage);
}

#[tokio::test(start_paused = true)]
async fn it_is_held_while_its_marks_cannot_be_listed() {
    let mut stage = alive().await;
    stage.stop();
    stage.cluster.edit(without_status);
    stage.cluster.delete();
    stage.world.lists_nothing.store(true, Ordering::Relaxed);
    stage.start();
    let lake = stage.until(|lake| ready(lake) == ("False", "Refused")).await;
    assert!(message(&lake).contains("tagging:GetResources"), "{}", message(&lake));
    assert_eq!(lake["metadata"]["finalizers"], json!(["lake.dev/lake"]));
    stage.world.lists_nothing.store(false, Ordering::Relaxed);
    stage.gone().await;
    only_what_is_kept(&stage);
}

#[tokio::test(start_paused = true)]
async fn it_is_held_while_its_spec_does_not_say_what_becomes_of_it() {
    let mut stage = alive().await;
    stage.stop();
    stage.cluster.edit(|lake| {
        without_status(lake);
        lake["spec"]["buckets"]["gone"]["onDelete"] = json!("Burn");
    });
    stage.cluster.delete();
    stage.start();
    let lake = stage.until(|lake| condition(lake, "Stalled") == ("True", "InvalidSpec")).await;
    assert!(message(&lake).contains("lost its record"), "{}", message(&lake));
    assert_eq!(lake["metadata"]["finalizers"], json!(["lake.dev/lake"]));
    assert_eq!(stage.world.keys().len(), 3);
    stage.cluster.edit(|lake| lake["spec"] = yaml(SPEC));
    stage.gone().await;
    only_what_is_kept(&stage);
}

#[tokio::test(start_paused = true)]
async fn a_record_of_another_form_is_neither_used_nor_written_over() {
    let mut stage = alive().await;
    stage.stop();
    let novel = json!({ "v": 2, "of": "a later release" });
    stage.cluster.edit(|lake| lake["status"]["record"] = novel.clone());
    stage.cluster.delete();
    stage.start();
    let lake = stage.until(|lake| condition(lake, "Stalled") == ("True", "UnreadableStatus")).await;
    stage.wait(1000).await;
    assert_eq!(stage.cluster.lake().unwrap(), lake, "it stays as it is");
    assert_eq!(lake["status"]["record"], novel);
    assert_eq!(lake["metadata"]["finalizers"], json!(["lake.dev/lake"]));
    assert_eq!(stage.world.keys().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn one_that_lives_on_finds_again_what_its_spec_names_no_more() {
    let mut stage = alive().await;
    stage.stop();
    stage.cluster.edit(|lake| {
        without_status(lake);
        lake["spec"]["roles"] =
            json!({ "other": { "name": "other-role", "assumedBy": { "services": ["glue.amazonaws.com"] } } });
        lake["spec"]["buckets"] = json!({});
    });
    stage.start();
    let _ = stage.until(|lake| ready(lake) == ("True", "Reconciled")).await;
    let left = stage.world.keys();
    assert!(!left.iter().any(|key| key.contains("etl-role")), "{left:?}");
    stage.assert_lawful();
}

#[tokio::test(start_paused = true)]
async fn one_that_nobody_has_worked_on_is_let_go_without_a_look() {
    let stage = Stage::new();
    stage.world.lists_nothing.store(true, Ordering::Relaxed);
    stage.cluster.create(yaml("{ buckets: { b: { onDelete: Burn } } }"), &["backup.example/copy"]);
    let _ = stage.until(|lake| ready(lake) == ("False", "InvalidSpec")).await;
    stage.cluster.delete();
    stage.wait(1000).await;
    let lake = stage.cluster.lake().unwrap();
    assert_eq!(lake["metadata"]["finalizers"], json!(["backup.example/copy"]));
    assert_eq!(stage.world.sim.world(|world| world.faults.calls), 0);
}
