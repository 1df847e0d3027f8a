//! CloudWatch alarms on metrics: what is watched, when that is too much, and what is done then.
//!
//! Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>. Alarms on the states of
//! other alarms have calls and settings of their own. The state of an alarm is none of its settings.

mod evaluation;
mod lint;
mod metric;

use self::{
    evaluation::{ComparisonOperator, LowSampleCount, Promql, TreatMissingData, WarmUp},
    metric::{Metric, MetricQuery, QueryId},
};
use crate::{
    aws::{Endpoint, Service},
    kinds::{Examples, SimpleKind},
    lint::names::Rule,
    policy::{Need, When},
    simple::{
        Simple,
        call::{Call, Row, Tagging, Update},
        codec::Codec,
        shape::{Literal, Shape},
    },
};
use lake_api::{
    collections::{Set, Tags},
    default::yes,
    member::{OnDelete, Settings},
    names::{Arn, AwsName, Text},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A CloudWatch alarm: what is watched, when that is too much, and what is done then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
#[schemars(example = json!({ "metric": { "namespace": "AWS/Lambda", "name": "Duration", "dimensions": { "FunctionName": "{lake}" }, "periodSeconds": 60, "extendedStatistic": "p99.9", "unit": "Milliseconds" }, "evaluateLowSampleCountPercentile": "Ignore" }))]
#[schemars(example = json!({ "metricQueries": of_queries(), "comparisonOperator": "LessThanThreshold", "threshold": 0.5, "evaluationPeriods": 1 }))]
#[schemars(example = json!({ "metricQueries": of_band(), "comparisonOperator": "LessThanLowerOrGreaterThanUpperThreshold", "thresholdMetricId": "band", "evaluationPeriods": 1 }))]
#[schemars(example = json!({ "promql": { "query": "up == 0", "intervalSeconds": 60, "pendingSeconds": 300, "recoverySeconds": 0 } }))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Alarm {
    /// The name. Default: `{lake}-{key}`. Cannot be changed.
    #[aws("AlarmName", key)]
    pub name: Option<AwsName>,
    /// What it is for.
    #[aws("AlarmDescription")]
    #[schemars(example = &"the stream is full")]
    pub description: Option<AlarmDescription>,
    /// The metric that it watches. Stands without `metricQueries` and `promql`, one of the three has to be there.
    #[aws("")]
    pub metric: Option<Metric>,
    /// Metrics, and the calculation over them that it watches.
    #[aws("Metrics")]
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub metric_queries: Vec<MetricQuery>,
    /// The query in PromQL that it watches, which holds its threshold, too.
    #[aws("")]
    pub promql: Option<Promql>,
    /// How what is watched is to the threshold for the alarm to go off.
    #[aws("ComparisonOperator")]
    pub comparison_operator: Option<ComparisonOperator>,
    /// The threshold. Stands without `thresholdMetricId`, one of both has to be there where a metric is watched.
    #[aws("Threshold", codec = FLOAT)]
    pub threshold: Option<f64>,
    /// The id of the metric query that is the band of what is expected.
    #[aws("ThresholdMetricId")]
    pub threshold_metric_id: Option<QueryId>,
    /// How many of the last periods are looked at.
    #[aws("EvaluationPeriods")]
    #[schemars(range(min = 1))]
    pub evaluation_periods: Option<u32>,
    /// In how many of these it has to be too much. Default: in each.
    #[aws("DatapointsToAlarm")]
    #[schemars(range(min = 1), example = 2)]
    pub datapoints_to_alarm: Option<u32>,
    /// What a period without data is taken for.
    #[aws("TreatMissingData")]
    #[serde(default)]
    pub treat_missing_data: TreatMissingData,
    /// What is done about periods with too few values for a percentile. Default: they are evaluated.
    #[aws("EvaluateLowSampleCountPercentile", empty = "evaluate")]
    pub evaluate_low_sample_count_percentile: Option<LowSampleCount>,
    /// The time zone, `Europe/Berlin` or `+05:30`, in which periods begin with the hour, the day or the week of a clock. Default:
    /// they slide.
    #[aws("EvaluationWindow.WallClockWindow.Timezone")]
    #[schemars(example = &"Europe/Berlin")]
    pub wall_clock_timezone: Option<Text>,
    /// How long it waits for data once it is made or changed. Default: not at all.
    #[aws("WarmUpConfiguration")]
    #[schemars(example = json!({ "minutes": 10 }), example = json!({ "minutes": 60, "toTheEnd": true }))]
    pub warm_up: Option<WarmUp>,
    /// Whether actions are taken.
    #[aws("ActionsEnabled")]
    #[serde(default = "yes")]
    pub actions_enabled: bool,
    /// What is done when it goes off, by ARN: a topic, a function, an action of EC2 or of Auto Scaling.
    #[aws("AlarmActions")]
    #[serde(default)]
    #[schemars(length(max = 5), example = ["arn:aws:sns:eu-west-1:123456789012:b", "arn:aws:sns:eu-west-1:123456789012:a"])]
    pub alarm_actions: Set<Arn>,
    /// What is done when all is well again.
    #[aws("OKActions")]
    #[serde(default)]
    #[schemars(length(max = 5), example = ["arn:aws:sns:eu-west-1:123456789012:a"])]
    pub ok_actions: Set<Arn>,
    /// What is done when there is too little data to tell.
    #[aws("InsufficientDataActions")]
    #[serde(default)]
    #[schemars(length(max = 5), example = ["arn:aws:sns:eu-west-1:123456789012:a"])]
    pub insufficient_data_actions: Set<Arn>,
    /// Which of its tags notices and events of it carry. Default: none.
    #[aws("ActionConfiguration.AlarmTagsPropagation")]
    #[schemars(example = json!({ "includedTagKeys": ["team"] }), example = json!({ "excludedTagKeys": ["team"] }))]
    pub tags_propagation: Option<TagsPropagation>,
    /// Tags beside the lake's.
    #[aws("Tags", tags, codec = Codec::Pairs("Key", "Value"))]
    #[serde(default)]
    pub tags: Tags,
}

/// Which tags are carried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TagsPropagation {
    /// Whether any are.
    #[aws("Enabled")]
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Those of these keys alone.
    #[aws("IncludedTagKeys")]
    #[serde(default)]
    pub included_tag_keys: Set<Text>,
    /// All but those of these keys. Stands without `includedTagKeys`.
    #[aws("ExcludedTagKeys")]
    #[serde(default)]
    pub excluded_tag_keys: Set<Text>,
}

crate::simple::words! {
    /// What an alarm is for, at most 1024 characters.
    AlarmDescription { max: 1024 }
}

/// A number, however AWS writes it.
const FLOAT: Codec = Codec::Custom(Value::clone, |found| json!(found.as_f64()));

static CLOUDWATCH: Service = Service::json10("CloudWatch", "monitoring", "GraniteServiceVersion20100801")
    .word("cloudwatch")
    .query_compatible()
    .endpoints(&[
        Endpoint {
            partitions: &["aws-us-gov"],
            fips: true,
            dual_stack: false,
            host: "monitoring.{region}.{domain}",
        },
        Endpoint {
            partitions: &["aws-us-gov"],
            fips: true,
            dual_stack: true,
            host: "monitoring.{region}.{domain}",
        },
    ]);

impl Settings for Alarm {
    const ON_DELETE: OnDelete = OnDelete::Delete;
    const ARN: Option<&'static str> = Some("arn:{partition}:cloudwatch:{region}:{account}:alarm:name");
}

const NAMES: Rule = Rule {
    section: "alarms",
    sort: "alarm",
    length: (1, 255),
    external: Some(&[':']),
    folds: false,
    letters: |name| {
        let fits = |letter: char| !letter.is_control() && letter != ':';
        (!name.chars().all(fits))
            .then_some("An alarm's name has no control characters, and no colon, by which its ARN is parted")
    },
    source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
};

/// Alarms on metrics.
pub static KIND: SimpleKind = SimpleKind::of::<Alarm>(SIMPLE, NAMES, EXAMPLES).sense(lint::check);

const ACTIONS: [&str; 3] = ["alarmActions", "okActions", "insufficientDataActions"];

fn of_queries() -> Value {
    let metric = |name: &str| json!({ "namespace": "AWS/Lambda", "name": name, "dimensions": { "FunctionName": "f" }, "periodSeconds": 60, "statistic": "Sum", "unit": "Count" });
    json!([
        { "id": "errors", "metric": metric("Errors") },
        { "id": "calls", "metric": metric("Invocations"), "accountId": "123456789012" },
        { "id": "ratio", "expression": "errors / calls", "periodSeconds": 60, "label": "errors of calls", "returnData": true },
    ])
}

fn of_band() -> Value {
    let metric = json!({ "namespace": "AWS/Lambda", "name": "Duration", "periodSeconds": 300, "extendedStatistic": "p90" });
    json!([
        { "id": "duration", "metric": metric, "returnData": true },
        { "id": "band", "expression": "ANOMALY_DETECTION_BAND(duration, 2)", "returnData": true },
    ])
}

const EXAMPLES: Examples = Examples {
    small: || {
        json!({ "small": {
            "metric": { "namespace": "AWS/Lambda", "name": "Errors", "periodSeconds": 60, "statistic": "Sum" },
            "comparisonOperator": "GreaterThanThreshold",
            "threshold": 0.0,
            "evaluationPeriods": 3,
        } })
    },
    full: || {
        let topic = json!(["arn:{partition}:sns:{region}:{account}:alarms"]);
        json!({
            "full": {
                "name": "full-duration",
                "description": "calls take long",
                "metric": {
                    "namespace": "AWS/Lambda",
                    "name": "Duration",
                    "dimensions": { "FunctionName": "{lake}-full" },
                    "periodSeconds": 60,
                    "extendedStatistic": "p99.9",
                    "unit": "Milliseconds",
                },
                "comparisonOperator": "GreaterThanOrEqualToThreshold",
                "threshold": 2500.5,
                "evaluationPeriods": 5,
                "datapointsToAlarm": 3,
                "treatMissingData": "NotBreaching",
                "evaluateLowSampleCountPercentile": "Ignore",
                "wallClockTimezone": "Europe/Berlin",
                "warmUp": { "minutes": 10, "toTheEnd": true },
                "actionsEnabled": false,
                "alarmActions": topic,
                "okActions": topic,
                "insufficientDataActions": topic,
                "tagsPropagation": { "enabled": true, "includedTagKeys": ["team"] },
                "tags": { "team": "data" },
            },
            "other": { "metricQueries": of_queries(), "comparisonOperator": "LessThanThreshold", "threshold": 0.5, "evaluationPeriods": 1, "tagsPropagation": { "excludedTagKeys": ["team"] } },
            "band": { "metricQueries": of_band(), "comparisonOperator": "GreaterThanUpperThreshold", "thresholdMetricId": "band", "evaluationPeriods": 1 },
            "sum": { "metric": { "namespace": "AWS/Lambda", "name": "Errors", "periodSeconds": 60, "statistic": "Sum" }, "comparisonOperator": "GreaterThanThreshold", "threshold": 0.0, "evaluationPeriods": 3 },
            "promql": { "promql": { "query": "up == 0", "intervalSeconds": 60, "pendingSeconds": 300, "recoverySeconds": 60 } },
        })
    },
};

const SIMPLE: Simple = Simple {
    arn: "cloudwatch:alarm:{name}",
    create: PUT,
    upserts: true,
    read: Call::new(CLOUDWATCH.operation("DescribeAlarms"))
        .renamed(NAMED)
        .with(&[("MaxRecords", Literal::Number(100))])
        .batch(100)
        .at("MetricAlarms"),
    update: Update::Put(PUT),
    delete: Call::new(CLOUDWATCH.operation("DeleteAlarms")).renamed(NAMED).listed(),
    tags: Some(Tagging::by_arn(
        CLOUDWATCH.operation("ListTagsForResource"),
        CLOUDWATCH.operation("TagResource"),
        CLOUDWATCH.operation("UntagResource"),
    )),
    errors: &[Row::gone("ResourceNotFound", "")],
    // Without a metric of its own it has no dimensions, which are told all the same.
    tidy: |alarm| {
        if alarm["Dimensions"] == json!([]) {
            alarm["Dimensions"].take();
        }
    },
    beside: |settings, place| {
        let actions = ACTIONS.iter().flat_map(|field| settings[*field].as_array().into_iter().flatten());
        let by_role = [":automate:", ":swf:", ":ssm:", ":ssm-incidents:"];
        let needs_role = |arn: &str| by_role.iter().any(|service| arn.contains(service));
        let role = place.global_arn("iam", "role/aws-service-role/*/AWSServiceRoleForCloudWatch*");
        let need = Need::beside(When::Write, &["iam:CreateServiceLinkedRole"], [role]);
        let some = actions.filter_map(Value::as_str).any(needs_role);
        some.then_some(need).into_iter().collect()
    },
    ..Simple::of::<Alarm>("alarm", "alarms")
};
const PUT: Call = Call::new(CLOUDWATCH.operation("PutMetricAlarm"));
const NAMED: &[(&str, &str)] = &[("AlarmName", "AlarmNames")];
