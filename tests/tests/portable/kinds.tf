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

  alarm "band" {
    comparison_operator = "GreaterThanUpperThreshold"
    evaluation_periods  = 1
    on_delete           = "Delete"
    threshold_metric_id = "band"
    metric_query {
      id          = "duration"
      return_data = true
      metric {
        extended_statistic = "p90"
        name               = "Duration"
        namespace          = "AWS/Lambda"
        period_seconds     = 300
      }
    }
    metric_query {
      expression  = "ANOMALY_DETECTION_BAND(duration, 2)"
      id          = "band"
      return_data = true
    }
  }
  alarm "full" {
    actions_enabled                      = false
    adopt                                = "Unowned"
    adopt_from                           = "terraform/other/kinds"
    alarm_actions                        = ["arn:{partition}:sns:{region}:{account}:alarms"]
    comparison_operator                  = "GreaterThanOrEqualToThreshold"
    datapoints_to_alarm                  = 3
    description                          = "calls take long"
    evaluate_low_sample_count_percentile = "Ignore"
    evaluation_periods                   = 5
    ignore_drift                         = ["tags.cost-centre"]
    insufficient_data_actions            = ["arn:{partition}:sns:{region}:{account}:alarms"]
    name                                 = "full-duration"
    ok_actions                           = ["arn:{partition}:sns:{region}:{account}:alarms"]
    on_delete                            = "Delete"
    tags                                 = { team = "data" }
    threshold                            = 2500.5
    treat_missing_data                   = "NotBreaching"
    wall_clock_timezone                  = "Europe/Berlin"
    metric {
      dimensions         = { FunctionName = "{lake}-full" }
      extended_statistic = "p99.9"
      name               = "Duration"
      namespace          = "AWS/Lambda"
      period_seconds     = 60
      unit               = "Milliseconds"
    }
    tags_propagation {
      enabled           = true
      included_tag_keys = ["team"]
    }
    warm_up {
      minutes    = 10
      to_the_end = true
    }
  }
  alarm "other" {
    comparison_operator = "LessThanThreshold"
    evaluation_periods  = 1
    on_delete           = "Delete"
    threshold           = 0.5
    metric_query {
      id = "errors"
      metric {
        dimensions     = { FunctionName = "f" }
        name           = "Errors"
        namespace      = "AWS/Lambda"
        period_seconds = 60
        statistic      = "Sum"
        unit           = "Count"
      }
    }
    metric_query {
      account_id = "123456789012"
      id         = "calls"
      metric {
        dimensions     = { FunctionName = "f" }
        name           = "Invocations"
        namespace      = "AWS/Lambda"
        period_seconds = 60
        statistic      = "Sum"
        unit           = "Count"
      }
    }
    metric_query {
      expression     = "errors / calls"
      id             = "ratio"
      label          = "errors of calls"
      period_seconds = 60
      return_data    = true
    }
    tags_propagation {
      excluded_tag_keys = ["team"]
    }
  }
  alarm "promql" {
    on_delete = "Delete"
    promql {
      interval_seconds = 60
      pending_seconds  = 300
      query            = "up == 0"
      recovery_seconds = 60
    }
  }
  alarm "sum" {
    comparison_operator = "GreaterThanThreshold"
    evaluation_periods  = 3
    on_delete           = "Delete"
    threshold           = 0.0
    metric {
      name           = "Errors"
      namespace      = "AWS/Lambda"
      period_seconds = 60
      statistic      = "Sum"
    }
  }

  event_bus "full" {
    adopt        = "Unowned"
    adopt_from   = "terraform/other/kinds"
    dead_letters = "arn:aws:sqs:eu-west-1:123456789012:dead"
    description  = "card events"
    ignore_drift = ["tags.cost-centre"]
    kms_key      = "arn:aws:kms:eu-west-1:123456789012:key/k"
    name         = "full-events"
    on_delete    = "Delete"
    policy       = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"other\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::210987654321:root\"},\"Action\":\"events:PutEvents\",\"Resource\":\"arn:aws:events:eu-west-1:123456789012:event-bus/full-events\"}]}"
    tags         = { team = "data" }
    log {
      detail = true
      level  = "Info"
    }
  }

  log_group "full" {
    adopt                       = "Unowned"
    adopt_from                  = "terraform/other/kinds"
    class                       = "InfrequentAccess"
    deletion_protection         = false
    deletion_protection_enabled = false
    ignore_drift                = ["tags.cost-centre"]
    kms_key                     = "arn:aws:kms:eu-west-1:123456789012:key/k"
    name                        = "/full/api"
    on_delete                   = "Delete"
    retention_days              = 30
    tags                        = { team = "data" }
  }
  log_group "other" {
    class     = "Delivery"
    on_delete = "Delete"
  }

  stream "full" {
    adopt               = "Unowned"
    adopt_from          = "terraform/other/kinds"
    deletion_protection = false
    ignore_drift        = ["tags.cost-centre"]
    kms_key             = "arn:aws:kms:{region}:{account}:alias/aws/kinesis"
    max_record_size_kib = 2048
    mode                = "Provisioned"
    name                = "full-clicks"
    on_delete           = "Delete"
    retention_hours     = 48
    shard_metrics       = ["IncomingBytes", "IteratorAgeMilliseconds"]
    shards              = 4
    tags                = { team = "data" }
  }
  stream "other" {
    mode                  = "OnDemand"
    on_delete             = "Delete"
    warm_throughput_mibps = 8
  }

  workgroup "full" {
    acl                   = "BucketOwnerFullControl"
    adopt                 = "Unowned"
    adopt_from            = "terraform/other/kinds"
    bytes_scanned_cutoff  = 10000000
    content_kms_key       = "arn:aws:kms:eu-west-1:123456789012:key/k"
    description           = "ad hoc queries"
    enabled               = false
    enforce               = false
    engine                = "Athena engine version 3"
    execution_role        = "full"
    expected_bucket_owner = "123456789012"
    identity_center       = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
    ignore_drift          = ["tags.cost-centre"]
    managed_results       = false
    metrics               = false
    minimum_encryption    = true
    name                  = "full-queries"
    on_delete             = "Delete"
    requester_pays        = true
    tags                  = { team = "data" }
    access_grants {
      user_prefixes = true
    }
    encryption {
      kms_key = "arn:aws:kms:eu-west-1:123456789012:key/k"
      sse     = "Kms"
    }
    results {
      bucket = "full"
      prefix = "athena/"
    }
  }
  workgroup "other" {
    managed_results         = true
    managed_results_kms_key = "arn:aws:kms:eu-west-1:123456789012:key/k"
    on_delete               = "Delete"
  }
}

resource "lake" "kinds_elsewhere" {
  name = "kinds-elsewhere"

  alarm "full" {
    external = lake.kinds.outputs["alarm/full"].name
  }

  event_bus "full" {
    external = lake.kinds.outputs["eventBus/full"].name
  }

  log_group "full" {
    external = lake.kinds.outputs["logGroup/full"].name
  }

  stream "full" {
    external = lake.kinds.outputs["stream/full"].name
  }

  workgroup "full" {
    external = lake.kinds.outputs["workgroup/full"].name
  }
}
