//! The lake of all examples of kinds that are data, in Terraform's words: the end-to-end cases apply it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use expect_test::expect_file;
use lake_reconcile::{
    kinds::{self, SimpleKind},
    spec::singular::{singular, snake},
};
use serde_json::{Value, json};
use std::fmt::Write;
use tfplug::{Block, Nesting};

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
        field(&schema, section, &members, 1, &mut text);
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

/// A field in Terraform's words: an attribute, or a block for each thing in it.
fn field(block: &Block, name: &str, value: &Value, depth: usize, text: &mut String) {
    let within = "  ".repeat(depth);
    let one = singular(name).map_or_else(|| snake(name), snake);
    let Some((_, nested)) = block.blocks.iter().find(|(it, _)| **it == one || **it == snake(name)) else {
        writeln!(text, "{within}{} = {}", snake(name), expression(value)).unwrap();
        return;
    };
    let labelled = nested.nesting == Nesting::Map;
    let each: Vec<(String, &Value)> = match value {
        Value::Array(all) => all.iter().map(|it| (one.clone(), it)).collect(),
        Value::Object(all) if labelled => {
            all.iter().map(|(key, it)| (format!("{one} {key:?}"), it)).collect()
        }
        one_alone => vec![(one, one_alone)],
    };
    for (header, inner) in each {
        writeln!(text, "{within}{header} {{").unwrap();
        for (name, value) in inner.as_object().unwrap() {
            field(&nested.block, name, value, depth + 1, text);
        }
        writeln!(text, "{within}}}").unwrap();
    }
}

fn expression(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| format!("{key:?} = {}", expression(value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(expression).collect::<Vec<_>>().join(", "))
        }
        // What begins a template in HCL is doubled.
        other => other.to_string().replace("${", "$${").replace("%{", "%%{"),
    }
}
