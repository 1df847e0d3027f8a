//! The engine of the shared reconciler: graph, inventory, diff, plan, apply, record and rounds. It knows no kind and no AWS.
//!
//! Three verbs are here, a file each: [`observe`](mod@observe), [`plan`](mod@plan), [`apply`](mod@apply); what the user is
//! told of them is [`report`](mod@report). Only `observe` and `apply` ask the [`cloud`](mod@cloud); everything between them
//! is pure. What there is to know of a kind is a value ([`kind`]), and [`engine`] holds the loops that the doors call.

pub mod aliases;
pub mod apply;
pub mod cloud;
pub mod contents;
pub mod deadline;
pub mod diff;
pub mod engine;
pub mod error;
pub mod failure;
pub mod graph;
pub mod inventory;
pub mod key;
pub mod kind;
pub mod observe;
pub mod owner;
pub mod place;
pub mod plan;
pub mod progress;
pub mod record;
pub mod reference;
pub mod render;
pub mod report;
pub mod secrets;
pub mod settings;
#[cfg(any(test, feature = "testing"))]
pub mod toys;
mod wish;
