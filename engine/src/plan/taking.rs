//! What exists already: whether it may become a node's, and whether it may be made anew.

use super::{
    Change, Reason, Taking,
    standing::Standing,
    wanted::{Case, list},
};
use crate::{
    diff::FieldChange,
    failure::words,
    graph::Treatment,
    key::Key,
    kind::Wears,
    owner::{ANOTHER_ACCOUNT, can_be_named, spelt},
    record::Got,
};
use lake_api::member::Adopt;

/// How something that is there may become the node's, or why it may not.
pub(super) fn take(
    case: &Case<'_>,
    standing: &Standing,
    changes: &[FieldChange],
    got: Option<Got>,
) -> Result<Option<Taking>, Change> {
    let (id, key, treatment) = (case.wish.id, &case.key, &case.wish.node.treatment);
    let refuses = |owner: &str| treatment.reach.refuses(owner);
    // What helps beside another name: the user's own word, or first that of whoever can let this lake reach so far.
    let otherwise = |owner: &str, own: String| match refuses(owner) {
        Some(first) => format!("Choose another name. This lake may not take over from {owner}. {first}"),
        None => format!("Choose another name. {own}"),
    };
    // What can wear no mark tells by nothing but the record that it was taken over: then, and as wanted, it stays.
    let stays = case.traits.wears == Wears::Nothing && got.is_some() && changes.is_empty();
    let taken = |from: Option<String>| (!stays).then_some(Taking::Adopt(from));
    let blocked = |why: String, remedy: String| Err(Change::Blocked(Reason { why, remedy }));
    match standing {
        Standing::Ours => Ok(None),
        Standing::Unmarked | Standing::UnmarkedAs => Ok(Some(Taking::Remark)),
        Standing::Anew { .. } if treatment.adopt != Adopt::Never => Ok(Some(Taking::Adopt(None))),
        Standing::OnAnew(_) if treatment.adopt != Adopt::Never => Ok(taken(None)),
        Standing::Anew { birth, sure } => Err(Change::Anew(made_anew(birth.as_deref(), *sure))),
        Standing::OnAnew(parent) => Err(Change::Anew(hangs_on_anew(parent))),
        Standing::OursAs(was) => Ok(Some(Taking::Move(was.clone()))),
        Standing::Retained => Ok(Some(Taking::Resume)),
        Standing::Other(owner) if owner == ANOTHER_ACCOUNT && got.is_some() => {
            Err(Change::Foreign(owner.clone()))
        }
        Standing::Other(owner) if owner == ANOTHER_ACCOUNT => blocked(
            format!("{} {key} belongs to {owner}", words(id.kind())),
            "Names of this kind are shared by all accounts of a partition. Choose another name.".to_owned(),
        ),
        Standing::Other(owner)
            if (treatment.adopt_from.as_ref() == Some(owner) || treatment.adopt == Adopt::Any)
                && refuses(owner).is_none() =>
        {
            Ok(taken(Some(owner.clone())))
        }
        Standing::Other(owner) if got.is_some() => Err(Change::Foreign(owner.clone())),
        Standing::Other(owner) => blocked(
            format!("{} {key} exists already and belongs to {}", words(id.kind()), spelt(owner)),
            if can_be_named(owner) {
                otherwise(owner, format!("To take it over from its owner, set adoptFrom: \"{owner}\"."))
            } else {
                "Choose another name, or import the lake that it belongs to. To take it over all the same, set adopt: Any."
                    .to_owned()
            },
        ),
        Standing::Left(owner) if treatment.adopt_from.as_ref() == Some(owner) && refuses(owner).is_none() => {
            Ok(taken(Some(owner.clone())))
        }
        Standing::Left(owner) if treatment.adopt == Adopt::Never || refuses(owner).is_some() => blocked(
            format!("{} {key} exists already, and {owner} has left it behind", words(id.kind())),
            otherwise(owner, format!("To take it over, set adoptFrom: \"{owner}\".")),
        ),
        Standing::Left(_) => Ok(taken(None)),
        Standing::Nobody if treatment.adopt == Adopt::Never => blocked(
            format!("{} {key} exists already and does not wear this lake's mark", words(id.kind())),
            "Choose another name. To take it over as it is, set adopt: Unowned.".to_owned(),
        ),
        Standing::Nobody => Ok(Some(Taking::Adopt(None))),
        Standing::Loose { of, .. }
            if treatment.adopt != Adopt::Never && of.as_ref().is_none_or(|of| refuses(of).is_none()) =>
        {
            Ok(Some(Taking::Adopt(None)))
        }
        Standing::Loose { of, .. } if follows(treatment, of.as_ref(), changes) => {
            Ok(Some(Taking::Adopt(treatment.adopt_from.clone())))
        }
        Standing::Loose { used, .. } if changes.is_empty() => Ok((!used).then_some(Taking::Found)),
        Standing::Loose { of, .. } => blocked(
            format!(
                "{} {key} exists already, was not made by this lake, and differs in {}",
                words(id.kind()),
                list(changes.iter().map(|change| case.wish.node.aliases.in_member(&change.path)))
            ),
            match of {
                Some(of) => otherwise(of, "To take it over and change it, set adopt: Unowned.".to_owned()),
                None => "Choose another name. To take it over and change it, set adopt: Unowned.".to_owned(),
            },
        ),
    }
}

/// What is known of something that stands where the lake's own did, in one clause.
pub(super) fn made_anew(birth: Option<&str>, sure: bool) -> String {
    let when =
        birth.filter(|birth| birth.contains(':')).map(|birth| format!(" on {birth}")).unwrap_or_default();
    if sure {
        return format!("it was made anew{when} by somebody else, and this lake's own is gone");
    }
    "its mark was taken off, or it was deleted and made anew by somebody else: AWS does not tell which"
        .to_owned()
}

/// The same of what can wear no mark, and hangs on such a thing.
pub(super) fn hangs_on_anew(parent: &Key) -> String {
    format!("{} {parent}, on which it hangs, was made anew by somebody else", words(parent.kind()))
}

/// Whether what can wear no mark comes along from the owner that is named: what it hangs on is that owner's, or nobody
/// claims that and it is to the letter what that owner's lake would have made.
fn follows(treatment: &Treatment, of: Option<&String>, changes: &[FieldChange]) -> bool {
    match (&treatment.adopt_from, of) {
        (Some(from), Some(owner)) => from == owner,
        (Some(_), None) => changes.is_empty(),
        (None, _) => false,
    }
}

/// Why something must not be replaced, if it must not.
pub(super) fn never_replaced(case: &Case<'_>, taking: Option<&Taking>, paths: &str) -> Option<Reason> {
    let (id, key) = (case.wish.id, &case.key);
    if case.traits.holds_data {
        return Some(Reason {
            why: format!("{paths} of {} {key} cannot be changed, and it holds data", words(id.kind())),
            remedy: "Put the old value back. To change it, declare a new member and copy the data."
                .to_owned(),
        });
    }
    matches!(taking, Some(Taking::Adopt(_) | Taking::Resume | Taking::Found)).then(|| Reason {
        why: format!(
            "{} {key} exists already and differs in {paths}, which AWS does not change",
            words(id.kind())
        ),
        remedy: "Delete it by hand, choose another name, or ask for what it is.".to_owned(),
    })
}
