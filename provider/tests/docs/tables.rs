//! What pages tell of kinds: their outputs, and the IAM actions that they need.

use lake_reconcile::{
    CONTRACT, LakeSpec,
    expand::{Scope, expand},
    graph::Graph,
    kind::Traits,
    kinds::{self, KINDS, SimpleKind},
    owner::Owner,
    place::Place,
    policy::{Purpose, When, by_kind, needed},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    sync::OnceLock,
};

/// A lake that makes every call of every kind: what no data tells stands in this file, and kinds that are data bring their own examples.
const FULL: &str = include_str!("../../../reconcile/tests/policy/full.yaml");

/// The nodes of that lake, and of a filter on a table that a crawl brings, which names it otherwise.
pub(crate) fn everything() -> &'static Graph {
    static GRAPH: OnceLock<Graph> = OnceLock::new();
    GRAPH.get_or_init(|| {
        let mut lake = full();
        lake["filters"]["awaited"] = json!({ "database": "lake", "tableName": "awaited" });
        graph(&lake.to_string())
    })
}

fn full() -> Value {
    let mut lake: Value = serde_saphyr::from_str(FULL).expect("the lake is YAML");
    for (section, examples) in kinds::simple().map(SimpleKind::examples) {
        lake[section] = (examples.full)();
    }
    lake
}

/// The outputs of some kinds.
pub(crate) fn outputs(kinds: &[&Traits]) -> String {
    let mut table = String::from("| resource | outputs |\n| --- | --- |\n");
    for kind in kinds {
        writeln!(table, "| `{}/…` | {} |", kind.name, words(kind.facts)).expect("a text takes texts");
    }
    table
}

/// The actions of all kinds, and of every lake.
pub(crate) fn actions() -> String {
    actions_where(|_| true)
}

/// The actions of some kinds.
pub(crate) fn actions_of(kinds: &[&Traits]) -> String {
    actions_where(|word| kinds.iter().any(|kind| kind.name == word))
}

fn actions_where(is_shown: impl Fn(&str) -> bool) -> String {
    static TABLE: OnceLock<BTreeMap<&str, BTreeMap<When, BTreeSet<String>>>> = OnceLock::new();
    let table = TABLE.get_or_init(|| by_kind(&graph(&full().to_string()), &place()));
    assert!(KINDS.all().all(|kind| table.contains_key(kind.name)), "the lake has every kind");
    let mut text = String::from("| resource | to plan | to apply, beside these |\n| --- | --- | --- |\n");
    for (kind, needs) in table.iter().filter(|(kind, _)| is_shown(kind)) {
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
