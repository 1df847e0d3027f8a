//! What a spec takes from config maps and secrets beside the lake: found, and put in its place.
//!
//! Both are pure: the door looks things up. A spec is checked as its user wrote it ([`Contract::decode`] and what
//! looks at its sense take references as they are, so that findings have the user's paths), then resolved, then decoded again
//! to be expanded; what was not resolved is not known yet then, and is never written.
//!
//! [`Contract::decode`]: crate::Contract::decode

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};

use crate::contract::Shape;
use crate::names::{Content as ContentText, Secret, Word};
use crate::{FieldPath, Finding, Step};

/// What holds content in the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// A config map.
    ConfigMap,
    /// A secret.
    Secret,
}

impl Holder {
    /// The field of the spec that refers to one.
    const FIELDS: [(&str, Holder); 2] =
        [("configMapKeyRef", Holder::ConfigMap), ("secretKeyRef", Holder::Secret)];
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Holder::ConfigMap => "config map",
            Holder::Secret => "secret",
        })
    }
}

/// A place of a spec that takes its content from the lake's namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentReference {
    /// The place in the spec, `buckets.store.objects.etl.contentFrom.configMapKeyRef`.
    pub path: FieldPath,
    /// What holds the content.
    pub holder: Holder,
    /// Its name.
    pub name: String,
    /// The key in it.
    pub key: String,
}

/// Content that was looked up.
#[derive(Clone, PartialEq, Eq)]
pub struct Content(pub Vec<u8>);

/// Only the size, since it may be secret.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({} bytes)", self.0.len())
    }
}

/// All references of a spec of this form, as far as they can be read: what is misspelt is left to the contract.
#[must_use]
pub fn references(shape: &Shape, spec: &Value) -> Vec<ContentReference> {
    let mut found = Vec::new();
    find(shape, spec, &FieldPath::root(), &mut found);
    found
}

fn find(shape: &Shape, value: &Value, path: &FieldPath, found: &mut Vec<ContentReference>) {
    match (shape, value) {
        (Shape::Object(object), Value::Object(fields)) => {
            for (name, field) in &object.fields {
                let Some(value) = fields.get(name) else { continue };
                let path = path.field(name);
                match Holder::FIELDS.iter().find(|(word, _)| word == name) {
                    Some((_, holder)) => found.extend(read(value, path, *holder)),
                    None => find(&field.shape, value, &path, found),
                }
            }
        }
        (Shape::Map(map), Value::Object(entries)) => {
            entries.iter().for_each(|(key, value)| find(&map.entry, value, &path.key(key), found));
        }
        (Shape::List(list), Value::Array(items)) => {
            items.iter().enumerate().for_each(|(at, item)| find(&list.entry, item, &path.index(at), found));
        }
        _ => {}
    }
}

fn read(value: &Value, path: FieldPath, holder: Holder) -> Option<ContentReference> {
    let text = |field: &str| value.get(field)?.as_str().map(str::to_owned);
    Some(ContentReference { path, holder, name: text("name")?, key: text("key")? })
}

/// Puts the content of every reference in its place: `content` or `contentBase64` for `contentFrom`, their secret
/// fellows where it comes from a secret, and `secretArguments` for `secretArgumentsFrom`. All findings at once; with any,
/// the spec is left half-done and must not be used.
///
/// # Errors
/// What is not there, is too large, or is no text where only a text can be.
pub fn resolve(
    shape: &Shape,
    spec: &mut Value,
    lookup: impl Fn(&ContentReference) -> Option<Content>,
) -> Result<(), Vec<Finding>> {
    let mut findings = Vec::new();
    for reference in references(shape, spec) {
        let placed = match lookup(&reference) {
            Some(content) => place(spec, &reference, content),
            None => Err(missing(&reference)),
        };
        findings.extend(placed.err());
    }
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// Puts one content in its place.
fn place(spec: &mut Value, reference: &ContentReference, content: Content) -> Result<(), Finding> {
    match reference.path.steps() {
        [outer @ .., Step::Field(from), Step::Field(_)] => {
            let (field, text) = object_content(reference, content)?;
            // Beside another content it stays where it is, so that the contract refuses both.
            if let Some(holder) = at(spec, outer).filter(|holder| !CONTENT.iter().any(|it| given(holder, it)))
            {
                holder.remove(from);
                holder.insert(field.to_owned(), Value::String(text));
            }
        }
        [outer @ .., Step::Field(from), Step::Key(key), Step::Field(_)] => {
            let text = argument(reference, content)?;
            let Some(holder) = at(spec, outer) else { return Ok(()) };
            let plain = holder.entry(from.trim_end_matches("From")).or_insert_with(|| Map::new().into());
            // Where it is said already, both stay, so that the lint refuses both.
            let Some(plain) = plain.as_object_mut().filter(|plain| !given(plain, key)) else { return Ok(()) };
            plain.insert(key.clone(), Value::String(text));
            if let Some(Value::Object(references)) = holder.get_mut(from) {
                references.remove(key);
            }
        }
        _ => {}
    }
    Ok(())
}

/// The fields that say an object's content.
const CONTENT: [&str; 4] = ["content", "contentBase64", "secretContent", "secretContentBase64"];

fn given(fields: &Map<String, Value>, name: &str) -> bool {
    fields.get(name).is_some_and(|value| !value.is_null())
}

/// The object that holds a reference.
fn at<'s>(spec: &'s mut Value, steps: &[Step]) -> Option<&'s mut Map<String, Value>> {
    let found = steps.iter().try_fold(spec, |value, step| match step {
        Step::Field(name) | Step::Key(name) => value.get_mut(name),
        Step::Index(index) => value.get_mut(index),
    });
    found?.as_object_mut()
}

/// The field that takes an object's content, and the content as it stands there.
fn object_content(reference: &ContentReference, content: Content) -> Result<(&'static str, String), Finding> {
    const MOST: usize = ContentText::GRAMMAR.max as usize;
    let Content(bytes) = content;
    if bytes.len() > MOST {
        return Err(told(
            reference,
            format!("is {} bytes long", bytes.len()),
            "An object that comes with the lake has at most 512 KiB. Upload it by other means, and leave the content out \
             to only refer to it.",
        ));
    }
    let secret = reference.holder == Holder::Secret;
    Ok(match String::from_utf8(bytes) {
        Ok(text) if secret => ("secretContent", text),
        Ok(text) => ("content", text),
        Err(bytes) => {
            let field = if secret { "secretContentBase64" } else { "contentBase64" };
            (field, BASE64_STANDARD.encode(bytes.as_bytes()))
        }
    })
}

/// An argument as it stands in the spec.
fn argument(reference: &ContentReference, content: Content) -> Result<String, Finding> {
    const MOST: usize = Secret::GRAMMAR.max as usize;
    let Ok(text) = String::from_utf8(content.0) else {
        let remedy = "An argument is a text in UTF-8. Put what is no text into an object of a bucket.";
        return Err(told(reference, "is no text".to_owned(), remedy));
    };
    match text.chars().count() {
        length if length > MOST => {
            let remedy =
                format!("An argument has at most {MOST}. Put what is longer into an object of a bucket.");
            Err(told(reference, format!("is {length} characters long"), remedy))
        }
        _ => Ok(text),
    }
}

fn missing(reference: &ContentReference) -> Finding {
    let ContentReference { path, holder, name, key } = reference;
    Finding::error(
        path.clone(),
        format!("there is no {holder} `{name}` with a key `{key}`"),
        format!(
            "It must stand in the lake's own namespace. Create the {holder} or the key in it, or correct the names here; \
             the lake goes on as soon as it is there."
        ),
    )
}

fn told(reference: &ContentReference, summary: String, remedy: impl Into<String>) -> Finding {
    let ContentReference { path, holder, name, key } = reference;
    Finding::error(path.clone(), format!("the key `{key}` of the {holder} `{name}` {summary}"), remedy)
}
