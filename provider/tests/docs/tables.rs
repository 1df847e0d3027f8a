//! What pages tell of all kinds: their outputs, and the IAM actions that they need.

use lake_reconcile::{
    CONTRACT, LakeSpec,
    expand::{Scope, expand},
    graph::Graph,
    kinds::{self, KINDS, SimpleKind},
    owner::Owner,
    place::Place,
    policy::{Purpose, When, by_kind, needed},
};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;

/// The outputs of each kind.
pub(crate) fn outputs() -> String {
    let mut table = String::from("| resource | outputs |\n| --- | --- |\n");
    for kind in KINDS.all() {
        writeln!(table, "| `{}/…` | {} |", kind.name, words(kind.facts)).expect("a text takes texts");
    }
    table
}

/// The actions of each kind, from a lake that makes every call of every kind; kinds that are data bring their own examples.
pub(crate) fn actions(full: &str) -> String {
    let mut lake: Value = serde_saphyr::from_str(full).expect("the lake is YAML");
    for (section, examples) in kinds::simple().map(SimpleKind::examples) {
        lake[section] = (examples.full)();
    }
    let table = by_kind(&graph(&lake.to_string()), &place());
    assert!(KINDS.all().all(|kind| table.contains_key(kind.name)), "the lake has every kind");
    let mut text = String::from("| resource | to plan | to apply, beside these |\n| --- | --- | --- |\n");
    for (kind, needs) in &table {
        let name = if kind.is_empty() { "every lake".to_owned() } else { format!("`{kind}/…`") };
        let of = |wanted: fn(When) -> bool| -> BTreeSet<&str> {
            let needs = needs.iter().filter(|(when, _)| wanted(**when));
            needs.flat_map(|(_, actions)| actions).map(String::as_str).collect()
        };
        let (look, mut write) = (of(is_planned), of(|when| !is_planned(when)));
        write.retain(|action| !look.contains(action));
        writeln!(text, "| {name} | {} | {} |", words(look), words(write)).expect("a text takes texts");
    }
    text
}

/// Whether a plan has the need, too.
fn is_planned(when: When) -> bool {
    matches!(when, When::Look | When::Preview)
}

/// The policy that a lake needs for a purpose, as people read it.
pub(crate) fn policy(manifest: &str, purpose: Purpose) -> String {
    let document: Value =
        serde_json::from_str(&needed(&graph(manifest), &place(), purpose)).expect("it is JSON");
    serde_json::to_string_pretty(&document).expect("it is JSON")
}

fn words<'w>(words: impl IntoIterator<Item = &'w (impl AsRef<str> + ?Sized + 'w)>) -> String {
    let all: Vec<String> = words.into_iter().map(|word| format!("`{}`", word.as_ref())).collect();
    all.join(", ")
}

fn place() -> Place {
    Place { partition: "aws".to_owned(), region: "eu-west-1".to_owned(), account: "123456789012".to_owned() }
}

/// A lake of a manifest, or of its spec alone.
fn graph(yaml: &str) -> Graph {
    let manifest: Value = serde_saphyr::from_str(yaml).expect("the lake is YAML");
    let spec = manifest.get("spec").unwrap_or(&manifest).clone();
    let lake = manifest["metadata"]["name"].as_str().unwrap_or("events").to_owned();
    let spec: LakeSpec = CONTRACT.decode(spec).expect("the lake is one");
    let owner = Owner { door: "terraform".to_owned(), instance: "analytics".to_owned(), lake: lake.clone() };
    expand(&spec, &Scope { place: place(), owner, lake, namespace: String::new() })
}
