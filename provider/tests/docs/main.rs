//! The documentation in the registry's layout, `docs/`, generated from the schemas and from `provider/templates/`.
//!
//! `UPDATE_EXPECT=1 cargo test -p terraform-provider-lake --test docs` writes it anew.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod schema;
mod tables;

use expect_test::expect_file;
use lake_provider::projection::{self, Block};
use lake_reconcile::policy::Purpose;
use std::{fs, path::Path};

/// A template with its `{{ schema … }}` and `{{ file … }}` filled in.
fn page(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let template = fs::read_to_string(root.join("templates").join(name)).expect("the template is there");
    let mut page = String::new();
    let mut rest = template.as_str();
    while let Some((text, after)) = rest.split_once("{{ ") {
        let (order, after) = after.split_once(" }}").expect("an order ends");
        page.push_str(text);
        page.push_str(fill(root, order).trim_end());
        rest = after;
    }
    page.push_str(rest);
    page
}

fn fill(root: &Path, order: &str) -> String {
    match order.split_once(' ').map(|(word, what)| (word, what.trim_matches('"'))) {
        Some(("schema", "lake")) => schema::render(&lake_provider::schema::lake(), Some(projection::spec())),
        Some(("schema", "provider")) => schema::render(&lake_provider::provider::schema(), None),
        Some(("outputs", "kinds")) => tables::outputs(),
        Some(("actions", path)) => tables::actions(&file(root, path)),
        Some(("plan", path)) => tables::policy(&file(root, path), Purpose::Plan),
        Some(("file", path)) => file(root, path),
        _ => panic!("no such order: {order}"),
    }
}

fn file(root: &Path, path: &str) -> String {
    let path = root.join("..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_pages_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guides = fs::read_dir(root.join("templates/guides")).expect("there are guides").flatten();
    let guides = guides.map(|guide| format!("guides/{}", guide.file_name().display()));
    for name in guides.chain(["index.md".to_owned(), "resources/lake.md".to_owned()]) {
        expect_file![root.join("../docs").join(&name)].assert_eq(&page(&name));
    }
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
                assert!(line.ends_with(&schema::default(value)), "{path}{name}: {line}");
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
            walk(
                &nested.block,
                &format!("{path}."),
                &format!("### Nested Schema for `{path}`\n"),
                page,
                seen,
            );
        }
    }
    let mut seen = (0, 0);
    walk(projection::spec(), "", "## Schema\n", &page("resources/lake.md"), &mut seen);
    assert!(seen.0 >= 79 && seen.1 >= 54, "defaults and required arguments: {seen:?}");
}
