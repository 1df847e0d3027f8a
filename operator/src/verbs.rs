//! What the binary does, a file per verb.

mod crd;
mod kubectl;
mod lakes;
mod plan;
mod policy;
mod run;

pub use plan::Question;
pub use policy::Subject;

use crate::options::Options;
use std::process::ExitCode;

/// What a user may ask for.
#[derive(clap::Parser)]
#[command(name = "lake-operator", version, about = "Data lakes on AWS, reconciled from Kubernetes")]
pub enum Verb {
    /// Work on the lakes of a cluster.
    Run(Box<Options>),
    /// Tell what would be done about the lakes of a file. Exit code 0: nothing, 2: something, 1: that cannot be told.
    Plan(Question),
    /// Print the IAM policies that let somebody drive the lakes of a file, and nothing more. No call is made.
    Policy(Subject),
    /// Print the custom resource definition.
    Crd,
}

impl Verb {
    /// Do it.
    #[must_use]
    pub fn run(&self) -> ExitCode {
        match self {
            Verb::Run(options) => run::run(options),
            Verb::Plan(question) => plan::plan(question),
            Verb::Policy(subject) => policy::policy(subject),
            Verb::Crd => crd::crd(),
        }
    }
}
