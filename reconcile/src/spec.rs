//! What several sections say alike, and what is said of the lake itself.

pub mod location;
pub mod reconcile;
pub mod singular;
pub mod statement;
