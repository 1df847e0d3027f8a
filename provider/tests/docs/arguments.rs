//! The arguments of a section's members: types, defaults, bounds, and what a change of each does.

use crate::{
    changes::{Change, Changes},
    schema::{anchor, below, default, kind_of, line, ordered, ty},
    section::capital,
};
use lake_api::{
    FieldPath,
    contract::{Field, Number, Object, Shape},
    rule::Rule,
};
use lake_provider::{
    projection::{Attribute, Block, Nested},
    words::in_terraform,
};
use std::fmt::Write;

/// A block, or an object that only Kubernetes knows: what stands in it, and where it is.
struct Part {
    /// What the contract says of it.
    object: &'static Object,
    /// What Terraform calls its fields; `None` in what only Kubernetes knows.
    block: Option<&'static Block>,
    /// Where it is below the member, in the words of the page.
    path: String,
    /// Where it is below the member, in the words of the spec.
    at: FieldPath,
    /// What a change of its fields does.
    changes: Changes,
    /// How long AWS lets the name of a member be, once its templates are filled in.
    name: Option<(usize, usize)>,
}

/// All arguments of the members of a section, a part for each block.
pub(crate) fn render(
    object: &'static Object,
    block: &'static Block,
    changes: Changes,
    name: Option<(usize, usize)>,
) -> String {
    let root = Part { object, block: Some(block), path: String::new(), at: FieldPath::root(), changes, name };
    let mut page = String::new();
    let mut level = vec![root];
    while !level.is_empty() {
        let mut deeper = Vec::new();
        for part in std::mem::take(&mut level) {
            if !part.path.is_empty() {
                let anchor = anchor("nestedblock", &part.path);
                write!(page, "\n<a id=\"{anchor}\"></a>\n### Nested Schema for `{}`\n", part.path)
                    .expect("a text takes texts");
            }
            let heading =
                |title| if part.path.is_empty() { format!("### {title}") } else { format!("{title}:") };
            for (title, lines) in groups(&part, &mut deeper) {
                write!(page, "\n{}\n\n{}", heading(title), lines.concat()).expect("a text takes texts");
            }
            let rules: Vec<String> = part.object.rules.iter().filter_map(|rule| told(rule, &part)).collect();
            if !rules.is_empty() {
                write!(page, "\n{}\n", rules.join(" ")).expect("a text takes texts");
            }
        }
        level = deeper;
    }
    page
}

fn groups(part: &Part, deeper: &mut Vec<Part>) -> Vec<(&'static str, Vec<String>)> {
    let (mut required, mut optional) = (Vec::new(), Vec::new());
    for (name, field) in &part.object.fields {
        let group = if part.object.requires(name) { &mut required } else { &mut optional };
        let (word, line) = match part.block.and_then(|block| told_by(block, name)) {
            Some(Told::Attribute(word, attribute)) => {
                (word.to_owned(), attribute_line(part, word, field, attribute))
            }
            Some(Told::Block(word, nested)) => {
                (word.to_owned(), block_line(part, word, field, nested, deeper))
            }
            None => (name.clone(), kubernetes_line(part, name, field, deeper)),
        };
        group.push((word, line));
    }
    ordered([("Required", required), ("Optional", optional)])
}

/// What a field is in Terraform.
enum Told {
    Attribute(&'static str, &'static Attribute),
    Block(&'static str, &'static Nested),
}

fn told_by(block: &'static Block, field: &str) -> Option<Told> {
    let attribute = block.attributes.iter().find(|(_, it)| it.field == field);
    let nested = || block.blocks.iter().find(|(_, it)| it.field == field);
    attribute
        .map(|(word, it)| Told::Attribute(word, it))
        .or_else(|| nested().map(|(word, it)| Told::Block(word, it)))
}

fn attribute_line(part: &Part, word: &str, field: &Field, attribute: &Attribute) -> String {
    let mut kinds = vec![ty(&lake_provider::schema::ty(attribute.shape))];
    kinds.extend(attribute.json.then(|| "JSON".to_owned()));
    let name = (part.path.is_empty() && attribute.field == "name").then_some(part.name).flatten();
    kinds.extend(name.map(|(least, greatest)| characters(least, greatest)).or_else(|| bounds(&field.shape)));
    kinds.extend(attribute.secret.then(|| "Sensitive".to_owned()));
    kinds.extend(change(part, attribute.field));
    let mut end = attribute.default.map(|value| format!(" {}", default(value))).unwrap_or_default();
    if let Some(reason) = part.changes.left_to_aws(&part.at.field(attribute.field)) {
        write!(end, " Left to AWS where nothing is said: {reason}.").expect("a text takes texts");
    }
    line(word, &kinds.join(", "), &in_terraform(attribute.description), &end)
}

fn block_line(
    part: &Part,
    word: &str,
    field: &'static Field,
    nested: &'static Nested,
    deeper: &mut Vec<Part>,
) -> String {
    let path = if part.path.is_empty() { word.to_owned() } else { format!("{}.{word}", part.path) };
    let mut kinds = vec![kind_of(nested.nesting).to_owned()];
    if lake_reconcile::spec::singular::snake(nested.field) != word {
        kinds.push(format!("`{}` in YAML", nested.field));
    }
    kinds.extend(bounds(&field.shape));
    kinds.extend(change(part, nested.field));
    let end = below(&anchor("nestedblock", &path));
    deeper.extend(inner(part, &field.shape, Some(&nested.block), path, part.at.field(nested.field)));
    line(word, &kinds.join(", "), &in_terraform(nested.description), &end)
}

/// What stands in the cluster, Terraform does not know.
fn kubernetes_line(part: &Part, name: &str, field: &'static Field, deeper: &mut Vec<Part>) -> String {
    let path = if part.path.is_empty() { name.to_owned() } else { format!("{}.{name}", part.path) };
    let kind = match (&field.shape, field.shape.entry()) {
        (Shape::Text(_), _) => "String",
        (Shape::Bool, _) => "Boolean",
        (Shape::Integer(_) | Shape::Number(_), _) => "Number",
        (Shape::Map(_), _) => "Map",
        (_, Some(_)) => "List",
        (_, None) => "Object",
    };
    let end = if field.shape.holds_object() { below(&anchor("nestedblock", &path)) } else { String::new() };
    deeper.extend(inner(part, &field.shape, None, path, part.at.field(name)));
    line(name, &format!("{kind}, in Kubernetes only"), &field.description, &end)
}

/// The part that a field is, or that each of its entries is.
fn inner(
    part: &Part,
    shape: &'static Shape,
    block: Option<&'static Block>,
    path: String,
    at: FieldPath,
) -> Option<Part> {
    let (object, at) = match shape {
        Shape::Object(object) => (object, at),
        Shape::Map(map) => (map.entry.object()?, at.field("*")),
        Shape::List(_) | Shape::Set(_) => (shape.entry()?.object()?, at.index(0)),
        _ => return None,
    };
    let members = matches!(shape, Shape::Map(map) if map.members);
    // Members within a member are resources of their own.
    let (changes, at) = match members {
        true => (Changes::at(part.changes.place.join(&at)), FieldPath::root()),
        false => (part.changes.clone(), at),
    };
    Some(Part { object, block, path, at, changes, name: None })
}

/// What a change of a field does, where that is more than a change in place.
fn change(part: &Part, field: &str) -> Option<String> {
    match part.changes.of(&part.at.field(field)) {
        Change::InPlace => None,
        Change::Replaces => Some("forces replacement".to_owned()),
        Change::Refused => Some("cannot be changed".to_owned()),
    }
}

/// The greatest number of entries that a list or a map has where AWS tells none: no bound that a reader meets.
const MANY: usize = 1000;

/// The bounds that a value has beside its type, in words.
fn bounds(shape: &Shape) -> Option<String> {
    match shape {
        Shape::Text(text) if text.words.is_empty() && text.member_of.is_none() => {
            Some(characters(text.min, text.max?))
        }
        Shape::Integer(Number { min, max }) | Shape::Number(Number { min, max }) => match (min, max) {
            (Some(min), Some(max)) => Some(format!("{min} to {max}")),
            (Some(min), None) => Some(format!("at least {min}")),
            (None, Some(max)) => Some(format!("at most {max}")),
            (None, None) => None,
        },
        Shape::List(list) => entries(list.min, list.max),
        Shape::Set(set) => entries(set.min, set.max),
        Shape::Map(map) => entries(map.min, map.max),
        _ => None,
    }
}

fn entries(min: usize, max: usize) -> Option<String> {
    match (min, max < MANY) {
        (0, false) => None,
        (min, false) => Some(format!("at least {min}")),
        (0 | 1, true) => Some(format!("at most {max}")),
        (min, true) => Some(format!("{min} to {max}")),
    }
}

/// A length of a text.
pub(crate) fn characters(min: usize, max: usize) -> String {
    match min {
        0 | 1 => format!("at most {max} characters"),
        min if min == max => format!("{max} characters"),
        min => format!("{min} to {max} characters"),
    }
}

/// What must hold among the fields of a part, where their lines do not say it.
fn told(rule: &Rule, part: &Part) -> Option<String> {
    let rule = match rule {
        Rule::OfOwn(inner) => inner,
        rule => rule,
    };
    let among = matches!(
        rule,
        Rule::ExactlyOne(_) | Rule::AtMostOne(_) | Rule::AtLeastOne(_) | Rule::Needs(..) | Rule::Fixed(_)
    );
    let text = among.then(|| rule.to_string())?;
    let text = if part.block.is_some() { in_terraform(&text) } else { text };
    Some(format!("{}.", capital(&text)))
}
