//! The sense of jobs.
//!
//! Sources: the documentation of `Job` in Glue's API
//! (<https://docs.aws.amazon.com/glue/latest/webapi/API_Job.html>) and of job properties
//! (<https://docs.aws.amazon.com/glue/latest/dg/add-job.html>).

use super::spec::{Command, ExecutionClass, Job, Language, Sizing, TYPED_ARGUMENTS};
use crate::LakeSpec;
use crate::kinds::glue::runs_as;
use crate::lint::names::{self, Names, Rule, given};
use crate::lint::{member, minutes};
use lake_api::names::Word;
use lake_api::{FieldPath, Finding};

/// A version of Glue, `5.0`, in parts.
type Version = (u32, u32);

/// What Glue takes for the name of a job, and of a crawler.
pub(crate) const NAME: Rule = Rule {
    section: "jobs",
    sort: "job",
    length: (1, 255),
    external: Some(&[':', '/']),
    folds: false,
    letters: names::plain,
    source: "https://docs.aws.amazon.com/glue/latest/webapi/API_CreateJob.html",
};

pub(super) fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
    Names::of(spec, lake).section(&NAME, &spec.jobs, told, |key, job| {
        (String::new(), given(job.name.as_ref(), &names::default(key)))
    });
    for (key, job) in spec.jobs.own() {
        let path = member(NAME.section, key);
        told.extend(runs_as::shut_out(spec, &path.field("role"), &job.role));
        check(&path, job, told);
    }
}

fn check(path: &FieldPath, job: &Job, told: &mut Vec<Finding>) {
    let version = job.glue_version().known().and_then(version);
    size(path, job, version, told);
    features(path, job, version, told);
    language(path, job, told);
    arguments(path, job, told);
    if job.execution_class == ExecutionClass::Flex {
        flex(path, job, version, told);
    }
    if job.maintenance_window.is_some() && job.command != Command::GlueStreaming {
        told.push(Finding::error(
            path.field("maintenanceWindow"),
            "only `GlueStreaming` jobs have a maintenance window",
            "Other jobs end by themselves. Remove it.",
        ));
    }
    if let (Some(notify), Some(timeout)) = (job.notify_delay, job.timeout())
        && notify >= timeout
    {
        told.push(Finding::warning(
            path.field("notifyDelay"),
            "no notice will ever be sent",
            format!(
                "A run is stopped after {}, and the notice is due after {}.",
                minutes(timeout),
                minutes(notify)
            ),
        ));
    }
}

fn version(text: &str) -> Option<Version> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Workers or capacity: what fits the command and the version of Glue.
fn size(path: &FieldPath, job: &Job, version: Option<Version>, told: &mut Vec<Finding>) {
    let capacity = path.field("maxCapacity");
    match (job.command, job.sizing()) {
        (Command::PythonShell, Sizing::Workers(_)) => told.push(Finding::error(
            path.field("workers"),
            "a `PythonShell` job has no workers",
            "It runs on a part of one machine: set `maxCapacity` to 0.0625 or 1 instead.",
        )),
        (Command::PythonShell, Sizing::Capacity(units)) if units != 0.0625 && units != 1.0 => {
            told.push(Finding::error(
                capacity,
                format!("a `PythonShell` job cannot have {units} units"),
                "It takes 0.0625 or 1.",
            ));
        }
        (Command::GlueEtl | Command::GlueStreaming, Sizing::Capacity(units)) => {
            if version.is_some_and(|version| version >= (2, 0)) {
                told.push(Finding::error(
                    capacity,
                    "Spark is not sized by `maxCapacity` from Glue 2.0 on",
                    "Set `workers` instead: one `G.1X` is one unit.",
                ));
            } else if units < 2.0 || units.fract() != 0.0 {
                told.push(Finding::error(
                    capacity,
                    format!("a Spark job cannot have {units} units"),
                    "It takes 2 or more, in whole units.",
                ));
            }
        }
        (Command::GlueEtl | Command::GlueStreaming, Sizing::Workers(workers)) => {
            if workers.count < 2 {
                told.push(Finding::error(
                    path.field("workers").field("count"),
                    "one worker is too few",
                    "Spark takes 2 or more: one of them is the driver.",
                ));
            }
            if let Some(kind) = workers.worker_type.known() {
                told.extend(worker(&path.field("workers").field("type"), kind, job.command, version));
            }
        }
        (Command::PythonShell, Sizing::Capacity(_)) => {}
    }
}

/// What a type of worker demands.
fn worker(path: &FieldPath, kind: &str, command: Command, version: Option<Version>) -> Option<Finding> {
    let least = match kind {
        "Standard" | "G.1X" | "G.2X" => None,
        "G.025X" | "G.4X" | "G.8X" => Some((3, 0)),
        "G.12X" | "G.16X" => Some((4, 0)),
        _ if kind.starts_with("R.") => Some((4, 0)),
        _ if kind.starts_with("Z.") => {
            return Some(Finding::error(
                path.clone(),
                format!("`{kind}` is a worker of Ray jobs"),
                "Choose one of Spark's: `G.1X` to `G.16X`, `R.1X` to `R.8X`.",
            ));
        }
        // AWS adds sizes: what is not known here is AWS's to judge.
        _ => None,
    };
    if kind == "G.025X" && command != Command::GlueStreaming {
        return Some(Finding::error(
            path.clone(),
            "`G.025X` takes `GlueStreaming` jobs only",
            "Choose `G.1X` or larger.",
        ));
    }
    let (least, version) = least.zip(version)?;
    (version < least).then(|| {
        Finding::error(
            path.clone(),
            format!(
                "`{kind}` needs Glue {}.{} or later, and the job has {}.{}",
                least.0, least.1, version.0, version.1
            ),
            "Raise `glueVersion`, or choose `G.1X` or `G.2X`.",
        )
    })
}

/// Switches that only some commands and versions know.
fn features(path: &FieldPath, job: &Job, version: Option<Version>, told: &mut Vec<Finding>) {
    let spark_only = [
        ("bookmarks", job.bookmarks),
        ("metrics", job.metrics),
        ("observabilityMetrics", job.observability_metrics),
        ("insights", job.insights),
        ("autoScaling", job.auto_scaling),
        ("continuousLogging", job.continuous_logging.is_some()),
        ("sparkUi", job.spark_ui.is_some()),
    ];
    if job.command == Command::PythonShell {
        for (field, _) in spark_only.iter().filter(|(_, on)| *on) {
            told.push(Finding::error(
                path.field(*field),
                format!("a `PythonShell` job knows no `{field}`"),
                "It is Spark's. Remove it, or set `command: GlueEtl`.",
            ));
        }
        return;
    }
    for (field, on, least) in [
        ("autoScaling", job.auto_scaling, (3, 0)),
        ("observabilityMetrics", job.observability_metrics, (4, 0)),
    ] {
        if on && version.is_some_and(|version| version < least) {
            told.push(Finding::error(
                path.field(field),
                format!("`{field}` needs Glue {}.{} or later", least.0, least.1),
                "Raise `glueVersion`, or remove it.",
            ));
        }
    }
    if job.command == Command::GlueStreaming && job.bookmarks {
        told.push(Finding::warning(
            path.field("bookmarks"),
            "streaming jobs keep their place by checkpoints, not by bookmarks",
            "Set `checkpointLocation` in the script, and remove this.",
        ));
    }
}

fn language(path: &FieldPath, job: &Job, told: &mut Vec<Finding>) {
    if job.language == Language::Scala {
        if job.command == Command::PythonShell {
            told.push(Finding::error(
                path.field("language"),
                "a `PythonShell` job runs Python",
                "Set `language: Python`, or `command: GlueEtl`.",
            ));
        }
        if job.main_class.is_none() {
            told.push(Finding::error(
                path.field("mainClass"),
                "a Scala script needs the class that it starts with",
                "Set `mainClass`, `GlueApp` in Glue's own examples.",
            ));
        }
        if job.python_version.is_some() {
            told.push(Finding::error(
                path.field("pythonVersion"),
                "a Scala script has no version of Python",
                "Remove it.",
            ));
        }
    } else if job.main_class.is_some() {
        told.push(Finding::error(
            path.field("mainClass"),
            "a Python script starts with no class",
            "Remove it, or set `language: Scala`.",
        ));
    }
    let Some(python) = job.python_version.as_ref().and_then(Word::known) else { return };
    let shell = job.command == Command::PythonShell;
    let fits = if shell { ["3", "3.6", "3.9"].contains(&python) } else { ["2", "3"].contains(&python) };
    if !fits {
        told.push(Finding::error(
            path.field("pythonVersion"),
            format!("this command does not run Python {python}"),
            if shell {
                "`PythonShell` runs 3.9 and 3.6."
            } else {
                "Spark's Python is `3`; `glueVersion` decides which."
            },
        ));
    }
}

/// The execution class `Flex`.
fn flex(path: &FieldPath, job: &Job, version: Option<Version>, told: &mut Vec<Finding>) {
    let at = path.field("executionClass");
    if job.command != Command::GlueEtl {
        told.push(Finding::error(
            at.clone(),
            "only `GlueEtl` jobs run on spare capacity",
            "Set `executionClass: Standard`.",
        ));
    }
    if version.is_some_and(|version| version < (3, 0)) {
        told.push(Finding::error(
            at.clone(),
            "`Flex` needs Glue 3.0 or later",
            "Raise `glueVersion`, or set `executionClass: Standard`.",
        ));
    }
    if let Sizing::Workers(workers) = job.sizing()
        && let Some(kind) = workers.worker_type.known()
        && !["G.1X", "G.2X"].contains(&kind)
    {
        told.push(Finding::error(
            path.field("workers").field("type"),
            format!("`Flex` takes no `{kind}`"),
            "Choose `G.1X` or `G.2X`, or set `executionClass: Standard`.",
        ));
    }
}

/// Each argument is said once, in one place.
fn arguments(path: &FieldPath, job: &Job, told: &mut Vec<Finding>) {
    let maps: [(&str, Vec<&String>); 4] = [
        ("arguments", job.arguments.keys().collect()),
        ("nonOverridableArguments", job.non_overridable_arguments.keys().collect()),
        ("secretArguments", job.secret_arguments.keys().collect()),
        ("secretArgumentsFrom", job.secret_arguments_from.keys().collect()),
    ];
    for (place, (field, keys)) in maps.iter().enumerate() {
        for key in keys {
            let at = path.field(*field).key(key.as_str());
            if let Some((own, _)) = TYPED_ARGUMENTS.iter().find(|(_, argument)| argument == key) {
                told.push(Finding::error(
                    at.clone(),
                    format!("`{key}` has a field of its own"),
                    format!("Remove it here and set `{own}`."),
                ));
            }
            // The one documented parameter without hyphens
            // (<https://docs.aws.amazon.com/glue/latest/dg/add-job-python.html>, "Supported libraries").
            let is_library_set = job.command == Command::PythonShell && key.as_str() == "library-set";
            if !key.starts_with("--") && !is_library_set {
                told.push(Finding::error(
                    at.clone(),
                    format!("the argument `{key}` does not begin with `--`"),
                    format!("Glue hands over only those that do. Write `--{}`.", key.trim_start_matches('-')),
                ));
            }
            for (other, others) in &maps[..place] {
                if others.contains(key) {
                    told.push(Finding::error(
                        at.clone(),
                        format!("`{key}` is also in `{other}`"),
                        "They are merged, and one would be lost. Keep one of them.",
                    ));
                }
            }
        }
    }
}
