//! `lake-operator`: the Kubernetes door.

use clap::Parser;
use lake_operator::verbs::Verb;
use std::process::ExitCode;

fn main() -> ExitCode {
    Verb::parse().run()
}
