//! What ARCHITECTURE.md promises of the code itself: who may depend on whom, and who may name what.

mod circles;

use lake_tests::{
    root,
    sources::{code, crates, name, read, shipped, sources},
};
use proc_macro2::{TokenStream, TokenTree};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

/// The words of the code, in their order: names, and what stands between them. Neither comments nor texts, and nothing that
/// is there for unit tests alone.
fn words(text: &str) -> Vec<String> {
    fn walk(stream: TokenStream, words: &mut Vec<String>) {
        for token in stream {
            match token {
                TokenTree::Punct(sign) if sign.as_char() == '#' => {}
                TokenTree::Group(group) => {
                    words.push("(".to_owned());
                    walk(group.stream(), words);
                    words.push(")".to_owned());
                }
                TokenTree::Literal(_) => {}
                token => words.push(token.to_string()),
            }
        }
    }
    let mut words = Vec::new();
    walk(code(text), &mut words);
    words
}

/// The modules of the standard library that a file names, `std::env` and `use std::{env, fs}` alike.
fn of_std(words: &[String]) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for at in words.iter().enumerate().filter(|(_, word)| *word == "std").map(|(at, _)| at) {
        let [colon, other, rest @ ..] = &words[at + 1..] else { continue };
        if colon != ":" || other != ":" {
            continue;
        }
        let Some((first, group)) = rest.split_first() else { continue };
        if first != "(" {
            found.insert(first.as_str());
            continue;
        }
        let (mut depth, mut is_first) = (1, true);
        for word in group {
            match word.as_str() {
                "(" => depth += 1,
                ")" => depth -= 1,
                "," if depth == 1 => is_first = true,
                name if depth == 1 && std::mem::take(&mut is_first) => {
                    found.insert(name);
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    found
}

#[test]
fn words_are_those_of_the_code() {
    let text = "//! SystemTime\nuse std::{collections::{BTreeMap}, env, io::{self}};\n#[cfg(test)]\nuse std::fs;\n\
                fn name() { let text = \"tokio\"; std :: process::exit(1) }\n#[cfg(test)]\nmod tests { fn rand() {} }\n\
                fn after() {}\n";
    let words = words(text);
    for word in ["SystemTime", "fs", "tokio", "rand"] {
        assert!(!words.iter().any(|it| it == word), "{word}: {words:?}");
    }
    assert!(words.iter().any(|it| it == "after"), "what follows a test is code");
    assert_eq!(of_std(&words), BTreeSet::from(["collections", "env", "io", "process"]));
}

#[test]
fn crates_depend_in_one_direction() {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let ours: BTreeSet<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let edges: BTreeMap<&str, BTreeSet<&str>> = packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies");
            let inner = dependencies
                .iter()
                .filter(|dependency| dependency["kind"].is_null())
                .filter_map(|dependency| dependency["name"].as_str())
                .filter(|dependency| ours.contains(dependency))
                .collect();
            (package["name"].as_str().expect("a name"), inner)
        })
        .collect();
    let drawn = BTreeMap::from([
        ("lake-api", BTreeSet::new()),
        ("lake-aws", BTreeSet::from(["lake-engine"])),
        ("lake-derive", BTreeSet::new()),
        ("lake-engine", BTreeSet::from(["lake-api"])),
        ("lake-operator", BTreeSet::from(["lake-api", "lake-reconcile"])),
        ("lake-reconcile", BTreeSet::from(["lake-api", "lake-aws", "lake-derive", "lake-engine"])),
        ("lake-tests", BTreeSet::new()),
        ("terraform-provider-lake", BTreeSet::from(["lake-api", "lake-reconcile", "tfplug"])),
        ("tfplug", BTreeSet::new()),
    ]);
    assert_eq!(edges, drawn, "the drawing in ARCHITECTURE.md and the crates differ");
}

#[test]
fn only_kinds_and_the_way_to_aws_name_the_sdk() {
    let may = ["aws/src/", "reconcile/src/kinds/"];
    for file in shipped() {
        if !may.iter().any(|allowed| name(&file).starts_with(allowed)) {
            let words = words(&read(&file));
            let named = words.iter().find(|word| word.starts_with("aws_sdk_"));
            assert_eq!(named, None, "{}", name(&file));
        }
    }
}

#[test]
fn what_is_pure_asks_nobody() {
    let pure = [
        "reconcile/src/lint.rs",
        "reconcile/src/lint/",
        "api/src/contract.rs",
        "api/src/contract/",
        "reconcile/src/expand.rs",
        "reconcile/src/expand/",
        "reconcile/src/simple.rs",
        "reconcile/src/simple/arn.rs",
        "reconcile/src/simple/call.rs",
        "reconcile/src/simple/codec.rs",
        "reconcile/src/simple/convert.rs",
        "reconcile/src/simple/shape.rs",
        "engine/src/plan.rs",
        "engine/src/plan/",
        "engine/src/diff.rs",
        "engine/src/kind.rs",
        "engine/src/render.rs",
        "engine/src/report.rs",
        "engine/src/wish.rs",
        "engine/src/reference.rs",
    ];
    let asks = [
        "async",
        "await",
        "SystemTime",
        "Instant",
        "Zoned",
        "tokio",
        "rand",
        "getrandom",
        "tracing",
        "TcpStream",
        "TcpListener",
        "UdpSocket",
        "ToSocketAddrs",
    ];
    // Of `net` addresses alone, which ask nobody.
    let of_machines = BTreeSet::from(["env", "fs", "io", "os", "process", "thread"]);
    let files = shipped();
    // Of each kind, what a user may say of it and what sense that makes.
    let of_kind = |file: &Path| {
        let name = name(file);
        let inner = name.strip_prefix("reconcile/src/kinds/").and_then(|inner| inner.split_once('/'));
        inner.is_some_and(|(_, inner)| inner.starts_with("spec") || inner.starts_with("lint"))
    };
    for folder in pure.into_iter().map(Some).chain([None]) {
        let within =
            |file: &Path| folder.map_or_else(|| of_kind(file), |folder| name(file).starts_with(folder));
        let mut seen = files.iter().filter(|file| within(file)).peekable();
        assert!(seen.peek().is_some(), "{folder:?} has moved");
        for file in seen {
            let words = words(&read(file));
            assert_eq!(words.iter().find(|word| asks.contains(&word.as_str())), None, "{}", name(file));
            let asked: Vec<&str> = of_std(&words).intersection(&of_machines).copied().collect();
            assert_eq!(asked, [""; 0], "{} asks the machine", name(file));
        }
    }
}

#[test]
fn kinds_neither_wait_nor_retry_on_a_timer() {
    let drive = ["reconcile/src/kinds/", "reconcile/src/simple"];
    let of_tests = |file: &Path| name(file).contains("/tests/");
    let driving = |file: &PathBuf| drive.iter().any(|it| name(file).starts_with(it)) && !of_tests(file);
    for file in shipped().into_iter().filter(driving) {
        let words = words(&read(&file));
        for (at, word) in words.iter().enumerate() {
            let of_tokio = word == "time" && words[..at].ends_with(&["tokio", ":", ":"].map(str::to_owned));
            let waits = ["sleep", "sleep_until", "interval"].contains(&word.as_str())
                && words.get(at + 1).is_some_and(|next| next == "(");
            assert!(!of_tokio && !waits, "{}: {word}", name(&file));
        }
    }
}

/// The sections of a lake by the words of Rust: field and kind, `("access_points", "access_point")`.
fn sections() -> Vec<(String, String)> {
    let words = words(&read(&root().join("reconcile/src/lake.rs")));
    let section = |at: usize| match &words[at..] {
        [driven, kind, _, open, doc, rest @ ..]
            if ["typed", "simple"].contains(&driven.as_str()) && open == "(" && doc == "(" =>
        {
            let colon = rest.iter().position(|word| word == ":")?;
            Some((rest[colon - 1].clone(), kind.clone()))
        }
        _ => None,
    };
    (0..words.len()).filter_map(section).collect()
}

#[test]
fn the_language_knows_no_kind() {
    let sections = sections();
    assert!(sections.len() > 7, "{sections:?}");
    let snake = |name: &str| {
        let raised =
            |c: char| if c.is_uppercase() { format!("_{}", c.to_lowercase()) } else { c.to_string() };
        name.chars().map(raised).collect::<String>().trim_start_matches('_').to_owned()
    };
    for file in sources("api/src") {
        let text = read(&file);
        let words = words(&text);
        let declared = words
            .windows(2)
            .filter(|pair| ["mod", "struct", "enum", "trait", "type", "union"].contains(&pair[0].as_str()));
        let mut names: Vec<String> = declared.map(|pair| snake(&pair[1])).collect();
        // What a macro declares stands before its braces.
        let is_type = |pair: &&[String]| pair[1] == "(" && pair[0].starts_with(char::is_uppercase);
        names.extend(words.windows(2).filter(is_type).map(|pair| snake(&pair[0])));
        let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (field, kind) in &sections {
            let of_kind = |name: &&String| *name == kind || name.starts_with(&format!("{kind}_"));
            assert_eq!(names.iter().find(of_kind), None, "{} names a kind", name(&file));
            let section: String = field
                .split('_')
                .enumerate()
                .map(|(at, word)| match at {
                    0 => word.to_owned(),
                    _ => format!("{}{}", word[..1].to_uppercase(), &word[1..]),
                })
                .collect();
            assert!(!shipped.contains(&format!("\"{section}\"")), "{} names {section}", name(&file));
        }
    }
}

#[test]
fn the_protocol_knows_nothing_of_lakes() {
    for file in sources("tfplug/src") {
        let text = read(&file).to_lowercase();
        for word in ["lake", "aws_sdk", "amazon"] {
            assert!(!text.contains(word), "{} says {word}", name(&file));
        }
    }
}

#[test]
fn standard_output_belongs_to_the_handshake() {
    // The handshake itself; what the provider prints in Terraform's stead; and the operator's answers to a shell.
    let may = ["tfplug/src/serve/handshake.rs", "provider/src/main.rs", "operator/src/verbs"];
    for file in shipped() {
        if may.iter().any(|allowed| name(&file).starts_with(allowed)) {
            continue;
        }
        let words = words(&read(&file));
        let prints = words
            .iter()
            .find(|word| ["println", "print", "dbg", "stdout", "Stdout"].contains(&word.as_str()));
        assert_eq!(prints, None, "{}", name(&file));
    }
}

#[test]
fn no_test_is_ignored() {
    for file in crates().into_iter().flat_map(sources) {
        let ignored = concat!("#[ign", "ore");
        assert!(!read(&file).contains(ignored), "{}", name(&file));
    }
}

#[test]
fn files_are_no_longer_than_a_reader_takes_in() {
    const LONG: usize = 450;
    for file in shipped().into_iter().chain(sources("tests/src")) {
        let lines = read(&file).lines().count();
        assert!(lines <= LONG, "{} has {lines} lines: look for the missing part", name(&file));
    }
}
