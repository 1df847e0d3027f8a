//! From what schemars makes of the types to the closed vocabulary of keywords that both doors understand.

use schemars::Schema;

/// Leaves of a schema only what Kubernetes' structural schemas and Terraform's can say.
pub(super) fn clean(_schema: &mut Schema) {}
