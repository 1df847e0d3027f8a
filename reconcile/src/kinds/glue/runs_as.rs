//! The roles that jobs and crawlers run as: Glue must be let in by their trust policies.
//!
//! Source: <https://docs.aws.amazon.com/glue/latest/dg/create-an-iam-role.html>.

use crate::LakeSpec;
use crate::kinds::role::spec::{AssumedBy, RoleRef};
use crate::spec::statement::{Effect, ServicePrincipal, Statement};
use lake_api::names::{Target, Word};
use lake_api::{FieldPath, Finding};

/// The service that runs both.
const GLUE: &str = "glue.amazonaws.com";

/// A member of `roles` that Glue cannot assume.
pub(crate) fn shut_out(spec: &LakeSpec, path: &FieldPath, role: &RoleRef) -> Option<Finding> {
    let Some(Target::Member(key)) = role.target() else { return None };
    let who = &spec.roles.get(key)?.own()?.assumed_by;
    (!lets_in(who)).then(|| {
        Finding::error(
            path.clone(),
            format!("Glue cannot assume the role `{key}`"),
            format!("Add `{GLUE}` to `assumedBy.services` of `roles.{key}`, or name another role."),
        )
    })
}

/// Whether Glue may be let in, as far as that is known.
fn lets_in(who: &AssumedBy) -> bool {
    who.services.iter().any(is_glue) || who.statements.iter().any(may_let_in)
}

fn is_glue(service: &ServicePrincipal) -> bool {
    service.known().is_none_or(|service| service == GLUE)
}

fn may_let_in(statement: &Statement) -> bool {
    let by_name = statement.principals.as_ref().is_some_and(|who| {
        who.services.iter().any(is_glue) || who.aws.iter().any(|one| one.known().is_none_or(|one| one == "*"))
    });
    statement.effect == Effect::Allow && (by_name || statement.not_principals.is_some())
}
