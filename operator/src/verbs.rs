//! What the binary does, a file per verb.

mod crd;
mod kubectl;
mod lakes;
mod plan;
mod policy;
mod run;

pub use crd::crd;
pub use plan::{Question, plan};
pub use policy::{Subject, policy};
pub use run::run;
