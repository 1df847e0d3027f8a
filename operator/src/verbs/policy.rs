//! `lake-operator policy FILE`: what AWS must allow whoever drives the lakes of a file, and nothing more.

use super::lakes::{self, NoLakes};
use crate::options::instance;
use lake_reconcile::{
    place::Place,
    policy::{Purpose, needed},
};
use std::{
    io::{Write, stderr, stdout},
    path::PathBuf,
    process::ExitCode,
};

/// Which lakes, and where they live.
#[derive(Clone, Debug, clap::Args)]
pub struct Subject {
    /// A file with lakes, as kubectl takes it; `-` for standard input.
    file: PathBuf,
    /// What somebody shall be allowed to do: `plan`, to look at a lake and tell what would be done, or `apply`.
    #[arg(long = "for", default_value = "apply")]
    purpose: Purpose,
    /// The namespace of lakes that name none.
    #[arg(long, short, default_value = "default")]
    namespace: String,
    /// The AWS account, 12 digits.
    #[arg(long)]
    account: String,
    /// The AWS region of lakes that name none.
    #[arg(long, env = "AWS_REGION")]
    region: String,
    /// The AWS partition.
    #[arg(long, default_value = "aws")]
    partition: String,
    /// What marks on AWS call the cluster.
    #[arg(long, env = "LAKE_INSTANCE", default_value = "cluster", value_parser = instance)]
    instance: String,
}

/// Print a policy for each lake of the file. No call is made.
#[must_use]
pub(super) fn policy(subject: &Subject) -> ExitCode {
    match answer(subject) {
        Ok(policies) => match stdout().write_all(policies.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(error) => {
            let _ = writeln!(stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// A policy document a line, one for each lake: together they may be too long for one role.
fn answer(subject: &Subject) -> Result<String, NoLakes> {
    let mut policies = String::new();
    for lake in lakes::read(&subject.file, &subject.namespace, &subject.instance)? {
        let place = Place {
            partition: subject.partition.clone(),
            region: lake.region().unwrap_or_else(|| subject.region.clone()),
            account: subject.account.clone(),
        };
        let graph = lake.name.graph(&lake.spec, &place, &lake.name.owner(&subject.instance));
        policies.push_str(&needed(&graph, &place, subject.purpose));
        policies.push('\n');
    }
    Ok(policies)
}
