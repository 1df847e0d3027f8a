//! A Glue job.
//!
//! Glue keeps half of a job's settings as arguments (`--job-bookmark-option`); they are fields here, both ways.
//! `UpdateJob` replaces the whole definition, so all of it is always sent.

mod arguments;
mod expand;
pub(crate) mod lint;
mod needs;
pub mod spec;
mod wire;

use super::glue::{self, Location, ObjectPlace};
use crate::{
    LakeSpec,
    aws::{Aws, from_sdk},
    diff::FieldChange,
    error::CloudError,
    expand::Scope,
    graph::{Node, NodeId},
    inventory::{Facts, Sight},
    kind::{Data, Wears},
    kinds::Typed,
    lint::names::Rule,
    owner::{Marking, Worn},
    place::Place,
    policy::Need,
};
use lake_api::{Finding, Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spec::{Command, ExecutionClass, Language};
use std::collections::BTreeMap;

/// A job, as a lake asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Job {
    /// The job's name, unique within the account and region.
    pub name: Input<String>,
    /// What people are told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Input<String>>,
    /// The name of the role that it runs as. Names of roles are unique within an account, and Glue may tell a role
    /// without its path, so the name alone is compared.
    pub role: Input<String>,
    /// The role's ARN, which is sent; never read back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<Input<String>>,
    /// What runs the script.
    pub command: Command,
    /// The script.
    pub script: ObjectPlace,
    /// The language of the script.
    pub language: Language,
    /// The class that a Scala script starts with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub main_class: Option<Input<String>>,
    /// The version of Python.
    pub python_version: Input<String>,
    /// The version of Glue.
    pub glue_version: Input<String>,
    /// The workers; either these or `max_capacity`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workers: Option<Workers>,
    /// Units of capacity, 4 vCPU and 16 GB each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_capacity: Option<f64>,
    /// Arguments that a run may override, but for those that have a field of their own.
    #[serde(default)]
    pub arguments: BTreeMap<String, Input<String>>,
    /// Arguments that no run may override.
    #[serde(default)]
    pub non_overridable_arguments: BTreeMap<String, Input<String>>,
    /// Whether a run goes on where the last one ended.
    pub bookmarks: bool,
    /// Whether Spark SQL uses the Glue catalogue as its own.
    pub data_catalog: bool,
    /// Whether Spark's metrics go to CloudWatch.
    pub metrics: bool,
    /// Whether metrics about skew, reliability and use go to CloudWatch.
    pub observability_metrics: bool,
    /// Whether Glue explains failed and slow runs.
    pub insights: bool,
    /// Whether Glue takes away workers that have nothing to do.
    pub auto_scaling: bool,
    /// Logs that can be read while the job runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continuous_logging: Option<ContinuousLogging>,
    /// Where Spark's event logs go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spark_ui: Option<Location>,
    /// Where the job keeps what it needs only while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temp_dir: Option<Location>,
    /// Connections of Glue by name, in the order in which they are tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<Input<String>>,
    /// After how many minutes a run is stopped; a streaming job may have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<i32>,
    /// How often a failed run is tried again.
    pub max_retries: i32,
    /// How many runs may go on at once.
    pub max_concurrent_runs: i32,
    /// Whether runs wait for spare capacity.
    pub execution_class: ExecutionClass,
    /// The security configuration of Glue, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_configuration: Option<Input<String>>,
    /// After how many minutes of a run a notice is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify_delay: Option<i32>,
    /// The hour of the week in which Glue may restart a streaming job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance_window: Option<Input<String>>,
    /// Whether runs beyond the account's limits wait in a queue.
    pub run_queuing: bool,
    /// The user's tags.
    #[serde(default)]
    pub tags: BTreeMap<String, Input<String>>,
}

/// So many workers of one type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Workers {
    /// The size of one worker, `G.1X`.
    #[serde(rename = "type")]
    pub worker_type: Input<String>,
    /// How many.
    pub count: i32,
}

/// Logs that can be read while a job runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContinuousLogging {
    /// The log group of CloudWatch; `None` is Glue's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Input<String>>,
    /// Whether the noise of Spark's heartbeat is left out.
    pub filter: bool,
}

fn arn(place: &Place, name: &str) -> String {
    glue::arn(place, &place.account, &format!("job/{name}"))
}

fn facts(place: &Place, name: &str) -> Facts {
    Facts::from([("arn".to_owned(), arn(place, name)), ("name".to_owned(), name.to_owned())])
}

impl Typed for Job {
    /// The job's name.
    type Key = String;

    const NAME: &'static str = "job";
    const FACTS: &'static [&'static str] = &["arn", "name"];
    const FIXED: &'static [&'static str] = &["name"];
    const UNREAD: &'static [&'static str] = &["roleArn"];
    const BIRTH: Option<&'static str> = Some("CreatedOn");
    const SECRET: &'static [&'static str] = &["arguments"];
    const WEARS: Wears = Wears::Tags;
    const HOLDS_DATA: bool = <spec::Job as lake_api::member::Settings>::HOLDS_DATA;
    const GOES_BEFORE: &'static [&'static str] = &["object", "bucket", "role"];
    const NAMES: Option<&'static Rule> = Some(&lint::NAME);

    fn small() -> Value {
        json!({ "small": {
            "role": "small",
            "script": { "bucket": "small", "key": "scripts/etl.py", "content": "print('done')\n" },
            "workers": { "type": "G.1X", "count": 2 },
        } })
    }

    fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
        lint::lint(spec, lake, told);
    }

    fn expand(spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)> {
        expand::all(spec, scope)
    }

    fn key(&self, _place: &Place) -> Option<String> {
        self.name.known().cloned()
    }

    fn predict(&self, place: &Place) -> Facts {
        self.name.text().map(|name| facts(place, name)).unwrap_or_default()
    }

    fn needs(&self, place: &Place) -> Vec<Need> {
        needs::needs(self, place)
    }

    fn key_of_arn(arn: &str, place: &Place) -> Option<String> {
        glue::key_of_arn(arn, "job", place).map(|(_, name)| name.to_owned())
    }

    async fn read(aws: &Aws, keys: &[String]) -> Vec<Sight<Self>> {
        wire::read(aws, keys).await
    }

    async fn worn(aws: &Aws, key: &String) -> Result<Option<Option<Worn>>, CloudError> {
        glue::worn(aws, &arn(&aws.place, key)).await
    }

    async fn create(&self, aws: &Aws, mark: &Worn) -> Result<(), CloudError> {
        wire::create(self, aws, mark).await
    }

    async fn update(&self, aws: &Aws, key: &String, changes: &[FieldChange]) -> Result<(), CloudError> {
        if glue::more_than_tags(changes) {
            wire::update(self, aws, key).await?;
        }
        glue::retag(aws, &arn(&aws.place, key), changes, &self.tags).await
    }

    async fn mark(aws: &Aws, key: &String, marking: &Marking) -> Result<(), CloudError> {
        glue::mark(aws, &arn(&aws.place, key), marking).await
    }

    /// Runs under way go on to their end. `DeleteJob` succeeds for a job that is gone.
    async fn delete(aws: &Aws, key: &String, _data: Data) -> Result<(), CloudError> {
        match aws.glue.delete_job().job_name(key).send().await {
            Ok(_) => Ok(()),
            Err(error) => match from_sdk("glue:DeleteJob", error) {
                gone if gone.is_gone() => Ok(()),
                error => Err(error),
            },
        }
    }
}
