//! ARNs of simple kinds: a template with fields of the key in braces.

use super::Simple;
use crate::place::Place;
use serde_json::{Map, Value, json};

/// A piece of a template.
enum Piece<'t> {
    As(&'t str),
    Field(&'t str),
}

fn pieces(template: &str) -> impl Iterator<Item = Piece<'_>> {
    let all = template.split(['{', '}']).enumerate();
    all.map(|(at, text)| if at % 2 == 0 { Piece::As(text) } else { Piece::Field(text) })
}

/// The ARN of a resource of this place.
fn whole(kind: &Simple, place: &Place, filled: &str) -> String {
    let (service, resource) = filled.split_once(':').unwrap_or((filled, ""));
    if kind.global { place.global_arn(service, resource) } else { place.arn(service, resource) }
}

fn fill(template: &str, fields: &Value, otherwise: Option<&str>) -> Option<String> {
    let filled = pieces(template).map(|piece| match piece {
        Piece::As(text) => Some(text),
        Piece::Field(name) => fields.get(name).and_then(Value::as_str).or(otherwise),
    });
    filled.collect()
}

/// The ARN, where the kind has one and all fields in it are known.
pub(super) fn of(kind: &Simple, fields: &Value, place: &Place) -> Option<String> {
    let filled = fill(kind.arn, fields, None).filter(|filled| !filled.is_empty())?;
    Some(whole(kind, place, &filled))
}

/// The ARN of a template with `*` for what is not known; `*` alone where the kind has none.
pub(super) fn pattern(kind: &Simple, template: &str, fields: &Value, place: &Place) -> String {
    match fill(template, fields, Some("*")) {
        Some(filled) if !filled.is_empty() => whole(kind, place, &filled),
        _ => "*".to_owned(),
    }
}

/// The fields that an ARN of this kind and place tells. No field holds a sign that stands between fields.
pub(super) fn words(kind: &Simple, arn: &str, place: &Place) -> Option<Map<String, Value>> {
    let (service, template) = kind.arn.split_once(':')?;
    let mut rest = arn.strip_prefix(&whole(kind, place, &format!("{service}:")))?;
    let between: Vec<char> = pieces(template)
        .filter_map(|piece| if let Piece::As(text) = piece { Some(text) } else { None })
        .flat_map(|text| text.chars().filter(|sign| !sign.is_alphanumeric() && *sign != '-'))
        .collect();
    let mut words = Map::new();
    for piece in pieces(template) {
        match piece {
            Piece::As(text) => rest = rest.strip_prefix(text)?,
            Piece::Field(name) => {
                let end = rest.find(between.as_slice()).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                if word.is_empty() {
                    return None;
                }
                words.insert(name.to_owned(), json!(word));
                rest = after;
            }
        }
    }
    rest.is_empty().then_some(words)
}
