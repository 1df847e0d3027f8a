//! From what schemars makes of the types to the closed vocabulary of keywords that both doors understand.

use serde_json::{Map, Value, json};

/// The most entries of a list or a map that names no bound of AWS's. CEL's cost is multiplied by it.
const MOST: u64 = 1000;

/// How often a rule may be evaluated in one object at the most. What stands below more entries is left to the contract: the
/// apiserver refuses a definition whose rules could cost too much, and a bound is never made smaller for a rule.
const EVALUATIONS: u64 = 500_000;

/// Where the rules stand that the apiserver does not evaluate.
pub(super) const BEYOND: &str = "x-lake-rules";

/// Leaves of a schema only what Kubernetes' structural schemas and Terraform's can say: options without null, choices as
/// plain enumerations that keep the words of their documentation, defaults only where they say more than "absent". With
/// `bounded`, every list and map gets a bound.
pub(super) fn clean(schema: &mut Value, bounded: bool) {
    clean_within(schema, bounded, 1);
}

/// [`clean`], for a schema of which one object may hold so many.
fn clean_within(schema: &mut Value, bounded: bool, around: u64) {
    let Value::Object(keywords) = schema else { return };
    option(keywords);
    choice(keywords);
    // Examples are the tests' and the documentation's: a definition would grow by them.
    for noise in ["title", "$schema", "nullable", "examples"] {
        keywords.remove(noise);
    }
    if keywords.get("format").is_some_and(|format| format != "date-time") {
        keywords.remove("format");
    }
    if keywords.get("additionalProperties") == Some(&Value::Bool(false)) {
        keywords.remove("additionalProperties");
    }
    if let Some(default) = keywords.get_mut("default") {
        prune(default);
        if says_nothing(default) {
            keywords.remove("default");
        }
    }
    if let Some(Value::String(text)) = keywords.get_mut("description") {
        *text = unwrap(text);
    }
    if let Some(Value::Object(fields)) = keywords.get_mut("properties") {
        fields.values_mut().for_each(|field| clean_within(field, bounded, around));
    }
    let mut evaluations = around;
    for (inner, bound) in [("items", "maxItems"), ("additionalProperties", "maxProperties")] {
        if !keywords.contains_key(inner) {
            continue;
        }
        if bounded {
            keywords.entry(bound).or_insert(json!(MOST));
        }
        evaluations *= keywords.get(bound).and_then(Value::as_u64).unwrap_or(1);
        if let Some(inner) = keywords.get_mut(inner) {
            clean_within(inner, bounded, evaluations);
        }
    }
    // A rule about a map looks at each of its keys.
    if bounded
        && evaluations > EVALUATIONS
        && let Some(rules) = keywords.remove("x-kubernetes-validations")
    {
        keywords.insert(BEYOND.to_owned(), rules);
    }
}

/// An option is the thing itself: what is absent is null in both doors.
fn option(keywords: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = keywords.get("type") {
        let thing = types.iter().find(|one| *one != "null").cloned();
        keywords.insert("type".into(), thing.unwrap_or_default());
    }
    let thing = match keywords.get("anyOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([thing, null]) if null.get("type") == Some(&json!("null")) => thing.clone(),
        _ => return,
    };
    keywords.remove("anyOf");
    for (keyword, value) in thing.as_object().into_iter().flatten() {
        keywords.entry(keyword.clone()).or_insert(value.clone());
    }
}

/// A choice of words: one enumeration, each word's documentation among the description.
fn choice(keywords: &mut Map<String, Value>) {
    let is_word = |case: &Value| case.get("type") == Some(&json!("string"));
    // A type that keeps words of later releases has its own ones in `anyOf`.
    let words = ["oneOf", "anyOf"].into_iter().find_map(|place| {
        let cases = keywords.get(place)?.as_array().filter(|cases| cases.iter().all(is_word))?;
        Some((place, cases.clone()))
    });
    let Some((place, cases)) = words else { return };
    keywords.remove(place);
    let mut words = Vec::new();
    let mut texts = Vec::new();
    for case in cases {
        let text = case["description"].as_str().unwrap_or_default().trim_end_matches('.').to_owned();
        let named = match (case.get("const"), case.get("enum")) {
            (Some(word), _) => vec![word.clone()],
            (None, Some(Value::Array(words))) => words.clone(),
            _ => Vec::new(),
        };
        for word in named {
            texts.push(format!("- `{}`: {}", word.as_str().unwrap_or_default(), unwrap(&text)));
            words.push(word);
        }
    }
    keywords.insert("type".into(), json!("string"));
    keywords.insert("enum".into(), Value::Array(words));
    let text = keywords.get("description").and_then(Value::as_str).unwrap_or_default();
    keywords.insert("description".into(), json!(format!("{}\n\n{}", unwrap(text), texts.join("\n"))));
}

/// Takes out of a default what says no more than that a field is absent.
fn prune(default: &mut Value) {
    if let Value::Object(fields) = default {
        fields.values_mut().for_each(prune);
        fields.retain(|_, value| !says_nothing(value));
    }
}

/// Whether a default says no more than that the field is absent.
fn says_nothing(default: &Value) -> bool {
    match default {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// A text without the line breaks of its source; paragraphs and lists keep theirs.
fn unwrap(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    for line in text.lines().map(str::trim) {
        if whole.is_empty() {
        } else if line.is_empty() {
            whole.push_str("\n\n");
        } else if line.starts_with("- ") {
            if !whole.ends_with('\n') {
                whole.push('\n');
            }
        } else if !whole.ends_with('\n') {
            whole.push(' ');
        }
        whole.push_str(line);
    }
    whole
}
