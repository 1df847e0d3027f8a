//! What others do behind our back is told with its path, and repaired.

use lake_tests::{
    aws::{ACCOUNT, Endpoint, REGION},
    example,
    terraform::Terraform,
};
use serde_json::json;

#[test]
fn drift_is_told_by_path_and_just_that_is_repaired() {
    let aws = Endpoint::given_or_start();
    let mut terraform = Terraform::new(&aws);
    example::first_lake(&mut terraform);
    let _ = terraform.apply().ok();
    let before = aws.hand().world();

    let hand = aws.hand();
    hand.does("glue", "delete_crawler", json!({ "Name": "first-processed" }));
    hand.does(
        "glue",
        "tag_resource",
        json!({
            "ResourceArn": format!("arn:aws:glue:{REGION}:{ACCOUNT}:job/first-etl"),
            "TagsToAdd": { "team": "somebody" },
        }),
    );
    hand.does(
        "s3",
        "put_bucket_encryption",
        json!({
            "Bucket": example::first_bucket(),
            "ServerSideEncryptionConfiguration": { "Rules": [
                { "ApplyServerSideEncryptionByDefault": { "SSEAlgorithm": "aws:kms" } },
            ] },
        }),
    );

    let plan = terraform.plan().changes();
    for words in ["crawler/processed", "Absent", "tags.team", "job/etl", "encryption.sse"] {
        let _ = plan.clone().says(words);
    }
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    assert_eq!(aws.hand().world(), before);
    example::take_down(&terraform);
}

#[test]
fn ignored_drift_is_left_alone() {
    let aws = Endpoint::given_or_start();
    let mut terraform = Terraform::new(&aws);
    example::first_lake(&mut terraform);
    terraform.edit(
        "  job \"etl\" {\n    role      = \"etl\"\n",
        "  job \"etl\" {\n    ignore_drift = [\"workers.count\"]\n    role      = \"etl\"\n",
    );
    let _ = terraform.apply().ok();
    let job = aws.hand().call("glue", "get_job", json!({ "JobName": "first-etl" }));
    let mut update = job["Job"].clone();
    let update = update.as_object_mut().expect("a job is an object");
    update.retain(|name, _| {
        ["Role", "Command", "DefaultArguments", "GlueVersion", "WorkerType", "Timeout", "MaxRetries"]
            .contains(&name.as_str())
    });
    update.insert("NumberOfWorkers".to_owned(), json!(5));
    aws.hand().does("glue", "update_job", json!({ "JobName": "first-etl", "JobUpdate": update }));

    terraform.plan().nothing();
    example::take_down(&terraform);
}

#[test]
fn a_lake_whose_members_all_vanished_is_drift_and_not_a_new_lake() {
    let aws = Endpoint::given_or_start();
    let terraform = Terraform::new(&aws);
    terraform.main(
        "resource \"lake\" \"x\" {\n  name = \"vanished\"\n  role \"reader\" {\n    assumed_by {\n      services = [\"glue.amazonaws.com\"]\n    }\n  }\n}\n",
    );
    let _ = terraform.apply().ok();
    aws.hand().does("iam", "delete_role", json!({ "RoleName": "vanished-reader-eu-west-1" }));
    let _ = terraform.plan().changes().says("will be updated in-place").says("role/reader");
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
}
