//! The Kubernetes door: the same lake, the same engine, told by `kubectl`.
//!
//! `watch` brings the lakes, `queue` says whose turn it is, `operator` gives each its turns, `reconciler` reconciles one,
//! `leader` says whether this replica may write at all, `installations` to which other installation a lake is left. What
//! all of them share is the `context`.

mod adoption;
pub mod connections;
pub mod context;
mod events;
pub mod exposition;
mod identity;
mod installations;
pub mod lake_state;
pub mod leader;
pub mod metrics;
pub mod object;
pub mod operator;
pub mod options;
pub mod queue;
pub mod reconciler;
mod refusal;
pub mod resync;
pub mod server;
pub mod sources;
mod status_writer;
pub mod store;
pub mod summary;
pub mod tenants;
mod text;
pub mod verbs;
mod watch;
