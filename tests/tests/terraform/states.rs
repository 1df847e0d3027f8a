//! States that an earlier release has saved.

use lake_tests::{aws::Endpoint, terraform::Terraform};
use serde_json::Value;

const LAKE: &str = r#"resource "lake" "x" {
  name = "states"
  bucket "store" {
    on_delete = "Delete"
    lifecycle_rule {
      prefix = "tmp/"
      expire {
        days = 3
      }
    }
  }
}
"#;

/// A release that knew of buckets and their lifecycle alone would have saved this.
#[test]
fn a_state_from_before_a_section_existed_shows_no_change() {
    let aws = Endpoint::start();
    let terraform = Terraform::new(&aws);
    terraform.main(LAKE);
    let _ = terraform.apply().ok();
    let path = terraform.folder().join("terraform.tfstate");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&path).expect("a state")).expect("JSON");
    let lake = state["resources"][0]["instances"][0]["attributes"].as_object_mut().expect("a lake");
    let known = ["name", "region", "resources", "outputs", "bucket"];
    lake.retain(|name, _| known.contains(&name.as_str()));
    let bucket = lake["bucket"]["store"].as_object_mut().expect("a bucket");
    bucket.retain(|_, value| {
        !value.is_null() && *value != serde_json::json!([]) && *value != serde_json::json!({})
    });
    std::fs::write(&path, state.to_string()).expect("the state can be written");

    terraform.plan().nothing();
    terraform.plan_with(&["-refresh=false"]).nothing();
    let _ = terraform.destroy().ok();
}
