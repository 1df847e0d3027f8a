//! What ARCHITECTURE.md promises of the code itself: who may depend on whom, and who may name what.

use lake_tests::root;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

fn sources(folder: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("a folder of the repository").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a source file")
}

/// The file's path below the repository's root.
fn name(path: &Path) -> String {
    path.strip_prefix(root()).expect("a file of the repository").display().to_string()
}

/// Lines of code: no comments, and nothing from the unit tests on.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .filter(|line| !line.trim_start().starts_with("//"))
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
        ("lake-operator", BTreeSet::from(["lake-api", "lake-reconcile"])),
        ("lake-reconcile", BTreeSet::from(["lake-api"])),
        ("lake-tests", BTreeSet::new()),
        ("terraform-provider-lake", BTreeSet::from(["lake-api", "lake-reconcile", "tfplug"])),
        ("tfplug", BTreeSet::new()),
    ]);
    assert_eq!(edges, drawn, "the drawing in ARCHITECTURE.md and the crates differ");
}

#[test]
fn only_kinds_and_the_way_to_aws_name_the_sdk() {
    let may = [
        "reconcile/src/aws.rs",
        "reconcile/src/aws/",
        "reconcile/src/kinds/",
        "reconcile/src/error.rs",
        "reconcile/src/error/",
    ];
    for file in ["api", "reconcile", "provider", "tfplug"]
        .into_iter()
        .flat_map(|folder| sources(&format!("{folder}/src")))
    {
        if !may.iter().any(|allowed| name(&file).starts_with(allowed)) {
            let text = read(&file);
            let named: Vec<&str> = code(&text).filter(|line| line.contains("aws_sdk_")).collect();
            assert_eq!(named, [""; 0], "{}", name(&file));
        }
    }
}

#[test]
fn what_is_pure_asks_nobody() {
    let pure = [
        "api/src/lint.rs",
        "api/src/lint/",
        "api/src/contract.rs",
        "api/src/contract/",
        "reconcile/src/expand.rs",
        "reconcile/src/expand/",
        "reconcile/src/plan.rs",
        "reconcile/src/plan/",
        "reconcile/src/diff.rs",
        "reconcile/src/render.rs",
        "reconcile/src/report.rs",
        "reconcile/src/wish.rs",
        "reconcile/src/reference.rs",
    ];
    let asks =
        ["async ", ".await", "SystemTime", "Instant", "std::env", "std::fs", "std::net", "tokio::", "rand::"];
    let mut seen = 0;
    for file in ["api", "reconcile"].into_iter().flat_map(|folder| sources(&format!("{folder}/src"))) {
        if pure.iter().any(|folder| name(&file).starts_with(folder)) {
            seen += 1;
            let text = read(&file);
            for line in code(&text) {
                assert!(!asks.iter().any(|word| line.contains(word)), "{}: {line}", name(&file));
            }
        }
    }
    assert!(seen >= pure.len() / 2, "the folders have moved: only {seen} pure files were found");
}

#[test]
fn kinds_neither_wait_nor_retry_on_a_timer() {
    for file in sources("reconcile/src/kinds") {
        let text = read(&file);
        for line in code(&text) {
            assert!(
                !["sleep(", "interval(", "tokio::time"].iter().any(|word| line.contains(word)),
                "{}: {line}",
                name(&file)
            );
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
    for file in
        ["api", "reconcile", "tfplug"].into_iter().flat_map(|folder| sources(&format!("{folder}/src")))
    {
        if name(&file) == "tfplug/src/serve/handshake.rs" {
            continue;
        }
        let text = read(&file);
        for line in code(&text) {
            assert!(!line.contains("println!") && !line.contains("stdout()"), "{}: {line}", name(&file));
        }
    }
}

#[test]
fn no_test_is_ignored() {
    for folder in ["api", "reconcile", "provider", "tfplug", "tests"] {
        for file in sources(folder) {
            let ignored = concat!("#[ign", "ore");
            assert!(!read(&file).contains(ignored), "{}", name(&file));
        }
    }
}

#[test]
fn files_are_no_longer_than_a_reader_takes_in() {
    const LONG: usize = 450;
    for folder in ["api/src", "reconcile/src", "provider/src", "tfplug/src", "tests/src"] {
        for file in sources(folder) {
            let lines = read(&file).lines().count();
            assert!(lines <= LONG, "{} has {lines} lines: look for the missing noun", name(&file));
        }
    }
}
