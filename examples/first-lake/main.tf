terraform {
  required_version = ">= 1.11"

  required_providers {
    lake = {
      source = "lake-dev/lake"
    }
  }
}

provider "lake" {
  owner = "first-lake"
}

variable "salt" {
  description = "What customers' addresses are hashed with."
  type        = string
  sensitive   = true
}

resource "lake" "first" {
  name = "first"
  tags = { project = "first-lake" }

  bucket "store" {
    versioning                = true
    delegate_to_access_points = true

    lifecycle_rule {
      id     = "temporary"
      prefix = "tmp/"
      expire {
        days = 7
      }
    }

    object "etl" {
      key          = "scripts/etl.py"
      content      = file("${path.module}/etl.py")
      content_type = "text/x-python"
    }
  }

  role "etl" {
    description = "Runs the job and the crawler of the first lake."
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
    allow {
      read {
        bucket = "store"
        prefix = "raw/"
      }
    }
    allow {
      read {
        bucket = "store"
        prefix = "scripts/"
      }
    }
    allow {
      write {
        bucket = "store"
        prefix = "processed/"
      }
    }
    allow {
      write {
        bucket = "store"
        prefix = "tmp/"
      }
    }
    allow {
      use {
        database = "lake"
      }
    }
  }

  role "analyst" {
    description = "Reads what the job has masked, through the access point."
    assumed_by {
      arns = ["arn:{partition}:iam::{account}:root"]
    }
  }

  database "lake" {
    name = "first_lake"
    location {
      bucket = "store"
      prefix = "processed/"
    }
  }

  table "events" {
    database = "lake"
    name     = "events"
    format   = "Parquet"
    location {
      bucket = "store"
      prefix = "processed/events/"
    }

    column {
      name = "event_id"
      type = "string"
    }
    column {
      name    = "customer"
      type    = "string"
      comment = "A salted hash of the address."
    }
    column {
      name    = "credit_card"
      type    = "string"
      comment = "The last four digits."
    }
    column {
      name = "amount"
      type = "decimal(12,2)"
    }
    column {
      name = "currency"
      type = "string"
    }
    column {
      name = "occurred_at"
      type = "timestamp"
    }
    partition_key {
      name = "country"
      type = "string"
    }
    partition_key {
      name = "day"
      type = "string"
    }
  }

  job "etl" {
    role      = "etl"
    bookmarks = true

    script {
      bucket = "store"
      key    = "scripts/etl.py"
    }
    workers {
      type  = "G.1X"
      count = 2
    }
    temp_dir {
      bucket = "store"
      prefix = "tmp/"
    }
    arguments = {
      "--source" = "s3://first-store-{account}-{region}/raw/"
      "--target" = "s3://first-store-{account}-{region}/processed/events/"
    }
    secret_arguments = {
      "--salt" = var.salt
    }
  }

  crawler "processed" {
    role     = "etl"
    database = "lake"
    targets {
      s3 {
        bucket = "store"
        prefix = "processed/events/"
      }
    }
    recrawl = "NewFoldersOnly"
    schema_change {
      update = "Log"
      delete = "Log"
    }
  }

  access_point "analysts" {
    bucket = "store"
    allow {
      roles = ["analyst"]
      read {
        prefix = "processed/"
      }
    }
  }

  filter "india" {
    table = "events"
    rows  = "country = 'IN'"
    columns {
      except = ["credit_card"]
    }
  }
}

output "access_point" {
  description = "What analysts write in place of a bucket's name."
  value       = lake.first.outputs["accessPoint/analysts"].alias
}
