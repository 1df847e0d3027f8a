# Each zone is a table, a crawler, a job and a filter. How many there are is no variable: labels of dynamic blocks must be
# known when the configuration is validated, and variables are not known then.
locals {
  zones = toset([for n in range(ZONES) : "zone-${n}"])
}

resource "lake" "x" {
  name = "zones"
  bucket "store" {
    on_delete = "Delete"
  }
  database "lake" {
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
        bucket  = "store"
        key     = "scripts/${job.key}.py"
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
