//! Plan → text, for goldens, logs, events and diagnostics. Secrets are never shown.

use crate::{
    contents::{Contents, Held},
    diff::FieldChange,
    kind::{Data, Replace},
    owner::spelt,
    plan::{Change, Later, Plan, Step, Taking},
};
use lake_api::{FieldPath, input::is_unknown};
use serde_json::Value;
use std::{collections::BTreeSet, fmt::Write};

/// The longest value that is shown whole, in characters.
const LONGEST: usize = 120;

/// A plan, a line for each step that is not quiet and one for each field that changes; "no changes" for a quiet one.
#[must_use]
pub fn render(plan: &Plan) -> String {
    preview(plan, &Contents::new())
}

/// The same, with what goes with what is emptied. A preview's alone: the same plan is told in other numbers a moment later.
#[must_use]
pub fn preview(plan: &Plan, contents: &Contents) -> String {
    let mut text = String::new();
    for step in plan.steps.iter().filter(|step| step.change != Change::Keep || step.taking.is_some()) {
        let held = step.key.as_ref().and_then(|key| contents.get(key));
        line(&mut text, step, held);
    }
    if plan.is_quiet() {
        text.push_str("no changes\n");
    }
    for note in &plan.notes {
        push(&mut text, format_args!("note: {}: {}\n", note.node, note.said));
    }
    text
}

/// What a step does, in one line without its end.
#[must_use]
pub fn headline(step: &Step) -> String {
    let node = &step.node;
    let key = step.key.as_ref().map_or_else(|| "(known after apply)".to_owned(), ToString::to_string);
    let taken = step.taking.as_ref().map(|taking| format!(", {}", taken(taking))).unwrap_or_default();
    match &step.change {
        Change::Keep => format!("= {node} {key}: kept{taken}"),
        Change::Create => format!("+ {node} {key}: create"),
        Change::CreateUnseen => format!("? {node} {key}: create, if it is not there (not looked at)"),
        Change::Unseen => format!("? {node} {key}: not looked at"),
        Change::Update(fields) if fields.is_empty() => {
            format!("~ {node} {key}: {}", taken.trim_start_matches(", "))
        }
        Change::Update(_) => format!("~ {node} {key}: update{taken}"),
        Change::Replace { old, order, .. } => {
            let how = match order {
                Replace::CreateFirst => "created before the old one goes",
                Replace::DeleteFirst => "the old one goes first",
            };
            let was = if step.key.as_ref() == Some(old) { String::new() } else { format!(" for {old}") };
            format!("! {node} {key}: replace{was}, {how}")
        }
        Change::Unknown(_) => format!("? {node} {key}: known after apply"),
        Change::Delete(Data::Keep) => format!("- {node} {key}: delete"),
        Change::Delete(Data::Empty) => format!("- {node} {key}: empty and delete"),
        Change::Retain => format!("- {node} {key}: leaves the lake and stays"),
        Change::Wait(reason) => format!(". {node} {key}: {reason}"),
        Change::Settle(reason) => format!(". {node} {key}: {reason}"),
        Change::Unreadable(error) => format!("x {node} {key}: cannot be read: {error}"),
        Change::Release => format!("- {node} {key}: leaves the lake and stays on AWS without its mark"),
        Change::Foreign(owner) => format!("x {node} {key}: now belongs to {}", spelt(owner)),
        Change::Anew(what) => format!("x {node} {key}: {what}"),
        Change::Blocked(reason) | Change::Protected(reason) => {
            format!("x {node} {key}: {reason}\n    {}", reason.remedy)
        }
    }
}

/// One field that differs, as a plan shows it: `"AES256" -> "aws:kms"`.
#[must_use]
pub fn change(change: &FieldChange, secret: &BTreeSet<FieldPath>) -> String {
    if is_secret(change, secret) {
        return "(secret)".to_owned();
    }
    format!("{} -> {}", value(change.was.as_ref()), value(change.wanted.as_ref()))
}

/// One field that differs, as status shows it: `aws:kms, wanted AES256`.
#[must_use]
pub fn drift(change: &FieldChange, secret: &BTreeSet<FieldPath>) -> String {
    if is_secret(change, secret) {
        return "(secret, differs)".to_owned();
    }
    format!("{}, wanted {}", plain(change.was.as_ref()), plain(change.wanted.as_ref()))
}

fn line(text: &mut String, step: &Step, held: Option<&Held>) {
    let held = held.map(|held| format!(", with {held}")).unwrap_or_default();
    push(text, format_args!("{}{held}\n", headline(step)));
    if let Some(waits) = &step.waits {
        push(text, format_args!("    the rest {waits}\n"));
    }
    for field in step.change.fields() {
        push(text, format_args!("    {}: {}\n", step.told(field), change(field, &step.secret)));
    }
    if step.change == Change::Create {
        let later =
            step.facts.iter().filter(|(_, fact)| **fact == Later::Later).map(|(name, _)| name.as_str());
        let later: Vec<&str> = later.collect();
        if !later.is_empty() {
            push(text, format_args!("    known after apply: {}\n", later.join(", ")));
        }
    }
}

fn taken(taking: &Taking) -> String {
    match taking {
        Taking::Move(was) => format!("moved from {was}"),
        Taking::Remark => "its mark is written anew".to_owned(),
        Taking::Resume => "taken up again".to_owned(),
        Taking::Adopt(None) => "taken over as it is".to_owned(),
        Taking::Adopt(Some(owner)) => format!("taken over from {owner}"),
        Taking::Found => "used as it was found".to_owned(),
    }
}

/// A change that touches a secret shows none of it, be the secret the whole of it or a part.
fn is_secret(change: &FieldChange, secret: &BTreeSet<FieldPath>) -> bool {
    secret.iter().any(|path| change.touches(path))
}

fn value(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "(none)".to_owned(),
        Some(unknown) if is_unknown(unknown) => "(known after apply)".to_owned(),
        Some(value) => shortened(value.to_string()),
    }
}

fn plain(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(unknown) if is_unknown(unknown) => "what is known after apply".to_owned(),
        Some(Value::String(text)) => shortened(text.clone()),
        Some(value) => shortened(value.to_string()),
    }
}

fn shortened(text: String) -> String {
    if text.chars().count() <= LONGEST {
        return text;
    }
    let mut short: String = text.chars().take(LONGEST).collect();
    short.push('…');
    short
}

fn push(text: &mut String, line: std::fmt::Arguments<'_>) {
    text.write_fmt(line).expect("a text takes all that is written to it");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_secret_is_shown_in_no_rendering() {
        let secret = BTreeSet::from(["arguments.salt".parse().unwrap()]);
        for (path, was, wanted) in [
            ("arguments.salt", json!("pepper"), json!("sugar")),
            ("arguments", json!({"salt": "pepper"}), json!({})),
        ] {
            let field = FieldChange { path: path.parse().unwrap(), was: Some(was), wanted: Some(wanted) };
            assert_eq!(change(&field, &secret), "(secret)");
            assert_eq!(drift(&field, &secret), "(secret, differs)");
        }
    }

    #[test]
    fn drift_is_told_in_plain_words() {
        let field = FieldChange {
            path: "encryption.algorithm".parse().unwrap(),
            was: Some(json!("aws:kms")),
            wanted: Some(json!("AES256")),
        };
        assert_eq!(drift(&field, &BTreeSet::new()), "aws:kms, wanted AES256");
        assert_eq!(change(&field, &BTreeSet::new()), "\"aws:kms\" -> \"AES256\"");
    }
}
