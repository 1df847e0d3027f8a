//! The Terraform door: one resource, `lake`, over the shared reconciler.
//!
//! Each call of the protocol is a file ([`validate`], [`read`], [`plan`], [`apply`], [`import`]); none holds a rule
//! about lakes that is not Terraform's own. The schema is computed from the spec ([`projection`], [`schema`]), what
//! AWS decides is told in two computed attributes ([`told`]), and the memory travels in private bytes ([`private`]).

pub mod apply;
pub mod config;
pub mod defaults;
pub mod diagnostics;
pub mod door;
pub mod import;
pub mod lake;
pub mod last_applied;
pub mod plan;
pub mod policy;
pub mod private;
pub mod projection;
pub mod provider;
pub mod read;
pub mod schema;
pub mod spec;
pub mod spelling;
pub mod timeouts;
pub mod told;
pub mod validate;
pub mod wanted;
pub mod words;
