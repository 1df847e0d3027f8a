//! What the binary does, a file per verb.

mod crd;
mod run;

pub use crd::crd;
pub use run::run;
