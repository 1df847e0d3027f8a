//! The forms that a value may have.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::rule::Rule;

/// The form of a value. Nothing else is said in a lake, so both doors can say everything.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Fields that are known by name.
    Object(Object),
    /// Entries under keys of the user's choice.
    Map(Map),
    /// Entries in an order.
    List(List),
    /// Entries without an order, none of them twice.
    Set(Set),
    /// A text.
    Text(Text),
    /// On or off.
    Bool,
    /// A whole number.
    Integer(Number),
    /// A number.
    Number(Number),
}

/// Fields that are known by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// The fields, in camelCase.
    pub fields: BTreeMap<String, Field>,
    /// What must hold among them.
    pub rules: Vec<Rule>,
    /// Whether the apiserver holds an object to the rules as well.
    pub in_cel: bool,
}

impl Object {
    /// Whether a field must be given, a member's at least when the member is not external.
    pub fn requires(&self, field: &str) -> bool {
        let of_own = Rule::RequiredOfOwn(field.to_owned());
        self.fields.get(field).is_some_and(|it| it.required) || self.rules.contains(&of_own)
    }
}

/// One field of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// What its value looks like.
    pub shape: Shape,
    /// Whether it must be given. A member's fields are required by [`Rule::RequiredOfOwn`] instead.
    pub required: bool,
    /// What it is when it is not given; nothing means off, or a default that is told in the description.
    pub default: Option<Value>,
    /// What it means, in Markdown.
    pub description: String,
    /// The one door that knows it (`kubernetes`); nothing means both.
    pub door: Option<String>,
    /// Whether it keeps its value once it is given.
    pub immutable: bool,
}

impl Field {
    /// Whether its texts are never shown.
    pub fn secret(&self) -> bool {
        self.shape.leaf().is_some_and(|text| text.secret)
    }

    /// Whether its texts are JSON documents.
    pub fn json(&self) -> bool {
        self.shape.leaf().is_some_and(|text| text.json)
    }

    /// The section whose member keys its texts may be.
    pub fn member_of(&self) -> Option<&str> {
        self.shape.leaf().and_then(|text| text.member_of.as_deref())
    }
}

/// Entries under keys of the user's choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// What each entry looks like.
    pub entry: Box<Shape>,
    /// The least number of entries, where none at all would not be the same as no map.
    pub min: usize,
    /// The greatest number of entries.
    pub max: usize,
    /// Whether the entries are members of the lake.
    pub members: bool,
    /// The ARN of a member's resource, as a reference may name it.
    pub arn: Option<String>,
    /// How a member that is not ours is called, where its name alone does not say where to look.
    pub external: Option<String>,
    /// Whether the keys have the grammar of a member's key.
    pub keyed: bool,
    /// Whether the apiserver holds the keys to it as well.
    pub in_cel: bool,
}

/// Entries in an order.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// What each entry looks like.
    pub entry: Box<Shape>,
    /// The least number of entries, where none at all would not be the same as no list.
    pub min: usize,
    /// The greatest number of entries.
    pub max: usize,
}

/// Entries without an order, none of them twice.
#[derive(Clone, Debug, PartialEq)]
pub struct Set {
    /// What each entry looks like.
    pub entry: Box<Shape>,
    /// The least number of entries, where none at all would not be the same as no list.
    pub min: usize,
    /// The greatest number of entries.
    pub max: usize,
}

/// A text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    /// The least number of characters.
    pub min: usize,
    /// The greatest number of characters.
    pub max: Option<usize>,
    /// What the whole text looks like.
    pub pattern: Option<String>,
    /// What the pattern allows, in words.
    pub allowed: Option<String>,
    /// The only words that it may be; none means any text.
    pub words: Vec<String>,
    /// What this sort of text means, in Markdown.
    pub description: String,
    /// The section whose member keys it may be.
    pub member_of: Option<String>,
    /// Whether it is a path below the member that it stands in.
    pub path: bool,
    /// Whether it is a JSON document, compared by value.
    pub json: bool,
    /// Whether it is never shown.
    pub secret: bool,
}

/// The bounds of a number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Number {
    /// The least.
    pub min: Option<f64>,
    /// The greatest.
    pub max: Option<f64>,
}

impl Shape {
    /// The object, if it is one.
    pub fn object(&self) -> Option<&Object> {
        match self {
            Shape::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The form of a collection's entries.
    pub fn entry(&self) -> Option<&Shape> {
        match self {
            Shape::Map(Map { entry, .. })
            | Shape::List(List { entry, .. })
            | Shape::Set(Set { entry, .. }) => Some(entry),
            _ => None,
        }
    }

    /// Whether the value is an object or a collection of objects, at any depth: a block in Terraform.
    pub fn holds_object(&self) -> bool {
        matches!(self, Shape::Object(_)) || self.entry().is_some_and(Shape::holds_object)
    }

    /// The text at the bottom of collections, if that is what they hold.
    pub fn leaf(&self) -> Option<&Text> {
        match self {
            Shape::Text(text) => Some(text),
            _ => self.entry()?.leaf(),
        }
    }

    /// What the value is called in findings.
    pub fn noun(&self) -> &'static str {
        match self {
            Shape::Object(_) => "an object",
            Shape::Map(_) => "a map",
            Shape::List(_) | Shape::Set(_) => "a list",
            Shape::Text(_) => "a text",
            Shape::Bool => "true or false",
            Shape::Integer(_) => "a whole number",
            Shape::Number(_) => "a number",
        }
    }

    /// The form of what lies at a path below a value of this form.
    pub fn at(&self, path: &crate::FieldPath) -> Option<&Shape> {
        path.steps().iter().try_fold(self, |shape, step| match (shape, step) {
            (Shape::Object(object), step) => object.fields.get(step.name()?).map(|field| &field.shape),
            (Shape::Map(map), step) => step.name().map(|_| map.entry.as_ref()),
            (Shape::List(_) | Shape::Set(_), crate::Step::Index(_)) => shape.entry(),
            _ => None,
        })
    }
}
