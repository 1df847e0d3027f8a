//! What stands in `sensitive_spec` is shown in no finding, whatever its field.

use super::{Source, Sources};
use lake_api::{Finding, Step};
use serde_json::Value as Json;

/// What stands for a value that is not shown.
const SECRET: &str = "(secret)";
/// A text of fewer letters is left alone where it is not known to be the secret: it occurs in words.
const LONG_ENOUGH: usize = 4;

/// The finding at its place, without the values that `sensitive_spec` holds.
#[must_use]
pub fn hide(sources: &Sources, finding: Finding) -> Finding {
    let mut values = Vec::new();
    texts(&sources.sensitive, &mut |text| {
        if text.chars().count() >= LONG_ENOUGH {
            values.push(text);
        }
    });
    if sources.source(&finding.path) == Source::Sensitive {
        let own = finding.path.steps().iter().try_fold(&sources.sensitive, |at, step| match step {
            Step::Field(name) | Step::Key(name) => at.get(name),
            Step::Index(index) => at.get(index),
        });
        texts(own.unwrap_or(&Json::Null), &mut |text| {
            values.extend([format!("\"{text}\""), format!("`{text}`")]);
            if text.parse::<f64>().is_ok() {
                values.push(text);
            }
        });
    }
    // Longer ones first: one may hold another.
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    let hidden = |text: String| values.iter().fold(text, |text, value| text.replace(value, SECRET));
    Finding {
        path: sources.placed(&finding.path),
        severity: finding.severity,
        summary: hidden(finding.summary),
        detail: hidden(finding.detail),
    }
}

/// Visit every text and number of a value, as text.
fn texts(json: &Json, visit: &mut dyn FnMut(String)) {
    match json {
        Json::String(text) if !text.is_empty() => visit(text.clone()),
        Json::Number(number) => visit(number.to_string()),
        Json::Array(items) => items.iter().for_each(|item| texts(item, visit)),
        Json::Object(fields) => fields.values().for_each(|value| texts(value, visit)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sources;
    use super::*;
    use lake_reconcile::CONTRACT;
    use serde_json::json;

    #[test]
    fn no_finding_holds_what_sensitive_spec_says() {
        let blocks = json!({"jobs": {"etl": {"role": "etl"}}});
        let sensitive = json!({"jobs": {"etl": {"maxCapacity": "hush-hush", "timeout": "no"}}});
        let sources = sources(blocks, json!({}), sensitive);
        let found = CONTRACT.check(&sources.whole());
        assert!(!found.is_empty());
        for finding in found {
            let hidden = hide(&sources, finding);
            assert!(!hidden.to_string().contains("hush"), "{hidden}");
        }
        let short = Finding::error("jobs.etl.timeout".parse().unwrap(), "\"no\" is none of them", "");
        let hidden = hide(&sources, short);
        assert_eq!(hidden.summary, "(secret) is none of them");
        assert_eq!(hidden.path.to_string(), "sensitive_spec.jobs.etl.timeout");
    }
}
