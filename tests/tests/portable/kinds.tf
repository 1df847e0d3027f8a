# Every field of every kind that is data, as its own examples tell it.
resource "lake" "kinds" {
  name = "kinds"

  bucket "full" {
    on_delete = "Empty"
  }

  role "full" {
    assumed_by {
      services = ["athena.amazonaws.com"]
    }
  }

  workgroup "full" {
    access_grants {
      user_prefixes = true
    }
    acl = "BucketOwnerFullControl"
    adopt = "Unowned"
    adopt_from = "terraform/other/kinds"
    bytes_scanned_cutoff = 10000000
    content_kms_key = "arn:aws:kms:eu-west-1:123456789012:key/k"
    description = "ad hoc queries"
    enabled = false
    encryption {
      kms_key = "arn:aws:kms:eu-west-1:123456789012:key/k"
      sse = "Kms"
    }
    enforce = false
    engine = "Athena engine version 3"
    execution_role = "full"
    expected_bucket_owner = "123456789012"
    identity_center = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
    ignore_drift = ["tags.cost-centre"]
    managed_results = false
    metrics = false
    minimum_encryption = true
    name = "full-queries"
    on_delete = "Delete"
    requester_pays = true
    results {
      bucket = "full"
      prefix = "athena/"
    }
    tags = { "team" = "data" }
  }
  workgroup "other" {
    managed_results = true
    managed_results_kms_key = "arn:aws:kms:eu-west-1:123456789012:key/k"
  }
}

resource "lake" "kinds_elsewhere" {
  name = "kinds-elsewhere"

  workgroup "full" {
    external = lake.kinds.outputs["workgroup/full"].name
  }
}
