//! The documentation in the registry's layout, `docs/`, generated from the schemas and from `provider/templates/`.
//!
//! `UPDATE_EXPECT=1 cargo test -p terraform-provider-lake --test docs` writes it anew.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod arguments;
mod changes;
mod example;
#[path = "../hcl/mod.rs"]
mod hcl;
mod schema;
mod section;
mod tables;

use changes::{Change, Changes};
use expect_test::expect_file;
use lake_api::{FieldPath, contract::Object};
use lake_provider::projection::{self, Block};
use lake_reconcile::{CONTRACT, LakeSpec, lint::lint, policy::Purpose};
use section::Section;
use std::{collections::BTreeSet, fs, path::Path};

/// A page of `docs/`: a template with its orders filled in, `{{ schema … }}`, `{{ file … }}` and, in that of the sections, what only one of
/// them knows.
fn page(name: &str, section: Option<&Section>) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let template = fs::read_to_string(root.join("templates").join(name)).expect("the template is there");
    let mut page = String::new();
    let mut rest = template.as_str();
    while let Some((text, after)) = rest.split_once("{{ ") {
        let (order, after) = after.split_once(" }}").expect("an order ends");
        page.push_str(text);
        page.push_str(section.map_or_else(|| fill(root, order), |section| section.fill(order)).trim_end());
        rest = after;
    }
    page.push_str(rest);
    page
}

fn fill(root: &Path, order: &str) -> String {
    match order.split_once(' ').map(|(word, what)| (word, what.trim_matches('"'))) {
        Some(("schema", "lake")) => schema::render(&lake_provider::schema::lake(), Some(projection::spec())),
        Some(("schema", "provider")) => schema::render(&lake_provider::provider::schema(), None),
        Some(("sections", "words")) => section::words(),
        Some(("sections", up)) => section::table(up),
        Some(("actions", "kinds")) => tables::actions(),
        Some(("plan", path)) => tables::policy(&file(root, path), Purpose::Plan),
        Some(("file", path)) => file(root, path),
        _ => panic!("no such order: {order}"),
    }
}

/// All pages, by their names below `docs/`.
fn pages() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guides = fs::read_dir(root.join("templates/guides")).expect("there are guides").flatten();
    let guides = guides.map(|guide| format!("guides/{}", guide.file_name().display()));
    let templates = guides.chain(["index.md".to_owned(), "resources/lake.md".to_owned()]);
    let sections = section::all();
    let sections = sections.iter().map(|section| (section.file(), page("section.md", Some(section))));
    let mut pages: Vec<_> = templates.map(|name| (name.clone(), page(&name, None))).chain(sections).collect();
    pages.sort();
    pages
}

fn file(root: &Path, path: &str) -> String {
    let path = root.join("..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The registry cuts a page off that is longer: <https://developer.hashicorp.com/terraform/registry/providers/docs>, "Storage Limits".
const LONGEST: usize = 500_000;

#[test]
fn the_pages_are_current() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let mut names = BTreeSet::new();
    for (name, page) in pages() {
        assert!(page.len() < LONGEST, "{name} has {} bytes", page.len());
        expect_file![docs.join(&name)].assert_eq(&page);
        assert!(names.insert(name.clone()), "two pages are called {name}");
    }
    let folders = ["", "guides", "resources"].map(|folder| docs.join(folder));
    let entries =
        folders.iter().flat_map(|folder| fs::read_dir(folder).expect("a folder of docs/").flatten());
    for file in entries.filter(|entry| entry.path().is_file()) {
        let name = file.path().strip_prefix(&docs).expect("below docs/").display().to_string();
        assert!(names.contains(&name), "docs/{name} is a page of nothing: remove it");
    }
}

/// Links lead to pages and headings of `docs/` that are there, by file names: both GitHub and the registry follow those.
#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    let anchors = |page: &str| -> BTreeSet<String> {
        let headings = page.lines().filter_map(|line| line.strip_prefix('#')).map(|line| {
            let words = line.trim_start_matches('#').trim().to_lowercase();
            words
                .chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
                .collect::<String>()
                .replace(' ', "-")
        });
        let ids = page.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next().map(str::to_owned));
        headings.chain(ids).collect()
    };
    let mut seen = 0;
    for (name, page) in &pages {
        for link in page.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("https://") {
                continue;
            }
            seen += 1;
            let (file, anchor) =
                link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            let target = match file.strip_prefix("../") {
                _ if file.is_empty() => name.clone(),
                Some(other) => other.to_owned(),
                None if folder.is_empty() => file.to_owned(),
                None => format!("{folder}/{file}"),
            };
            let found = pages.iter().find(|(name, _)| *name == target);
            let (_, found) = found.unwrap_or_else(|| panic!("{name}: {link} leads nowhere"));
            assert!(
                anchor.is_none_or(|anchor| anchors(found).contains(anchor)),
                "{name}: {link} leads to no heading"
            );
        }
    }
    assert!(seen > 100, "{seen} links");
}

/// The lakes that pages show make sense; the real terraform and the operator try their text.
#[test]
fn every_example_makes_sense() {
    for (section, _, spec) in example::of_all() {
        let spec: LakeSpec =
            CONTRACT.decode(spec).unwrap_or_else(|findings| panic!("{section}: {findings:#?}"));
        assert_eq!(lint(&spec, "events"), [], "{section}");
    }
}

/// What a field's own text says of changes is what its kind says.
#[test]
fn what_cannot_be_changed_is_told_at_the_field() {
    fn walk(object: &Object, at: &FieldPath, changes: &Changes, seen: &mut usize, wrong: &mut Vec<String>) {
        for (name, field) in &object.fields {
            let path = at.field(name);
            let told = ["annot be changed", "Another key is another"]
                .iter()
                .any(|it| field.description.contains(it));
            let fixed = changes.of(&path) != Change::InPlace;
            if told != fixed {
                wrong.push(format!("{}.{path} ({fixed}): {}", changes.place, field.description));
            }
            *seen += usize::from(fixed);
            if let (Some(inner), false) = (field.shape.object(), fixed) {
                walk(inner, &path, changes, seen, wrong);
            }
        }
    }
    let (mut seen, mut wrong) = (0, Vec::new());
    for section in section::all() {
        let changes = Changes::at(section.place());
        walk(section.object(), &FieldPath::root(), &changes, &mut seen, &mut wrong);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen > 20, "{seen} fields");
}

#[test]
fn nothing_is_without_a_description() {
    fn walk(block: &tfplug::Block, at: &str) {
        for (name, attribute) in &block.attributes {
            assert!(!attribute.description.is_empty(), "{at}{name} has no description");
        }
        for (name, nested) in &block.blocks {
            assert!(!nested.block.description.is_empty(), "{at}{name} has no description");
            walk(&nested.block, &format!("{at}{name}."));
        }
    }
    walk(&lake_provider::schema::lake().block, "");
    walk(&lake_provider::provider::schema().block, "");
}

/// What a user may leave out, and what is then: said in the line of each argument.
#[test]
fn every_argument_says_its_default_or_that_it_is_required() {
    fn walk(block: &Block, path: &str, section: &str, page: &str, seen: &mut (usize, usize)) {
        let start = page.find(section).unwrap_or_else(|| panic!("there is no section {section}"));
        let text = page[start + section.len()..].split("\n<a id=").next().unwrap_or_default();
        let required = text
            .split("Required")
            .nth(1)
            .and_then(|text| text.split("\nOptional").next())
            .unwrap_or_default();
        for (name, attribute) in &block.attributes {
            let line = text
                .lines()
                .find(|line| line.starts_with(&format!("- `{name}` (")))
                .expect("a line of its own");
            if let Some(value) = attribute.default {
                assert!(line.contains(&schema::default(value)), "{path}{name}: {line}");
                seen.0 += 1;
            }
            if attribute.required {
                assert!(required.contains(line), "{path}{name} is required");
                seen.1 += 1;
            }
        }
        for (name, nested) in &block.blocks {
            if nested.required {
                assert!(required.contains(&format!("- `{name}` (")), "{path}{name} is required");
                seen.1 += 1;
            }
            let path = format!("{path}{name}");
            let heading = format!("### Nested Schema for `{path}`\n");
            walk(&nested.block, &format!("{path}."), &heading, page, seen);
        }
    }
    let mut seen = (0, 0);
    for section in section::all() {
        let page = page("section.md", Some(&section));
        walk(section.block(), "", "## Arguments\n", &page, &mut seen);
    }
    assert!(seen.0 >= 79 && seen.1 >= 54, "defaults and required arguments: {seen:?}");
}
