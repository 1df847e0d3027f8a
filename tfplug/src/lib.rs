//! Terraform's plugin protocol 6 for Rust: write a provider as types that answer the protocol's calls, and
//! [`serve`](fn@serve) it.
//!
//! A [`Provider`] tells its schema and its [`Resource`]s; a resource answers one request with one response per call
//! of the protocol, in [`Value`]s. What the protocol asks of a process (the handshake, mutual TLS, shutting down,
//! logging, panics that become diagnostics) is done here.
//!
//! Nothing here knows what a provider is for; nothing here is generated, and no file of Terraform's is included.

pub mod diagnostics;
pub mod log;
pub mod path;
pub mod provider;
pub mod schema;
pub mod serve;
mod server;
pub mod stop;
pub mod testing;
pub mod value;
mod wire;

pub use diagnostics::{Diagnostic, Diagnostics, Severity};
pub use path::{Path, Step};
pub use provider::{
    ApplyRequest, ApplyResponse, BoxFuture, ConfigureRequest, DataSource, ImportRequest, ImportResponse,
    PlanRequest, PlanResponse, Provider, ReadRequest, ReadResponse, Resource, UpgradeRequest,
    UpgradeResponse,
};
pub use schema::{Attribute, Block, Nested, NestedBlock, Nesting, Schema};
pub use serve::{ServeError, ServeOptions, serve};
pub use stop::Stop;
pub use value::{Number, Type, Unknown, Value};
