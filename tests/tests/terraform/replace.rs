//! `-replace`, taint, `create_before_destroy`, `-refresh=false`, `ignore_changes`, saved plans: the living lake is
//! never destroyed by its own replacement.

use lake_tests::{aws::Endpoint, terraform::Terraform};
use serde_json::json;

const LAKE: &str = r#"resource "lake" "x" {
  name = "again"
  bucket "store" {
    name = "again-store"
  }
  role "etl" {
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
  }
}
"#;

fn applied(aws: &Endpoint) -> Terraform {
    let terraform = Terraform::new(aws);
    terraform.main(LAKE);
    let _ = terraform.apply().ok();
    aws.clear_journal();
    terraform
}

#[test]
fn a_tainted_lake_is_refused_at_plan() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    let before = aws.hand().world();
    let _ = terraform.run(&["taint", "-no-color", "lake.x"]).ok();
    let _ = terraform.plan().failed().says("untaint");
    let _ = terraform.apply().failed();
    assert_eq!(aws.hand().world(), before);
    let _ = terraform.run(&["untaint", "-no-color", "lake.x"]).ok();
    terraform.plan().nothing();
}

#[test]
fn create_before_destroy_refuses_before_any_write() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    terraform.edit(
        "  name = \"again\"\n",
        "  name = \"again\"\n  lifecycle {\n    create_before_destroy = true\n  }\n",
    );
    let before = aws.hand().world();
    aws.clear_journal();
    let _ = terraform.apply_with(&["-replace=lake.x"]).failed();
    assert_eq!(aws.writes(), []);
    assert_eq!(aws.hand().world(), before);
    terraform.plan().nothing();
}

#[test]
fn replace_destroys_and_makes_the_lake_again() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    let before = aws.hand().world();
    let _ = terraform.apply_with(&["-replace=lake.x"]).ok();
    assert_eq!(aws.hand().world(), before);
    terraform.plan().nothing();
}

#[test]
fn without_refresh_the_lake_is_as_last_applied() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    terraform.plan_with(&["-refresh=false"]).nothing();
    terraform
        .edit("    name = \"again-store\"\n", "    name       = \"again-store\"\n    versioning = true\n");
    let _ = terraform.apply_with(&["-refresh=false"]).ok();
    terraform.plan().nothing();
}

#[test]
fn ignored_changes_freeze_the_spec() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    terraform.edit(
        "  name = \"again\"\n",
        "  name = \"again\"\n  lifecycle {\n    ignore_changes = [bucket]\n  }\n",
    );
    terraform
        .edit("    name = \"again-store\"\n", "    name       = \"again-store\"\n    versioning = true\n");
    terraform.plan().nothing();
}

#[test]
fn a_saved_plan_is_applied_as_it_was_shown() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    terraform
        .edit("    name = \"again-store\"\n", "    name       = \"again-store\"\n    versioning = true\n");
    let _ = terraform.plan_with(&["-out=saved"]).changes();
    let _ = terraform.run(&["apply", "-no-color", "saved"]).ok();
    terraform.plan().nothing();
}

#[test]
fn a_deletion_that_no_plan_showed_is_not_carried_out() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    terraform
        .edit("    name = \"again-store\"\n", "    name       = \"again-store\"\n    versioning = true\n");
    let _ = terraform.plan_with(&["-out=saved"]).changes();
    // The role now wears somebody else's path: only a replacement could mend that.
    let hand = aws.hand();
    hand.does("iam", "delete_role", json!({ "RoleName": "again-etl-eu-west-1" }));
    hand.does(
        "iam",
        "create_role",
        json!({
            "RoleName": "again-etl-eu-west-1",
            "Path": "/elsewhere/",
            "AssumeRolePolicyDocument": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}",
            "Tags": [
                { "Key": "lake.dev/owner", "Value": "terraform/terraform/again" },
                { "Key": "lake.dev/node", "Value": "role/etl" },
            ],
        }),
    );
    let _ = terraform.run(&["apply", "-no-color", "saved"]).failed().says("hanged since the plan was made");
    let versioning = hand.call("s3", "get_bucket_versioning", json!({ "Bucket": "again-store" }));
    assert_eq!(versioning["Status"], "Enabled", "the rest is done");
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
}
