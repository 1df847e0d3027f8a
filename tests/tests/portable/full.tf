# Every field of every kind, at least once: those of what is the lake's own, then of what is not.
resource "lake" "full" {
  name = "full"
  tags = { project = "full", stage = "test" }

  deletion_protection = false
  release             = ["job/gone"]

  bucket "logs" {
    name             = "full-logs-{account}-{region}"
    on_delete        = "Empty"
    object_ownership = "BucketOwnerPreferred"
    tls_only         = false
    public_access_block {
      block_public_acls       = true
      ignore_public_acls      = true
      block_public_policy     = false
      restrict_public_buckets = false
    }
    policy {
      keep_others = true
    }
    encryption {
      sse                 = "S3"
      bucket_key          = false
      block_customer_keys = false
    }
  }

  bucket "store" {
    name                      = "full-store-{account}-{region}"
    bucket_namespace          = "Global"
    on_delete                 = "Empty"
    deletion_protection       = false
    adopt                     = "Unowned"
    adopt_from                = "terraform/other/full"
    versioning                = true
    object_ownership          = "BucketOwnerEnforced"
    tls_only                  = true
    delegate_to_access_points = true
    transition_minimum_size   = "VariesByClass"
    event_bridge              = true
    ignore_drift              = ["tags.team"]
    tags                      = { zone = "raw", project = "store" }

    encryption {
      sse        = "Kms"
      key        = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      bucket_key = true
    }
    public_access_block {
      block_public_acls       = true
      ignore_public_acls      = true
      block_public_policy     = true
      restrict_public_buckets = true
    }
    policy {
      statement {
        sid       = "ReadByEtl"
        effect    = "Allow"
        actions   = ["s3:GetObject", "s3:ListBucket"]
        resources = ["arn:{partition}:s3:::full-store-{account}-{region}", "arn:{partition}:s3:::full-store-{account}-{region}/*"]
        principals {
          aws       = ["arn:aws:iam::{account}:root"]
          services  = ["logging.s3.amazonaws.com"]
          federated = ["arn:{partition}:iam::{account}:saml-provider/office"]
        }
        conditions = {
          StringEquals = { "aws:PrincipalTag/team" = ["data", "etl"] }
        }
      }
      statement {
        sid           = "NoOtherAccounts"
        effect        = "Deny"
        not_actions   = ["s3:GetBucketLocation"]
        not_resources = ["arn:{partition}:s3:::full-store-{account}-{region}/public/*"]
        not_principals {
          services  = ["glue.amazonaws.com"]
          aws       = ["arn:aws:iam::{account}:root"]
          federated = ["arn:{partition}:iam::{account}:saml-provider/office"]
        }
      }
    }
    lifecycle_rule {
      id           = "everything"
      enabled      = true
      prefix       = "old/"
      tags         = { keep = "no" }
      larger_than  = 1024
      smaller_than = 1048576
      transition {
        days          = 30
        storage_class = "StandardIa"
      }
      transition {
        days          = 90
        storage_class = "Glacier"
      }
      expire {
        days = 365
      }
      noncurrent_transition {
        days          = 30
        keep_newest   = 3
        storage_class = "OnezoneIa"
      }
      expire_noncurrent {
        days        = 60
        keep_newest = 5
      }
    }
    lifecycle_rule {
      enabled                      = false
      abort_incomplete_upload_days = 3
      expire {
        expired_object_delete_marker = true
      }
    }
    lifecycle_rule {
      prefix = "archive/"
      transition {
        date          = "2030-01-01"
        storage_class = "DeepArchive"
      }
      expire {
        date = "2040-01-01"
      }
    }
    cors_rule {
      id              = "pages"
      allowed_origins = ["https://example.org"]
      allowed_methods = ["Get", "Head"]
      allowed_headers = ["*"]
      expose_headers  = ["ETag"]
      max_age_seconds = 600
    }
    logging {
      bucket     = "logs"
      prefix     = "store/"
      key_format = "EventTime"
    }
    request_metrics "whole" {
    }
    request_metrics "inside" {
      name         = "Inside"
      access_point = "arn:aws:s3:eu-west-1:123456789012:accesspoint/full-inside"
    }
    request_metrics "raw" {
      prefix = "raw/"
      tags   = { kind = "event" }
    }
    object "text" {
      key          = "notes/hello.txt"
      adopt        = "Unowned"
      adopt_from   = "terraform/other/full"
      on_delete    = "Delete"
      ignore_drift = ["contentType"]
      content      = "Hello."
      content_type = "text/plain"
      tags         = { kind = "note" }
    }
    object "bytes" {
      key            = "notes/bytes.bin"
      content_base64 = "AAECAw=="
    }
    object "secret" {
      key            = "notes/secret.txt"
      secret_content = "canary-bird-object"
    }
    object "key-store" {
      key                   = "notes/secret.bin"
      secret_content_base64 = "AAECY2FuYXJ5LWJpcmQtb2JqZWN0LWJ5dGVz/w=="
    }
  }

  role "etl" {
    adopt                = "Unowned"
    adopt_from           = "terraform/other/full"
    ignore_drift         = ["tags.cost-centre"]
    on_delete            = "Delete"
    name                 = "full-etl"
    path                 = "/lake/full/"
    description          = "Does the work."
    managed_policies     = ["arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole"]
    permissions_boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
    max_session_duration = 7200
    tags                 = { team = "data" }
    assumed_by {
      services = ["glue.amazonaws.com"]
      accounts = ["123456789012"]
      arns     = ["arn:aws:iam::123456789012:root"]
      statement {
        sid     = "Sessions"
        effect  = "Allow"
        actions = ["sts:TagSession"]
        principals {
          aws      = ["arn:aws:iam::123456789012:root"]
          services = ["glue.amazonaws.com"]
        }
      }
      statement {
        effect      = "Deny"
        not_actions = ["sts:AssumeRole", "sts:TagSession"]
        not_principals {
          aws       = ["arn:aws:iam::123456789012:root"]
          services  = ["glue.amazonaws.com"]
          federated = ["arn:{partition}:iam::{account}:saml-provider/office"]
        }
      }
    }
    allow {
      read {
        bucket = "store"
        prefix = "raw/"
      }
    }
    allow {
      write {
        bucket = "store"
        prefix = "processed/"
      }
    }
    allow {
      use {
        database = "lake"
      }
    }
    allow {
      pass_role {
        role     = "reader"
        services = ["glue.amazonaws.com"]
      }
    }
    inline_policy "logs" {
      name = "ReadLogs"
      statement {
        sid       = "Logs"
        effect    = "Allow"
        actions   = ["logs:PutLogEvents"]
        resources = ["*"]
        conditions = {
          StringLike = { "aws:RequestedRegion" = ["eu-*"] }
        }
      }
      statement {
        effect        = "Deny"
        not_actions   = ["logs:PutLogEvents"]
        not_resources = ["arn:{partition}:logs:{region}:{account}:*"]
      }
    }
  }

  role "reader" {
    assumed_by {
      arns = ["arn:{partition}:iam::{account}:root"]
      statement {
        actions = ["sts:AssumeRoleWithSAML"]
        principals {
          federated = ["arn:{partition}:iam::{account}:saml-provider/office"]
        }
        conditions = {
          StringEquals = { "SAML:aud" = ["https://signin.aws.amazon.com/saml"] }
        }
      }
    }
  }

  database "lake" {
    name                = "full_lake"
    description         = "Tables."
    on_delete           = "Empty"
    deletion_protection = false
    parameters          = { owner = "data" }
    tags                = { team = "data" }
    adopt               = "Unowned"
    adopt_from          = "terraform/other/full"
    ignore_drift        = ["parameters.seen"]
    location {
      bucket = "store"
      prefix = "tables/"
    }
    create_table_defaults {
      iam_allowed = false
      permission {
        principal   = "arn:aws:iam::123456789012:role/lake/full/full-reader-eu-west-1"
        permissions = ["Select", "Insert"]
      }
    }
  }

  table "events" {
    name                = "events"
    database            = "lake"
    description         = "What happened."
    format              = "Csv"
    compressed          = true
    retention           = 30
    adopt               = "Unowned"
    adopt_from          = "terraform/other/full"
    ignore_drift        = ["parameters.seen"]
    on_delete           = "Delete"
    deletion_protection = false
    parameters          = { classification = "csv", "skip.header.line.count" = "1" }
    column {
      name       = "id"
      type       = "bigint"
      comment    = "Its number."
      parameters = { pii = "no" }
    }
    column {
      name = "country"
      type = "string"
    }
    column {
      name = "credit_card"
      type = "string"
    }
    partition_key {
      name       = "day"
      type       = "string"
      comment    = "The day."
      parameters = { calendar = "utc" }
    }
    partition_key {
      name = "hour"
      type = "int"
    }
    partition_key {
      name = "zone"
      type = "string"
    }
    location {
      bucket = "store"
      prefix = "events/"
    }
    serde {
      name       = "semicolons"
      library    = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
      parameters = { separatorChar = ";" }
    }
    buckets {
      columns = ["id"]
      count   = 4
    }
    sort_column {
      column = "id"
      order  = "Descending"
    }
    projection {
      location_template = "s3://full-store-{account}-{region}/events/$${day}/$${hour}/$${zone}/"
      column "day" {
        type          = "Date"
        range         = "2024-01-01,NOW"
        format        = "yyyy-MM-dd"
        interval      = 1
        interval_unit = "Days"
      }
      column "hour" {
        type   = "Integer"
        range  = "0,23"
        digits = 2
      }
      column "zone" {
        type   = "Enum"
        values = ["a", "b"]
      }
    }
  }

  table "ice" {
    database  = "lake"
    name      = "ice"
    on_delete = "Delete"
    iceberg {
      bucket = "store"
      key    = "ice/metadata/v1.metadata.json"
    }
  }

  table "lines" {
    database  = "lake"
    name      = "lines"
    on_delete = "Delete"
    location {
      bucket = "store"
      prefix = "lines/"
    }
    column {
      name = "line"
      type = "string"
    }
    serde {
      library       = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
      input_format  = "org.apache.hadoop.mapred.TextInputFormat"
      output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
    }
  }

  job "etl" {
    adopt                     = "Unowned"
    adopt_from                = "terraform/other/full"
    ignore_drift              = ["tags.cost-centre"]
    on_delete                 = "Delete"
    name                      = "full-etl"
    description               = "Moves data."
    role                      = "etl"
    command                   = "GlueEtl"
    language                  = "Python"
    python_version            = "3"
    glue_version              = "4.0"
    bookmarks                 = true
    data_catalog              = false
    metrics                   = true
    observability_metrics     = true
    insights                  = true
    auto_scaling              = true
    timeout                   = 60
    max_retries               = 2
    max_concurrent_runs       = 3
    execution_class           = "Flex"
    notify_delay              = 10
    run_queuing               = false
    connections               = ["warehouse"]
    security_configuration    = "encrypted"
    tags                      = { team = "data" }
    arguments                 = { "--day" = "today" }
    non_overridable_arguments = { "--fixed" = "yes" }
    secret_arguments          = { "--salt" = "canary-bird-salt" }
    script {
      bucket  = "store"
      key     = "scripts/etl.py"
      content = "print('hello')\n"
    }
    workers {
      type  = "G.2X"
      count = 5
    }
    continuous_logging {
      group  = "/lake/full"
      filter = false
    }
    spark_ui {
      bucket = "logs"
      prefix = "spark/"
    }
    temp_dir {
      bucket = "store"
      prefix = "tmp/"
    }
  }

  job "shell" {
    role         = "etl"
    command      = "PythonShell"
    max_capacity = 1
    data_catalog = false
    script {
      bucket         = "store"
      key            = "scripts/shell.py"
      content_base64 = "cHJpbnQoMSkK"
    }
  }

  job "secret" {
    role = "etl"
    script {
      bucket         = "store"
      key            = "scripts/secret.py"
      secret_content = "print('canary-bird-script')"
    }
  }

  job "secret-bytes" {
    role = "etl"
    script {
      bucket                = "store"
      key                   = "scripts/secret-bytes.py"
      secret_content_base64 = "cHJpbnQoJ2NhbmFyeS1iaXJkLXNjcmlwdC1ieXRlcycpCg=="
    }
  }

  job "stream" {
    role               = "etl"
    command            = "GlueStreaming"
    language           = "Scala"
    main_class         = "org.example.Stream"
    maintenance_window = "Sun:3"
    script {
      bucket = "store"
      key    = "scripts/stream.scala"
    }
  }

  crawler "raw" {
    adopt                  = "Unowned"
    adopt_from             = "terraform/other/full"
    ignore_drift           = ["tags.cost-centre"]
    on_delete              = "Delete"
    name                   = "full-raw"
    description            = "Looks at raw data."
    role                   = "etl"
    database               = "lake"
    table_prefix           = "raw_"
    schedule               = "cron(0/15 * * * ? *)"
    recrawl                = "Everything"
    lineage                = true
    classifiers            = ["own"]
    security_configuration = "encrypted"
    tags                   = { team = "data" }
    targets {
      s3 {
        bucket      = "store"
        prefix      = "raw/"
        exclusions  = ["**.tmp"]
        sample_size = 10
        connection  = "vpc"
      }
      jdbc {
        connection = "warehouse"
        path       = "sales/public/%"
        exclusions = ["sales/public/tmp%"]
        metadata   = ["Comments", "RawTypes"]
      }
      dynamodb {
        table     = "orders"
        scan_all  = false
        scan_rate = 0.7
      }
      mongodb {
        connection = "docs"
        path       = "shop/orders"
        scan_all   = false
      }
      delta {
        connection          = "vpc"
        write_manifest      = false
        create_native_table = true
        location {
          bucket = "store"
          prefix = "delta/"
        }
      }
      iceberg {
        connection = "vpc"
        max_depth  = 3
        exclusions = ["**/tmp/**"]
        location {
          bucket = "store"
          prefix = "iceberg/"
        }
      }
      hudi {
        connection = "vpc"
        exclusions = ["**/tmp/**"]
        max_depth  = 2
        location {
          bucket = "store"
          prefix = "hudi/"
        }
      }
    }
    schema_change {
      update = "UpdateInDatabase"
      delete = "Log"
    }
    lake_formation {
      use_credentials = true
      account         = "123456789012"
    }
    configuration {
      combine_compatible_schemas = true
      table_level                = 3
      table_threshold            = 100
      merge_new_columns          = true
      partitions_inherit         = true
      partition_index            = false
    }
  }

  crawler "catalog" {
    role     = "etl"
    recrawl  = "EventMode"
    database = "lake"
    targets {
      catalog {
        database          = "lake"
        tables            = ["events"]
        connection        = "vpc"
        event_queue       = "arn:aws:sqs:eu-west-1:123456789012:events"
        dead_letter_queue = "arn:aws:sqs:eu-west-1:123456789012:dead"
      }
    }
    schema_change {
      update = "Log"
      delete = "Log"
    }
  }

  crawler "waiting" {
    role     = "etl"
    database = "lake"
    targets {
      catalog {
        database    = "lake"
        table_names = ["raw_raw"]
      }
    }
    schema_change {
      delete = "Log"
    }
  }

  crawler "events" {
    role     = "etl"
    database = "lake"
    configuration {
      other = jsonencode({ Version = 1 })
    }
    recrawl = "EventMode"
    targets {
      s3 {
        bucket            = "store"
        event_queue       = "arn:aws:sqs:eu-west-1:123456789012:events"
        dead_letter_queue = "arn:aws:sqs:eu-west-1:123456789012:dead"
      }
    }
    schema_change {
      update = "Log"
      delete = "Log"
    }
  }

  access_point "inside" {
    adopt        = "Unowned"
    adopt_from   = "terraform/other/full"
    ignore_drift = ["tags.cost-centre"]
    on_delete    = "Delete"
    name         = "full-inside"
    bucket       = "store"
    vpc_id       = "vpc-0123456789abcdef0"
    tags         = { team = "data" }
    public_access_block {
      block_public_acls       = true
      ignore_public_acls      = true
      block_public_policy     = true
      restrict_public_buckets = true
    }
    allow {
      roles = ["reader"]
      read {
        prefix = "public/"
      }
    }
    allow {
      roles = ["etl"]
      write {
        prefix = "processed/"
      }
    }
    statement {
      sid     = "NobodyDeletes"
      effect  = "Deny"
      actions = ["s3:DeleteObject"]
      principals {
        aws = ["*"]
      }
    }
    statement {
      effect    = "Deny"
      actions   = ["s3:PutObject"]
      resources = ["arn:{partition}:s3:{region}:{account}:accesspoint/full-inside/object/raw/*"]
      principals {
        services  = ["glue.amazonaws.com"]
        federated = ["arn:{partition}:iam::{account}:saml-provider/office"]
      }
      conditions = {
        StringLike = { "aws:RequestedRegion" = ["eu-*"] }
      }
    }
    statement {
      effect        = "Deny"
      not_actions   = ["s3:GetObject"]
      not_resources = ["arn:{partition}:s3:{region}:{account}:accesspoint/full-inside/object/public/*"]
      not_principals {
        aws       = ["arn:aws:iam::{account}:root"]
        services  = ["glue.amazonaws.com"]
        federated = ["arn:{partition}:iam::{account}:saml-provider/office"]
      }
    }
  }

  filter "india" {
    adopt        = "Unowned"
    adopt_from   = "terraform/other/full"
    ignore_drift = ["rows"]
    on_delete    = "Delete"
    name         = "india"
    table        = "events"
    rows         = "country = 'IN' AND id > 7"
    columns {
      except = ["credit_card"]
    }
  }

  filter "plain" {
    database   = "lake"
    table_name = "raw_raw"
    columns {
      only = ["id", "country"]
    }
  }
}

# What is referred to and belongs to nobody here, in a lake that says where it lives and what may take how long.
resource "lake" "elsewhere" {
  name       = "full-elsewhere"
  region     = "eu-west-1"
  adopt_from = "terraform/other/full-elsewhere"

  bucket "store" {
    external = lake.full.outputs["bucket/store"].name
  }
  role "reader" {
    external = lake.full.outputs["role/reader"].arn
  }
  database "lake" {
    external = "full_lake"
  }
  table "events" {
    external = "full_lake/events"
  }
  job "etl" {
    external = "full-etl"
  }
  crawler "raw" {
    external = "full-raw"
  }
  access_point "inside" {
    external = "full-inside"
  }
  access_point "outside" {
    bucket         = "store"
    bucket_account = "123456789012"
  }
  filter "india" {
    external = "full_lake/events/india"
  }

  timeouts {
    create = "20m"
    update = "20m"
    delete = "20m"
  }
}
