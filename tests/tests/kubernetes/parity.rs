//! Both doors lead to the same.

use crate::{
    handover::without_marks,
    stage::{Stage, differences},
};
use lake_tests::{aws::Endpoint, example, frozen, terraform::Terraform};

#[test]
fn both_doors_lead_two_fresh_accounts_to_the_same_world() {
    let stage = Stage::new("parity");
    let _ = stage.namespace.apply(&example::first_lake_manifest()).ok();
    let aws = Endpoint::start();
    let mut terraform = Terraform::new(&aws);
    example::first_lake(&mut terraform);
    let _ = terraform.apply().ok();
    let lake = stage.ready("first");
    frozen::keep("lake.json", || format!("{lake:#}\n"));
    let (ours, theirs) = (stage.aws.hand().world(), aws.hand().world());
    assert_eq!(differences(&without_marks(&ours), &without_marks(&theirs)), Vec::<String>::new());

    // They tell the same of it, but for what AWS makes up.
    let state = terraform.state();
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
