//! The Kubernetes door: the same lake, the same engine, told by `kubectl`.
//!
//! `watch` brings the lakes, `queue` says whose turn it is, `lake` gives a lake its round, `claim` says whether this
//! replica may write at all, `installations` to which other installation a lake is left.

mod adoption;
pub mod claim;
pub mod connections;
mod events;
pub mod exposition;
mod identity;
mod installations;
pub mod lake;
pub mod metrics;
pub mod object;
pub mod operator;
pub mod options;
pub mod queue;
pub mod server;
pub mod slots;
pub mod sources;
pub mod store;
pub mod tenants;
mod text;
pub mod verbs;
mod watch;
