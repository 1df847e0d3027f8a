//! What the reconciler and the contract have to say, as Terraform's diagnostics: at the line that asked for it, and
//! with the full path in the text, since not every place of a configuration can be pointed at.

use crate::{projection::locate, spec, spelling::in_words, words::in_terraform};
use lake_api::{FieldPath, Finding};
use lake_reconcile::{
    aws::NoAccess,
    contents::{Contents, Held},
    engine::Outcome,
    error::CloudError,
    failure::{Cause, Failure},
    graph::{Hold, NodeId},
    kind::Data,
    owner::{can_be_named, spelt},
    plan::{Change, Plan, Step, Taking},
    render,
};
use std::collections::BTreeSet;
use tfplug::{Diagnostic, Diagnostics, Path, Severity};

/// What is wrong with the user's words.
#[must_use]
pub fn findings(findings: impl IntoIterator<Item = Finding>) -> Diagnostics {
    let mut told = Diagnostics::default();
    told.extend(findings.into_iter().map(|finding| {
        let severity = match finding.severity {
            lake_api::Severity::Error => Severity::Error,
            lake_api::Severity::Warning => Severity::Warning,
        };
        diagnostic(severity, &finding.path, &finding.summary, &finding.detail)
    }));
    told
}

/// Steps that failed. What was only skipped, because something else failed, is told in one breath.
#[must_use]
pub fn failures(failures: &[Failure]) -> Diagnostics {
    let mut told = Diagnostics::default();
    let skipped: Vec<&Failure> = failures.iter().filter(|it| matches!(it.cause, Cause::Skipped(_))).collect();
    let own = failures.iter().filter(|it| !matches!(it.cause, Cause::Skipped(_)));
    told.extend(
        own.map(|failure| {
            diagnostic(Severity::Error, &failure.origin, &failure.summary(), &failure.detail())
        }),
    );
    if !skipped.is_empty() {
        let list: Vec<String> = skipped.iter().map(|failure| format!("- {failure}")).collect();
        told.error(None, "Not done, since something else failed", list.join("\n"));
    }
    told
}

/// AWS could not be reached.
pub fn no_access(told: &mut Diagnostics, error: &NoAccess) {
    told.error(None, "Cannot reach AWS", format!("{}.\n{}", capital(&error.to_string()), error.remedy()));
}

/// Lists of what wears the lake's mark that failed.
#[must_use]
pub fn unlisted(errors: &[CloudError]) -> Diagnostics {
    let mut told = Diagnostics::default();
    for error in errors {
        let detail = format!(
            "{error}.\nWhat an interrupted apply has left behind is not found.{}",
            remedy(error.remedy())
        );
        told.warning(None, "Cannot list what wears the lake's mark", detail);
    }
    told
}

/// What a plan cannot do, and what the user should know of it. `contents` is what goes with what it empties, `waited` says
/// of which nodes it was told before that they wait.
#[must_use]
pub fn plan(plan: &Plan, contents: &Contents, waited: impl Fn(&str) -> bool) -> Diagnostics {
    let mut told = Diagnostics::default();
    told.extend(plan.steps.iter().filter_map(|step| of_step(step, &waited)));
    told.extend(deletions(plan, contents));
    let retained = plan.steps.iter().filter(|step| step.change == Change::Retain);
    let retained: BTreeSet<&NodeId> = retained.map(|step| &step.node).collect();
    told.extend(plan.notes.iter().filter(|note| !retained.contains(&note.node)).map(|note| {
        diagnostic(Severity::Warning, &note.origin, &format!("About {}", note.node), &sentence(&note.said))
    }));
    told
}

/// Everything that a plan deletes, in one warning, what is emptied first of all.
fn deletions(plan: &Plan, contents: &Contents) -> Option<Diagnostic> {
    const MOST: usize = 50;
    let mut lines: Vec<(bool, String)> = plan
        .steps
        .iter()
        .filter_map(|step| {
            let node = &step.node;
            let key = step.key.as_ref().map(ToString::to_string).unwrap_or_default();
            match &step.change {
                Change::Delete(Data::Empty) => {
                    let held = step.key.as_ref().and_then(|key| contents.get(key));
                    let held = held.map_or_else(|| "all data in it".to_owned(), Held::to_string);
                    Some((false, format!("- {node} ({key}) is emptied and deleted, with {held}")))
                }
                Change::Delete(Data::Keep) => Some((true, format!("- {node} ({key}) is deleted"))),
                Change::Replace { old, .. } => {
                    Some((true, format!("- {node} ({old}) is deleted and made anew")))
                }
                _ => None,
            }
        })
        .collect();
    if lines.is_empty() {
        return None;
    }
    lines.sort_by_key(|(data, _)| *data);
    let more = lines.len().saturating_sub(MOST);
    let mut text: Vec<String> = lines.into_iter().take(MOST).map(|(_, line)| line).collect();
    if more > 0 {
        text.push(format!("and {more} more"));
    }
    let count = text.len() - usize::from(more > 0) + more;
    let what = if count == 1 { "1 resource".to_owned() } else { format!("{count} resources") };
    Some(Diagnostic {
        severity: Severity::Warning,
        summary: format!("{what} will be deleted"),
        detail: text.join("\n"),
        path: None,
    })
}

/// What an import would lose that was not followed by a configuration which names all of it.
#[must_use]
pub fn lost_by_import(plan: &Plan) -> Diagnostics {
    let mut told = Diagnostics::default();
    let leaves = |step: &&Step| {
        step.wanted.is_none()
            && matches!(step.change, Change::Delete(_) | Change::Retain | Change::Protected(_))
    };
    let nodes: BTreeSet<&NodeId> = plan.steps.iter().filter(leaves).map(|step| &step.node).collect();
    if nodes.is_empty() {
        return told;
    }
    let one = |node: &&NodeId| {
        let block = singular_block(node);
        format!("- {node}: declare it, `{block}`, or let it go, `release = [\"{node}\"]`")
    };
    let lines: Vec<String> = nodes.iter().map(one).collect();
    told.error(
        None,
        "The configuration does not name all that was imported",
        format!(
            "Nothing is deleted by an import. What follows is in the lake and in no member; each is declared or released:\n\n{}\n\nA file \
             that -generate-config-out names was written all the same.",
            lines.join("\n")
        ),
    );
    told
}

/// The block that declares a node's member.
fn singular_block(node: &NodeId) -> String {
    let word = lake_reconcile::spec::singular::snake(node.kind());
    match node.name().split_once('.') {
        Some((outer, inner)) => format!("{word} \"{inner}\" {{ … }} within \"{outer}\""),
        None => format!("{word} \"{}\" {{ … }}", node.name()),
    }
}

/// What an apply left that is no failure: what waits, and what stays on AWS.
#[must_use]
pub fn outcome(outcome: &Outcome, shown: &Plan, waited: impl Fn(&str) -> bool) -> Diagnostics {
    let mut told = Diagnostics::default();
    let waiting = outcome.plan.steps.iter().filter(|step| matches!(step.change, Change::Wait(_)));
    told.extend(waiting.filter_map(|step| of_step(step, &waited)));
    let retained = shown.steps.iter().filter(|step| step.change == Change::Retain);
    told.extend(retained.filter_map(|step| of_step(step, &waited)));
    told
}

fn of_step(step: &Step, waited: &impl Fn(&str) -> bool) -> Option<Diagnostic> {
    let node = &step.node;
    let warning =
        |summary: String, detail: &str| Some(diagnostic(Severity::Warning, &step.origin, &summary, detail));
    match (&step.change, &step.taking) {
        (Change::Blocked(reason) | Change::Protected(reason), _) => {
            let detail = format!("{}\n{}", sentence(&reason.why), reason.remedy);
            Some(diagnostic(Severity::Error, &step.origin, &format!("Cannot plan {node}"), &detail))
        }
        // What is looked at and absent is told by what waits for it.
        (Change::Wait(reason), _) if step.hold == Hold::Own && !waited(node.as_str()) => warning(
            format!("{node} waits"),
            &format!(
                "{node} {reason}. Nothing is wrong: once it is there, the next plan shows what is done."
            ),
        ),
        (Change::Unreadable(error), _) if step.hold == Hold::LookAt => warning(
            format!("{node} cannot be looked at"),
            &format!(
                "{}\nIt is only referred to, and taken as there.{}",
                sentence(&error.to_string()),
                remedy(error.remedy())
            ),
        ),
        (Change::Anew(what), _) => warning(
            format!("{node} is not the lake's any more"),
            &format!(
                "{} is not touched: {what}. To take it over as it is, set adopt: Unowned; to leave it to whoever made it, remove \
                 the member or give it another name.",
                step.key.as_ref().map(ToString::to_string).unwrap_or_default()
            ),
        ),
        (Change::Unreadable(error), _) => warning(
            format!("{node} cannot be looked at"),
            &format!(
                "{}\nNothing is done about it before it can be read.{}",
                sentence(&error.to_string()),
                remedy(error.remedy())
            ),
        ),
        (Change::Foreign(owner), _) => warning(
            format!("{node} belongs to another owner now"),
            &if can_be_named(owner) {
                format!(
                    "It belongs to {owner} and is not touched. To take it over, set adoptFrom: \"{owner}\"; to leave it to \
                     them, remove the member or give it another name."
                )
            } else {
                format!(
                    "It belongs to {} and is not touched. Import that lake, or remove the member; to take it over all the \
                     same, set adopt: Any.",
                    spelt(owner)
                )
            },
        ),
        (Change::Retain, _) => {
            let key = step.key.as_ref().map(ToString::to_string).unwrap_or_default();
            warning(
                format!("{node} is retained"),
                &format!(
                    "{key} leaves the lake and stays on AWS (onDelete: Retain). Its mark says so, and the same lake takes it up again."
                ),
            )
        }
        (_, Some(Taking::Move(was))) => warning(
            format!("{node} was {was}"),
            "Only its mark is rewritten: nothing is made and nothing is deleted.",
        ),
        (_, Some(Taking::Resume)) => warning(
            format!("{node} is taken up again"),
            "This lake left it on AWS before (onDelete: Retain).",
        ),
        (_, Some(Taking::Adopt(owner))) => {
            let owner = owner.as_deref().map_or_else(|| "nobody".to_owned(), |owner| format!("\"{owner}\""));
            warning(
                format!("{node} is taken over from {owner}"),
                &format!(
                    "It exists already and gets exactly the settings of its member.{}",
                    overwritten(step)
                ),
            )
        }
        _ => None,
    }
}

/// Every setting that an adoption overwrites, as drift is told.
fn overwritten(step: &Step) -> String {
    let changes = step.change.fields();
    if changes.is_empty() {
        return " It has them already.".to_owned();
    }
    let lines = changes
        .iter()
        .map(|change| format!("- {}: {}", step.told(change), render::drift(change, &step.secret)));
    format!(" These of its settings are overwritten:\n\n{}", lines.collect::<Vec<_>>().join("\n"))
}

fn diagnostic(severity: Severity, path: &FieldPath, summary: &str, detail: &str) -> Diagnostic {
    if let Some(argument) = spec::argument(path) {
        // A value speaks the CRD's words, and below it Terraform shows no line: the summary holds the whole path.
        let (summary, detail) = (format!("{path}: {summary}"), detail.to_owned());
        return Diagnostic { severity, summary, detail, path: Some(Path::root(argument)) };
    }
    let at = (!path.is_root()).then(|| locate(path)).filter(|at| *at != Path::default());
    let mut text = in_terraform(detail);
    if !path.is_root() {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&format!("At {}.", in_words(path)));
    }
    Diagnostic { severity, summary: capital(&in_terraform(summary)), detail: text, path: at }
}

pub(crate) fn remedy(remedy: Option<&str>) -> String {
    remedy.map(|remedy| format!("\n{remedy}")).unwrap_or_default()
}

/// A clause as a sentence.
fn sentence(clause: &str) -> String {
    let end = if clause.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{clause}{end}")
}

/// With a capital, unless it begins with a node, a name or a quotation.
fn capital(text: &str) -> String {
    let word = text.split(' ').next().unwrap_or_default();
    if word.contains(['/', '_', '"', ':', '`']) || word.chars().any(|c| c.is_ascii_uppercase()) {
        return text.to_owned();
    }
    let mut letters = text.chars();
    letters.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
