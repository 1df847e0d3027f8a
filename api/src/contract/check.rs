//! A JSON value held against its form: all findings at once.

use std::collections::BTreeSet;

use serde_json::{Map as Json, Value};

use super::shape::{Field, Map, Number, Object, Shape, Text};
use crate::input::is_unknown;
use crate::names::{MemberKey, pattern};
use crate::rule::Rule;
use crate::{FieldPath, Finding, Step};

/// What is wrong with a spec: see [`Contract::check`](super::Contract::check).
pub(super) fn check(shape: &Shape, spec: &Value) -> Vec<Finding> {
    let mut findings = check_against(shape, spec, &FieldPath::root());
    let sections = shape.object().into_iter().flat_map(|object| &object.fields);
    for (name, field) in sections {
        if matches!(&field.shape, Shape::Map(map) if map.members) && spec.get(name).is_some_and(is_unknown) {
            findings.push(Finding::error(
                FieldPath::root().field(name),
                format!("which members {name} has is not known yet"),
                "The keys of members must be known when a plan is made; what the members say may be unknown. \
                 Derive the keys from variables or locals instead of attributes of other resources.",
            ));
        }
    }
    findings.sort();
    findings
}

/// What is wrong with a value of any form, with findings below `path`.
pub fn check_against(shape: &Shape, value: &Value, path: &FieldPath) -> Vec<Finding> {
    let mut check = Check { findings: Vec::new() };
    check.value(shape, value, path, "");
    check.findings
}

struct Check {
    findings: Vec<Finding>,
}

impl Check {
    fn tell(&mut self, path: &FieldPath, summary: String, detail: impl Into<String>) {
        self.findings.push(Finding::error(path.clone(), summary, detail));
    }

    /// `meaning` is the documentation of the field that the value belongs to.
    fn value(&mut self, shape: &Shape, value: &Value, path: &FieldPath, meaning: &str) {
        if is_unknown(value) {
            return;
        }
        match (shape, value) {
            (Shape::Object(object), Value::Object(fields)) => self.object(object, fields, path),
            (Shape::Map(map), Value::Object(entries)) => self.map(map, entries, path, meaning),
            (Shape::List(list), Value::Array(items)) => {
                self.items(&list.entry, (list.min, list.max), items, path, meaning)
            }
            (Shape::Set(set), Value::Array(items)) => {
                self.items(&set.entry, (set.min, set.max), items, path, meaning);
                self.twice(items, path);
            }
            (Shape::Text(text), Value::String(given)) => self.text(text, given, path, meaning),
            (Shape::Bool, Value::Bool(_)) => {}
            (Shape::Integer(bounds), Value::Number(given)) => match given.as_f64() {
                Some(number) if number.fract() == 0.0 && number.abs() < MOST => {
                    self.number(bounds, number, path, meaning)
                }
                _ => self.tell(path, format!("{given} is no whole number"), meaning),
            },
            (Shape::Number(bounds), Value::Number(given)) => {
                self.number(bounds, given.as_f64().unwrap_or(f64::NAN), path, meaning);
            }
            (shape, other) => {
                let summary = format!("{} is needed here, not {}", shape.noun(), noun(other));
                self.tell(path, summary, format!("{}{meaning}", quotes(shape, other)));
            }
        }
    }

    fn object(&mut self, object: &Object, fields: &Json<String, Value>, path: &FieldPath) {
        for (name, value) in fields {
            match object.fields.get(name) {
                Some(_) if value.is_null() => {}
                Some(field) => self.value(&field.shape, value, &path.field(name), &field.description),
                None => {
                    let known: Vec<&str> = object.fields.keys().map(String::as_str).collect();
                    self.tell(
                        &path.field(name),
                        format!("there is no field \"{name}\" here"),
                        meant(name, &known),
                    );
                }
            }
        }
        let absent = |name: &str| fields.get(name).is_none_or(Value::is_null);
        for (name, field) in &object.fields {
            if field.required && absent(name) {
                self.required(name, Some(field), path);
            }
        }
        for rule in &object.rules {
            if rule.holds(fields) != Some(false) {
                continue;
            }
            match rule {
                Rule::RequiredOfOwn(name) => self.required(name, object.fields.get(name), path),
                Rule::Needs(_, name) => {
                    self.tell(&path.field(name), rule.to_string(), first_sentence(object.fields.get(name)));
                }
                rule => {
                    let fields = rule.fields();
                    let given: Vec<&str> = fields.into_iter().filter(|name| !absent(name)).collect();
                    // What one door alone knows is spoken of only where it is given.
                    let rule = rule.among(&|name| {
                        !absent(name) || object.fields.get(name).is_none_or(|field| field.door.is_none())
                    });
                    let detail = match given.as_slice() {
                        [] => "None of them is given.".to_owned(),
                        given => format!("Given here: {}.", quoted(given)),
                    };
                    self.tell(path, rule.to_string(), detail);
                }
            }
        }
    }

    fn required(&mut self, name: &str, field: Option<&Field>, path: &FieldPath) {
        self.tell(&path.field(name), format!("`{name}` is required"), first_sentence(field));
    }

    fn map(&mut self, map: &Map, entries: &Json<String, Value>, path: &FieldPath, meaning: &str) {
        let given = entries.values().filter(|value| map.keyed || !value.is_null()).count();
        self.size(given, (map.min, map.max), path, meaning);
        for (key, value) in entries {
            let path = path.key(key);
            if map.keyed && !MemberKey::fits(key) {
                let detail = "Keys are 1 to 63 lower-case letters, digits and inner hyphens: they become part of \
                              names and marks on AWS.";
                self.tell(&path, format!("\"{key}\" cannot be a key"), detail);
            }
            if !value.is_null() || map.keyed {
                self.value(&map.entry, value, &path, meaning);
            }
        }
    }

    fn items(
        &mut self,
        entry: &Shape,
        bounds: (usize, usize),
        items: &[Value],
        path: &FieldPath,
        meaning: &str,
    ) {
        self.size(items.len(), bounds, path, meaning);
        for (index, item) in items.iter().enumerate() {
            self.value(entry, item, &path.index(index), meaning);
        }
    }

    fn twice(&mut self, items: &[Value], path: &FieldPath) {
        let mut seen = BTreeSet::new();
        for (index, item) in items.iter().enumerate() {
            if !is_unknown(item) && !seen.insert(item.to_string()) {
                let detail = "The order of these values means nothing, so none may be there twice.";
                self.tell(&path.index(index), format!("{item} is here twice"), detail);
            }
        }
    }

    fn size(&mut self, given: usize, (min, max): (usize, usize), path: &FieldPath, meaning: &str) {
        if given < min {
            let name = path.steps().iter().filter_map(Step::name).next_back().unwrap_or_default();
            let detail = format!(
                "Given and empty is not the same as not given. Name {} at least, or remove `{name}`. {meaning}",
                if min == 1 { "one".to_owned() } else { min.to_string() }
            );
            self.tell(path, format!("`{name}` is empty"), detail.trim_end());
        } else if given > max {
            self.tell(path, format!("{given} entries are too many: at most {max} are allowed"), meaning);
        }
    }

    fn text(&mut self, text: &Text, given: &str, path: &FieldPath, meaning: &str) {
        let length = given.chars().count();
        let shown = match text.secret {
            true => "the secret".to_owned(),
            false => format!("\"{}\"", short(given)),
        };
        let meaning = if meaning.is_empty() { text.description.as_str() } else { meaning };
        if !text.words.is_empty() {
            if !text.words.iter().any(|word| word == given) {
                let words: Vec<&str> = text.words.iter().map(String::as_str).collect();
                self.tell(path, format!("{shown} is none of {}", words.join(", ")), meant(given, &words));
            }
        } else if length < text.min {
            let summary = match length {
                0 => "the text is empty".to_owned(),
                _ => format!("{shown} is too short: at least {} characters are needed", text.min),
            };
            self.tell(path, summary, meaning);
        } else if let Some(max) = text.max.filter(|max| length > *max) {
            self.tell(path, format!("{length} characters are too many: at most {max} are allowed"), meaning);
        } else if text.pattern.as_deref().is_some_and(|pattern| !pattern::fits(pattern, given)) {
            let summary = match &text.member_of {
                Some(section) => format!("{shown} is neither the key of a member of `{section}` nor an ARN"),
                None => format!("{shown} does not fit here"),
            };
            let detail = match &text.allowed {
                Some(allowed) => format!("{allowed}. {meaning}"),
                None => meaning.to_owned(),
            };
            self.tell(path, summary, detail.trim_end());
        } else if text.json && serde_json::from_str::<Value>(given).is_err() {
            self.tell(path, "the text is no JSON document".to_owned(), meaning);
        }
    }

    fn number(&mut self, bounds: &Number, given: f64, path: &FieldPath, meaning: &str) {
        if let Some(min) = bounds.min.filter(|min| given < *min) {
            self.tell(path, format!("{given} is less than {min}"), meaning);
        } else if let Some(max) = bounds.max.filter(|max| given > *max) {
            self.tell(path, format!("{given} is more than {max}"), meaning);
        }
    }
}

/// Names of fields, each in backquotes.
fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Above this, a number of 64 bits with a point no longer tells whole numbers apart.
const MOST: f64 = 9_007_199_254_740_992.0;

/// What was probably meant, or what there is.
fn meant(given: &str, known: &[&str]) -> String {
    let near = known
        .iter()
        .map(|word| (strsim::jaro_winkler(&given.to_lowercase(), &word.to_lowercase()), *word))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    match near {
        Some((_, word)) => format!("Did you mean \"{word}\"?"),
        None => format!("There are: {}.", known.join(", ")),
    }
}

/// The first sentence of a field's documentation.
fn first_sentence(field: Option<&Field>) -> String {
    let text = field.map(|field| field.description.as_str()).unwrap_or_default();
    let end = text.find(". ").map_or(text.len(), |end| end + 1);
    text[..end].to_owned()
}

/// The beginning of a text that may be long.
fn short(text: &str) -> String {
    const ENOUGH: usize = 60;
    match text.char_indices().nth(ENOUGH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What to do about a value that only stands in quotes or does not: types are taken as strictly as the API server takes
/// them.
fn quotes(shape: &Shape, given: &Value) -> &'static str {
    match (shape, given) {
        (Shape::Text(_), Value::Number(_) | Value::Bool(_)) => "Quote it. ",
        (Shape::Bool, Value::String(text)) if text.parse::<bool>().is_ok() => "Write it without quotes. ",
        (Shape::Integer(_) | Shape::Number(_), Value::String(text)) if text.parse::<f64>().is_ok() => {
            "Write it without quotes. "
        }
        _ => "",
    }
}

/// What a JSON value is called.
fn noun(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
