//! The shared reconciler: spec → graph → inventory → plan → apply → report.
//!
//! Five verbs, a file each: [`expand`](mod@expand), [`observe`](mod@observe), [`plan`](mod@plan),
//! [`apply`](mod@apply), [`report`](mod@report). Only `observe` and `apply` touch AWS; everything between them
//! is pure. [`engine`] holds the loops that the doors call.

pub mod aliases;
pub mod apply;
pub mod aws;
pub mod cloud;
pub mod contents;
pub mod deadline;
pub mod diff;
pub mod engine;
pub mod error;
pub mod expand;
pub mod failure;
pub mod gather;
pub mod graph;
pub mod inventory;
pub mod key;
pub mod kind;
pub mod kinds;
pub mod lake;
pub mod lint;
pub mod observe;
pub mod owner;
pub mod place;
pub mod plan;
pub mod policy;
pub mod progress;
pub mod record;
pub mod reference;
pub mod render;
pub mod report;
pub mod secrets;
pub mod settings;
pub mod spec;
mod wish;

pub use lake::{CONTRACT, Lake, LakeSpec};
