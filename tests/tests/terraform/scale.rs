//! A lake of three hundred members.

use lake_tests::{aws::Endpoint, example, terraform::Terraform};

#[test]
fn a_lake_of_three_hundred_members_plans_and_applies() {
    let aws = Endpoint::start();
    let mut terraform = Terraform::new(&aws);
    example::zones(&mut terraform, 74);
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
    assert_eq!(aws.hand().world()["jobs"], serde_json::json!({}));
}
