//! The section "Schema" of a page, as the registry's own generator lays it out.

use lake_provider::projection::{self, Block as Projected};
use serde_json::Value as Json;
use std::fmt::Write;
use tfplug::{Attribute, Block, Nested, NestedBlock, Nesting, Schema, Type};

/// Required, optional and read-only arguments, and a section for each nested block that has no page of its own: those of the lake's
/// members have.
pub(crate) fn render(schema: &Schema, spec: Option<&'static Projected>) -> String {
    let mut page = String::from("## Schema\n");
    let mut nested = Vec::new();
    for (title, lines) in groups(&schema.block, spec, "", &mut nested) {
        write!(page, "\n### {title}\n\n{}", lines.concat()).expect("a text takes texts");
    }
    while !nested.is_empty() {
        let mut deeper = Vec::new();
        for Section { anchor, path, block } in std::mem::take(&mut nested) {
            write!(page, "\n<a id=\"{anchor}\"></a>\n### Nested Schema for `{path}`\n")
                .expect("a text takes texts");
            let mut own = Vec::new();
            for (title, lines) in groups(&block, None, &path, &mut own) {
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

fn groups(
    block: &Block,
    spec: Option<&'static Projected>,
    path: &str,
    nested: &mut Vec<Section>,
) -> Vec<(&'static str, Vec<String>)> {
    let (mut required, mut optional, mut computed) = (Vec::new(), Vec::new(), Vec::new());
    for (name, it) in &block.attributes {
        let default = spec.and_then(|spec| spec.attributes.get(name)).and_then(|said| said.default);
        match &it.of {
            Nested::Attributes(_, attributes) => {
                let inner = Block { attributes: attributes.clone(), ..Block::default() };
                let section = section(path, name, inner, "nestedatt");
                let end = below(&section.anchor);
                computed.push((name, line(name, "Attributes Map", &it.description, &end)));
                nested.push(section);
            }
            Nested::Type(_) if it.required => required.push((name, attribute(name, it, None))),
            Nested::Type(_) if it.optional => optional.push((name, attribute(name, it, default))),
            Nested::Type(_) => computed.push((name, attribute(name, it, None))),
        }
    }
    for (name, inner) in &block.blocks {
        let members = spec.and_then(|spec| spec.blocks.get(name)).filter(|it| it.members);
        let end = match members {
            Some(members) => format!(" (see [its page](../{}))", crate::section::file(members)),
            None => {
                let section = section(path, name, inner.block.clone(), "nestedblock");
                let end = below(&section.anchor);
                nested.push(section);
                end
            }
        };
        optional.push((name, line(name, kind(inner), &inner.block.description, &end)));
    }
    ordered([("Required", required), ("Optional", optional), ("Read-Only", computed)])
}

/// Groups of lines, those with none left out, each in the order of its names.
pub(crate) fn ordered<const N: usize, K: Ord>(
    groups: [(&'static str, Vec<(K, String)>); N],
) -> Vec<(&'static str, Vec<String>)> {
    let some = groups.into_iter().filter(|(_, lines)| !lines.is_empty());
    let in_order = some.map(|(title, mut lines)| {
        lines.sort();
        (title, lines.into_iter().map(|(_, line)| line).collect())
    });
    in_order.collect()
}

fn section(path: &str, name: &str, block: Block, sort: &str) -> Section {
    let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    Section { anchor: anchor(sort, &path), path, block }
}

/// The anchor of a block's own section.
pub(crate) fn anchor(sort: &str, path: &str) -> String {
    format!("{sort}--{}", path.replace('.', "--"))
}

/// How a line leads to a section further down.
pub(crate) fn below(anchor: &str) -> String {
    format!(" (see [below for nested schema](#{anchor}))")
}

fn attribute(name: &str, attribute: &Attribute, value: Option<&Json>) -> String {
    let sensitive = if attribute.sensitive { ", Sensitive" } else { "" };
    let default = value.map(|value| format!(" {}", default(value))).unwrap_or_default();
    line(name, &format!("{}{sensitive}", ty(&attribute.ty())), &attribute.description, &default)
}

/// How the end of an argument's line tells its default.
pub(crate) fn default(value: &Json) -> String {
    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    format!("Default: `{value}`.")
}

/// One line of a list, with what stands at the end of its first paragraph; further paragraphs of a description are indented below it.
pub(crate) fn line(name: &str, kind: &str, description: &str, end: &str) -> String {
    let mut lines = description.trim().lines();
    let mut text = format!("- `{name}` ({kind}) {}{end}\n", lines.next().unwrap_or_default());
    for further in lines.filter(|line| !line.is_empty()) {
        writeln!(text, "  {further}").expect("a text takes texts");
    }
    text
}

fn kind(block: &NestedBlock) -> &'static str {
    kind_of(match (block.nesting, block.max) {
        (Nesting::Map, _) => projection::Nesting::Map,
        (Nesting::List | Nesting::Set, 1) | (Nesting::Single | Nesting::Group, _) => {
            projection::Nesting::Single
        }
        (Nesting::List | Nesting::Set, _) => projection::Nesting::List,
    })
}

/// How often a block may stand there, in words.
pub(crate) fn kind_of(nesting: projection::Nesting) -> &'static str {
    match nesting {
        projection::Nesting::Map => "Block, any number, each with a label",
        projection::Nesting::Single => "Block",
        projection::Nesting::List => "Block, any number",
    }
}

/// A type in words.
pub(crate) fn ty(of: &Type) -> String {
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
