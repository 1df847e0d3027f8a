//! What belongs to somebody else is told, and never touched.

use lake_tests::{aws::Endpoint, terraform::Terraform};
use serde_json::json;

const ROLE: &str = r#"resource "lake" "x" {
  name = "events"
  role "etl" {
    name = "shared-etl"
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
  }
}
"#;

fn role_by_hand(aws: &Endpoint) {
    aws.hand().does(
        "iam",
        "create_role",
        json!({
            "RoleName": "shared-etl",
            "Path": "/lake/events/",
            "AssumeRolePolicyDocument": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}",
        }),
    );
}

#[test]
fn a_role_without_our_mark_is_an_error_at_plan_and_stays() {
    let aws = Endpoint::start();
    role_by_hand(&aws);
    let before = aws.hand().world();
    let terraform = Terraform::new(&aws);
    terraform.main(ROLE);
    aws.clear_journal();
    let _ = terraform.plan().failed().says("role/etl").says("adopt");
    let _ = terraform.apply().failed();
    assert_eq!(aws.writes(), []);
    assert_eq!(aws.hand().world(), before);
}

#[test]
fn what_nobody_owns_is_adopted_when_the_spec_says_so() {
    let aws = Endpoint::start();
    role_by_hand(&aws);
    let terraform = Terraform::new(&aws);
    terraform.main(
        &ROLE.replace("    name = \"shared-etl\"", "    name  = \"shared-etl\"\n    adopt = \"Unowned\""),
    );
    aws.clear_journal();
    let _ = terraform.apply().ok();
    assert!(!aws.writes().iter().any(|call| call.operation == "CreateRole"));
    terraform.plan().nothing();
}

#[test]
fn a_bucket_of_another_account_is_an_error_at_plan() {
    let aws = Endpoint::start();
    aws.hand().other_account(
        "s3",
        "create_bucket",
        json!({
            "Bucket": "taken-by-somebody-else",
            "CreateBucketConfiguration": { "LocationConstraint": "eu-west-1" },
        }),
    );
    let terraform = Terraform::new(&aws);
    terraform.main("resource \"lake\" \"x\" {\n  name = \"x\"\n  bucket \"b\" {\n    name = \"taken-by-somebody-else\"\n  }\n}\n");
    aws.clear_journal();
    let _ = terraform.plan().failed().says("taken-by-somebody-else").says("bucket/b");
    assert_eq!(aws.writes(), []);
}

#[test]
fn the_second_of_two_configurations_with_one_lake_is_told_at_plan() {
    let aws = Endpoint::start();
    let first = Terraform::new(&aws);
    first.main(ROLE);
    let _ = first.apply().ok();
    let before = aws.hand().world();

    let second = Terraform::new(&aws);
    second.main(ROLE);
    // A warning: an error would make core lose hold of a lake that it replaces with create_before_destroy.
    let _ = second.plan().changes().says("import {").says("owner");
    let _ = second.apply().failed().says("import {");
    assert_eq!(aws.hand().world(), before);

    let other = Terraform::new(&aws);
    other.main(&format!("provider \"lake\" {{\n  owner = \"team-b\"\n}}\n{ROLE}"));
    let _ = other.plan().failed().says("terraform/terraform/events");
    assert_eq!(aws.hand().world(), before);
}
