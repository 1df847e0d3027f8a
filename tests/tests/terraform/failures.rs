//! AWS refuses, throttles, loses answers: what can be done is done, and what cannot is told with member, path, call
//! and request id.

use lake_tests::{aws::Endpoint, example, terraform::Terraform};
use serde_json::{Value, json};

fn first(aws: &Endpoint) -> Terraform {
    let mut terraform = Terraform::new(aws);
    example::first_lake(&mut terraform);
    terraform
}

#[test]
fn a_refusal_of_one_member_leaves_the_others_done() {
    let aws = Endpoint::start();
    let terraform = first(&aws);
    aws.faults(json!([{
        "service": "glue", "operation": "CreateJob", "code": "AccessDeniedException", "status": 400,
        "message": "User: arn:aws:iam::123456789012:user/x is not authorized to perform: glue:CreateJob",
    }]));
    let _ = terraform
        .apply()
        .failed()
        .says("Cannot create job etl")
        .says("job.etl")
        .says("glue:CreateJob")
        .says("AccessDeniedException")
        .says("request id");
    let world = aws.hand().world();
    assert!(world["crawlers"]["first-processed"].is_object(), "{world:#}");
    assert_eq!(world["jobs"], json!({}));
    assert_eq!(terraform.state(), Value::Null, "a create that fails leaves no state, so nothing is tainted");

    aws.faults(json!([]));
    let _ = terraform.plan().changes().never_says("tainted");
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
}

#[test]
fn what_hangs_on_a_refused_member_is_skipped_and_says_so() {
    let aws = Endpoint::start();
    let terraform = first(&aws);
    aws.faults(json!([{
        "service": "glue", "operation": "CreateDatabase", "code": "AccessDeniedException", "status": 400,
        "message": "no",
    }]));
    let _ = terraform.apply().failed().says("Cannot create database lake").says("table events");
    assert_eq!(aws.hand().world()["databases"], json!({}));
    aws.faults(json!([]));
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
}

#[test]
fn an_update_that_fails_keeps_the_lake_and_the_next_apply_finishes() {
    let aws = Endpoint::start();
    let terraform = first(&aws);
    let _ = terraform.apply().ok();
    terraform.edit("days = 7", "days = 9");
    terraform.edit("count = 2", "count = 3");
    aws.faults(json!([{
        "service": "glue", "operation": "UpdateJob", "code": "AccessDeniedException", "status": 400, "message": "no",
    }]));
    let _ = terraform.apply().failed().says("Cannot update job etl");
    assert_eq!(terraform.state()["resources"]["bucket/store"]["state"], "Present");
    aws.faults(json!([]));
    let _ = terraform.plan().changes().never_says("tainted").says("workers.count");
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
}

#[test]
fn throttling_on_every_second_call_is_no_word_to_the_user() {
    let aws = Endpoint::start();
    let terraform = first(&aws);
    aws.faults(json!([
        { "service": "glue", "every": 2, "code": "ThrottlingException", "status": 400, "message": "Rate exceeded" },
        { "service": "s3", "every": 2, "code": "SlowDown", "status": 503, "message": "Please reduce your request rate." },
        { "service": "iam", "every": 2, "code": "Throttling", "status": 400, "message": "Rate exceeded" },
    ]));
    let _ = terraform.apply().ok().never_says("Warning: Thrott").never_says("Rate exceeded");
    aws.faults(json!([]));
    terraform.plan().nothing();
}

#[test]
fn answers_lost_after_the_commit_make_nothing_twice() {
    let aws = Endpoint::start();
    let undisturbed = {
        let terraform = first(&aws);
        let _ = terraform.apply().ok();
        aws.hand().world()
    };
    aws.reset();
    let terraform = first(&aws);
    aws.faults(json!([{ "operation": "Create.*", "lost": true, "every": 1 }]));
    let lost = terraform.apply();
    aws.faults(json!([]));
    if lost.code != 0 {
        let _ = terraform.apply().ok();
    }
    terraform.plan().nothing();
    assert_eq!(aws.hand().world(), undisturbed);
}

#[test]
fn a_role_that_glue_does_not_see_yet_is_waited_for() {
    let aws = Endpoint::start();
    let terraform = first(&aws);
    aws.faults(json!([{
        "service": "glue", "operation": "Create(Job|Crawler)", "times": 3, "code": "InvalidInputException", "status": 400,
        "message": "Service is unable to assume provided role. Please verify the role's TrustPolicy.",
    }]));
    let _ = terraform.apply().ok().never_says("TrustPolicy");
    terraform.plan().nothing();
}

#[test]
fn a_crawler_that_runs_is_updated_when_it_has_ended_and_stopped_before_it_goes() {
    let aws = Endpoint::start();
    let terraform = first(&aws);
    example::nothing_retained(&terraform);
    let _ = terraform.apply().ok();
    aws.hand().does("glue", "start_crawler", json!({ "Name": "first-processed" }));
    terraform.edit("    recrawl = \"NewFoldersOnly\"\n", "    recrawl = \"Everything\"\n");
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    aws.hand().does("glue", "start_crawler", json!({ "Name": "first-processed" }));
    let _ = terraform.destroy().ok();
    assert_eq!(aws.hand().world()["crawlers"], json!({}));
}

#[test]
fn unreadable_is_not_absent() {
    let aws = Endpoint::start();
    let terraform = first(&aws);
    let _ = terraform.apply().ok();
    aws.faults(json!([{
        "service": "iam", "operation": "GetRole", "resource": "first-etl", "code": "AccessDenied", "status": 403,
        "message": "not authorized to perform: iam:GetRole",
    }]));
    aws.clear_journal();
    let _ = terraform.apply().failed().says("Cannot read role etl");
    aws.faults(json!([]));
    assert!(!aws.writes().iter().any(|call| call.operation == "CreateRole"), "{:#?}", aws.writes());
    terraform.plan().nothing();
}
