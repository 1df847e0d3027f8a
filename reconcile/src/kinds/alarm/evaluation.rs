//! How what an alarm watches is evaluated.
//!
//! Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html>.

use crate::simple::shape::Shape;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A query in PromQL, and how often it is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Promql {
    /// The query. What it answers is what is too much.
    #[aws("EvaluationCriteria.PromQLCriteria.Query")]
    pub query: Query,
    /// Every how many seconds it is asked: 10, 20, 30 or a multiple of 60.
    #[aws("EvaluationInterval")]
    #[schemars(range(min = 10, max = 3600))]
    pub interval_seconds: u32,
    /// For how many seconds it has to be too much. Default: at once.
    #[aws("EvaluationCriteria.PromQLCriteria.PendingPeriod")]
    #[schemars(range(max = 86_400))]
    pub pending_seconds: Option<u32>,
    /// For how many seconds all has to be well again. Default: at once.
    #[aws("EvaluationCriteria.PromQLCriteria.RecoveryPeriod")]
    #[schemars(range(max = 86_400))]
    pub recovery_seconds: Option<u32>,
}

/// How a value is to a threshold, or to a band of what is expected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
#[allow(clippy::enum_variant_names, reason = "they are AWS's words")]
pub enum ComparisonOperator {
    /// At the threshold or above it.
    #[aws("GreaterThanOrEqualToThreshold")]
    GreaterThanOrEqualToThreshold,
    /// Above the threshold.
    #[aws("GreaterThanThreshold")]
    GreaterThanThreshold,
    /// Below the threshold.
    #[aws("LessThanThreshold")]
    LessThanThreshold,
    /// At the threshold or below it.
    #[aws("LessThanOrEqualToThreshold")]
    LessThanOrEqualToThreshold,
    /// Outside of the band.
    #[aws("LessThanLowerOrGreaterThanUpperThreshold")]
    LessThanLowerOrGreaterThanUpperThreshold,
    /// Below the band.
    #[aws("LessThanLowerThreshold")]
    LessThanLowerThreshold,
    /// Above the band.
    #[aws("GreaterThanUpperThreshold")]
    GreaterThanUpperThreshold,
}

/// What a period without data is taken for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
pub enum TreatMissingData {
    /// Too much.
    #[aws("breaching")]
    Breaching,
    /// Well.
    #[aws("notBreaching")]
    NotBreaching,
    /// Nothing: the state stays.
    #[aws("ignore")]
    Ignore,
    /// Too little data to tell, where all periods are without.
    #[default]
    #[aws("missing")]
    Missing,
}

/// What is done about periods with too few values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
pub enum LowSampleCount {
    /// The state stays.
    #[aws("ignore")]
    Ignore,
}

/// How long an alarm waits for data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WarmUp {
    /// So many minutes at most.
    #[aws("WarmUpPeriodDurationInMinutes")]
    #[schemars(range(min = 1, max = 2880))]
    pub minutes: u32,
    /// Whether it waits to the end, even where there is enough data before.
    #[aws("OnlyStartEvaluatingAfterWarmUpPeriodEnds")]
    #[serde(default)]
    pub to_the_end: bool,
}

crate::simple::words! {
    /// A query in PromQL, at most 10000 characters.
    Query { max: 10_000 }
}
