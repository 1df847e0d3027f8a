//! The section "Schema" of a page, as the registry's own generator lays it out.

use lake_provider::projection::Block as Projected;
use serde_json::Value as Json;
use std::fmt::Write;
use tfplug::{Attribute, Block, Nested, NestedBlock, Nesting, Schema, Type};

/// Required, optional and read-only arguments, and a section for each nested block. What the spec says beside the schema,
/// defaults and what is required, comes from its projection.
pub(crate) fn render(schema: &Schema, spec: Option<&'static Projected>) -> String {
    let mut page = String::from("## Schema\n");
    let mut nested = Vec::new();
    for (title, lines) in groups(&schema.block, spec, "", &mut nested) {
        write!(page, "\n### {title}\n\n{}", lines.concat()).expect("a text takes texts");
    }
    while !nested.is_empty() {
        let mut deeper = Vec::new();
        for Section { anchor, path, block, spec } in std::mem::take(&mut nested) {
            write!(page, "\n<a id=\"{anchor}\"></a>\n### Nested Schema for `{path}`\n")
                .expect("a text takes texts");
            let mut own = Vec::new();
            for (title, lines) in groups(&block, spec, &path, &mut own) {
                write!(page, "\n{title}:\n\n{}", lines.concat()).expect("a text takes texts");
            }
            deeper.push(own);
        }
        nested = deeper.into_iter().flatten().collect();
    }
    page
}

struct Section {
    anchor: String,
    path: String,
    block: Block,
    spec: Option<&'static Projected>,
}

fn groups(
    block: &Block,
    spec: Option<&'static Projected>,
    path: &str,
    nested: &mut Vec<Section>,
) -> Vec<(&'static str, Vec<String>)> {
    let (mut required, mut optional, mut computed) = (Vec::new(), Vec::new(), Vec::new());
    for (name, it) in &block.attributes {
        let said = spec.and_then(|spec| spec.attributes.get(name));
        match &it.of {
            Nested::Attributes(_, attributes) => {
                let inner = Block { attributes: attributes.clone(), ..Block::default() };
                let section = section(path, name, inner, None, "nestedatt");
                computed
                    .push((name, line(name, "Attributes Map", &it.description, None, Some(&section.anchor))));
                nested.push(section);
            }
            Nested::Type(_) if it.required || said.is_some_and(|said| said.required) => {
                required.push((name, attribute(name, it, None)));
            }
            Nested::Type(_) if it.optional => {
                optional.push((name, attribute(name, it, said.and_then(|said| said.default))));
            }
            Nested::Type(_) => computed.push((name, attribute(name, it, None))),
        }
    }
    for (name, inner) in &block.blocks {
        let said = spec.and_then(|spec| spec.blocks.get(name));
        let section = section(path, name, inner.block.clone(), said.map(|said| &said.block), "nestedblock");
        let line = line(name, kind(inner), &inner.block.description, None, Some(&section.anchor));
        let group = if said.is_some_and(|said| said.required) { &mut required } else { &mut optional };
        group.push((name, line));
        nested.push(section);
    }
    [("Required", required), ("Optional", optional), ("Read-Only", computed)]
        .into_iter()
        .filter(|(_, lines)| !lines.is_empty())
        .map(|(title, mut lines)| {
            lines.sort();
            (title, lines.into_iter().map(|(_, line)| line).collect())
        })
        .collect()
}

fn section(path: &str, name: &str, block: Block, spec: Option<&'static Projected>, sort: &str) -> Section {
    let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    Section { anchor: format!("{sort}--{}", path.replace('.', "--")), path, block, spec }
}

fn attribute(name: &str, attribute: &Attribute, default: Option<&Json>) -> String {
    let sensitive = if attribute.sensitive { ", Sensitive" } else { "" };
    line(name, &format!("{}{sensitive}", ty(&attribute.ty())), &attribute.description, default, None)
}

/// How the end of an argument's line tells its default.
pub(crate) fn default(value: &Json) -> String {
    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    format!("Default: `{value}`.")
}

/// One line of a list; further paragraphs of a description are indented below it.
fn line(name: &str, kind: &str, description: &str, value: Option<&Json>, anchor: Option<&str>) -> String {
    let default = value.map(|value| format!(" {}", default(value))).unwrap_or_default();
    let below =
        anchor.map(|anchor| format!(" (see [below for nested schema](#{anchor}))")).unwrap_or_default();
    let mut lines = description.trim().lines();
    let mut text = format!("- `{name}` ({kind}) {}{default}{below}\n", lines.next().unwrap_or_default());
    for further in lines.filter(|line| !line.is_empty()) {
        writeln!(text, "  {further}").expect("a text takes texts");
    }
    text
}

fn kind(block: &NestedBlock) -> &'static str {
    match (block.nesting, block.max) {
        (Nesting::Map, _) => "Block, any number, each with a label",
        (Nesting::List | Nesting::Set, 1) | (Nesting::Single | Nesting::Group, _) => "Block",
        (Nesting::List | Nesting::Set, _) => "Block, any number",
    }
}

fn ty(of: &Type) -> String {
    match of {
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::List(entry) => format!("List of {}", ty(entry)),
        Type::Set(entry) => format!("Set of {}", ty(entry)),
        Type::Map(entry) => format!("Map of {}", ty(entry)),
        other => format!("{other:?}"),
    }
}
