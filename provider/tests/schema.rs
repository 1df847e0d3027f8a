//! The resource's schema, one line for each attribute and block: what users may write, and what a state holds.
//!
//! A change here is a change for users: a line that goes breaks configurations.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use expect_test::expect_file;
use std::fmt::Write;
use tfplug::{Block, Nested};

fn lines(block: &Block, at: &str, text: &mut String) {
    for (name, it) in &block.attributes {
        let words = [
            (it.required, "required"),
            (it.optional, "optional"),
            (it.computed, "computed"),
            (it.sensitive, "sensitive"),
        ];
        let words: Vec<&str> = words.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect();
        writeln!(text, "{at}{name}: {} {}", it.ty().to_json(), words.join(" ")).expect("a text takes texts");
        if let Nested::Attributes(nesting, _) = &it.of {
            writeln!(text, "{at}{name}: nested {nesting:?}").expect("a text takes texts");
        }
    }
    for (name, nested) in &block.blocks {
        writeln!(text, "{at}{name}: block {:?}", nested.nesting).expect("a text takes texts");
        lines(&nested.block, &format!("{at}{name}."), text);
    }
}

#[test]
fn the_schema_of_a_lake() {
    let mut text = String::new();
    lines(&lake_provider::schema::lake().block, "", &mut text);
    expect_file!["golden/lake.txt"].assert_eq(&text);
}

#[test]
fn the_schema_of_the_provider() {
    let mut text = String::new();
    lines(&lake_provider::provider::schema().block, "", &mut text);
    expect_file!["golden/provider.txt"].assert_eq(&text);
}
