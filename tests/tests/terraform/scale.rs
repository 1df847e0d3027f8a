//! A lake of three hundred members.

use lake_tests::{aws::Endpoint, terraform::Terraform};

#[test]
fn a_lake_of_three_hundred_members_plans_and_applies() {
    let aws = Endpoint::start();
    let terraform = Terraform::new(&aws);
    terraform.main(
        r#"locals {
  zones = toset([for n in range(74) : "zone-${n}"])
}

resource "lake" "x" {
  name = "large"
  bucket "store" {
    name      = "large-store"
    on_delete = "Delete"
  }
  database "lake" {
    name      = "large"
    on_delete = "Delete"
  }
  role "etl" {
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
  }
  role "spare" {
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
  }
  dynamic "table" {
    for_each = local.zones
    labels   = [table.key]
    content {
      database  = "lake"
      name      = replace(table.key, "-", "_")
      format    = "Parquet"
      on_delete = "Delete"
      location {
        bucket = "store"
        prefix = "${table.key}/"
      }
      column {
        name = "id"
        type = "bigint"
      }
    }
  }
  dynamic "crawler" {
    for_each = local.zones
    labels   = [crawler.key]
    content {
      role     = "etl"
      database = "lake"
      targets {
        s3 {
          bucket = "store"
          prefix = "${crawler.key}/"
        }
      }
    }
  }
  dynamic "job" {
    for_each = local.zones
    labels   = [job.key]
    content {
      role = "etl"
      script {
        bucket = "store"
        key    = "scripts/${job.key}.py"
        content = "print('${job.key}')"
      }
    }
  }
  dynamic "filter" {
    for_each = local.zones
    labels   = [filter.key]
    content {
      table = filter.key
      rows  = "id > 0"
    }
  }
}
"#,
    );
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
    assert_eq!(aws.hand().world()["jobs"], serde_json::json!({}));
}
