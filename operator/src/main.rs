//! `lake-operator`: the Kubernetes door.

use clap::Parser;
use lake_operator::{options::Options, verbs};
use std::process::ExitCode;

/// What a user may ask for.
#[derive(Parser)]
#[command(name = "lake-operator", version, about = "Data lakes on AWS, reconciled from Kubernetes")]
enum Verb {
    /// Work on the lakes of a cluster.
    Run(Box<Options>),
    /// Tell what would be done about the lakes of a file. Exit code 0: nothing, 2: something, 1: that cannot be told.
    Plan(verbs::Question),
    /// Print the IAM policies that let somebody drive the lakes of a file, and nothing more. No call is made.
    Policy(verbs::Subject),
    /// Print the custom resource definition.
    Crd,
}

fn main() -> ExitCode {
    match Verb::parse() {
        Verb::Run(options) => verbs::run(&options),
        Verb::Plan(question) => verbs::plan(&question),
        Verb::Policy(subject) => verbs::policy(&subject),
        Verb::Crd => verbs::crd(),
    }
}
