resource "lake" "events" {
  name = "events"

  bucket "store" {
    versioning = true
  }

  role "etl" {
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
    allow {
      write {
        bucket = "store"
      }
    }
  }

  database "lake" {
    name = "events"
  }

  crawler "raw" {
    role     = "etl"
    database = "lake"
    targets {
      s3 {
        bucket = "store"
        prefix = "raw/"
      }
    }
  }
}
