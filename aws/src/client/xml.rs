//! XML as query's answers hold it: elements and texts. Attributes only name the schema and are left out.

use super::{Form, Operation, service::below};
use crate::answer::unescaped;
use aws_smithy_runtime_api::box_error::BoxError;
use serde_json::{Map, Value};
use xmlparser::{ElementEnd, Token, Tokenizer};

/// Elements within elements, at most. AWS's answers have some ten.
const DEPTH: usize = 100;

/// An element with what is in it.
#[derive(Debug, Default)]
pub(super) struct Element {
    name: String,
    text: String,
    pub(super) children: Vec<Element>,
}

/// The root of a document. One that is not whole is an error.
pub(super) fn root(document: &[u8]) -> Result<Element, BoxError> {
    // What is open, outermost first: the document, and elements in it.
    let mut open = vec![Element::default()];
    for token in Tokenizer::from(std::str::from_utf8(document)?) {
        match token? {
            Token::ElementStart { local, .. } if open.len() <= DEPTH => {
                open.push(Element { name: local.as_str().to_owned(), ..Element::default() });
            }
            Token::ElementStart { .. } => return Err("elements within elements without end".into()),
            Token::ElementEnd { end: ElementEnd::Open, .. } => {}
            Token::ElementEnd { end, .. } => {
                let ended = open.pop().unwrap_or_default();
                if let ElementEnd::Close(_, name) = end
                    && name.as_str() != ended.name
                {
                    return Err(format!("{} ends as {name}", ended.name).into());
                }
                innermost(&mut open)?.children.push(ended);
            }
            Token::Text { text } => innermost(&mut open)?.text.push_str(&unescaped(text.as_str())?),
            Token::Cdata { text, .. } => innermost(&mut open)?.text.push_str(text.as_str()),
            Token::Attribute { .. }
            | Token::Comment { .. }
            | Token::Declaration { .. }
            | Token::ProcessingInstruction { .. } => {}
            Token::DtdStart { .. }
            | Token::DtdEnd { .. }
            | Token::EmptyDtd { .. }
            | Token::EntityDeclaration { .. } => return Err("a document type".into()),
        }
    }
    match open.as_mut_slice() {
        [document] => document.children.pop().ok_or_else(|| "no element".into()),
        _ => Err("the document breaks off".into()),
    }
}

fn innermost(open: &mut [Element]) -> Result<&mut Element, BoxError> {
    open.last_mut().ok_or_else(|| "an element ends that never began".into())
}

impl Element {
    /// The first element of a name.
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The element as JSON, with lists and maps as the operation says: a text, or an object of its children.
    pub(super) fn json(&self, operation: &Operation, path: &str) -> Result<Value, BoxError> {
        if self.children.is_empty() {
            return Ok(Value::String(self.text.clone()));
        }
        self.members(operation, path).map(Value::Object)
    }

    /// The children as members of an object.
    pub(super) fn members(&self, operation: &Operation, path: &str) -> Result<Map<String, Value>, BoxError> {
        let mut members = Map::new();
        for child in &self.children {
            let path = below(path, &child.name);
            let value = match operation.form(&path) {
                Some(Form::Flat) => {
                    let item = child.json(operation, &path)?;
                    if let Some(Value::Array(items)) = members.get_mut(&child.name) {
                        items.push(item);
                        continue;
                    }
                    Value::Array(vec![item])
                }
                Some(Form::FlatMap(k, v)) => {
                    let (name, value) = child.entry(k, v, operation, &path)?;
                    if let Some(Value::Object(entries)) = members.get_mut(&child.name) {
                        entries.insert(name, value);
                        continue;
                    }
                    Value::Object(Map::from_iter([(name, value)]))
                }
                Some(Form::List(item)) => {
                    let items = child.children.iter().filter(|it| it.name == item);
                    Value::Array(items.map(|it| it.json(operation, &path)).collect::<Result<_, _>>()?)
                }
                Some(Form::Map(k, v)) => {
                    let entries = child.children.iter().filter(|it| it.name == "entry");
                    let entries = entries.map(|it| it.entry(k, v, operation, &path));
                    Value::Object(entries.collect::<Result<_, _>>()?)
                }
                None => child.json(operation, &path)?,
            };
            if members.insert(child.name.clone(), value).is_some() {
                let said = format!("{path} comes more than once, and {} knows no list there", operation.name);
                return Err(said.into());
            }
        }
        Ok(members)
    }

    /// Key and value of a map's entry.
    fn entry(
        &self,
        k: &str,
        v: &str,
        operation: &Operation,
        path: &str,
    ) -> Result<(String, Value), BoxError> {
        let (Some(key), Some(value)) = (self.child(k), self.child(v)) else {
            return Err(format!("an entry of {path} without {k} and {v}").into());
        };
        Ok((key.text.clone(), value.json(operation, path)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_that_is_not_whole_is_an_error() {
        for (document, said) in [
            ("", "no element"),
            ("<A><B>b</B>", "breaks off"),
            ("<A><B>b</A></B>", "B ends as A"),
            ("<A>b</A></A>", ""),
            ("<A>b", "breaks off"),
            ("<A>&nbsp;</A>", "&nbsp; is not known"),
            ("<A>a&b</A>", "a reference without an end"),
            ("<A>&#xD800;</A>", "&#xD800; is no character"),
            ("<!DOCTYPE a [<!ENTITY b \"c\">]><A>&b;</A>", "a document type"),
        ] {
            let error = root(document.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(said), "{document}: {error}");
        }
        let deep = "<A>".repeat(DEPTH + 1);
        assert!(root(deep.as_bytes()).unwrap_err().to_string().contains("without end"));
        assert!(root(b"<A>\xff</A>").is_err());
    }

    #[test]
    fn texts_are_told_as_they_were_meant() {
        let document = "<?xml version=\"1.0\"?>\n<!-- a --><n:A xmlns:n=\"b\"> a &lt;&amp;&gt; &#233;&#xe9;&quot;&apos;<![CDATA[<&]]></n:A>";
        let read = root(document.as_bytes()).unwrap();
        assert_eq!((read.name.as_str(), read.text.as_str()), ("A", " a <&> éé\"'<&"));
    }
}
