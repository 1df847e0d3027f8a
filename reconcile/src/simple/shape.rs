//! What a type looks like in a user's words and in AWS's: one constant a type, which all that is generic reads.
//!
//! `#[derive(Shape)]` makes it of a kind's own types; those of the language have it here.

use super::codec::Codec;
use lake_api::{
    Input,
    collections::{Keyed, Set, Tags},
    names::{AccountId, Arn, AwsName, Duration, Grammar, JsonText, KmsKeyRef, Secret, TagValue, Text},
};
use serde::Serialize;
use serde_json::{Value, json as literal};
use std::collections::{BTreeMap, BTreeSet};

pub use lake_derive::Shape;

/// A type whose values go to AWS and come back.
pub trait Shaped {
    /// Its shape.
    const SHAPE: &'static Shape;
    /// The path on AWS of what is set once and for all when a resource is made.
    const BIRTH: Option<&'static str> = None;
}

/// The shape of a value.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A number, a switch or a text that both sides spell alike.
    Plain,
    /// A text of the language: its grammar tells whether it is a reference, a template, a JSON document or a secret.
    Text(&'static Grammar),
    /// One of some words: ours, AWS's.
    Words(&'static [(&'static str, &'static str)]),
    /// An object of fields.
    Object(&'static [Field]),
    /// A list in order.
    List(&'static Shape),
    /// A list without order.
    Set(&'static Shape),
    /// A map of a user's keys.
    Map(&'static Shape),
}

/// A field of an object. The page of `lake-derive` has the words that make it.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The user's word for it.
    pub name: &'static str,
    /// Its path on AWS below that of the object; empty where the parts of the field lie beside it.
    pub path: &'static str,
    /// The shape of its values.
    pub shape: &'static Shape,
    /// In which calls it is.
    pub role: Role,
    /// How AWS is told that it is off.
    pub off: Off,
    /// How it is spelt on AWS, where its shape does not tell it.
    pub codec: Option<Codec>,
    /// What AWS wants to know of the member that it refers to.
    pub fact: &'static str,
    /// Why AWS decides where nothing is said, if it does.
    pub computed: Option<&'static str>,
    /// Whether it is shown nowhere, whatever its type.
    pub secret: bool,
    /// Whether AWS never tells it.
    pub write_only: bool,
    /// What makes its value where it is left out.
    pub default: Option<fn() -> Value>,
}

/// In which calls a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// In those that create and update.
    Setting,
    /// In every call: the resource is found by it.
    Key,
    /// In the call that creates; another value is another resource.
    CreateOnly,
    /// In the call that updates.
    AfterCreate,
    /// In one of its own.
    Set,
    /// In the call that creates and those for tags.
    Tags,
}

/// How AWS is told that a field is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Off {
    /// By leaving it out.
    Omitted,
    /// By a flag beside it.
    Flag(&'static str),
    /// By a value, which means the same where it is read.
    Empty(Literal),
}

/// A JSON value that stands in code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literal {
    /// A text.
    Text(&'static str),
    /// A number.
    Number(i64),
    /// A switch.
    Switch(bool),
    /// A list with nothing in it.
    List,
    /// An object with nothing in it.
    Object,
}

impl Literal {
    /// The value.
    #[must_use]
    pub fn json(self) -> Value {
        match self {
            Literal::Text(text) => literal!(text),
            Literal::Number(number) => literal!(number),
            Literal::Switch(on) => literal!(on),
            Literal::List => literal!([]),
            Literal::Object => literal!({}),
        }
    }
}

/// A value of a type as JSON. Settings are plain data.
#[must_use]
pub fn json<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).expect("settings are plain data")
}

impl Field {
    /// A setting that is left out where it is off.
    #[must_use]
    pub const fn new(name: &'static str, path: &'static str, shape: &'static Shape) -> Self {
        Field {
            name,
            path,
            shape,
            role: Role::Setting,
            off: Off::Omitted,
            codec: None,
            fact: "arn",
            computed: None,
            secret: false,
            write_only: false,
            default: None,
        }
    }

    /// The same as a part of the key.
    #[must_use]
    pub const fn key(self) -> Self {
        Field { role: Role::Key, ..self }
    }

    /// The same, of which a change makes the resource anew.
    #[must_use]
    pub const fn create_only(self) -> Self {
        Field { role: Role::CreateOnly, ..self }
    }

    /// The same, which the call that creates does not take.
    #[must_use]
    pub const fn after_create(self) -> Self {
        Field { role: Role::AfterCreate, ..self }
    }

    /// The same, which a call of its own changes.
    #[must_use]
    pub const fn set(self) -> Self {
        Field { role: Role::Set, ..self }
    }

    /// The same as the user's tags.
    #[must_use]
    pub const fn tags(self) -> Self {
        Field { role: Role::Tags, ..self }
    }

    /// The same, off by a flag beside it.
    #[must_use]
    pub const fn clear(self, flag: &'static str) -> Self {
        Field { off: Off::Flag(flag), ..self }
    }

    /// The same, off by a value.
    #[must_use]
    pub const fn empty(self, value: Literal) -> Self {
        Field { off: Off::Empty(value), ..self }
    }

    /// The same, left to AWS where it is left out, for a reason.
    #[must_use]
    pub const fn computed(self, reason: &'static str) -> Self {
        Field { computed: Some(reason), ..self }
    }

    /// The same, spelt by a codec.
    #[must_use]
    pub const fn codec(self, codec: Codec) -> Self {
        Field { codec: Some(codec), ..self }
    }

    /// The same, for which a member that it refers to stands with this fact.
    #[must_use]
    pub const fn fact(self, fact: &'static str) -> Self {
        Field { fact, ..self }
    }

    /// The same, shown nowhere.
    #[must_use]
    pub const fn secret(self) -> Self {
        Field { secret: true, ..self }
    }

    /// The same, never told by AWS.
    #[must_use]
    pub const fn write_only(self) -> Self {
        Field { write_only: true, ..self }
    }

    /// The same with a value where it is left out.
    #[must_use]
    pub const fn default(self, make: fn() -> Value) -> Self {
        Field { default: Some(make), ..self }
    }

    /// Whether a value tells that it is off.
    #[must_use]
    pub fn is_off(&self, value: &Value) -> bool {
        matches!(self.off, Off::Empty(empty) if *value == empty.json())
    }

    /// Whether a value of it is shown nowhere.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        self.secret || matches!(self.shape, Shape::Text(text) if text.secret)
    }
}

impl Shape {
    /// The fields of an object.
    #[must_use]
    pub const fn fields(&self) -> &'static [Field] {
        match self {
            Shape::Object(fields) => fields,
            _ => &[],
        }
    }

    /// Show each field at every depth.
    pub fn each(&self, seen: &mut impl FnMut(&Field)) {
        match self {
            Shape::Object(fields) => {
                for field in *fields {
                    seen(field);
                    field.shape.each(seen);
                }
            }
            Shape::List(item) | Shape::Set(item) | Shape::Map(item) => item.each(seen),
            Shape::Plain | Shape::Text(_) | Shape::Words(_) => {}
        }
    }

    /// The paths of the outermost fields of which something is true, in the user's words; `[]` is any entry of a list:
    /// `partitionKeys[].name`. What lies below the keys of a map is told by the map.
    #[must_use]
    pub fn paths(&self, is: impl Fn(&Field) -> bool + Copy) -> Vec<String> {
        match self {
            Shape::Object(fields) => fields.iter().flat_map(|field| field.paths(is)).collect(),
            Shape::List(item) | Shape::Set(item) => {
                item.paths(is).into_iter().map(|path| format!("[].{path}")).collect()
            }
            Shape::Map(item) if !item.paths(is).is_empty() => vec![String::new()],
            _ => Vec::new(),
        }
    }
}

impl Field {
    fn paths(&self, is: impl Fn(&Field) -> bool + Copy) -> Vec<String> {
        if is(self) {
            return vec![self.name.to_owned()];
        }
        let below = self.shape.paths(is).into_iter().map(|path| match path.as_str() {
            "" => self.name.to_owned(),
            list if list.starts_with('[') => format!("{}{list}", self.name),
            field => format!("{}.{field}", self.name),
        });
        below.collect()
    }
}

macro_rules! plain {
    ($($kind:ty)+) => { $(impl Shaped for $kind { const SHAPE: &'static Shape = &Shape::Plain; })+ };
}
plain! { bool i64 i32 u32 u64 f64 String Value }

/// Give sorts of text their shape.
macro_rules! texts {
    ($($name:ident)+) => { $(
        impl $crate::simple::shape::Shaped for $name {
            const SHAPE: &'static $crate::simple::shape::Shape =
                &$crate::simple::shape::Shape::Text(&<Self as ::lake_api::names::Word>::GRAMMAR);
        }
    )+ };
}

/// Declare sorts of text, each with its shape, as `lake_api::words!` does of those that no kind has alone.
macro_rules! words {
    ($( $(#[doc = $doc:literal])+ $name:ident { $($rules:tt)* } )+) => {
        ::lake_api::words! { $( $(#[doc = $doc])+ $name { $($rules)* } )+ }
        $crate::simple::shape::texts! { $($name)+ }
    };
}
pub(crate) use {texts, words};

texts! { AccountId Arn AwsName Duration JsonText KmsKeyRef Secret TagValue Text }

impl<T: Shaped> Shaped for Option<T> {
    const SHAPE: &'static Shape = T::SHAPE;
}
impl<T: Shaped> Shaped for Input<T> {
    const SHAPE: &'static Shape = T::SHAPE;
}
impl<T: Shaped> Shaped for Box<T> {
    const SHAPE: &'static Shape = T::SHAPE;
}
impl<T: Shaped> Shaped for Vec<T> {
    const SHAPE: &'static Shape = &Shape::List(T::SHAPE);
}
impl<T: Shaped> Shaped for BTreeSet<T> {
    const SHAPE: &'static Shape = &Shape::Set(T::SHAPE);
}
impl<T: Shaped> Shaped for Set<T> {
    const SHAPE: &'static Shape = &Shape::Set(T::SHAPE);
}
impl<K, T: Shaped> Shaped for BTreeMap<K, T> {
    const SHAPE: &'static Shape = &Shape::Map(T::SHAPE);
}
impl<T: Shaped> Shaped for Keyed<T> {
    const SHAPE: &'static Shape = &Shape::Map(T::SHAPE);
}
impl Shaped for Tags {
    const SHAPE: &'static Shape = &Shape::Map(TagValue::SHAPE);
}
