//! Keys and names change; nothing is lost sight of.

use lake_tests::{aws::Endpoint, terraform::Terraform};

const LAKE: &str = r#"resource "lake" "x" {
  name = "moves"
  bucket "store" {
    name = "moves-store"
  }
  role "etl" {
    name = "moves-etl"
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
  }
  database "lake" {
    name = "moves"
  }
  crawler "raw" {
    name     = "moves-raw"
    role     = "etl"
    database = "lake"
    targets {
      s3 {
        bucket = "store"
      }
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
fn a_renamed_key_is_a_move_of_tags_only() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    terraform.main(
        &LAKE
            .replace("bucket \"store\"", "bucket \"raw\"")
            .replace("bucket = \"store\"", "bucket = \"raw\"")
            .replace("crawler \"raw\"", "crawler \"zone\""),
    );
    let _ = terraform.plan().changes();
    let _ = terraform.apply().ok();
    for call in aws.writes() {
        assert!(call.operation.to_lowercase().contains("tag"), "{call:?}");
    }
    terraform.plan().nothing();
}

#[test]
fn a_crawler_with_another_name_is_replaced_and_the_old_one_goes() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    terraform.edit("name     = \"moves-raw\"", "name     = \"moves-new\"");
    let _ = terraform.apply().ok();
    let crawlers = aws.hand().world()["crawlers"].clone();
    assert_eq!(crawlers.as_object().expect("crawlers").keys().collect::<Vec<_>>(), ["moves-new"]);
    terraform.plan().nothing();
}

#[test]
fn a_bucket_with_another_name_is_refused_with_reason_and_remedy() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    terraform.edit("name = \"moves-store\"", "name = \"moves-other\"");
    let _ = terraform.plan().failed().says("bucket/store").says("holds data");
    assert_eq!(aws.writes(), []);
}

#[test]
fn a_dropped_crawler_is_deleted_and_a_dropped_bucket_is_retained() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    terraform.main("resource \"lake\" \"x\" {\n  name = \"moves\"\n  role \"etl\" {\n    name = \"moves-etl\"\n    assumed_by {\n      services = [\"glue.amazonaws.com\"]\n    }\n  }\n}\n");
    let _ = terraform.apply().ok().says("bucket/store").says("etained");
    let world = aws.hand().world();
    assert_eq!(world["crawlers"], serde_json::json!({}));
    assert!(world["buckets"]["moves-store"].is_object());
    assert!(world["databases"]["moves"].is_object());
    terraform.plan().nothing();
}
