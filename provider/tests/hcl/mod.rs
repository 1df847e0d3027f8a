//! A lake in the words of the CRD, as Terraform's configuration says it.

use lake_reconcile::spec::singular::{singular, snake};
use serde_json::{Map, Value};
use std::fmt::Write;
use tfplug::{Block, NestedBlock, Nesting};

/// The inside of a block, `depth` steps in: its attributes with their equals signs below each other, as `terraform fmt` leaves them, and
/// then its blocks.
#[must_use]
pub(crate) fn body(block: &Block, fields: &Map<String, Value>, depth: usize) -> String {
    let within = "  ".repeat(depth);
    let (blocks, attributes): (Vec<_>, Vec<_>) =
        fields.iter().map(|(name, value)| (name, value, nested(block, name))).partition(|it| it.2.is_some());
    let widest = attributes.iter().map(|(name, ..)| snake(name).len()).max().unwrap_or_default();
    let mut text = String::new();
    for (name, value, _) in attributes {
        writeln!(text, "{within}{:widest$} = {}", snake(name), expression(value))
            .expect("a text takes texts");
    }
    for (name, value, nested) in blocks {
        let (word, nested) = nested.expect("blocks are apart");
        for (label, inner) in each(word, nested, value) {
            let inner = inner.as_object().unwrap_or_else(|| panic!("{name} is made of objects"));
            let body = body(&nested.block, inner, depth + 1);
            writeln!(text, "{within}{label} {{\n{body}{within}}}").expect("a text takes texts");
        }
    }
    text
}

/// The block that a field is, and its word.
fn nested<'b>(block: &'b Block, name: &str) -> Option<(&'b str, &'b NestedBlock)> {
    let one = singular(name).map_or_else(|| snake(name), snake);
    let found = block.blocks.iter().find(|(word, _)| **word == one || **word == snake(name));
    found.map(|(word, nested)| (word.as_str(), nested))
}

/// Each thing in a field that is a block, with what stands before its brace.
fn each<'v>(word: &str, nested: &NestedBlock, value: &'v Value) -> Vec<(String, &'v Value)> {
    match value {
        Value::Array(all) => all.iter().map(|it| (word.to_owned(), it)).collect(),
        Value::Object(all) if nested.nesting == Nesting::Map => {
            all.iter().map(|(key, it)| (format!("{word} {key:?}"), it)).collect()
        }
        one => vec![(word.to_owned(), one)],
    }
}

fn expression(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let is_word = |key: &str| key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let key = |key: &str| if is_word(key) { key.to_owned() } else { format!("{key:?}") };
            let fields = fields.iter().map(|(name, value)| format!("{} = {}", key(name), expression(value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(expression).collect::<Vec<_>>().join(", "))
        }
        // What begins a template in HCL is doubled.
        other => other.to_string().replace("${", "$${").replace("%{", "%%{"),
    }
}
