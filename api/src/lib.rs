//! What a user may say about a data lake, and will be told.
//!
//! [`spec::LakeSpec`] is the one description of a lake; the CRD and the Terraform schema are projections of its
//! schema ([`contract`]). Nothing here knows AWS's SDK, Terraform or a Kubernetes client.

pub mod content;
pub mod contract;
pub mod finding;
pub mod input;
pub mod lint;
pub mod names;
pub mod path;
pub mod spec;
pub mod status;
pub mod template;
#[cfg(feature = "testing")]
pub mod testing;

pub use finding::{Finding, Severity};
pub use input::Input;
pub use path::{FieldPath, Step};
pub use spec::{Lake, LakeSpec};
pub use status::LakeStatus;
