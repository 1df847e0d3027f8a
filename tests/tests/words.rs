//! The words that are stored, or that others match: records, states, statuses, marks, conditions, events, metrics, flags. Whoever
//! renames what stands in the code does not rename them with it: a change of `words.txt` is a change for users, who have states,
//! alerts, scripts and policies with these words in them. What a spec may say is held by `crds/lake.yaml`.
//!
//! `UPDATE_EXPECT=1 cargo test -p lake-tests --test words` writes it anew.

use clap::CommandFactory;
use expect_test::expect_file;
use lake_api::LakeStatus;
use lake_operator::{
    metrics::{Came, Metrics},
    verbs::Verb,
};
use lake_provider::private::Private;
use lake_reconcile::{
    LakeSpec,
    aws::{Called, Meter},
    expand::{Scope, expand},
    graph::NodeId,
    kinds::{self, KINDS},
    owner::{Owner, Worn},
    place::Place,
};
use lake_tests::sources::{code, name, read, shipped};
use proc_macro2::{TokenStream, TokenTree};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

#[test]
fn the_words_that_others_know() {
    let chapters = [
        ("Terraform's private bytes; `record` is Kubernetes' status.record, too", fields::<Private>()),
        ("The status of a Lake; `resources` is Terraform's, too", fields::<LakeStatus>()),
        ("Kinds: their words in node ids, keys, facts and settings", of_kinds()),
        ("Marks: tags and parameters", marks()),
        (
            "Other words of ours on AWS and in clusters: metadata, statements, rules, annotations, finalizers, managers",
            texts(|_| true, is_ours),
        ),
        ("Conditions, reasons, actions, classes", texts(tells_of_lakes, is_pascal)),
        ("Metrics, with their labels", metrics()),
        ("lake-operator: verbs, flags and their variables", operator_flags()),
        (
            "terraform-provider-lake: flags",
            texts(|path| path.starts_with("provider/"), |text| text.starts_with("--")),
        ),
        ("Variables of the environment", texts(is_of_programs, is_variable)),
    ];
    let text: Vec<String> = chapters
        .into_iter()
        .map(|(title, words)| {
            assert!(!words.is_empty(), "{title}: there are words");
            format!("# {title}\n{}\n", words.into_iter().collect::<Vec<_>>().join("\n"))
        })
        .collect();
    expect_file!["words.txt"].assert_eq(&text.join("\n"));
}

/// The fields of a type's JSON, a line each, with the words that a choice may be.
fn fields<T: schemars::JsonSchema>() -> BTreeSet<String> {
    let schema: Value = schemars::schema_for!(T).into();
    let mut lines = BTreeSet::new();
    walk(&schema, &schema, "", &mut lines);
    lines
}

fn walk(schema: &Value, root: &Value, at: &str, lines: &mut BTreeSet<String>) {
    if !schema.is_object() {
        return;
    }
    if let Some(target) = schema["$ref"].as_str().and_then(|target| target.strip_prefix("#/$defs/")) {
        walk(&root["$defs"][target], root, at, lines);
    }
    let said = schema["enum"].as_array().into_iter().flatten().chain(schema.get("const"));
    lines.extend(said.filter_map(Value::as_str).map(|word| format!("{at} = {word}")));
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let at = format!("{at}.{name}").trim_start_matches('.').to_owned();
        lines.insert(at.clone());
        walk(field, root, &at, lines);
    }
    walk(&schema["additionalProperties"], root, &format!("{at}.*"), lines);
    walk(&schema["items"], root, &format!("{at}[]"), lines);
    for (place, item) in schema["prefixItems"].as_array().into_iter().flatten().enumerate() {
        walk(item, root, &format!("{at}[{place}]"), lines);
    }
    for choice in ["anyOf", "oneOf", "allOf"] {
        schema[choice].as_array().into_iter().flatten().for_each(|one| walk(one, root, at, lines));
    }
}

fn place() -> Place {
    Place { partition: "aws".to_owned(), region: "eu-west-1".to_owned(), account: "123456789012".to_owned() }
}

fn owner() -> Owner {
    Owner { door: "terraform".to_owned(), instance: "default".to_owned(), lake: "events".to_owned() }
}

/// What is stored of each kind, as a lake of one of each asks for it.
fn of_kinds() -> BTreeSet<String> {
    let mut spec: Value = kinds::sections().map(|(section, kind)| (section, kind.small())).collect();
    spec["buckets"]["small"]["objects"] = kinds::driver("object").expect("objects are a kind").small();
    let spec: LakeSpec = serde_json::from_value(spec).expect("the examples are a lake");
    let scope = Scope { place: place(), owner: owner(), lake: "events".to_owned(), namespace: String::new() };
    let mut lines = BTreeMap::new();
    for node in expand(&spec, &scope).into_values() {
        let settings = node.settings.expect("all is known");
        let key = KINDS.key(&settings, &place()).expect("all names are known");
        let traits = KINDS.of(&key);
        let id = match serde_json::to_value(&key).expect("a key is plain data")[key.kind()].take() {
            Value::Object(words) => words.keys().cloned().collect::<Vec<_>>().join(" "),
            _ => "a text".to_owned(),
        };
        let schema: Value = (traits.schema)().into();
        let fields: Vec<&str> =
            schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let mut facts = traits.facts.to_vec();
        facts.sort_unstable();
        let line =
            format!("{}: key {id}; facts {}; settings {}", traits.name, facts.join(" "), fields.join(" "));
        lines.insert(traits.name, line);
    }
    assert_eq!(lines.len(), KINDS.all().count(), "each kind");
    lines.into_values().collect()
}

fn marks() -> BTreeSet<String> {
    let node = NodeId::new("bucket", "store");
    let region = Some("eu-west-1".to_owned());
    let lineage = Some("0123".to_owned());
    let worn = |creating, lineage| Worn {
        owner: owner().to_string(),
        node: node.to_string(),
        creating,
        lineage,
        region: region.clone(),
    };
    let marks = [worn(true, lineage), worn(true, None), Worn::retained(&owner(), &node, region.clone())];
    marks.iter().flat_map(Worn::tags).map(|(tag, value)| format!("{tag} = {value}")).collect()
}

/// The names of all metrics with those of their labels, and what labels say that only we know.
fn metrics() -> BTreeSet<String> {
    let metrics = Metrics::new();
    metrics.begins();
    metrics.ends(Came::Error, Duration::from_millis(30));
    metrics.called(&Called {
        service: "s3",
        operation: "PutBucketTagging",
        failed: None,
        took: Duration::from_millis(20),
    });
    metrics.waited("s3", Duration::from_millis(20));
    metrics.failed("Blocked");
    metrics.drifted("bucket");
    metrics.lost();
    metrics.leads("lake-operator", true);
    let text = metrics.text(|_| (3, 1), BTreeMap::from([("Reconciled".to_owned(), 7)]));
    let mut lines = BTreeSet::new();
    let mut open: BTreeSet<&str> = BTreeSet::new();
    for line in text.lines() {
        if let Some(family) = line.strip_prefix("# TYPE ") {
            open.insert(family.split(' ').next().unwrap_or_default());
        } else if let Some((series, _)) = line.rsplit_once(' ').filter(|_| !line.starts_with('#')) {
            let (name, labels) = series.split_once('{').unwrap_or((series, ""));
            open.retain(|family| !name.starts_with(family));
            let labels: Vec<(&str, &str)> =
                labels.trim_end_matches('}').split(',').filter_map(|label| label.split_once('=')).collect();
            let names: Vec<&str> = labels.iter().map(|(name, _)| *name).collect();
            lines.insert(format!("{name}{{{}}}", names.join(",")));
            let ours = labels.iter().filter(|(label, _)| ["result", "lane", "controller"].contains(label));
            lines.extend(ours.map(|(label, value)| format!("{name}{{{label}={value}}}")));
        }
    }
    assert_eq!(open, BTreeSet::new(), "families of which nothing is counted here");
    lines
}

fn operator_flags() -> BTreeSet<String> {
    let command = Verb::command();
    let of_verb = |verb: &clap::Command| {
        let flags = verb.get_arguments().map(|flag| {
            let long = flag.get_long().map_or_else(|| flag.get_id().to_string(), |long| format!("--{long}"));
            let variable = flag.get_env().map(|variable| format!(" {}", variable.display()));
            let words: Vec<String> =
                flag.get_possible_values().iter().map(|word| word.get_name().to_owned()).collect();
            let words = if words.is_empty() { String::new() } else { format!(" = {}", words.join(" | ")) };
            format!("{} {long}{}{words}", verb.get_name(), variable.unwrap_or_default())
        });
        [verb.get_name().to_owned()].into_iter().chain(flags).collect::<Vec<_>>()
    };
    command.get_subcommands().flat_map(of_verb).collect()
}

/// A text of the code, and whether it is a message of a panic.
struct Text {
    said: String,
    of_panic: bool,
}

/// The texts of a file's code, without its attributes.
fn texts_of(stream: TokenStream, of_panic: bool, found: &mut Vec<Text>) {
    let (mut is_macro, mut is_attribute) = (false, false);
    for token in stream {
        match token {
            TokenTree::Literal(literal) => {
                let source = literal.to_string();
                if let Some(text) = source.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
                    found.push(Text { said: text.to_owned(), of_panic });
                }
            }
            TokenTree::Group(_) if is_attribute => {}
            TokenTree::Group(group) => texts_of(group.stream(), of_panic || is_macro, found),
            TokenTree::Ident(word) => {
                let panics = ["assert", "debug_assert", "panic", "unreachable", "expect"];
                is_macro = panics.iter().any(|it| word.to_string().starts_with(it));
                continue;
            }
            TokenTree::Punct(sign) if sign.as_char() == '!' => continue,
            TokenTree::Punct(sign) => {
                (is_macro, is_attribute) = (false, sign.as_char() == '#');
                continue;
            }
        }
        (is_macro, is_attribute) = (false, false);
    }
}

/// The texts of some files of the shipped code that are such words.
fn texts(is_meant: impl Fn(&str) -> bool, is_word: fn(&str) -> bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in shipped() {
        let path = name(&file);
        if is_meant(&path) && !is_of_tests(&path) {
            let mut texts = Vec::new();
            texts_of(code(&read(&file)), false, &mut texts);
            found.extend(texts.into_iter().map(|text| text.said).filter(|text| is_word(text)));
        }
    }
    found
}

/// Whether a file tells how lakes and calls stand. What the operator's verbs tell at a prompt nobody matches.
fn tells_of_lakes(path: &str) -> bool {
    let of_operator = path.starts_with("operator/") && !path.starts_with("operator/src/verbs/");
    of_operator || path.starts_with("engine/") || path == "aws/src/hooks.rs"
}

/// Whether a file is one of a program that runs, or of what it is started and called by.
fn is_of_programs(path: &str) -> bool {
    ["operator/", "provider/", "aws/", "tfplug/"].iter().any(|folder| path.starts_with(folder))
}

/// Whether a file of `src` is a module of unit tests, or of what they stand on.
fn is_of_tests(path: &str) -> bool {
    path.contains("/tests/")
        || path.ends_with("/tests.rs")
        || path.contains("/testing")
        || path.contains("toys")
}

fn is_ours(text: &str) -> bool {
    let of_statements = text.starts_with("Lake") && text != "Lake" && is_pascal(text);
    (of_statements || text.starts_with("lake-") || text.contains("lake.dev/")) && !text.contains(' ')
}

fn is_pascal(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.contains(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric())
}

fn is_variable(text: &str) -> bool {
    text.contains('_')
        && !text.starts_with("CARGO_")
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// `Debug` spells what the code is called, for whoever mends it: what it says in a message or in something that is stored changes
/// with every rename.
#[test]
fn nothing_is_told_by_debug() {
    let of_the_wire = |path: &str| path.starts_with("tfplug/") || path.starts_with("derive/");
    let mut wrong = Vec::new();
    for file in shipped() {
        let path = name(&file);
        if is_of_tests(&path) || of_the_wire(&path) {
            continue;
        }
        let mut texts = Vec::new();
        texts_of(code(&read(&file)), false, &mut texts);
        let told = texts.iter().filter(|text| !text.of_panic && text.said.contains(":?}"));
        wrong.extend(told.map(|text| format!("{path}: {}", text.said)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What is stored says how it is spelt, so that its spelling is seen to be somebody's business.
#[test]
fn what_is_stored_says_how_it_is_spelt() {
    let stored = ["engine/src/", "api/src/status.rs", "api/src/member.rs", "provider/src/private.rs"];
    let mut seen = 0;
    for file in shipped() {
        let path = name(&file);
        if !stored.iter().any(|it| path.starts_with(it)) || is_of_tests(&path) {
            continue;
        }
        let text = read(&file);
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (at, _) in code.match_indices("#[derive(") {
            let item =
                code[at..].split_inclusive('\n').take_while(|line| !line.contains("fn ")).collect::<String>();
            let head = item.split_once('{').map_or(item.as_str(), |(head, _)| head);
            if !head.split_once(']').is_some_and(|(derived, _)| derived.contains("Serialize")) {
                continue;
            }
            seen += 1;
            let ways = ["rename_all", "transparent", "untagged", "from = ", "into = "];
            assert!(ways.iter().any(|way| head.contains(way)), "{path}: {head}");
        }
    }
    assert!(seen > 12, "{seen} types are stored");
}
