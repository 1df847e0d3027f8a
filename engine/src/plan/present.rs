//! A node whose resource is there: what of it is changed, and what is held back.

use super::{
    Change, Taking,
    taking::never_replaced,
    wanted::{Case, Course, There, list},
};
use crate::{
    diff::{self, FieldChange},
    graph::NodeId,
    kind::Replace,
};
use lake_api::FieldPath;
use serde_json::Value;

impl Course<'_> {
    /// It is there and may be taken for ours.
    ///
    /// Where it waits for something, only the fields that wait are held back: their paths come with the change.
    pub(super) fn present(
        &mut self,
        case: &Case<'_>,
        changes: Vec<FieldChange>,
        taking: Option<&Taking>,
    ) -> (Change, Vec<FieldPath>) {
        let unchanged = |changes| match taking {
            None | Some(Taking::Found) => Change::Keep,
            Some(_) => Change::Update(changes),
        };
        if changes.is_empty() {
            return (unchanged(changes), Vec::new());
        }
        let Some(reason) = self.waits_for(case.wish) else {
            return (self.differs(case, changes, taking), Vec::new());
        };
        let held = self.held_back(case);
        let (waiting, rest): (Vec<_>, Vec<_>) =
            changes.into_iter().partition(|change| held.iter().any(|path| change.touches(path)));
        if held.is_empty() || (waiting.is_empty() && rest.is_empty()) || is_fixed(case, &rest) {
            return (self.wait(case.wish.id, reason), Vec::new());
        }
        if rest.is_empty() && taking.is_none() {
            return (self.wait(case.wish.id, reason), Vec::new());
        }
        if !waiting.is_empty() {
            self.waits.insert(case.wish.id.clone(), reason.clone());
            self.partly.insert(case.wish.id.clone(), reason);
        }
        (if rest.is_empty() { unchanged(rest) } else { self.differs(case, rest, taking) }, held)
    }

    /// The fields of a node that speak of what it waits for; none where the whole of it waits.
    fn held_back(&self, case: &Case<'_>) -> Vec<FieldPath> {
        let waited_for = case.wish.needs.iter().filter(|need| self.waits.contains_key(*need));
        let field = |need: &NodeId| {
            let field = self.origins.get(need)?.below(&case.wish.node.origin)?;
            (!field.is_root() && diff::get(case.wants, &field).is_some()).then_some(field)
        };
        waited_for.map(field).collect::<Option<Vec<_>>>().unwrap_or_default()
    }

    /// It is there, may be taken for ours, waits for nothing, and differs.
    fn differs(&mut self, case: &Case<'_>, changes: Vec<FieldChange>, taking: Option<&Taking>) -> Change {
        let (unknown, known): (Vec<_>, Vec<_>) =
            fixed(case, &changes).partition(|change| change.is_unknown());
        if !known.is_empty() {
            let paths = list(known.iter().map(|change| case.wish.node.aliases.in_member(&change.path)));
            if let Some(reason) = never_replaced(case, taking, &paths) {
                return Change::Blocked(reason);
            }
            return Change::Replace { changes, old: case.key.clone(), order: Replace::DeleteFirst };
        }
        if unknown.is_empty() { Change::Update(changes) } else { Change::Unknown(changes) }
    }
}

/// The changes of fields that AWS does not change in place.
fn fixed<'c>(case: &Case<'_>, changes: &'c [FieldChange]) -> impl Iterator<Item = &'c FieldChange> {
    let fixed = case.traits.fixed;
    changes.iter().filter(move |change| fixed.iter().any(|path| change.touches_any(path)))
}

fn is_fixed(case: &Case<'_>, changes: &[FieldChange]) -> bool {
    fixed(case, changes).next().is_some()
}

/// The paths that are left as AWS has them, with AWS's values: what is sent as a whole must not undo them.
pub(super) fn left_alone(case: &Case<'_>, there: &There<'_>) -> Vec<(FieldPath, Option<Value>)> {
    let ignored = case.wish.node.treatment.ignore_drift.iter().cloned();
    let left = case
        .traits
        .left_to_aws
        .iter()
        .filter_map(|(path, _)| path.parse().ok())
        .filter(|path| diff::get(case.wants, path).is_none_or(Value::is_null));
    ignored.chain(left).map(|path| (path.clone(), diff::get(there.has, &path).cloned())).collect()
}
