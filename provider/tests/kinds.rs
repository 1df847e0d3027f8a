//! The lake of all examples of kinds that are data, in Terraform's words: the end-to-end cases apply it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod hcl;

use expect_test::expect_file;
use lake_reconcile::{
    kinds::{self, SimpleKind},
    spec::singular::{singular, snake},
};
use serde_json::{Map, Value, json};
use std::fmt::Write;
use tfplug::Block;

/// What the examples refer to.
const BEFORE: &str = r#"# Every field of every kind that is data, as its own examples tell it.
resource "lake" "kinds" {
  name = "kinds"

  bucket "full" {
    on_delete = "Empty"
  }

  role "full" {
    assumed_by {
      services = ["athena.amazonaws.com"]
    }
  }
"#;

/// What of it is looked at alone.
const BETWEEN: &str = r#"}

resource "lake" "kinds_elsewhere" {
  name = "kinds-elsewhere"
"#;

/// Say of a member all that can be said of how it is treated.
fn treat(schema: &Block, section: &str, member: &mut Value) {
    let said = json!({
        "onDelete": "Delete",
        "adopt": "Unowned",
        "adoptFrom": "terraform/other/kinds",
        "deletionProtection": false,
        "ignoreDrift": ["tags.cost-centre"],
    });
    let block = &schema.blocks[&snake(singular(section).unwrap())].block;
    for (name, value) in said.as_object().unwrap() {
        if block.attributes.contains_key(&snake(name)) {
            member[name] = value.clone();
        }
    }
}

#[test]
fn the_lake_of_all_examples() {
    let schema = lake_provider::schema::lake().block;
    let mut text = BEFORE.to_owned();
    for (section, examples) in kinds::simple().map(SimpleKind::examples) {
        let mut members = (examples.full)();
        for (_, member) in members.as_object_mut().unwrap().iter_mut().filter(|(key, _)| *key != "full") {
            // What is retained would stand when the lake is gone.
            member["onDelete"] = json!("Delete");
        }
        treat(&schema, section, &mut members["full"]);
        text.push('\n');
        text.push_str(&hcl::body(&schema, &Map::from_iter([(section.to_owned(), members)]), 1));
    }
    text.push_str(BETWEEN);
    for (section, _) in kinds::simple().map(SimpleKind::examples) {
        let kind = singular(section).unwrap();
        let name = format!("lake.kinds.outputs[\"{kind}/full\"].name");
        write!(text, "\n  {} \"full\" {{\n    external = {name}\n  }}\n", snake(kind)).unwrap();
    }
    text.push_str("}\n");
    expect_file!["../../tests/tests/portable/kinds.tf"].assert_eq(&text);
}
