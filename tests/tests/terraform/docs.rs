//! What a page shows can be copied: configurations hold for the real terraform, lakes for the operator's contract.

use lake_tests::{aws::Endpoint, built, root, terraform::Terraform};
use serde_json::{Value, json};
use std::{
    fmt,
    path::{Path, PathBuf},
    process::Command,
};

/// The files below the repository's root whose name ends so, without what was built.
fn files(ending: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("a folder of the repository").flatten() {
            let (path, name) = (entry.path(), entry.file_name().display().to_string());
            if path.is_dir() && !name.starts_with('.') && name != "target" {
                walk(&path, ending, found);
            } else if name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root(), ending, &mut found);
    found.sort();
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a text of the repository")
}

/// Where a text stands, for whoever has to mend it.
fn name(path: &Path) -> String {
    path.strip_prefix(root()).expect("a file of the repository").display().to_string()
}

/// A block of a page between two lines of three backquotes.
struct Fence {
    page: String,
    line: usize,
    language: String,
    text: String,
}

impl fmt::Display for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.page, self.line)
    }
}

/// The blocks of all pages. What the templates of `provider/templates` hold stands in `docs/`, with their orders filled in.
fn fences() -> Vec<Fence> {
    let pages = files(".md").into_iter().filter(|page| !name(page).starts_with("provider/templates/"));
    let fences: Vec<Fence> = pages.flat_map(|page| fences_of(&name(&page), &read(&page))).collect();
    assert!(fences.len() > 80, "the pages have moved: only {} blocks were found", fences.len());
    fences
}

fn fences_of(page: &str, text: &str) -> Vec<Fence> {
    let mut fences = Vec::new();
    let mut open: Option<Fence> = None;
    for (line, said) in (1..).zip(text.lines()) {
        match (said.trim_start().strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => fences.extend(open.take()),
            (Some(language), None) => {
                let language = language.trim().to_owned();
                open = Some(Fence { page: page.to_owned(), line, language, text: String::new() });
            }
            (None, Some(fence)) => fence.text.extend([said, "\n"]),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{page}: a block is not closed");
    fences
}

/// Whether a configuration stands for itself, or is part of a lake.
fn is_whole(text: &str) -> bool {
    let whole = [
        "terraform",
        "provider",
        "resource",
        "data",
        "variable",
        "output",
        "locals",
        "module",
        "import",
        "moved",
        "removed",
        "check",
    ];
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    first.and_then(|line| line.split([' ', '{']).next()).is_some_and(|word| whole.contains(&word))
}

/// The lakes that a configuration refers to and does not declare.
fn undeclared(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found: Vec<&str> = text
        .match_indices("lake.")
        .filter(|(at, _)| text[..*at].ends_with([' ', '(', '{', '[']))
        .filter_map(|(at, front)| text[at + front.len()..].split(|c| !is_word(c)).next())
        .filter(|name| !name.is_empty() && !text.contains(&format!("resource \"lake\" \"{name}\"")))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// What the real terraform finds wrong with a configuration.
fn wrong_hcl(aws: &Endpoint, text: &str) -> Option<String> {
    let terraform = Terraform::new(aws);
    for beside in ["etl.py", "lake.yaml"] {
        terraform.file(beside, &read(&root().join("examples/first-lake").join(beside)));
    }
    if text.contains("required_providers") {
        std::fs::remove_file(terraform.folder().join("versions.tf")).expect("a text that names its own");
    }
    let ran = if text.trim_start().starts_with("provider_installation") {
        terraform.file("terraform.rc", text);
        terraform.run(&["version"])
    } else {
        let mut whole = match is_whole(text) {
            true => text.to_owned(),
            false => format!("resource \"lake\" \"shown\" {{\n  name = \"shown\"\n{text}}}\n"),
        };
        if !whole.contains("resource \"lake\"") {
            // Without a resource of its own a provider is not asked.
            whole.push_str("\nresource \"lake\" \"beside\" {\n  name = \"beside\"\n}\n");
        }
        for name in undeclared(text) {
            whole.push_str(&format!("\nresource \"lake\" \"{name}\" {{\n  name = \"{name}\"\n}}\n"));
        }
        terraform.main(&whole);
        terraform.validate()
    };
    (ran.code != 0).then_some(ran.text)
}

/// What the contract or the lint finds wrong with the lakes among these documents. A document of a `spec` alone is a
/// lake's.
fn wrong_yaml(text: &str) -> Option<String> {
    let documents: Vec<Value> = match serde_saphyr::from_multiple(text) {
        Ok(documents) => documents,
        Err(error) => return Some(error.to_string()),
    };
    let lakes: Vec<String> = documents.into_iter().filter_map(lake).map(|lake| lake.to_string()).collect();
    if lakes.is_empty() {
        return None;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("lake.yaml");
    std::fs::write(&file, format!("---\n{}", lakes.join("\n---\n"))).expect("the folder can be written");
    let ran = Command::new(built::tested("lake-operator"))
        .args(["policy", "--account", "123456789012", "--region", "eu-west-1"])
        .arg(&file)
        .output()
        .expect("the operator is built");
    (!ran.status.success()).then(|| String::from_utf8_lossy(&ran.stderr).into_owned())
}

fn lake(mut document: Value) -> Option<Value> {
    let fields = document.as_object_mut()?;
    if fields.keys().eq(["spec"]) {
        fields.insert("kind".to_owned(), "Lake".into());
        fields.insert("metadata".to_owned(), json!({ "name": "shown" }));
    }
    (fields.get("kind")? == "Lake").then_some(document)
}

#[test]
fn every_configuration_that_a_page_shows_is_valid() {
    let aws = Endpoint::start();
    let mut wrong = Vec::new();
    for fence in fences() {
        let found = match fence.language.as_str() {
            "hcl" | "terraform" | "tf" => wrong_hcl(&aws, &fence.text),
            "yaml" | "yml" => wrong_yaml(&fence.text),
            "json" => serde_json::from_str::<Value>(&fence.text).err().map(|error| error.to_string()),
            _ => None,
        };
        wrong.extend(found.map(|found| format!("{fence}: {found}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_block_of_a_page_says_its_language() {
    let aws = Endpoint::start();
    let terraform = Terraform::new(&aws);
    let mut wrong = Vec::new();
    for fence in fences() {
        match fence.language.as_str() {
            "" => wrong.push(format!("{fence} says no language")),
            "text" | "txt" | "plain" => {
                terraform.file("text.tf", &fence.text);
                if terraform.run(&["fmt", "-no-color", "-list=false", "-write=false", "text.tf"]).code == 0 {
                    wrong.push(format!("{fence} is HCL, not text"));
                }
                let documents = serde_saphyr::from_multiple::<Value>(&fence.text).unwrap_or_default();
                if documents.iter().any(|document| document.is_object() || document.is_array()) {
                    wrong.push(format!("{fence} is YAML, not text"));
                }
            }
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_example_is_valid() {
    let aws = Endpoint::start();
    let mut wrong = Vec::new();
    let mut seen = 0;
    let of_examples = |ending| files(ending).into_iter().filter(|file| name(file).starts_with("examples/"));
    for file in of_examples(".tf") {
        seen += 1;
        wrong.extend(wrong_hcl(&aws, &read(&file)).map(|found| format!("{}: {found}", name(&file))));
    }
    for file in of_examples(".yaml") {
        seen += 1;
        wrong.extend(wrong_yaml(&read(&file)).map(|found| format!("{}: {found}", name(&file))));
    }
    assert!(seen > 5, "the examples have moved: {seen}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_broken_block_is_found() {
    let aws = Endpoint::start();
    let argument = "provider \"lake\" {\n  default_tags = { team = \"a\" }\n}\n";
    assert!(wrong_hcl(&aws, argument).is_some_and(|found| found.contains("Unsupported argument")));
    assert_eq!(wrong_hcl(&aws, "bucket \"store\" {\n}\n"), None);
    assert!(wrong_hcl(&aws, "bucket \"store\" {\n  versions = true\n}\n").is_some());
    assert!(wrong_yaml("spec: { buckets: { store: { versions: true } } }\n").is_some());
    assert_eq!(wrong_yaml("spec: { buckets: { store: { versioning: true } } }\n"), None);
    assert_eq!(undeclared("import {\n  to = lake.events\n}\n"), ["events"]);
}
