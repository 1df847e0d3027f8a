//! Texts that speak of the spec, in Terraform's spelling.
//!
//! Both doors share their findings and their documentation, which say `onDelete: Retain`; a configuration of
//! Terraform says `on_delete = "Retain"`.

use crate::projection::{self, Block};
use lake_reconcile::spec::singular::snake;
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

/// The words of the spec.
struct Words {
    /// Fields, and what Terraform calls them.
    fields: BTreeMap<&'static str, String>,
    /// The words of choices.
    choices: BTreeSet<&'static str>,
}

fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut words = Words { fields: BTreeMap::new(), choices: BTreeSet::new() };
        words.collect(projection::spec());
        // A section is meant before any field of its name: "a member of `roles`".
        let sections = projection::spec().blocks.iter().map(|(word, nested)| (nested.field, word.clone()));
        words.fields.extend(sections);
        words
    })
}

impl Words {
    fn collect(&mut self, block: &'static Block) {
        for (word, attribute) in &block.attributes {
            self.fields.insert(attribute.field, word.clone());
            if let Some(text) = attribute.shape.leaf() {
                self.choices.extend(text.words.iter().map(String::as_str));
            }
        }
        for (word, nested) in &block.blocks {
            self.fields.entry(nested.field).or_insert_with(|| word.clone());
            self.collect(&nested.block);
        }
    }
}

/// A text of the spec in Terraform's spelling. Words in backquotes are fields wherever they can be; elsewhere only
/// words that no prose has, `onDelete`, and what stands before a choice, `adopt: Never`.
#[must_use]
pub fn in_terraform(text: &str) -> String {
    let mut told = String::with_capacity(text.len() + 16);
    for (place, part) in text.split('`').enumerate() {
        if place > 0 {
            told.push('`');
        }
        spell(part, place % 2 == 1, &mut told);
    }
    told
}

fn spell(text: &str, code: bool, told: &mut String) {
    let mut rest = text;
    let mut before = None;
    while let Some(letter) = rest.chars().next() {
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        if length == 0 || matches!(before, Some('"' | '\'' | '/' | '-' | '_' | ':' | '<' | '{')) {
            // Within a name, a quotation or a template nothing is a field.
            let end = length.max(letter.len_utf8());
            told.push_str(&rest[..end]);
            before = rest[..end].chars().last();
            rest = &rest[end..];
            continue;
        }
        let (word, after) = rest.split_at(length);
        match assignment(word, after) {
            Some((spelt, left)) => {
                told.push_str(&spelt);
                rest = left;
            }
            None => {
                told.push_str(&name(word, after, code));
                rest = after;
            }
        }
        before = Some('a');
    }
}

/// `onDelete: Retain`, and what follows it.
fn assignment<'t>(word: &str, after: &'t str) -> Option<(String, &'t str)> {
    let value = after.strip_prefix(": ")?;
    let field = words().fields.get(word)?;
    if let Some(end) = value.strip_prefix('"').and_then(|quoted| quoted.find('"')) {
        let (quoted, left) = value.split_at(end + 2);
        return Some((format!("{field} = {quoted}"), left));
    }
    if let Some(end) = value.starts_with('[').then(|| value.find(']')).flatten() {
        let (list, left) = value.split_at(end + 1);
        return Some((format!("{field} = {list}"), left));
    }
    let end = value.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(value.len());
    let (choice, left) = value.split_at(end);
    match choice {
        "true" | "false" => Some((format!("{field} = {choice}"), left)),
        _ if words().choices.contains(choice) => Some((format!("{field} = \"{choice}\""), left)),
        _ => None,
    }
}

fn name<'t>(word: &'t str, after: &str, code: bool) -> Cow<'t, str> {
    let of_two =
        word.chars().any(|c| c.is_ascii_uppercase()) && word.starts_with(|c: char| c.is_ascii_lowercase());
    let of_node = after.starts_with('/');
    // Most words are prose, and need no search.
    match (code || of_two).then(|| words().fields.get(word)).flatten() {
        Some(_) if of_two && !of_node && !code => snake(word).into(),
        Some(field) if code && !of_node => field.into(),
        _ => word.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_in_terraforms_spelling() {
        for (text, told) in [
            (
                "exactly one of table, tableName must be given",
                "exactly one of table, table_name must be given",
            ),
            ("To take it over, set adopt: Unowned.", "To take it over, set adopt = \"Unowned\"."),
            ("set adoptFrom: \"terraform/a/b\"", "set adopt_from = \"terraform/a/b\""),
            ("the key of a member of `buckets`, or an ARN", "the key of a member of `bucket`, or an ARN"),
            ("with `aws: [\"*\"]` for everybody", "with `aws = [\"*\"]` for everybody"),
            ("needs `recrawl: EventMode`", "needs `recrawl = \"EventMode\"`"),
            ("accessPoint/analysts is there", "accessPoint/analysts is there"),
            ("`tag:GetResources` and {lake}", "`tag:GetResources` and {lake}"),
            ("all buckets and their tags", "all buckets and their tags"),
        ] {
            assert_eq!(in_terraform(text), told);
        }
    }
}
