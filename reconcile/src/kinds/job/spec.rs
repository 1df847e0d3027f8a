//! The section of Glue jobs.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::bucket::spec::BucketRef;
use crate::kinds::glue::texts::Description;
use crate::kinds::object::spec::ObjectKey;
use crate::kinds::role::spec::RoleRef;
use crate::spec::location::Location;
use lake_api::collections::Tags;
use lake_api::content_from::{ContentFrom, SecretFrom};
use lake_api::member::{OnDelete, Settings};
use lake_api::names::REFERENCE;
use lake_api::names::{AwsName, Content, ContentBase64, Secret, SecretContent, SecretContentBase64, Text};
use lake_api::{Input, default, rule};

/// A Glue job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [rule::at_most_one(&["workers", "maxCapacity"])]))]
pub struct Job {
    /// The job's name on AWS. Default: `{lake}-{key}`. Cannot be changed: another name is another job, and bookmarks
    /// stay with the old one.
    pub name: Option<AwsName>,

    /// A description, at most 2048 characters.
    pub description: Option<Description>,

    /// The role that the job runs as: the key of a member of `roles`, or an ARN.
    pub role: RoleRef,

    /// What runs the script.
    #[serde(default)]
    pub command: Command,

    /// The script.
    pub script: Script,

    /// The language of the script. Scala only with Spark, and with `mainClass`.
    #[serde(default)]
    pub language: Language,

    /// The class that a Scala script starts with (`--class`).
    pub main_class: Option<Text>,

    /// The version of Python. Default: `3.9` for `PythonShell`, else `3`.
    pub python_version: Option<PythonVersion>,

    /// The version of Glue, which brings those of Spark, Python and Scala. Default: `5.0`, and `3.0` for `PythonShell`;
    /// always sent, so that a job does not change with the year it was made in.
    pub glue_version: Option<GlueVersion>,

    /// The workers of a Spark job. Default: 2 of type `G.1X`, the least that Spark takes.
    pub workers: Option<Workers>,

    /// Units of capacity (4 vCPU and 16 GB each) instead of workers: `0.0625` or `1` for `PythonShell`; for Spark 2 and
    /// more, only up to Glue 1.0. Default for `PythonShell`: `0.0625`.
    #[schemars(range(min = 0.0625, max = 1000.0))]
    pub max_capacity: Option<f64>,

    /// Arguments that a run may override, `--day: today`. What has a field of its own here is no argument. The values
    /// may use `{lake} {namespace} {account} {region} {partition}`, as in `s3://events-store-{account}-{region}/raw/`;
    /// braces around other words stay as they are.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, ArgumentValue>")]
    pub arguments: BTreeMap<String, Text>,

    /// Arguments that no run may override. The values may use the same words.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, ArgumentValue>")]
    pub non_overridable_arguments: BTreeMap<String, Text>,

    /// Arguments that are never shown in plans, drift, status or events; merged with `arguments`. Glue shows them to
    /// whoever may read the job.
    #[serde(default)]
    pub secret_arguments: BTreeMap<String, Secret>,

    /// Secret arguments whose values stand in secrets beside the lake. When a secret changes, so does the job.
    #[serde(default)]
    #[schemars(extend("x-lake-door" = "kubernetes"))]
    pub secret_arguments_from: BTreeMap<String, SecretFrom>,

    /// Whether a run goes on where the last one ended (`--job-bookmark-option`).
    #[serde(default)]
    pub bookmarks: bool,

    /// Whether Spark SQL uses the Glue catalogue as its own (`--enable-glue-datacatalog`). On by default: a lake's tables
    /// are there. `PythonShell` does not know it.
    #[serde(default = "default::yes")]
    pub data_catalog: bool,

    /// Whether Spark's metrics go to CloudWatch (`--enable-metrics`).
    #[serde(default)]
    pub metrics: bool,

    /// Whether metrics about skew, reliability and use go to CloudWatch (`--enable-observability-metrics`). Glue 4.0 and
    /// later.
    #[serde(default)]
    pub observability_metrics: bool,

    /// Whether Glue explains failed and slow runs (`--enable-job-insights`).
    #[serde(default)]
    pub insights: bool,

    /// Whether Glue takes away workers that have nothing to do, `workers.count` being the most
    /// (`--enable-auto-scaling`). Glue 3.0 and later.
    #[serde(default)]
    pub auto_scaling: bool,

    /// Logs that can be read while the job runs (`--enable-continuous-cloudwatch-log`). Default: off.
    pub continuous_logging: Option<ContinuousLogging>,

    /// Where Spark's event logs go (`--enable-spark-ui`, `--spark-event-logs-path`). Default: nowhere.
    pub spark_ui: Option<Location>,

    /// Where the job keeps what it needs only while it runs (`--TempDir`). Default: nowhere.
    pub temp_dir: Option<Location>,

    /// Connections of Glue by name, in the order in which they are tried.
    #[serde(default)]
    pub connections: Vec<AwsName>,

    /// After how many minutes a run is stopped. Default: 480; none for `GlueStreaming`, which runs until it is stopped.
    #[schemars(range(min = 1, max = 10_080))]
    pub timeout: Option<i64>,

    /// How often a failed run is tried again.
    #[serde(default)]
    #[schemars(range(min = 0, max = 10))]
    pub max_retries: i64,

    /// How many runs may go on at once.
    #[serde(default = "default::number::<1>")]
    #[schemars(range(min = 1, max = 1000))]
    pub max_concurrent_runs: i64,

    /// Whether runs wait for spare capacity, at a lower price.
    #[serde(default)]
    pub execution_class: ExecutionClass,

    /// The security configuration of Glue, by name: how logs, bookmarks and results are encrypted.
    pub security_configuration: Option<AwsName>,

    /// After how many minutes of a run a notice is sent. Default: none is.
    #[schemars(range(min = 1, max = 10_080))]
    pub notify_delay: Option<i64>,

    /// The hour of the week in which Glue may restart a `GlueStreaming` job, `Sun:3`, in UTC.
    pub maintenance_window: Option<MaintenanceWindow>,

    /// Whether runs beyond the account's limits wait in a queue instead of failing.
    #[serde(default)]
    pub run_queuing: bool,

    /// Tags of the job, beside the lake's.
    #[serde(default)]
    pub tags: Tags,
}

impl Settings for Job {
    const ON_DELETE: OnDelete = OnDelete::Delete;
    const ARN: Option<&'static str> = Some("arn:{partition}:glue:{region}:{account}:job/name");
}

/// The arguments that have a field of their own: field and argument. Writing both is a finding.
pub const TYPED_ARGUMENTS: [(&str, &str); 14] = [
    ("autoScaling", "--enable-auto-scaling"),
    ("bookmarks", "--job-bookmark-option"),
    ("continuousLogging", "--enable-continuous-cloudwatch-log"),
    ("continuousLogging.filter", "--enable-continuous-log-filter"),
    ("continuousLogging.group", "--continuous-log-logGroup"),
    ("dataCatalog", "--enable-glue-datacatalog"),
    ("insights", "--enable-job-insights"),
    ("language", "--job-language"),
    ("mainClass", "--class"),
    ("metrics", "--enable-metrics"),
    ("observabilityMetrics", "--enable-observability-metrics"),
    ("sparkUi", "--enable-spark-ui"),
    ("sparkUi", "--spark-event-logs-path"),
    ("tempDir", "--TempDir"),
];

/// How much a job may use at once.
#[derive(Clone, Debug, PartialEq)]
pub enum Sizing {
    /// So many workers of one type.
    Workers(Workers),
    /// Units of capacity.
    Capacity(f64),
}

impl Job {
    /// The version of Glue that is sent.
    pub fn glue_version(&self) -> GlueVersion {
        let default = match self.command {
            Command::GlueEtl | Command::GlueStreaming => "5.0",
            Command::PythonShell => "3.0",
        };
        self.glue_version.clone().unwrap_or_else(|| GlueVersion(Input::from(default)))
    }

    /// The version of Python that is sent.
    pub fn python_version(&self) -> PythonVersion {
        let default = match self.command {
            Command::GlueEtl | Command::GlueStreaming => "3",
            Command::PythonShell => "3.9",
        };
        self.python_version.clone().unwrap_or_else(|| PythonVersion(Input::from(default)))
    }

    /// The minutes after which a run is stopped; none for a streaming job that names none.
    pub fn timeout(&self) -> Option<i64> {
        match self.command {
            Command::GlueEtl | Command::PythonShell => Some(self.timeout.unwrap_or(480)),
            Command::GlueStreaming => self.timeout,
        }
    }

    /// The size that is sent, always one or the other.
    pub fn sizing(&self) -> Sizing {
        match (&self.workers, self.max_capacity, self.command) {
            (Some(workers), _, _) => Sizing::Workers(workers.clone()),
            (None, Some(capacity), _) => Sizing::Capacity(capacity),
            (None, None, Command::PythonShell) => Sizing::Capacity(0.0625),
            (None, None, Command::GlueEtl | Command::GlueStreaming) => Sizing::Workers(Workers::default()),
        }
    }
}

/// What runs a job's script.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Command {
    /// Spark, on data that is there (glueetl).
    #[default]
    GlueEtl,
    /// Spark, on data that keeps coming (gluestreaming).
    GlueStreaming,
    /// Plain Python on one machine (pythonshell).
    PythonShell,
}

/// The language of a script.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Language {
    /// Python.
    #[default]
    Python,
    /// Scala.
    Scala,
}

/// Whether runs wait for spare capacity.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum ExecutionClass {
    /// Runs start at once.
    #[default]
    Standard,
    /// Runs start when there is spare capacity and may lose it; `GlueEtl` with Glue 3.0 and later only.
    Flex,
}

/// A script: an object in a bucket, uploaded with the lake where its content is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    rule::at_most_one(&["content", "contentBase64", "secretContent", "secretContentBase64", "contentFrom"]),
]))]
pub struct Script {
    /// The bucket: the key of a member of `buckets`, or an ARN.
    pub bucket: BucketRef,
    /// The key of the object.
    pub key: ObjectKey,
    /// The content as text, at most 512 KiB. Default: the object is somebody else's and only referred to.
    pub content: Option<Content>,
    /// The content in base64, for what is no text.
    pub content_base64: Option<ContentBase64>,
    /// The content as text that is never shown, at most 512 KiB.
    pub secret_content: Option<SecretContent>,
    /// The content in base64, for what is no text and never shown.
    pub secret_content_base64: Option<SecretContentBase64>,
    /// The content as it stands in a config map or a secret beside the lake, at most 512 KiB. When that changes, so does
    /// the script.
    #[schemars(extend("x-lake-door" = "kubernetes"))]
    pub content_from: Option<ContentFrom>,
}

impl Script {
    /// Whether the script is uploaded with the lake, rather than only referred to.
    pub fn is_uploaded(&self) -> bool {
        self.content.is_some()
            || self.content_base64.is_some()
            || self.secret_content.is_some()
            || self.secret_content_base64.is_some()
            || self.content_from.is_some()
    }
}

/// So many workers of one type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Workers {
    /// The size of one worker.
    #[serde(rename = "type", default = "g_1x")]
    pub worker_type: WorkerType,
    /// How many.
    #[schemars(range(min = 1, max = 10_000))]
    #[serde(default = "default::number::<2>")]
    pub count: i64,
}

impl Default for Workers {
    fn default() -> Self {
        Self { worker_type: g_1x(), count: 2 }
    }
}

/// The smallest worker that takes every Spark job.
fn g_1x() -> WorkerType {
    WorkerType(Input::from("G.1X"))
}

/// Logs that can be read while a job runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContinuousLogging {
    /// The log group of CloudWatch. Default: `/aws-glue/jobs/logs-v2`.
    pub group: Option<Text>,
    /// Whether the noise of Spark's heartbeat is left out.
    #[serde(default = "default::yes")]
    pub filter: bool,
}

crate::simple::words! {
    /// A reference to a job: the key of a member of `jobs`, or an ARN.
    JobRef { max: 512, pattern: Some(REFERENCE), member_of: Some("jobs") }
    /// The value of a job's argument, which may be empty (<https://docs.aws.amazon.com/glue/latest/webapi/API_CreateJob.html>).
    ArgumentValue { min: 0, max: 512_000 }
    /// The version of Glue, `5.0`.
    GlueVersion { min: 3, max: 8, pattern: Some("^[0-9]\\.[0-9]{1,2}$"), allowed: Some("A version is two numbers with a dot between, `5.0`; quote it, since it is a text") }
    /// The version of Python: `2`, `3` or `3.9`.
    PythonVersion { min: 1, max: 4, pattern: Some("^(2|3|3\\.[0-9]{1,2})$"), allowed: Some("A version is `2`, `3` or `3.9`; quote it, since it is a text") }
    /// The size of one worker: `Standard`, `G.025X`, `G.1X` to `G.16X`, `R.1X` to `R.8X`. Open, since AWS adds sizes.
    WorkerType { min: 4, max: 16, pattern: Some("^(Standard|[A-Z]\\.[0-9]{1,3}X)$"), allowed: Some("A worker is `Standard` or as `G.1X`") }
    /// A day and an hour in UTC, `Sun:3`.
    MaintenanceWindow { min: 5, max: 6, pattern: Some("^(Mon|Tue|Wed|Thu|Fri|Sat|Sun):([01]?[0-9]|2[0-3])$"), allowed: Some("A day and an hour are written as `Sun:3`") }
}
