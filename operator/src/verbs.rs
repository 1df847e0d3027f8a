//! What the binary does, a file per verb.

mod crd;

pub use crd::crd;
