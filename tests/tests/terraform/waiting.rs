//! A filter on a table that a crawl will bring waits: a state, and no error.

use lake_tests::{aws::Endpoint, terraform::Terraform};
use serde_json::json;

const LAKE: &str = r#"resource "lake" "x" {
  name = "waits"
  bucket "store" {
    name      = "waits-store"
    on_delete = "Delete"
  }
  role "etl" {
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
  }
  database "lake" {
    name      = "waits"
    on_delete = "Delete"
  }
  crawler "processed" {
    role         = "etl"
    database     = "lake"
    table_prefix = "processed_"
    targets {
      s3 {
        bucket = "store"
        prefix = "output/"
      }
    }
  }
  filter "india" {
    database   = "lake"
    table_name = "processed_output"
    rows       = "country='IN'"
    columns {
      except = ["credit_card"]
    }
  }
}
"#;

#[test]
fn a_filter_waits_for_its_table_and_is_created_once_it_is_there() {
    let aws = Endpoint::start();
    let terraform = Terraform::new(&aws);
    terraform.main(LAKE);
    let _ = terraform.plan().changes().says("waits for table").says("crawler/processed");
    let _ = terraform.apply().ok().says("waits for table");
    assert_eq!(terraform.state()["resources"]["filter/india"]["state"], "Waiting");
    terraform.plan().nothing();

    aws.crawled(json!({
        "database": "waits",
        "table": "processed_output",
        "location": "s3://waits-store/output/",
        "crawler": "waits-processed",
        "columns": [
            { "Name": "country", "Type": "string" },
            { "Name": "credit_card", "Type": "string" },
        ],
    }));
    let _ = terraform.plan().changes().says("filter/india");
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    let world = aws.hand().world();
    assert!(world["filters"].as_object().is_some_and(|filters| filters.len() == 1), "{}", world["filters"]);
}
