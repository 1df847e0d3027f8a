//! An in-process Terraform core for tests of resources: it calls a [`Resource`](crate::Resource) as Terraform does,
//! every value through the wire's encoding, and tells every rule of Terraform's that an answer breaks.
//!
//! The rules are those of Terraform's public document `docs/resource-instance-change-lifecycle.md`, written anew. The
//! real core tells the same ones as "Provider produced invalid plan" and "… inconsistent result after apply".

mod change;
mod core;
mod proposed;
mod rules;
mod same;

pub use core::{Broken, Core, Object, Planned};
pub use proposed::proposed;
pub use rules::{broken_by_apply, broken_by_plan, broken_by_plan_again};
pub use same::same;
