//! What an alarm watches: one metric, or several in queries.
//!
//! Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html>.

use crate::simple::{
    codec::Codec,
    convert::{at, put},
    shape::Shape,
};
use lake_api::names::{AccountId, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A metric and a statistic of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metric {
    /// Where the metric is: `AWS/Firehose`.
    #[aws("Namespace")]
    pub namespace: Namespace,
    /// Its name.
    #[aws("MetricName")]
    pub name: Text,
    /// What it is of, by the names of its dimensions.
    #[aws("Dimensions", codec = Codec::Pairs("Name", "Value"))]
    #[serde(default)]
    pub dimensions: BTreeMap<String, DimensionValue>,
    /// Over how many seconds the statistic is: 10, 20, 30 or a multiple of 60; in a query 1 and 5, too.
    #[aws("Period")]
    #[schemars(range(min = 1))]
    pub period_seconds: u32,
    /// The statistic. Stands without `extendedStatistic`, one of both has to be there.
    #[aws("Statistic")]
    pub statistic: Option<Statistic>,
    /// A statistic of the distribution: `p99.9`, `TM(10%:90%)`.
    #[aws("ExtendedStatistic")]
    pub extended_statistic: Option<ExtendedStatistic>,
    /// Only data points of this unit. Default: of any.
    #[aws("Unit")]
    pub unit: Option<Unit>,
}

/// A metric, or a calculation over others, under an id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MetricQuery {
    /// The name by which expressions know it.
    #[aws("Id")]
    pub id: QueryId,
    /// The metric. Stands without `expression`, one of both has to be there.
    #[aws("MetricStat", codec = METRIC_STAT)]
    pub metric: Option<Metric>,
    /// An expression over other queries, a band of what is expected of one, or a query of Metrics Insights.
    #[aws("Expression")]
    pub expression: Option<Text>,
    /// Over how many seconds an expression is. Default: what follows from the queries in it.
    #[aws("Period")]
    #[schemars(range(min = 1))]
    pub period_seconds: Option<u32>,
    /// What it is called where it is shown. Default: as CloudWatch calls it.
    #[aws("Label")]
    pub label: Option<Text>,
    /// The account whose metrics it is about. Default: this one.
    #[aws("AccountId")]
    pub account_id: Option<AccountId>,
    /// Whether it is watched: one query is, and with `thresholdMetricId` the band beside it.
    #[aws("ReturnData")]
    #[serde(default)]
    pub return_data: bool,
}

/// A statistic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
pub enum Statistic {
    /// How many values there were.
    #[aws("SampleCount")]
    SampleCount,
    /// Their average.
    #[aws("Average")]
    Average,
    /// Their sum.
    #[aws("Sum")]
    Sum,
    /// The least of them.
    #[aws("Minimum")]
    Minimum,
    /// The greatest of them.
    #[aws("Maximum")]
    Maximum,
}

crate::simple::words! {
    /// The namespace of a metric: `AWS/Firehose`.
    Namespace { max: 255, pattern: Some("^[^:].*$"), allowed: Some("A namespace begins with no colon") }
    /// The value of a dimension of a metric. May use `{lake} {namespace} {account} {region} {partition}`.
    DimensionValue { max: 1024, template: true }
    /// A statistic of the distribution of values: `p99.9`, `tm90`, `IQM`, `TM(10%:90%)`.
    ExtendedStatistic { max: 64, pattern: Some("^((p|tm|tc|ts|wm)[0-9]{1,2}([.][0-9]+)?|p100|IQM|(PR|TC|TM|TS|WM)[(].*:.*[)])$"), allowed: Some("A statistic is written as `p99.9`, `tm90`, `IQM` or `TM(10%:90%)`") }
    /// A unit as CloudWatch writes it: `Count`, `Bytes/Second`.
    Unit { max: 16, pattern: Some("^[A-Z][a-z]+(/Second)?$"), allowed: Some("A unit is written as `Count` or `Bytes/Second`") }
    /// The id of a metric query.
    QueryId { max: 255, pattern: Some("^[a-z][A-Za-z0-9_]*$"), allowed: Some("An id begins with a small letter and has letters, digits and `_`") }
}

/// Where a query has what the call has beside its name.
const IN_QUERY: [(&str, &str); 7] = [
    ("Namespace", "Metric.Namespace"),
    ("MetricName", "Metric.MetricName"),
    ("Dimensions", "Metric.Dimensions"),
    ("Period", "Period"),
    ("Statistic", "Stat"),
    ("ExtendedStatistic", "Stat"),
    ("Unit", "Unit"),
];
/// A query has one member for both sorts of statistics.
const METRIC_STAT: Codec = Codec::Custom(
    |metric| moved(metric, IN_QUERY.into_iter()),
    |found| {
        let words = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"];
        let other = if words.contains(&found["Stat"].as_str().unwrap_or_default()) {
            "ExtendedStatistic"
        } else {
            "Statistic"
        };
        moved(
            found,
            IN_QUERY.into_iter().filter(|(ours, _)| *ours != other).map(|(ours, there)| (there, ours)),
        )
    },
);

fn moved<'p>(value: &Value, paths: impl Iterator<Item = (&'p str, &'p str)>) -> Value {
    let mut moved = json!({});
    for (from, to) in paths {
        if let Some(value) = at(value, from) {
            put(&mut moved, to, value.clone());
        }
    }
    moved
}
