//! Secret values, kept out of what others say.
//!
//! AWS quotes in its messages what it was sent, and so do parsers. Which paths are secret, a spec and the
//! [record](crate::record) say; the values stand in the spec and in what was last found.

use crate::{
    diff,
    error::CloudError,
    failure::{Cause, Failure},
    graph::Graph,
    inventory::{Inventory, Presence},
    kind::Kinds,
    record::Record,
    settings::Settings,
};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use lake_api::FieldPath;
use serde_json::Value;
use std::collections::BTreeSet;

/// What stands in a secret's place.
pub const SECRET: &str = "(secret)";
/// A value of fewer characters stands in too many words for being taken out of them.
const SHORT: usize = 4;

/// The values that are never told, in all the forms in which others may quote them.
#[derive(Default)]
pub(crate) struct Secrets {
    /// Forms of values that are long enough to be replaced, longer ones first.
    long: Vec<String>,
    /// Forms of the others.
    short: BTreeSet<String>,
}

impl Secrets {
    /// The secret values of what is wanted, and of what was last found of it.
    pub(crate) fn of(kinds: Kinds, graph: &Graph, record: &Record, inventory: &Inventory) -> Self {
        let mut values = BTreeSet::new();
        for node in graph.values().filter(|node| !node.treatment.secret.is_empty()) {
            collect(node.settings.as_ref(), &node.treatment.secret, &mut values);
        }
        for (id, found) in inventory {
            let mut secret = record.secrets(kinds, id);
            secret.extend(graph.get(id).into_iter().flat_map(|node| node.treatment.secret.iter().cloned()));
            for presence in found.values().filter(|_| !secret.is_empty()) {
                if let Presence::Present { settings, .. } = presence {
                    collect(Some(settings), &secret, &mut values);
                }
            }
        }
        let mut secrets = Secrets::default();
        values.iter().for_each(|value| secrets.add(value));
        secrets.long.sort_by_key(|form| std::cmp::Reverse(form.len()));
        secrets
    }

    fn add(&mut self, value: &str) {
        let forms = forms(value).into_iter();
        if value.chars().count() < SHORT {
            self.short.extend(forms);
        } else {
            self.long.extend(forms);
        }
    }

    /// Take the secrets out of what AWS said. What holds one that is too short to be replaced is not told at all.
    pub(crate) fn censor(&self, error: &mut CloudError) {
        if let Some(said) = self.without(&error.said) {
            error.said = said.unwrap_or_else(|| error.code.clone().unwrap_or_else(|| SECRET.to_owned()));
        }
    }

    /// Take the secrets out of a failure.
    pub(crate) fn censor_failure(&self, failure: &mut Failure) {
        match &mut failure.cause {
            Cause::Refused(error) => self.censor(error),
            Cause::Unknown(said) | Cause::Unsteady(said) | Cause::Unsettled(said) => {
                if let Some(without) = self.without(said) {
                    *said = without.unwrap_or_else(|| SECRET.to_owned());
                }
            }
            Cause::Blocked(_)
            | Cause::Protected(_)
            | Cause::Unplanned
            | Cause::Foreign(_)
            | Cause::Anew(_)
            | Cause::Overtaken(_)
            | Cause::Skipped(_)
            | Cause::Stopped => {}
        }
    }

    /// A text without the secrets in it: `None` where it holds none, `Some(None)` where it may not be told.
    fn without(&self, text: &str) -> Option<Option<String>> {
        let mut told = text.to_owned();
        for form in self.long.iter().filter(|form| text.contains(form.as_str())) {
            told = told.replace(form.as_str(), SECRET);
        }
        if self.short.iter().any(|form| told.replace(SECRET, "").contains(form.as_str())) {
            return Some(None);
        }
        (told != text).then_some(Some(told))
    }
}

/// The texts at or below some paths.
fn collect(settings: Option<&Settings>, paths: &BTreeSet<FieldPath>, values: &mut BTreeSet<String>) {
    let Some(json) = settings.map(Settings::json) else { return };
    paths.iter().filter_map(|path| diff::get(json, path)).for_each(|value| texts(value, values));
}

fn texts(value: &Value, all: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            all.insert(text.clone());
            // What is kept in base64 is quoted as what it is.
            let plain = BASE64_STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            all.extend(plain.filter(|plain| plain.chars().count() >= SHORT));
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, all)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, all)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The forms in which a value may stand in a text: as it is, and as JSON, URIs and base64 spell it.
fn forms(value: &str) -> BTreeSet<String> {
    let json = Value::from(value).to_string();
    let json = json.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned();
    let base64 = BASE64_STANDARD.encode(value);
    let forms = [
        value.to_owned(),
        json,
        percent(value),
        percent(value).replace("%20", "+"),
        base64.trim_end_matches('=').to_owned(),
        BASE64_URL_SAFE_NO_PAD.encode(value),
        base64,
    ];
    forms.into_iter().filter(|form| !form.is_empty()).collect()
}

/// A text as RFC 3986 spells it within a URI: all but the unreserved characters are escaped.
fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut uri, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => uri.push(byte.into()),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
        uri
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(values: &[&str]) -> Secrets {
        let mut secrets = Secrets::default();
        values.iter().for_each(|value| secrets.add(value));
        secrets.long.sort_by_key(|form| std::cmp::Reverse(form.len()));
        secrets
    }

    fn told(values: &[&str], said: &str) -> String {
        let code = Some("InvalidInputException".to_owned());
        let mut error = CloudError { code, ..CloudError::refused("glue:UpdateJob", said) };
        secrets(values).censor(&mut error);
        error.to_string()
    }

    #[test]
    fn what_aws_quotes_is_told_without_the_secret() {
        for quoted in
            ["pepper \"& salt", "pepper \\\"& salt", "pepper%20%22%26%20salt", "cGVwcGVyICImIHNhbHQ="]
        {
            assert_eq!(
                told(&["pepper \"& salt", "pepper"], &format!("Value '{quoted}' is not allowed")),
                "glue:UpdateJob: InvalidInputException: Value '(secret)' is not allowed"
            );
        }
    }

    #[test]
    fn what_holds_a_short_secret_is_told_by_its_code() {
        assert_eq!(told(&["abc"], "Value 'abc' is not allowed"), "glue:UpdateJob: InvalidInputException");
        assert_eq!(
            told(&["abc"], "It is not allowed"),
            "glue:UpdateJob: InvalidInputException: It is not allowed"
        );
    }

    #[test]
    fn nothing_is_no_secret() {
        assert_eq!(told(&[""], "No"), "glue:UpdateJob: InvalidInputException: No");
    }
}
