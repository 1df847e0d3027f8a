//! A lake from nothing to nothing.

use lake_tests::{aws::Endpoint, example, terraform::Terraform};
use serde_json::json;

#[test]
fn apply_then_plan_says_no_changes() {
    let aws = Endpoint::given_or_start();
    let before = aws.hand().world();
    let mut terraform = Terraform::new(&aws);
    example::first_lake(&mut terraform);
    let _ = terraform.apply().ok();
    terraform.plan().nothing();

    let state = terraform.state();
    for node in [
        "accessPoint/analysts",
        "bucket/store",
        "crawler/processed",
        "database/lake",
        "filter/india",
        "job/etl",
        "object/store.etl",
        "role/analyst",
        "role/etl",
        "table/events",
    ] {
        assert_eq!(state["resources"][node], json!({ "state": "Present", "drift": {} }), "{node}");
    }
    assert!(state["outputs"]["accessPoint/analysts"]["alias"].is_string(), "{}", state["outputs"]);

    example::take_down(&terraform);
    assert_eq!(aws.hand().world(), before);
}

#[test]
fn one_changed_setting_is_one_line_of_the_plan() {
    let aws = Endpoint::given_or_start();
    let mut terraform = Terraform::new(&aws);
    example::first_lake(&mut terraform);
    let _ = terraform.apply().ok();

    terraform.edit("days = 7", "days = 14");
    let plan = terraform.plan().changes().never_says("known after apply");
    assert_eq!(
        plan.changed_lines(),
        [
            "~ resource \"lake\" \"first\" {",
            "~ bucket \"store\" {",
            "~ lifecycle_rule {",
            "~ expire {",
            "~ days = 7 -> 14",
        ],
        "{}",
        plan.text
    );
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    let lifecycle = aws.hand().call(
        "s3",
        "get_bucket_lifecycle_configuration",
        json!({ "Bucket": example::first_bucket() }),
    );
    assert_eq!(lifecycle["Rules"][0]["Expiration"]["Days"], 14);
    example::take_down(&terraform);
}

#[test]
fn destroy_keeps_what_holds_data_and_the_same_lake_takes_it_up_again() {
    let aws = Endpoint::given_or_start();
    let before = aws.hand().world();
    let mut terraform = Terraform::new(&aws);
    example::first_lake(&mut terraform);
    let _ = terraform.apply().ok();
    let destroyed = terraform.destroy().ok().says("bucket/store").says("retained");
    let world = aws.hand().world();
    assert!(world["buckets"][example::first_bucket()].is_object(), "{}", destroyed.text);
    assert!(world["databases"]["first_lake"]["tables"]["events"].is_object());
    for section in ["accessPoints", "roles", "jobs", "crawlers", "filters"] {
        assert_eq!(world[section], before[section], "{section}");
    }

    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    example::take_down(&terraform);
}

#[test]
fn a_lake_is_imported_by_name() {
    let aws = Endpoint::given_or_start();
    let mut terraform = Terraform::new(&aws);
    example::first_lake(&mut terraform);
    let _ = terraform.apply().ok();
    std::fs::remove_file(terraform.folder().join("terraform.tfstate")).expect("there is a state");

    let _ = terraform.plan().changes().says("import {").says("first");
    let _ = terraform.apply().failed().says("import {");
    let _ = terraform.run(&["import", "-no-color", "lake.first", "first"]).ok();
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    example::take_down(&terraform);
}
