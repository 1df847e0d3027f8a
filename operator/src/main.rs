//! `lake-operator`: the Kubernetes door.

use std::process::ExitCode;

/// What a user may ask for.
#[derive(clap::Parser)]
#[command(name = "lake-operator", version, about = "Data lakes on AWS, reconciled from Kubernetes")]
enum Verb {
    /// Print the custom resource definition.
    Crd,
}

fn main() -> ExitCode {
    match <Verb as clap::Parser>::parse() {
        Verb::Crd => lake_operator::verbs::crd(),
    }
}
