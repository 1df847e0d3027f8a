//! The language of a lake: what a spec is made of, whatever kinds of resources there are.
//!
//! Paths, findings, values that are not known yet, sorts of text, members and their custody, rules, and the contract: a
//! type's schema as data, by which specs are checked, filled in and read. Nothing here knows a kind, AWS's SDK, Terraform
//! or a Kubernetes client.

pub mod collections;
pub mod content;
pub mod content_from;
pub mod contract;
pub mod default;
pub mod finding;
pub mod input;
pub mod member;
pub mod names;
pub mod path;
pub mod rule;
pub mod status;
pub mod template;
#[cfg(feature = "testing")]
pub mod testing;

pub use contract::Contract;
pub use finding::{Finding, Severity};
pub use input::Input;
pub use path::{FieldPath, Step};
pub use status::LakeStatus;
