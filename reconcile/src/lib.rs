//! The shared reconciler: spec → graph → inventory → plan → apply → report.
//!
//! Five verbs: [`expand`](mod@expand) is here; [`observe`], [`plan`], [`apply`] and [`report`] are the engine's, and
//! [`engine`] holds the loops that the doors call. What a user may say is [`spec`] and the sections of the [`kinds`]; what of
//! it makes no sense, [`lint`](mod@lint) tells. `lake-engine` and `lake-aws` are floors of this crate: whoever reconciles a
//! lake names this one alone.

// Derived code names this crate by its name, here and elsewhere.
extern crate self as lake_reconcile;

#[macro_use]
pub mod lake;

pub mod expand;
pub mod kinds;
pub mod lint;
pub mod policy;
pub mod simple;
pub mod spec;

pub use lake::{CONTRACT, Lake, LakeSpec};
pub use lake_aws as aws;
pub use lake_aws::gather;
pub use lake_engine::{
    aliases, apply, cloud, contents, deadline, diff, engine, error, failure, graph, inventory, key, kind,
    observe, owner, place, plan, progress, record, reference, render, report, secrets, settings,
};
