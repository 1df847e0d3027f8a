//! How the operator goes about the lake.

use crate::names::Word;
use crate::spec::LakeSpec;
use crate::{FieldPath, Finding};
use std::time::Duration;

/// The least time between two looks at a quiet lake: a look costs calls that all lakes of an account share.
const LEAST: Duration = Duration::from_secs(30);

pub(super) fn check(spec: &LakeSpec, told: &mut Vec<Finding>) {
    let Some(interval) = spec.reconcile.as_ref().map(|reconcile| &reconcile.interval) else { return };
    if interval.length().is_some_and(|length| length < LEAST) {
        told.push(Finding::error(
            FieldPath::root().field("reconcile").field("interval"),
            format!("`{}` is too often", interval.known().unwrap_or_default()),
            "Each look costs calls to AWS that all lakes of the account share. Write `30s` or more; to have a lake \
             looked at now, set the annotation `lake.dev/reconcile-requested-at`.",
        ));
    }
}
