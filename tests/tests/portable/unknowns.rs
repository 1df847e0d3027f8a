//! Values that Terraform does not know before apply.

use lake_tests::{aws::Endpoint, terraform::Terraform};

#[test]
fn only_what_depends_on_an_unknown_is_unknown() {
    let aws = Endpoint::given_or_start();
    let terraform = Terraform::new(&aws);
    terraform.main(
        r#"resource "terraform_data" "suffix" {
  input = "later"
}

resource "lake" "x" {
  name = "unknowns"
  bucket "store" {
    name      = "unknowns-${terraform_data.suffix.output}"
    on_delete = "Delete"
  }
  bucket "known" {
    on_delete = "Delete"
  }
  role "reader" {
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
    allow {
      read {
        bucket = "store"
      }
    }
  }
}
"#,
    );
    let plan = terraform.plan_json();
    let after = &plan["resource_changes"]
        .as_array()
        .expect("a plan has changes")
        .iter()
        .find(|change| change["type"] == "lake")
        .expect("the lake is planned")["change"];
    assert_eq!(
        after["after"]["outputs"]["role/reader"]["arn"],
        "arn:aws:iam::123456789012:role/lake/unknowns/unknowns-reader"
    );
    assert_eq!(after["after_unknown"]["outputs"]["bucket/store"]["arn"], true);
    assert_eq!(
        after["after"]["outputs"]["bucket/known"]["arn"],
        "arn:aws:s3:::unknowns-known-123456789012-eu-west-1"
    );
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
}

#[test]
fn members_may_be_made_of_data() {
    let aws = Endpoint::given_or_start();
    let terraform = Terraform::new(&aws);
    terraform.main(
        r#"resource "terraform_data" "zones" {
  input = { raw = true, clean = false }
}

resource "lake" "x" {
  name = "zones"
  dynamic "bucket" {
    for_each = { raw = "tmp/", clean = "old/" }
    labels   = [bucket.key]
    content {
      on_delete  = "Delete"
      versioning = terraform_data.zones.output[bucket.key]
      lifecycle_rule {
        prefix = bucket.value
        expire {
          days = 3
        }
      }
    }
  }
}
"#,
    );
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
}

#[test]
fn members_with_others_in_them_may_hold_unknown_settings() {
    let aws = Endpoint::given_or_start();
    let terraform = Terraform::new(&aws);
    terraform.main(
        r#"resource "terraform_data" "sizes" {
  input = { versioning = true, count = 3 }
}

resource "lake" "x" {
  name = "veiled"
  bucket "store" {
    on_delete  = "Empty"
    versioning = terraform_data.sizes.output.versioning
    object "note" {
      key     = "note.txt"
      content = "hello"
    }
  }
  role "etl" {
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
  }
  job "etl" {
    role = "etl"
    script {
      bucket  = "store"
      key     = "etl.py"
      content = "print(1)"
    }
    workers {
      count = terraform_data.sizes.output.count
    }
  }
}
"#,
    );
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    terraform.edit("count = 3", "count = 4");
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
}
