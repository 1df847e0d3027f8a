//! The section "Schema" of a page, as the registry's own generator lays it out.

use std::fmt::Write;
use tfplug::{Attribute, Block, Nested, NestedBlock, Nesting, Schema, Type};

/// Required, optional and read-only arguments, and a section for each nested block.
pub(crate) fn render(schema: &Schema) -> String {
    let mut page = String::from("## Schema\n");
    let mut nested = Vec::new();
    for (title, lines) in groups(&schema.block, "", &mut nested) {
        write!(page, "\n### {title}\n\n{}", lines.concat()).expect("a text takes texts");
    }
    while !nested.is_empty() {
        let mut deeper = Vec::new();
        for Section { anchor, path, block } in std::mem::take(&mut nested) {
            write!(page, "\n<a id=\"{anchor}\"></a>\n### Nested Schema for `{path}`\n")
                .expect("a text takes texts");
            let mut own = Vec::new();
            for (title, lines) in groups(&block, &path, &mut own) {
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
}

fn groups(block: &Block, path: &str, nested: &mut Vec<Section>) -> Vec<(&'static str, Vec<String>)> {
    let of = |wanted: fn(&Attribute) -> bool| block.attributes.iter().filter(move |(_, it)| wanted(it));
    let mut optional: Vec<(String, String)> =
        of(|it| it.optional).map(|(name, it)| (name.clone(), attribute(name, it))).collect();
    for (name, inner) in &block.blocks {
        let section = section(path, name, inner.block.clone(), "nestedblock");
        optional
            .push((name.clone(), line(name, kind(inner), &inner.block.description, Some(&section.anchor))));
        nested.push(section);
    }
    optional.sort();
    let mut computed = Vec::new();
    for (name, it) in of(|it| it.computed && !it.optional) {
        computed.push(match &it.of {
            Nested::Attributes(_, attributes) => {
                let inner = Block { attributes: attributes.clone(), ..Block::default() };
                let section = section(path, name, inner, "nestedatt");
                let line = line(name, "Attributes Map", &it.description, Some(&section.anchor));
                nested.push(section);
                line
            }
            Nested::Type(_) => attribute(name, it),
        });
    }
    let required = of(|it| it.required).map(|(name, it)| attribute(name, it)).collect();
    [
        ("Required", required),
        ("Optional", optional.into_iter().map(|(_, line)| line).collect()),
        ("Read-Only", computed),
    ]
    .into_iter()
    .filter(|(_, lines): &(_, Vec<String>)| !lines.is_empty())
    .collect()
}

fn section(path: &str, name: &str, block: Block, sort: &str) -> Section {
    let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    Section { anchor: format!("{sort}--{}", path.replace('.', "--")), path, block }
}

fn attribute(name: &str, attribute: &Attribute) -> String {
    let sensitive = if attribute.sensitive { ", Sensitive" } else { "" };
    line(name, &format!("{}{sensitive}", ty(&attribute.ty())), &attribute.description, None)
}

/// One line of a list; further paragraphs of a description are indented below it.
fn line(name: &str, kind: &str, description: &str, anchor: Option<&str>) -> String {
    let below =
        anchor.map(|anchor| format!(" (see [below for nested schema](#{anchor}))")).unwrap_or_default();
    let mut lines = description.trim().lines();
    let mut text = format!("- `{name}` ({kind}) {}{below}\n", lines.next().unwrap_or_default());
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
