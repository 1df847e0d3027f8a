//! A job in the words of Glue's API.

use super::{
    Job, Workers, arguments, arn, facts,
    spec::{Command, ExecutionClass},
};
use crate::{
    aws::{Aws, from_sdk},
    error::CloudError,
    inventory::Sight,
    kinds::glue::{self, Batch, ObjectPlace, role_name, seen, seen_map, text},
    owner::Worn,
};
use aws_sdk_glue::types::{
    self, ConnectionsList, ExecutionProperty, JobCommand, JobUpdate, NotificationProperty,
};
use lake_api::Input;
use std::collections::BTreeMap;

/// What a job without a word about it runs: jobs that are older than versions.
const FIRST_VERSION: &str = "0.9";

/// Look at jobs.
pub(super) async fn read(aws: &Aws, keys: &[String]) -> Vec<Sight<Job>> {
    let doing = "glue:BatchGetJobs";
    let ask = |names| async move {
        let answer = aws.glue.batch_get_jobs().set_job_names(Some(names)).send().await;
        let answer = answer.map_err(|error| from_sdk(doing, error))?;
        Ok(Batch::of(answer.jobs, types::Job::name, answer.jobs_not_found))
    };
    let seen = |key: &str, job: &_, tags| (Job { tags, ..Job::seen(key, job) }, facts(&aws.place, key));
    glue::look(aws, keys, doing, ask, |key| arn(&aws.place, key), types::Job::created_on, seen).await
}

/// Make a job.
pub(super) async fn create(job: &Job, aws: &Aws, mark: &Worn) -> Result<(), CloudError> {
    let mut tags = glue::map(&job.tags);
    tags.extend(mark.tags());
    let whole = job.update();
    aws.glue
        .create_job()
        .name(text(&job.name))
        .set_tags(Some(tags))
        .set_description(whole.description)
        .set_role(whole.role)
        .set_command(whole.command)
        .set_default_arguments(whole.default_arguments)
        .set_non_overridable_arguments(whole.non_overridable_arguments)
        .set_connections(whole.connections)
        .max_retries(whole.max_retries)
        .set_timeout(whole.timeout)
        .set_max_capacity(whole.max_capacity)
        .set_worker_type(whole.worker_type)
        .set_number_of_workers(whole.number_of_workers)
        .set_execution_property(whole.execution_property)
        .set_execution_class(whole.execution_class)
        .set_security_configuration(whole.security_configuration)
        .set_notification_property(whole.notification_property)
        .set_glue_version(whole.glue_version)
        .set_maintenance_window(whole.maintenance_window)
        .set_job_run_queuing_enabled(whole.job_run_queuing_enabled)
        .send()
        .await
        .map_err(|error| from_sdk("glue:CreateJob", error))?;
    Ok(())
}

/// Replace a job's definition. What Glue Studio keeps with a visual job is carried over: it is nobody's setting here.
pub(super) async fn update(job: &Job, aws: &Aws, key: &str) -> Result<(), CloudError> {
    let live = aws
        .glue
        .get_job()
        .job_name(key)
        .send()
        .await
        .map_err(|error| from_sdk("glue:GetJob", error))?
        .job
        .ok_or_else(|| CloudError::refused("glue:GetJob", "the answer holds no job"))?;
    let mut whole = job.update();
    whole.job_mode = live.job_mode;
    whole.log_uri = live.log_uri;
    whole.code_gen_configuration_nodes = live.code_gen_configuration_nodes;
    whole.source_control_details = live.source_control_details;
    aws.glue
        .update_job()
        .job_name(key)
        .job_update(whole)
        .send()
        .await
        .map_err(|error| from_sdk("glue:UpdateJob", error))?;
    Ok(())
}

impl Job {
    /// The whole definition, as it is sent.
    fn update(&self) -> JobUpdate {
        let role = self.role_arn.as_ref().unwrap_or(&self.role);
        let connections = glue::texts(&self.connections);
        let flexible = self.execution_class == ExecutionClass::Flex;
        JobUpdate::builder()
            .set_description(self.description.as_ref().map(text))
            .role(text(role))
            .command(
                JobCommand::builder()
                    .name(command_word(self.command))
                    .script_location(text(&self.script.uri()))
                    .python_version(text(&self.python_version))
                    .build(),
            )
            .set_default_arguments(Some(arguments::render(self)))
            .set_non_overridable_arguments(Some(glue::map(&self.non_overridable_arguments)))
            .set_connections(
                (!connections.is_empty())
                    .then(|| ConnectionsList::builder().set_connections(Some(connections)).build()),
            )
            .max_retries(self.max_retries)
            .set_timeout(self.timeout)
            .set_max_capacity(self.max_capacity)
            .set_worker_type(self.workers.as_ref().map(|workers| text(&workers.worker_type).as_str().into()))
            .set_number_of_workers(self.workers.as_ref().map(|workers| workers.count))
            .execution_property(
                ExecutionProperty::builder().max_concurrent_runs(self.max_concurrent_runs).build(),
            )
            .set_execution_class(flexible.then_some(types::ExecutionClass::Flex))
            .set_security_configuration(self.security_configuration.as_ref().map(text))
            .set_notification_property(
                self.notify_delay
                    .map(|minutes| NotificationProperty::builder().notify_delay_after(minutes).build()),
            )
            .glue_version(text(&self.glue_version))
            .set_maintenance_window(self.maintenance_window.as_ref().map(text))
            .job_run_queuing_enabled(self.run_queuing)
            .build()
    }

    /// What AWS has, in the words in which it is asked for; without tags.
    fn seen(name: &str, live: &types::Job) -> Self {
        let ran = live.command();
        let command = command_seen(ran.and_then(JobCommand::name));
        let (workers, max_capacity) = sizing(command, live);
        let fields = arguments::fold(live.default_arguments());
        Job {
            name: Input::from(name),
            description: seen(live.description()),
            role: Input::Known(role_name(live.role().unwrap_or_default())),
            role_arn: None,
            command,
            script: ObjectPlace::of(ran.and_then(JobCommand::script_location).unwrap_or_default()),
            language: fields.language,
            main_class: fields.main_class,
            python_version: Input::from(ran.and_then(JobCommand::python_version).unwrap_or_default()),
            glue_version: Input::from(live.glue_version().unwrap_or(FIRST_VERSION)),
            workers,
            max_capacity,
            arguments: fields.arguments,
            non_overridable_arguments: seen_map(live.non_overridable_arguments()),
            bookmarks: fields.bookmarks,
            data_catalog: fields.data_catalog,
            metrics: fields.metrics,
            observability_metrics: fields.observability_metrics,
            insights: fields.insights,
            auto_scaling: fields.auto_scaling,
            continuous_logging: fields.continuous_logging,
            spark_ui: fields.spark_ui,
            temp_dir: fields.temp_dir,
            connections: live
                .connections()
                .into_iter()
                .flat_map(|list| list.connections())
                .map(|name| Input::from(name.as_str()))
                .collect(),
            timeout: live.timeout.filter(|minutes| *minutes > 0),
            max_retries: live.max_retries,
            max_concurrent_runs: live
                .execution_property()
                .map_or(1, |property| property.max_concurrent_runs.max(1)),
            execution_class: match live.execution_class() {
                Some(types::ExecutionClass::Flex) => ExecutionClass::Flex,
                _ => ExecutionClass::Standard,
            },
            security_configuration: seen(live.security_configuration()),
            notify_delay: live.notification_property().and_then(|property| property.notify_delay_after),
            maintenance_window: seen(live.maintenance_window()),
            run_queuing: live.job_run_queuing_enabled.unwrap_or_default(),
            tags: BTreeMap::new(),
        }
    }
}

/// How much a job may use. Glue tells both sizes of most jobs, whichever was asked for, and after an update workers
/// of jobs that never had any: plain Python is sized by capacity, Spark by workers where they are told.
fn sizing(command: Command, live: &types::Job) -> (Option<Workers>, Option<f64>) {
    let workers = live
        .worker_type()
        .zip(live.number_of_workers)
        .map(|(worker_type, count)| Workers { worker_type: Input::from(worker_type.as_str()), count });
    match (command, workers) {
        (Command::PythonShell, _) | (_, None) => (None, live.max_capacity),
        (_, workers) => (workers, None),
    }
}

fn command_word(command: Command) -> &'static str {
    match command {
        Command::GlueEtl => "glueetl",
        Command::GlueStreaming => "gluestreaming",
        Command::PythonShell => "pythonshell",
    }
}

/// Commands that the spec cannot say (`glueray`) are taken for Spark's, and differ by their other fields.
fn command_seen(word: Option<&str>) -> Command {
    match word {
        Some("gluestreaming") => Command::GlueStreaming,
        Some("pythonshell") => Command::PythonShell,
        _ => Command::GlueEtl,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use serde_json::json;

    pub(in crate::kinds::job) fn job() -> Job {
        serde_json::from_value(json!({
            "name": "events-etl",
            "role": "events-etl",
            "command": "GlueEtl",
            "script": { "bucket": "store", "key": "etl.py" },
            "language": "Python",
            "pythonVersion": "3",
            "glueVersion": "5.0",
            "workers": { "type": "G.1X", "count": 2 },
            "arguments": { "--day": "today" },
            "bookmarks": false,
            "dataCatalog": true,
            "metrics": false,
            "observabilityMetrics": false,
            "insights": false,
            "autoScaling": false,
            "timeout": 480,
            "maxRetries": 0,
            "maxConcurrentRuns": 1,
            "executionClass": "Standard",
            "runQueuing": false,
        }))
        .unwrap()
    }

    /// The job as Glue keeps it, with what it materialises.
    fn live(job: &Job) -> types::Job {
        let sent = job.update();
        types::Job::builder()
            .name(text(&job.name))
            .set_description(sent.description)
            .set_role(sent.role)
            .set_command(sent.command)
            .set_default_arguments(sent.default_arguments)
            .set_non_overridable_arguments(sent.non_overridable_arguments)
            .set_connections(sent.connections)
            .max_retries(sent.max_retries)
            .set_timeout(sent.timeout)
            .max_capacity(sent.max_capacity.unwrap_or(2.0))
            .set_worker_type(sent.worker_type)
            .set_number_of_workers(sent.number_of_workers)
            .set_execution_property(sent.execution_property)
            .execution_class(sent.execution_class.unwrap_or(types::ExecutionClass::Standard))
            .set_security_configuration(sent.security_configuration)
            .set_notification_property(sent.notification_property)
            .set_glue_version(sent.glue_version)
            .set_maintenance_window(sent.maintenance_window)
            .set_job_run_queuing_enabled(sent.job_run_queuing_enabled)
            .build()
    }

    #[test]
    fn what_is_sent_is_what_is_seen() {
        let full = Job {
            description: Some(Input::from("told")),
            connections: vec![Input::from("vpc"), Input::from("db")],
            execution_class: ExecutionClass::Flex,
            security_configuration: Some(Input::from("kms")),
            notify_delay: Some(10),
            maintenance_window: Some(Input::from("Sun:3")),
            run_queuing: true,
            non_overridable_arguments: [("--mode".to_owned(), Input::from("strict"))].into(),
            ..job()
        };
        for job in [job(), full] {
            assert_eq!(Job::seen("events-etl", &live(&job)), job);
        }
    }

    #[test]
    fn capacity_is_told_of_plain_python_only() {
        let shell = Job {
            command: Command::PythonShell,
            workers: None,
            max_capacity: Some(0.0625),
            python_version: Input::from("3.9"),
            ..job()
        };
        let mut materialised = live(&shell);
        materialised.worker_type = Some("G.1X".into());
        materialised.number_of_workers = Some(1);
        assert_eq!(Job::seen("events-etl", &materialised), shell);
    }

    #[test]
    fn a_role_is_compared_by_name_and_sent_by_arn() {
        let arn = "arn:aws:iam::123456789012:role/lake/events/events-etl";
        let job = Job { role_arn: Some(Input::from(arn)), ..job() };
        let live = live(&job);
        assert_eq!(live.role(), Some(arn));
        assert_eq!(Job::seen("events-etl", &live).role, job.role);
    }
}
