//! OpenTofu, which speaks the same protocol and keeps its own rules of it.

use lake_tests::{aws::Endpoint, example, terraform::Terraform};
use serde_json::json;

#[test]
fn opentofu_stands_a_lake_up_and_takes_it_down() {
    let aws = Endpoint::start();
    let mut opentofu = Terraform::opentofu(&aws);
    let version = opentofu.run(&["version"]).ok();
    assert!(version.text.starts_with("OpenTofu v"), "{}", version.text);
    example::first_lake(&mut opentofu);
    example::nothing_retained(&opentofu);
    let _ = opentofu.apply().ok();
    opentofu.plan().nothing();

    opentofu.edit("days = 7", "days = 14");
    let plan = opentofu.plan().changes().never_says("known after apply");
    assert!(plan.text.contains("7 -> 14"), "{}", plan.text);
    let _ = opentofu.apply().ok();

    let _ = opentofu.destroy().ok();
    let world = aws.hand().world();
    for section in ["buckets", "accessPoints", "roles", "databases", "jobs", "crawlers", "filters"] {
        assert_eq!(world[section], json!({}), "{section}");
    }
}
