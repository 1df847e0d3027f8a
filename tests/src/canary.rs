//! Canaries: the values that tests give to what the schema calls secret, and that are told nowhere.
//!
//! The fixtures of both doors look for them with [`none_in`] in whatever is written: what commands print, logs at every
//! level, status, events. Not looked through are the files of Terraform's state and plans, whose content its documentation
//! tells, and the journal of the AWS of tests.
//!
//! Only a canary is found again, so a fixture also holds its lakes to [`strangers`] (no secret of theirs is anything else),
//! and the lake that has every field to [`untold`] (no secret field of the schema goes without one). Both take a lake in
//! the words of either door: the `spec` of a manifest, or the attributes of a Terraform state.

use crate::root;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

/// What every canary begins with.
const SONG: &str = "canary-bird";
/// How it looks in base64, where it begins at the first, second or third byte of what was encoded.
const SONG_IN_BASE64: [&str; 3] = ["Y2FuYXJ5LWJp", "NhbmFyeS1iaX", "jYW5hcnktYmly"];

/// The canary of one field.
#[must_use]
pub fn canary(of: &str) -> String {
    format!("{SONG}-{of}")
}

/// The line of a text that holds a canary.
#[must_use]
pub fn found(text: &str) -> Option<&str> {
    text.lines().find(|line| is_in(line))
}

/// Fail if a text holds a canary.
///
/// # Panics
/// When it does.
pub fn none_in(what: &str, text: &str) {
    if let Some(line) = found(text) {
        let shown: String = line.chars().take(2_000).collect();
        panic!("{what} tells a secret:\n{shown}");
    }
}

/// The secrets of a lake that are no canaries, each with the path of its field in the schema. A test that leaked them would
/// not notice.
#[must_use]
pub fn strangers(lake: &Value) -> Vec<(&'static str, &str)> {
    let mut all = Vec::new();
    secrets("", lake, &mut |field, secret| {
        all.extend(texts(secret).filter(|text| !is_in(text)).map(|text| (field, text)));
    });
    all
}

/// The secret fields of the schema to which none of these lakes gives a canary, by their paths in the schema.
#[must_use]
pub fn untold<'a>(lakes: impl IntoIterator<Item = &'a Value>) -> BTreeSet<&'static str> {
    let mut all: BTreeSet<_> =
        schema().iter().filter(|(_, it)| **it == Form::Secret).map(|(path, _)| &**path).collect();
    for lake in lakes {
        secrets("", lake, &mut |field, secret| {
            if texts(secret).any(is_in) {
                all.remove(field);
            }
        });
    }
    all
}

fn is_in(text: &str) -> bool {
    text.contains(SONG) || SONG_IN_BASE64.iter().any(|song| text.contains(song))
}

/// How a value of the schema is reached and read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Its texts are never shown.
    Secret,
    /// Its entries stand under keys of the user's choice.
    Keyed,
    /// Anything else.
    Plain,
}

/// The schema of a lake by path, as its golden has it, to which the provider's tests hold the schema itself.
fn schema() -> &'static BTreeMap<String, Form> {
    static SCHEMA: OnceLock<BTreeMap<String, Form>> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let golden = std::fs::read_to_string(root().join("provider/tests/golden/lake.txt"));
        let golden = golden.expect("the schema's golden can be read");
        let lines = golden.lines().filter_map(|line| line.split_once(": "));
        let form = |said: &str| match said {
            "block Map" => Form::Keyed,
            // A lake as a value: whatever is secret in it is found by its own field.
            said if said.starts_with("\"dynamic\"") => Form::Plain,
            said if said.ends_with(" sensitive") => Form::Secret,
            _ => Form::Plain,
        };
        lines.map(|(path, said)| (path.to_owned(), form(said))).collect()
    })
}

/// Visit the secrets of a value that stands at this path of the schema.
fn secrets<'a>(at: &str, value: &'a Value, visit: &mut dyn FnMut(&'static str, &'a Value)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| secrets(at, item, visit)),
        Value::Object(fields) => {
            for (name, inner) in fields {
                match field(at, name) {
                    Some((path, Form::Secret)) => visit(path, inner),
                    Some((path, Form::Keyed)) => {
                        inner
                            .as_object()
                            .into_iter()
                            .flatten()
                            .for_each(|(_, entry)| secrets(path, entry, visit));
                    }
                    Some((path, Form::Plain)) => secrets(path, inner, visit),
                    None => {}
                }
            }
        }
        _ => {}
    }
}

/// A field below a path of the schema, told in the words of Terraform (`secret_content`, one `bucket`) or of the CRD
/// (`secretContent`, many `buckets`).
fn field(at: &str, name: &str) -> Option<(&'static str, Form)> {
    // Below a lake as a value, all begins anew.
    let at = if at == "spec" || at == "sensitive_spec" { "" } else { at };
    let mut below = if at.is_empty() { String::new() } else { format!("{at}.") };
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            below.push('_');
        }
        below.push(letter.to_ascii_lowercase());
    }
    let known = |path: &str| schema().get_key_value(path).map(|(path, form)| (path.as_str(), *form));
    known(&below).or_else(|| known(below.strip_suffix('s')?))
}

/// The texts in a value, at every depth.
fn texts(value: &Value) -> Box<dyn Iterator<Item = &str> + '_> {
    match value {
        Value::String(text) => Box::new(std::iter::once(&**text)),
        Value::Array(items) => Box::new(items.iter().flat_map(texts)),
        Value::Object(entries) => Box::new(entries.values().flat_map(texts)),
        _ => Box::new(std::iter::empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_canary_is_found_in_plain_words_and_in_base64() {
        for told in ["x canary-bird-salt y", "Y2FuYXJ5LWJpcmQ=", "eGNhbmFyeS1iaXJk", "eHljYW5hcnktYmly"] {
            assert_eq!(found(&format!("one\n{told}\ntwo")), Some(told));
        }
        assert_eq!(found("a bird\nin a cage"), None);
    }

    #[test]
    fn secrets_are_found_in_the_words_of_both_doors() {
        let terraform = |secret: &str| {
            let object = json!({ "secret_content": secret, "content": "shown" });
            json!({ "bucket": { "secret": { "object": { "secret": object } } }, "job": { "etl": {
                "secret_arguments": { "--salt": secret }, "arguments": { "--shown": "shown" },
            } } })
        };
        let kubernetes = |secret: &str| {
            let object = json!({ "secretContent": secret, "content": "shown" });
            json!({ "buckets": { "secret": { "objects": { "secret": object } } }, "jobs": { "etl": {
                "secretArguments": { "--salt": secret }, "arguments": { "--shown": "shown" },
            } } })
        };
        let value = |secret: &str| json!({ "spec": { "region": "x" }, "sensitive_spec": kubernetes(secret) });
        let fields = ["bucket.object.secret_content", "job.secret_arguments"];
        let all = untold([]);
        let salt = canary("salt");
        for (stranger, lake) in [
            (terraform("salt"), terraform(&salt)),
            (kubernetes("salt"), kubernetes(&salt)),
            (value("salt"), value(&salt)),
        ] {
            assert_eq!(strangers(&stranger), fields.map(|field| (field, "salt")));
            assert_eq!(untold([&stranger]), all);
            assert_eq!(strangers(&lake), []);
            let told: BTreeSet<_> = all.difference(&untold([&lake])).copied().collect();
            assert_eq!(told, BTreeSet::from(fields));
        }
    }
}
