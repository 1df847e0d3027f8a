//! Values that Terraform does not know before apply.

use lake_tests::{aws::Endpoint, terraform::Terraform};
use serde_json::Value;

/// What the lake will be after a plan, and what of it is not known.
fn planned(terraform: &Terraform) -> (Value, Value) {
    let plan = terraform.plan_json();
    let changes = plan["resource_changes"].as_array().expect("a plan has changes");
    let lake = changes.iter().find(|change| change["type"] == "lake").expect("the lake is planned");
    (lake["change"]["after"].clone(), lake["change"]["after_unknown"].clone())
}

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
    let (after, unknown) = planned(&terraform);
    assert_eq!(
        after["outputs"]["role/reader"]["arn"],
        "arn:aws:iam::123456789012:role/lake/unknowns/unknowns-reader-eu-west-1"
    );
    assert_eq!(unknown["outputs"]["bucket/store"]["arn"], true);
    assert_eq!(after["outputs"]["bucket/known"]["arn"], "arn:aws:s3:::unknowns-known-123456789012-eu-west-1");
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
    let (after, unknown) = planned(&terraform);
    assert_eq!(after["resources"]["role/etl"]["state"], "Present");
    assert_eq!(after["outputs"]["role/etl"]["name"], "veiled-etl-eu-west-1");
    for node in ["bucket/store", "job/etl", "object/etl.script", "object/store.note"] {
        assert_eq!(unknown["resources"][node]["state"], true, "{node}");
    }
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    terraform.edit("count = 3", "count = 4");
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
}

#[test]
fn what_a_member_refers_to_may_be_known_only_at_apply() {
    let aws = Endpoint::given_or_start();
    let terraform = Terraform::new(&aws);
    terraform.main(
        r#"resource "terraform_data" "names" {
  input = { script = "etl.py", table = "orders" }
}

resource "lake" "x" {
  name = "later"
  bucket "store" {
    on_delete = "Empty"
    object "etl" {
      key     = "etl.py"
      content = "print(1)"
    }
  }
  role "etl" {
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
  }
  database "lake" {
    on_delete = "Delete"
  }
  job "etl" {
    role = "etl"
    script {
      bucket = "store"
      key    = terraform_data.names.output.script
    }
  }
  filter "india" {
    database   = "lake"
    table_name = terraform_data.names.output.table
    rows       = "country = 'IN'"
  }
}
"#,
    );
    let (_, unknown) = planned(&terraform);
    assert_eq!(unknown["resources"], true, "the script is a member, or it is not");
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
}
