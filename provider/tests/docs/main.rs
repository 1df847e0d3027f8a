//! The documentation in the registry's layout, `docs/`, generated from the schemas and from `provider/templates/`.
//!
//! `UPDATE_EXPECT=1 cargo test -p terraform-provider-lake --test docs` writes it anew.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod schema;

use expect_test::expect_file;
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
        Some(("schema", "lake")) => schema::render(&lake_provider::schema::lake()),
        Some(("schema", "provider")) => schema::render(&lake_provider::provider::schema()),
        Some(("file", path)) => {
            let path = root.join("..").join(path);
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        }
        _ => panic!("no such order: {order}"),
    }
}

#[test]
fn the_pages_are_current() {
    expect_file!["../../../docs/index.md"].assert_eq(&page("index.md"));
    expect_file!["../../../docs/resources/lake.md"].assert_eq(&page("resources/lake.md"));
    expect_file!["../../../docs/guides/drift.md"].assert_eq(&page("guides/drift.md"));
    expect_file!["../../../docs/guides/ownership.md"].assert_eq(&page("guides/ownership.md"));
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
