//! CEL rules, for what one object can tell; the rest is `lint`.
//!
//! A rule's cost is multiplied by the sizes of the maps and lists around it, so there are only these few forms, whose
//! cost does not depend on any text.

use serde_json::{Value, json};

/// Exactly one of the fields is given.
pub fn exactly_one(fields: &[&str]) -> Value {
    json!({
        "rule": format!("[{}].exists_one(given, given)", given(fields, ", ")),
        "message": format!("exactly one of {} must be given", list(fields)),
    })
}

/// No two of the fields are given.
pub fn at_most_one(fields: &[&str]) -> Value {
    json!({
        "rule": format!("[{}].filter(given, given).size() <= 1", given(fields, ", ")),
        "message": format!("at most one of {} may be given", list(fields)),
    })
}

/// One of the fields is given, or several.
pub fn at_least_one(fields: &[&str]) -> Value {
    json!({
        "rule": given(fields, " || "),
        "message": format!("at least one of {} must be given", list(fields)),
    })
}

/// The first field is given only with the second.
pub fn needs(field: &str, other: &str) -> Value {
    json!({
        "rule": format!("!has(self.{field}) || has(self.{other})"),
        "message": format!("{field} needs {other}"),
    })
}

/// Each key of a map has the grammar of a member's key.
///
/// Written without a regular expression over the key: the apiserver takes a map's keys for unbounded texts and would
/// refuse the cost.
pub fn keys() -> Value {
    json!({
        "rule": format!("self.all(key, key.matches('{}'))", crate::names::MEMBER_KEY),
        "message": "keys are 1 to 63 lower-case letters, digits and inner hyphens",
    })
}

/// `has(self.a), has(self.b)`.
fn given(fields: &[&str], between: &str) -> String {
    fields.iter().map(|field| format!("has(self.{field})")).collect::<Vec<_>>().join(between)
}

/// `a, b or c`.
fn list(fields: &[&str]) -> String {
    match fields {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [front @ .., last] => format!("{} or {last}", front.join(", ")),
    }
}
