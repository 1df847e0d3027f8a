//! What a lake's user is told is what is so, whoever else writes to the object.

use crate::stage::{Stage, condition, message, ready, yaml};
use lake_reconcile::owner::Owner;
use serde_json::{Value, json};

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

#[tokio::test(start_paused = true)]
async fn a_status_that_is_taken_away_or_written_over_comes_back_by_itself() {
    let stage = Stage::ready(SPEC).await;
    let told = stage.cluster.lake().unwrap()["status"].clone();
    let edits: [fn(&mut Value); 4] = [
        |lake| drop(lake.as_object_mut().unwrap().remove("status")),
        |lake| lake["status"] = json!(null),
        |lake| lake["status"]["members"] = json!("99/99"),
        |lake| drop(lake["status"].as_object_mut().unwrap().remove("record")),
    ];
    for edit in edits {
        let begun = tokio::time::Instant::now();
        stage.cluster.edit(edit);
        let lake = stage.until(|lake| lake["status"] == told).await;
        assert!(is_told(&lake));
        assert!(begun.elapsed().as_secs() < 60, "it does not wait for its interval");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lake_that_is_as_wanted_writes_nothing() {
    let stage = Stage::ready(SPEC).await;
    stage.wait(1).await;
    let _ = stage.cluster.requests();
    stage.wait(4 * 3600).await;
    assert_eq!(stage.cluster.requests(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_another_operator_remembers_is_not_written_over() {
    let stage = Stage::ready(SPEC).await;
    // While this one was paused, another has led, made a role, and remembers it.
    stage.plant(&SPEC.replace("etl", "theirs"), "role/theirs", &stage.world.sim.owner);
    stage.cluster.edit_unseen(|lake| {
        let mut record: Value = serde_json::from_str(lake["status"]["record"].as_str().unwrap()).unwrap();
        let theirs = record["nodes"]["role/etl"].to_string().replace("etl", "theirs");
        record["nodes"]["role/theirs"] = serde_json::from_str(&theirs).unwrap();
        lake["status"]["record"] = record.to_string().into();
    });
    // The watch has not brought that yet: the operator decides on what it has seen.
    stage.cluster.annotate_seen_late("lake.dev/reconcile-requested-at", "now");
    let _ = stage.until(|lake| is_told(lake) && lake["status"]["lastHandledReconcileAt"] == "now").await;
    let there = stage.world.keys();
    assert!(
        !there.iter().any(|key| key.contains("theirs")),
        "what they remember is known, and goes: {there:?}"
    );
    stage.assert_lawful();
}

#[tokio::test(start_paused = true)]
async fn a_suspended_lake_speaks_of_the_spec_that_it_was_looked_at_for() {
    let stage = Stage::ready(SPEC).await;
    stage.cluster.edit(|lake| {
        lake["spec"]["reconcile"]["suspend"] = json!(true);
        lake["spec"]["tags"] = json!({ "team": "analytics" });
    });
    let lake = stage.until(|lake| ready(lake) == ("True", "Suspended")).await;
    assert_eq!(lake["status"]["observedGeneration"], 1, "nothing was done for the second");
    let ask = |lake: &mut Value| {
        lake["metadata"]["annotations"] = json!({ "lake.dev/reconcile-requested-at": "9" })
    };
    stage.cluster.edit(ask);
    stage.wait(1000).await;
    let lake = stage.cluster.lake().unwrap();
    assert_eq!(lake["status"]["lastHandledReconcileAt"], json!(null), "nobody has looked");

    stage.cluster.delete();
    let lake = stage.until(|lake| message(lake).contains("is not deleted either")).await;
    assert_eq!(lake["metadata"]["finalizers"], json!(["lake.dev/lake"]));
    stage.wait(1000).await;
    let told = stage.cluster.events("Suspended");
    assert_eq!(told.len(), 2, "one for each thing that is to be said: {told:#?}");
    assert!(told[1]["note"].as_str().unwrap().contains("is not deleted either"));
    stage.cluster.edit(|lake| lake["spec"]["reconcile"]["suspend"] = json!(false));
    stage.gone().await;
}

#[tokio::test(start_paused = true)]
async fn a_lake_whose_object_others_hold_says_that_nothing_is_left() {
    let stage = Stage::ready(SPEC).await;
    stage.cluster.edit(|lake| {
        lake["metadata"]["finalizers"].as_array_mut().unwrap().insert(0, json!("backup.example/copy"))
    });
    stage.world.sim.world(|world| world.expendable = world.resources.keys().cloned().collect());
    stage.cluster.delete();
    let alone = json!(["backup.example/copy"]);
    let lake = stage.until(|lake| lake["metadata"]["finalizers"] == alone).await;
    assert_eq!(ready(&lake), ("False", "Deleting"));
    assert!(message(&lake).contains("backup.example/copy"), "{}", message(&lake));
    assert_eq!(lake["status"]["members"], "0/0");
    assert_eq!(lake["status"]["outputs"], json!(null));
    assert_eq!(stage.world.keys().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn finalizers_of_others_that_come_and_go_delay_nothing() {
    let stage = Stage::ready(SPEC).await;
    stage.world.sim.world(|world| world.expendable = world.resources.keys().cloned().collect());
    stage
        .cluster
        .edit(|lake| lake["metadata"]["finalizers"] = json!(["a.example/a", "lake.dev/lake", "b.example/b"]));
    stage
        .cluster
        .edit_unseen(|lake| lake["metadata"]["finalizers"] = json!(["lake.dev/lake", "b.example/b"]));
    let begun = tokio::time::Instant::now();
    stage.cluster.delete();
    let _ = stage.until(|lake| lake["metadata"]["finalizers"] == json!(["b.example/b"])).await;
    assert!(begun.elapsed().as_secs() < 3, "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_region_that_is_asked_for_later_is_no_move_and_can_be_taken_back() {
    let stage = Stage::ready(SPEC).await;
    stage.cluster.edit(|lake| lake["spec"]["region"] = json!("us-east-1"));
    let lake = stage.until(|lake| condition(lake, "Stalled") == ("True", "OtherRegion")).await;
    let said = message(&lake);
    assert!(said.contains("lives in eu-west-1") && said.contains("us-east-1 is asked for"), "{said}");
    stage.cluster.edit(|lake| drop(lake["spec"].as_object_mut().unwrap().remove("region")));
    let _ = stage.until(is_told).await;
    stage.cluster.edit(|lake| lake["spec"]["region"] = json!("eu-west-1"));
    let _ = stage.until(|lake| is_told(lake) && lake["status"]["observedGeneration"] == 4).await;
}

#[tokio::test(start_paused = true)]
async fn a_right_that_the_operator_lacks_is_called_so() {
    let stage = Stage::ready(SPEC).await;
    let said = r#"lakes.lake.dev "events" is forbidden: User "lake" cannot patch resource "lakes" in API group "lake.dev""#;
    // The status may be written, the finalizers may not.
    stage.world.sim.world(|world| world.expendable = world.resources.keys().cloned().collect());
    stage.cluster.refuse(&[("PATCH lakes/events", 403, said)]);
    stage.cluster.delete();
    let lake = stage.until(|lake| ready(lake) == ("False", "Forbidden")).await;
    let told = message(&lake);
    assert!(
        told.contains(said) && told.contains("rule to patch lakes") && !told.contains("Status {"),
        "{told}"
    );
    assert_eq!(lake["status"]["members"], "0/0", "its resources are gone");
    stage.cluster.refuse(&[]);
    stage.gone().await;
}

#[tokio::test(start_paused = true)]
async fn a_member_that_cannot_be_had_stalls_itself_and_what_hangs_on_it_alone() {
    let stage = Stage::new();
    let other = "
roles:
  taken: { name: taken-role, assumedBy: { services: [glue.amazonaws.com] } }
  free: { name: free-role, assumedBy: { services: [glue.amazonaws.com] } }
buckets:
  store: { name: store-bucket }
jobs:
  etl: { name: etl-job, role: taken, script: { bucket: store, key: etl.py, content: 'print()' } }
";
    let owner = Owner { door: "terraform".into(), instance: "team-b".into(), lake: "other".into() };
    stage.plant(other, "role/taken", &owner);
    stage.cluster.create(yaml(other), &[]);
    let lake = stage.until(|lake| condition(lake, "Stalled") == ("True", "Blocked")).await;
    let told = message(&lake);
    assert!(told.contains("spec.roles.taken") && told.contains("terraform/team-b/other"), "{told}");
    let there = stage.world.keys();
    assert!(there.iter().any(|key| key.contains("free-role")), "{there:?}");
    assert!(there.iter().any(|key| key.contains("store-bucket")), "{there:?}");
    assert!(!there.iter().any(|key| key.contains("etl-job")), "{there:?}");
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_has_to_be_made_anew_is_a_warning() {
    let stage = Stage::ready(&SPEC.replace("1h", "30s")).await;
    stage.world.sim.world(|world| world.resources.retain(|key, _| key.kind() != "bucket"));
    let _ = stage.until(|_| !stage.cluster.events("MadeAnew").is_empty()).await;
    let told = &stage.cluster.events("MadeAnew")[0];
    assert_eq!(told["type"], "Warning");
    let note = told["note"].as_str().unwrap();
    assert!(note.contains("store-bucket") && note.contains("empty"), "{note}");
}

#[tokio::test(start_paused = true)]
async fn what_may_be_meant_otherwise_is_told_once_for_each_spec() {
    let stage =
        Stage::ready(&SPEC.replace("1h", "30s").replace("glue.amazonaws.com", "glue.example.com")).await;
    stage.wait(600).await;
    let told = stage.cluster.events("SpecWarning");
    assert_eq!(told.len(), 1, "{told:#?}");
    let note = told[0]["note"].as_str().unwrap();
    assert!(
        note.contains("spec.roles.etl.assumedBy.services: `glue.example.com` looks like no service"),
        "{note}"
    );
    assert_eq!(told[0]["type"], "Warning");
}
