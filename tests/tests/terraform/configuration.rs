//! The provider's own arguments: whose credentials work, where, and with which tags.

use lake_tests::{
    aws::{ACCOUNT, Endpoint},
    terraform::Terraform,
};
use serde_json::json;
use std::collections::BTreeSet;

/// An account that the endpoint's credentials lead to by a role alone.
const OTHER: &str = "210987654321";

fn configured(aws: &Endpoint, provider: &str, lake: &str) -> Terraform {
    let terraform = Terraform::new(aws);
    terraform.main(&format!(
        "provider \"lake\" {{\n{provider}}}\n\nresource \"lake\" \"x\" {{\n  name = \"configured\"\n{lake}}}\n"
    ));
    terraform
}

const BUCKET: &str = "  bucket \"store\" {\n    on_delete = \"Delete\"\n  }\n";

#[test]
fn default_tags_are_worn_and_a_lake_lives_in_its_own_region() {
    let aws = Endpoint::start();
    let terraform = configured(
        &aws,
        "  region = \"eu-central-1\"\n  default_tags {\n    tags = { team = \"data\", stage = \"any\" }\n  }\n",
        &format!("  region = \"us-west-2\"\n  tags = {{ stage = \"test\" }}\n{BUCKET}"),
    );
    let _ = terraform.apply().ok();
    let bucket = format!("configured-store-{ACCOUNT}-us-west-2");
    let told = aws.hand().call("s3", "get_bucket_tagging", json!({ "Bucket": bucket }));
    let tags: BTreeSet<(&str, &str)> = told["TagSet"]
        .as_array()
        .expect("tags")
        .iter()
        .filter_map(|tag| Some((tag["Key"].as_str()?, tag["Value"].as_str()?)))
        .filter(|(key, _)| !key.starts_with("lake.dev/"))
        .collect();
    assert_eq!(tags, BTreeSet::from([("team", "data"), ("stage", "test")]), "the lake's own tag wins");
    let regions: BTreeSet<String> = aws
        .journal()
        .into_iter()
        .filter(|call| call.by_provider && call.service == "s3")
        .map(|call| call.region)
        .collect();
    assert_eq!(regions, BTreeSet::from(["us-west-2".to_owned()]));
    terraform.plan().nothing();
    terraform.edit("team = \"data\"", "team = \"other\"");
    assert!(
        terraform.plan().changes().changed_lines().iter().any(|line| line.contains("drift")),
        "tags of every member"
    );
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
}

#[test]
fn a_profile_assumes_a_role_in_the_account_that_is_allowed() {
    let aws = Endpoint::start();
    let mut terraform = configured(
        &aws,
        &format!(
            "  profile = \"deploy\"\n  allowed_account_ids = [\"{OTHER}\"]\n  assume_role {{\n    \
             role_arn     = \"arn:aws:iam::{OTHER}:role/deploy\"\n    session_name = \"pipeline\"\n  }}\n"
        ),
        BUCKET,
    );
    terraform.file(
        "credentials",
        "[deploy]\naws_access_key_id = AKIAOFTHEPROFILE\naws_secret_access_key = wJalrXUtnFEMI\n",
    );
    let file = terraform.folder().join("credentials").display().to_string();
    terraform.set("AWS_SHARED_CREDENTIALS_FILE", &file);
    let _ = terraform.apply().ok();
    let calls: Vec<_> = aws.journal().into_iter().filter(|call| call.by_provider).collect();
    let assumed = calls.iter().find(|call| call.operation == "AssumeRole").expect("the role is assumed");
    assert_eq!(assumed.access_key, "AKIAOFTHEPROFILE");
    let elsewhere: Vec<_> =
        calls.iter().filter(|call| call.service != "sts" && call.account != OTHER).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
    assert_eq!(
        terraform.state()["outputs"]["bucket/store"]["name"],
        format!("configured-store-{OTHER}-eu-west-1")
    );
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
}

#[test]
fn in_an_account_that_is_not_allowed_nothing_is_read_or_written() {
    let aws = Endpoint::start();
    let terraform = configured(&aws, &format!("  allowed_account_ids = [\"{OTHER}\"]\n"), BUCKET);
    let _ = terraform.plan().failed().says(ACCOUNT).says("allowed_account_ids");
    let _ = terraform.apply().failed();
    let calls: Vec<_> = aws.journal().into_iter().filter(|call| call.service != "sts").collect();
    assert_eq!(calls, []);
}

#[test]
fn a_create_ends_at_its_time_and_the_next_apply_goes_on() {
    let aws = Endpoint::start();
    let role = "  role \"etl\" {\n    assumed_by {\n      services = [\"glue.amazonaws.com\"]\n    }\n    allow {\n      read {\n        bucket = \"store\"\n      }\n    }\n  }\n";
    let terraform =
        configured(&aws, "", &format!("{BUCKET}{role}  timeouts {{\n    create = \"2s\"\n  }}\n"));
    aws.latency(1_000);
    let _ = terraform.apply().failed().says("timeouts");
    aws.latency(0);
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    aws.assert_nothing_made_twice();
    let _ = terraform.destroy().ok();
}
