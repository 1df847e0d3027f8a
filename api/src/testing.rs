//! Random values that fit a form, for the laws of every crate.
//!
//! A value that breaks a law is made smaller by leaving out what may be left out, as long as it still fits.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::{Reason, TestRunner};
use serde_json::{Map as Json, Value, json};

use crate::contract::{Map, Number, Object, Shape, Text, check_against};
use crate::input::{is_unknown, unknown};
use crate::names::{EXTERNAL, MEMBER_KEY};
use crate::rule::Rule;
use crate::{FieldPath, Step};

/// Values that fit a form: every check finds nothing wrong with them.
pub fn json(shape: &Shape) -> JsonOf {
    JsonOf { shape: Arc::new(shape.clone()), unknowns: false }
}

/// Values that fit a form, some of whose parts are not known yet.
pub fn json_with_unknowns(shape: &Shape) -> JsonOf {
    JsonOf { shape: Arc::new(shape.clone()), unknowns: true }
}

/// Whether the apiserver evaluates the rule that a finding about a spec of this form tells: some are too dear for it.
#[must_use]
pub fn in_cel(shape: &Shape, finding: &crate::Finding) -> bool {
    let steps = finding.path.steps();
    let at = |end: usize| {
        let path = steps[..end].iter().fold(FieldPath::root(), |path, step| match step {
            Step::Field(name) | Step::Key(name) => path.field(name),
            Step::Index(index) => path.index(*index),
        });
        shape.at(&path)
    };
    let outer = steps.len().saturating_sub(1);
    if finding.summary.ends_with("cannot be a key") {
        return matches!(at(outer), Some(Shape::Map(map)) if map.in_cel);
    }
    let object = [steps.len(), outer].into_iter().find_map(|end| at(end)?.object());
    object.is_none_or(|object| object.in_cel)
}

/// Whether a finding of the contract tells that a rule does not hold.
#[must_use]
pub fn is_by_rule(finding: &crate::Finding) -> bool {
    ["exactly one", "at most one", "at least one", "stands alone", "` needs `", "cannot be a key"]
        .iter()
        .any(|word| finding.summary.contains(word))
}

/// The JSON pointers of a value and of all that it holds.
#[must_use]
pub fn pointers(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    point(value, String::new(), &mut found);
    found
}

fn point(value: &Value, at: String, found: &mut Vec<String>) {
    found.push(at.clone());
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| point(value, format!("{at}/{}", escaped(key)), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| point(item, format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

/// Random values of one form.
#[derive(Clone, Debug)]
pub struct JsonOf {
    shape: Arc<Shape>,
    unknowns: bool,
}

impl Strategy for JsonOf {
    type Tree = JsonTree;
    type Value = Value;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let mut maker = Maker { runner, unknowns: self.unknowns };
        let value = match self.shape.as_ref() {
            Shape::Object(object) => maker.object(object)?,
            shape => maker.value(shape)?,
        };
        Ok(JsonTree { shape: self.shape.clone(), current: value, before: None, next: 0 })
    }
}

/// A value, and the smaller ones that may be made of it.
#[derive(Clone, Debug)]
pub struct JsonTree {
    shape: Arc<Shape>,
    current: Value,
    before: Option<Value>,
    next: usize,
}

impl ValueTree for JsonTree {
    type Value = Value;

    fn current(&self) -> Value {
        self.current.clone()
    }

    fn simplify(&mut self) -> bool {
        let mut parts = Vec::new();
        list_parts(&self.current, &FieldPath::root(), &mut parts);
        while let Some(part) = parts.get(self.next) {
            let mut smaller = self.current.clone();
            remove(&mut smaller, part.steps());
            if check_against(&self.shape, &smaller, &FieldPath::root()).is_empty() {
                self.before = Some(std::mem::replace(&mut self.current, smaller));
                return true;
            }
            self.next += 1;
        }
        false
    }

    fn complicate(&mut self) -> bool {
        let Some(before) = self.before.take() else { return false };
        self.current = before;
        self.next += 1;
        true
    }
}

/// The paths of all that a value holds, what holds more before what it holds.
fn list_parts(value: &Value, path: &FieldPath, parts: &mut Vec<FieldPath>) {
    let inner: Vec<(FieldPath, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(key, value)| (path.key(key), value)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| (path.index(index), item)).collect()
        }
        _ => return,
    };
    parts.extend(inner.iter().map(|(path, _)| path.clone()));
    for (path, value) in inner {
        list_parts(value, &path, parts);
    }
}

/// Leaves out what lies at a path.
fn remove(value: &mut Value, steps: &[Step]) {
    match (value, steps) {
        (Value::Object(fields), [Step::Field(key) | Step::Key(key)]) => _ = fields.remove(key),
        (Value::Array(items), [Step::Index(index)]) if *index < items.len() => _ = items.remove(*index),
        (Value::Object(fields), [Step::Field(key) | Step::Key(key), rest @ ..]) => {
            if let Some(inner) = fields.get_mut(key) {
                remove(inner, rest);
            }
        }
        (Value::Array(items), [Step::Index(index), rest @ ..]) => {
            if let Some(inner) = items.get_mut(*index) {
                remove(inner, rest);
            }
        }
        _ => {}
    }
}

/// How many entries a map or a list gets at most.
const ENTRIES: usize = 2;

/// How often a text is made anew before it must fit its grammar.
const TRIES: usize = 1000;

struct Maker<'a> {
    runner: &'a mut TestRunner,
    unknowns: bool,
}

impl Maker<'_> {
    /// A number below `end`.
    fn below(&mut self, end: usize) -> Result<usize, Reason> {
        Ok((0..end.max(1)).new_tree(self.runner)?.current())
    }

    /// How many entries a collection of these bounds gets.
    fn count(&mut self, min: usize, max: usize) -> Result<usize, Reason> {
        Ok(min + self.below(ENTRIES.min(max - min) + 1)?)
    }

    /// True once in `times`.
    fn once_in(&mut self, times: usize) -> Result<bool, Reason> {
        Ok(self.below(times)? == 0)
    }

    fn value(&mut self, shape: &Shape) -> Result<Value, Reason> {
        if self.unknowns && !matches!(shape, Shape::Map(Map { members: true, .. })) && self.once_in(12)? {
            return Ok(unknown());
        }
        match shape {
            Shape::Object(object) => self.object(object),
            Shape::Map(map) => self.map(map),
            Shape::List(list) => {
                let count = self.count(list.min, list.max)?;
                (0..count).map(|_| self.value(&list.entry)).collect()
            }
            Shape::Set(set) => {
                let count = self.count(set.min, set.max)?;
                let mut seen = BTreeSet::new();
                let mut items = Vec::new();
                for _ in 0..count {
                    let item = self.value(&set.entry)?;
                    if is_unknown(&item) || seen.insert(item.to_string()) {
                        items.push(item);
                    }
                }
                Ok(Value::Array(items))
            }
            Shape::Text(text) => self.text(text).map(Value::String),
            Shape::Bool => self.once_in(2).map(Value::Bool),
            Shape::Integer(bounds) => self.integer(bounds),
            Shape::Number(bounds) => self.number(bounds),
        }
    }

    fn object(&mut self, object: &Object) -> Result<Value, Reason> {
        let external = object.rules.iter().any(|rule| matches!(rule, Rule::ExternalAlone(_)));
        if external && self.once_in(10)? {
            let name = object.fields.get(EXTERNAL).ok_or("an external member without a name")?;
            return Ok(json!({ EXTERNAL: self.text_known(&name.shape)? }));
        }
        let mut fields = Json::new();
        for (name, field) in &object.fields {
            if name != EXTERNAL && (field.required || self.once_in(3)?) {
                fields.insert(name.clone(), self.value(&field.shape)?);
            }
        }
        for _ in 0..TRIES {
            let Some(broken) = object.rules.iter().find(|rule| rule.holds(&fields) == Some(false)) else {
                return Ok(Value::Object(fields));
            };
            self.mend(object, broken, &mut fields)?;
        }
        Err("rules that cannot all hold".into())
    }

    /// Adds or leaves out fields so that one rule holds.
    fn mend(&mut self, object: &Object, rule: &Rule, fields: &mut Json<String, Value>) -> Result<(), Reason> {
        let names = rule.fields();
        let chosen = match rule {
            Rule::Needs(_, other) => other.as_str(),
            Rule::OfOwn(inner) => return self.mend(object, inner, fields),
            _ => names[self.below(names.len())?],
        };
        if matches!(rule, Rule::ExactlyOne(_) | Rule::AtMostOne(_)) {
            names.iter().for_each(|name| _ = fields.remove(*name));
        }
        let field = object.fields.get(chosen).ok_or("a rule about a field that is not there")?;
        fields.insert(chosen.to_owned(), self.value(&field.shape)?);
        Ok(())
    }

    fn map(&mut self, map: &Map) -> Result<Value, Reason> {
        let count = self.count(map.min, map.max)?;
        let key = if map.keyed { MEMBER_KEY } else { "^[A-Za-z][A-Za-z0-9:._-]{0,9}$" };
        let entries: Result<Json<String, Value>, Reason> =
            (0..count).map(|_| Ok((self.matching(key, 1, 63)?, self.value(&map.entry)?))).collect();
        entries.map(Value::Object)
    }

    fn integer(&mut self, bounds: &Number) -> Result<Value, Reason> {
        let least = bounds.min.unwrap_or(0.0);
        let span = (bounds.max.unwrap_or(f64::MAX) - least).min(1000.0);
        Ok(json!(least as i64 + self.below(span as usize + 1)? as i64))
    }

    fn number(&mut self, bounds: &Number) -> Result<Value, Reason> {
        let least = bounds.min.unwrap_or(0.0);
        let span = (bounds.max.unwrap_or(f64::MAX) - least).min(16.0);
        Ok(json!(least + span * self.below(17)? as f64 / 16.0))
    }

    fn text_known(&mut self, shape: &Shape) -> Result<String, Reason> {
        match shape {
            Shape::Text(text) => self.text(text),
            _ => Err("no text".into()),
        }
    }

    fn text(&mut self, text: &Text) -> Result<String, Reason> {
        if !text.words.is_empty() {
            return Ok(text.words[self.below(text.words.len())?].clone());
        }
        if text.json {
            return Ok(["{}", r#"{"a":[1,true,null]}"#, r#"{"b":{"c":"d"}}"#][self.below(3)?].to_owned());
        }
        let max = text.max.unwrap_or(usize::MAX);
        match &text.pattern {
            Some(pattern) => self.matching(pattern, text.min, max),
            None => {
                let longest = max.min(text.min + 8);
                self.matching(&format!("^[A-Za-z0-9 ={{}}'\"é/-]{{{},{longest}}}$", text.min), text.min, max)
            }
        }
    }

    /// A text that matches a pattern and has so many characters.
    fn matching(&mut self, pattern: &str, min: usize, max: usize) -> Result<String, Reason> {
        let inner = pattern.trim_start_matches('^').trim_end_matches('$');
        let texts = proptest::string::string_regex(inner).map_err(|error| error.to_string())?;
        for _ in 0..TRIES {
            let text = texts.new_tree(self.runner)?.current();
            let length = text.chars().count();
            if (min..=max).contains(&length) {
                return Ok(text);
            }
        }
        Err(format!("no text of {min} to {max} characters matches {pattern}").into())
    }
}
