//! What a YAML file says to kubectl and otherwise to YAML 1.2, by which it is read here.
//!
//! kubectl reads YAML 1.1 (sigs.k8s.io/yaml on go-yaml v2, `resolve.go`): `no` is false, `010` is 8, `1_000` is 1000. Who
//! writes such a scalar without quotes means a text or a number, and one of the two readers takes it for the other: it is
//! told before anything is planned.

use granit_parser::{Event, Parser, ScalarStyle};
use serde_json::{Number, Value};

/// What kubectl reads otherwise in each document of a text that is not empty: the line, and what it says there.
pub(super) fn otherwise(text: &str) -> Vec<Vec<String>> {
    let mut documents: Vec<Vec<String>> = Vec::new();
    let mut depth = 0_usize;
    for event in Parser::new_from_str(text) {
        // What is no YAML is told by whoever reads it.
        let Ok((event, span)) = event else { break };
        match event {
            Event::DocumentStart(..) => documents.push(Vec::new()),
            Event::SequenceStart(..) | Event::MappingStart(..) => depth += 1,
            Event::SequenceEnd | Event::MappingEnd => depth = depth.saturating_sub(1),
            Event::Scalar(said, ScalarStyle::Plain, _, None) if depth == 0 && is_null(&said) => {
                documents.pop();
            }
            Event::Scalar(said, ScalarStyle::Plain, _, None) => {
                if let (Some(meant), Some(document)) = (meant(&said), documents.last_mut()) {
                    let line = span.start.line();
                    document.push(format!(
                        "line {line}: kubectl reads {said} as {meant}: quote it, \"{said}\", or write {meant}"
                    ));
                }
            }
            _ => {}
        }
    }
    documents
}

fn is_null(said: &str) -> bool {
    ["", "~", "null", "Null", "NULL"].contains(&said)
}

/// What kubectl takes a scalar without quotes for, where that is not what it is to YAML 1.2.
fn meant(said: &str) -> Option<String> {
    match said {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Some("true".to_owned()),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Some("false".to_owned()),
        _ => {}
    }
    let (sign, rest) = match said.strip_prefix(['-', '+']) {
        Some(rest) => (if said.starts_with('-') { "-" } else { "" }, rest),
        None => ("", said),
    };
    if !rest.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let digits = rest.replace('_', "");
    let based = [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2), ("0", 8)];
    let number = based.iter().find_map(|(prefix, base)| {
        let digits = digits.strip_prefix(prefix).filter(|digits| !digits.is_empty())?;
        u64::from_str_radix(digits, *base).ok()
    });
    // 08 is no number of base 8, and is 8 all the same.
    let leads = digits.len() > 1 && digits.starts_with('0') || digits.len() < rest.len();
    let number = number.or_else(|| digits.parse().ok().filter(|_| leads))?;
    Some(format!("{sign}{number}"))
}

/// Whole numbers as whole numbers, however they are written: `1e1` and `10.0` are 10 to kubectl and to a schema.
pub(super) fn whole(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(whole_number(number)),
        Value::Array(items) => items.into_iter().map(whole).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, whole(value))).collect(),
        other => other,
    }
}

fn whole_number(number: Number) -> Number {
    // Up to 2^53 every whole number is a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= EXACT => {
            format!("{float:.0}").parse::<i64>().map_or(number, Number::from)
        }
        _ => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_kubectl_takes_for_something_else_is_known() {
        for (said, meant_by_kubectl) in [
            ("no", Some("false")),
            ("Yes", Some("true")),
            ("on", Some("true")),
            ("n", Some("false")),
            ("010", Some("8")),
            ("-010", Some("-8")),
            ("08", Some("8")),
            ("1_000", Some("1000")),
            ("0x10", Some("16")),
            ("0b11", Some("3")),
            ("0o17", Some("15")),
            ("0", None),
            ("10", None),
            ("-3", None),
            ("1e1", None),
            ("10.0", None),
            ("true", None),
            ("nobody", None),
            ("2026-01-02", None),
            ("1.2.3", None),
            ("0.5", None),
            ("", None),
        ] {
            assert_eq!(meant(said).as_deref(), meant_by_kubectl, "{said}");
        }
    }

    #[test]
    fn each_document_is_told_for_itself_and_quotes_help() {
        let text =
            "# nothing\n---\na: \"no\"\nb: 'off'\nc: |\n  no\n---\nno: { timeout: 010 }\nd: !!str yes\n";
        let told = otherwise(text);
        assert_eq!(told[0], [""; 0]);
        assert_eq!(told[1].len(), 2, "{told:?}");
        assert!(told[1][0].starts_with("line 8: kubectl reads no as false: quote it"), "{told:?}");
        assert!(told[1][1].contains("010 as 8"), "{told:?}");
    }

    #[test]
    fn whole_floats_are_whole_numbers() {
        let given = json!({ "a": [10.0, 1e1, -0.0, 0.5, 1e300], "b": 3 });
        assert_eq!(whole(given).to_string(), r#"{"a":[10,10,0,0.5,1e+300],"b":3}"#);
    }
}
