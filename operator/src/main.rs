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
    /// Print the custom resource definition.
    Crd,
}

fn main() -> ExitCode {
    match Verb::parse() {
        Verb::Run(options) => verbs::run(&options),
        Verb::Crd => verbs::crd(),
    }
}
