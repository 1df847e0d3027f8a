//! The sense of alarms.
//!
//! Sources: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html> and
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html>.

use lake_api::{FieldPath, Finding};
use serde_json::{Value, json};

/// What of an alarm's settings does not go together.
pub(super) fn check(alarm: &Value, at: &FieldPath, told: &mut Vec<Finding>) {
    let says = |field: &str| !alarm[field].is_null() && alarm[field] != json!([]);
    let mut tell =
        |field: &str, what: String, todo: &str| told.push(Finding::error(at.field(field), what, todo));
    let watched: Vec<&str> =
        ["metric", "metricQueries", "promql"].into_iter().filter(|field| says(field)).collect();
    match watched[..] {
        [] => tell("metric", "an alarm watches something".into(), "Set it, `metricQueries` or `promql`."),
        [first, second, ..] => {
            tell(second, format!("there is `{first}` beside it"), "An alarm watches one: remove the other.")
        }
        [_] => {}
    }
    if watched == ["promql"] {
        let of_metrics = [
            "comparisonOperator",
            "threshold",
            "thresholdMetricId",
            "evaluationPeriods",
            "datapointsToAlarm",
            "wallClockTimezone",
        ];
        for field in of_metrics.into_iter().filter(|field| says(field)) {
            tell(
                field,
                "it goes with no `promql`".into(),
                "The query itself tells what is too much. Remove it.",
            );
        }
    } else if !watched.is_empty() {
        for field in ["comparisonOperator", "evaluationPeriods"].into_iter().filter(|field| !says(field)) {
            tell(field, "an alarm on metrics needs it".into(), "Set it.");
        }
        if says("threshold") == says("thresholdMetricId") {
            tell(
                "threshold",
                "an alarm on metrics has one threshold".into(),
                "Set it, or `thresholdMetricId`, and not both.",
            );
        }
        let of_band = [
            "LessThanLowerOrGreaterThanUpperThreshold",
            "LessThanLowerThreshold",
            "GreaterThanUpperThreshold",
        ];
        let operator = alarm["comparisonOperator"].as_str();
        if operator.is_some_and(|operator| of_band.contains(&operator) != says("thresholdMetricId")) {
            tell(
                "comparisonOperator",
                "it does not go with this threshold".into(),
                "Choose `LessThanLower…` or `GreaterThanUpper…` with `thresholdMetricId`, and one of the others with `threshold`.",
            );
        }
        if says("thresholdMetricId") && !says("metricQueries") {
            tell(
                "thresholdMetricId",
                "there are no queries of which it could be one".into(),
                "Set `metricQueries`, or a `threshold` instead.",
            );
        }
        if alarm["datapointsToAlarm"].as_u64() > alarm["evaluationPeriods"].as_u64() {
            tell(
                "datapointsToAlarm",
                "more periods than are looked at".into(),
                "Set it to `evaluationPeriods` at most, or remove it.",
            );
        }
    }
    let propagation = &alarm["tagsPropagation"];
    let lists = |field: &str| propagation[field].as_array().is_some_and(|keys| !keys.is_empty());
    if lists("includedTagKeys") && lists("excludedTagKeys") {
        tell(
            "tagsPropagation",
            "tags are included, or others are excluded".into(),
            "Remove `includedTagKeys` or `excludedTagKeys`.",
        );
    }
    if says("metric") {
        of_metric(&alarm["metric"], &at.field("metric"), &[10, 20, 30], told);
    }
    if let Some(queries) = alarm["metricQueries"].as_array().filter(|queries| !queries.is_empty()) {
        of_queries(queries, &alarm["thresholdMetricId"], &at.field("metricQueries"), told);
    }
}

/// What makes no sense of a metric; `short` are the periods below a minute that it may have.
fn of_metric(metric: &Value, at: &FieldPath, short: &[u64], told: &mut Vec<Finding>) {
    if metric["statistic"].is_null() == metric["extendedStatistic"].is_null() {
        let what = "a metric is watched by one statistic";
        told.push(Finding::error(
            at.field("statistic"),
            what,
            "Set it, or `extendedStatistic`, and not both.",
        ));
    }
    if metric["periodSeconds"].as_u64().is_some_and(|period| period % 60 != 0 && !short.contains(&period)) {
        let short: Vec<String> = short.iter().map(u64::to_string).collect();
        let todo = format!("Choose a multiple of 60, or {}.", short.join(", "));
        told.push(Finding::error(at.field("periodSeconds"), "CloudWatch has no such period", todo));
    }
}

/// What makes no sense of queries, of which one may be the band that another is held to.
fn of_queries(queries: &[Value], band: &Value, at: &FieldPath, told: &mut Vec<Finding>) {
    for (n, query) in queries.iter().enumerate() {
        let at = at.index(n);
        if queries[..n].iter().any(|other| other["id"] == query["id"]) {
            told.push(Finding::error(at.field("id"), "another query has this id", "Choose another one."));
        }
        if query["metric"].is_null() == query["expression"].is_null() {
            let what = "a query is a metric or an expression";
            told.push(Finding::error(at.field("metric"), what, "Set it, or `expression`, and not both."));
        }
        if !query["metric"].is_null() {
            of_metric(&query["metric"], &at.field("metric"), &[1, 5, 10, 20, 30], told);
        }
    }
    let watched = queries.iter().filter(|query| query["returnData"] == true && query["id"] != *band).count();
    if watched != 1 {
        let what = format!("one query is watched, and here are {watched}");
        told.push(Finding::error(
            at.clone(),
            what,
            "Set `returnData: true` at the one, and at no other but a band.",
        ));
    }
    let is_band = |query: &Value| {
        query["id"] == *band
            && query["expression"].as_str().is_none_or(|it| it.contains("ANOMALY_DETECTION_BAND"))
    };
    if band.is_string() && !queries.iter().any(is_band) {
        let what = "`thresholdMetricId` names no band among these";
        let todo = "Name the query whose `expression` is `ANOMALY_DETECTION_BAND(…)`, or add it.";
        told.push(Finding::error(at.clone(), what, todo));
    }
}
