//! Both doors lead to the same.

use crate::{
    handover::without_marks,
    stage::{Stage, condition, differences, is_of_this_spec, manifest},
    translate,
};
use lake_tests::{
    aws::Endpoint,
    example::{self, FULL},
    frozen,
    terraform::Terraform,
};
use serde_json::Value;

#[test]
fn both_doors_lead_two_fresh_accounts_to_the_same_world() {
    let stage = Stage::new("parity");
    let manifest = example::first_lake_manifest();
    let _ = stage.namespace.apply(&manifest).ok();
    let aws = Endpoint::start();
    let mut terraform = Terraform::new(&aws);
    example::first_lake(&mut terraform);
    let _ = terraform.apply().ok();
    let lake = stage.ready("first");
    frozen::keep("lake.json", || format!("{lake:#}\n"));
    assert_same_world(&stage, &aws);
    assert_same_told(&lake, &terraform.state());
}

#[test]
fn so_do_they_with_a_lake_of_every_field() {
    let aws = Endpoint::start();
    let terraform = Terraform::new(&aws);
    terraform.main(FULL);
    let _ = terraform.apply().ok();
    let lakes = lakes(&terraform);
    assert_eq!(lakes.len(), 4);

    let stage = Stage::with("parity-full", |setting| {
        // Its members name whom they would be taken over from.
        setting.arguments.push("--adopt-foreign-owners".to_owned());
    });
    // The second one refers to what the first one has made.
    for lake in &lakes {
        let name = lake["name"].as_str().expect("a lake has a name");
        let _ = stage.namespace.apply(&manifest(name, &translate::spec(lake))).ok();
        let told = stage.namespace.until(&format!("lake/{name}"), |told| {
            is_of_this_spec(told) && condition(told, "Reconciling")["status"] == "False"
        });
        assert_eq!(condition(&told, "Ready")["status"], "True", "{:#}", told["status"]["conditions"]);
        assert_same_told(&told, lake);
    }
    assert_same_world(&stage, &aws);
}

/// The lakes of a state, those first to which others refer.
fn lakes(terraform: &Terraform) -> Vec<Value> {
    let shown = terraform.command(&["show", "-json"]).output().expect("terraform starts");
    let state: Value = serde_json::from_slice(&shown.stdout).expect("show -json prints JSON");
    let resources = state["values"]["root_module"]["resources"].as_array().expect("resources").iter();
    let mut lakes: Vec<&Value> = resources.filter(|it| it["type"] == "lake").collect();
    lakes.sort_by_key(|lake| lake["depends_on"].as_array().map_or(0, Vec::len));
    lakes.into_iter().map(|lake| lake["values"].clone()).collect()
}

fn assert_same_world(stage: &Stage, aws: &Endpoint) {
    let (ours, theirs) = (stage.aws.hand().world(), aws.hand().world());
    assert_eq!(differences(&without_marks(&ours), &without_marks(&theirs)), Vec::<String>::new());
}

/// A lake's status and the attributes of its resource tell the same, but for what AWS makes up.
fn assert_same_told(lake: &Value, state: &Value) {
    assert_eq!(
        lake["status"]["resources"].as_object().map(|all| all.keys().collect::<Vec<_>>()),
        state["resources"].as_object().map(|all| all.keys().collect::<Vec<_>>())
    );
    let outputs = &lake["status"]["outputs"];
    for (node, facts) in state["outputs"].as_object().expect("there are outputs") {
        for (fact, value) in facts.as_object().expect("by name") {
            let told = &outputs[node][fact];
            let made_up = ["alias", "uniqueId", "versionId"].contains(&fact.as_str());
            assert!(if made_up { told.is_string() } else { told == value }, "{node} {fact}: {told}, {value}");
        }
    }
}
