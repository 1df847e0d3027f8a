//! What holds data is emptied: the plan tells how much goes, and an apply that runs out of time how much went.

use lake_tests::{
    aws::{ACCOUNT, Endpoint, REGION},
    terraform::Terraform,
};
use serde_json::json;

const LAKE: &str = r#"resource "lake" "x" {
  name = "full"
  bucket "store" {
    on_delete = "Empty"
  }
  database "events" {
    on_delete = "Empty"
  }
  role "etl" {
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
  }
}
"#;

/// The same without what holds data, and with little time.
const EMPTIED: &str = r#"resource "lake" "x" {
  name = "full"
  role "etl" {
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
  }
  timeouts {
    update = "8s"
  }
}
"#;

#[test]
fn what_goes_is_told_by_number_and_so_is_how_much_went_when_the_time_is_over() {
    let aws = Endpoint::start();
    let terraform = Terraform::new(&aws);
    terraform.main(LAKE);
    let _ = terraform.apply().ok();
    let bucket = format!("full-store-{ACCOUNT}-{REGION}");
    for key in ["a", "b", "c"] {
        aws.hand().does("s3", "put_object", json!({ "Bucket": bucket, "Key": key, "Body": "1" }));
    }
    aws.hand().does("s3", "create_multipart_upload", json!({ "Bucket": bucket, "Key": "unfinished" }));
    aws.crawled(
        json!({ "database": "full-events", "table": "raw", "location": format!("s3://{bucket}/raw/"), "crawler": "raw" }),
    );

    terraform.main(EMPTIED);
    let told = |plan: lake_tests::ran::Ran| {
        let _ = plan
            .says(&format!("- bucket/store ({bucket}) is emptied and deleted, with the 3 objects in it"))
            .says("is emptied and deleted, with the 1 table in it");
    };
    told(terraform.plan().changes());
    told(terraform.run(&["plan", "-destroy", "-no-color"]).ok());
    aws.faults(json!([{ "operation": "ListObjectVersions", "code": "AccessDenied", "status": 403 }]));
    let _ =
        terraform.plan().changes().says(&format!("({bucket}) is emptied and deleted, with all data in it"));

    aws.faults(json!([{ "operation": "AbortMultipartUpload", "hold": "before" }]));
    let failed = terraform.apply().failed();
    aws.faults(json!([]));
    let _ = failed
        .says("Cannot delete bucket store")
        .says("3 objects deleted so far.")
        .says("goes on where this");
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    assert!(!aws.hand().world().to_string().contains(&bucket));
}
