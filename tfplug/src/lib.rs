#![doc = include_str!("../README.md")]

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
