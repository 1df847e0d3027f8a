//! The lakes that are measured.

use lake_tests::{
    aws::Endpoint,
    example,
    terraform::{Terraform, release},
};

/// first-lake, with the release build.
pub(crate) fn first(aws: &Endpoint) -> Terraform {
    let mut terraform = Terraform::with(aws, release());
    example::first_lake(&mut terraform);
    example::nothing_retained(&terraform);
    terraform
}

/// A lake of a hundred members: a bucket, a database, a role, and tables, jobs and crawlers.
pub(crate) fn hundred(aws: &Endpoint) -> Terraform {
    let terraform = Terraform::with(aws, release());
    terraform.main(
        r#"locals {
  some = toset([for n in range(32) : "m-${n}"])
}

resource "lake" "x" {
  name = "hundred"
  bucket "store" {
    on_delete = "Delete"
  }
  database "lake" {
    name      = "hundred"
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
    for_each = local.some
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
    for_each = local.some
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
    for_each = local.some
    labels   = [job.key]
    content {
      role = "etl"
      script {
        bucket = "store"
        key    = "${job.key}.py"
      }
    }
  }
}
"#,
    );
    terraform
}
