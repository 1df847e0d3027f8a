//! From our words to the protocol's, and back.

use super::{AttributePath, Diagnostic, DynamicValue, Selector, Severity, Step, schema as wire};
use crate::{
    diagnostics::{self, Diagnostics},
    path,
    schema::{self, Nested, Nesting},
    value::{DecodeError, Type, Value},
};

/// Descriptions are Markdown.
const MARKDOWN: i32 = 1;

impl DynamicValue {
    /// A value that [fits](Value::fits).
    pub(crate) fn of(of: &Type, value: &Value) -> Option<Self> {
        Some(DynamicValue { msgpack: value.encode(of), json: Vec::new() })
    }

    /// The value; none at all is null.
    pub(crate) fn read(of: &Type, message: Option<&DynamicValue>) -> Result<Value, DecodeError> {
        let Some(message) = message else { return Ok(Value::Null) };
        if message.msgpack.is_empty() && !message.json.is_empty() {
            return Value::from_json_text(of, &message.json);
        }
        Value::decode(of, &message.msgpack)
    }
}

impl From<Diagnostics> for Vec<Diagnostic> {
    fn from(told: Diagnostics) -> Self {
        let severity = |severity| match severity {
            diagnostics::Severity::Error => Severity::Error,
            diagnostics::Severity::Warning => Severity::Warning,
        };
        told.into_iter()
            .map(|told| Diagnostic {
                severity: severity(told.severity).into(),
                summary: told.summary,
                detail: told.detail,
                attribute: told.path.map(AttributePath::from),
            })
            .collect()
    }
}

impl From<path::Path> for AttributePath {
    fn from(path: path::Path) -> Self {
        let step = |step| match step {
            path::Step::Attribute(name) => Selector::AttributeName(name),
            path::Step::Key(key) => Selector::ElementKeyString(key),
            path::Step::Index(index) => Selector::ElementKeyInt(i64::try_from(index).unwrap_or(i64::MAX)),
        };
        AttributePath { steps: path.0.into_iter().map(|it| Step { selector: Some(step(it)) }).collect() }
    }
}

impl From<schema::Schema> for wire::Schema {
    fn from(schema: schema::Schema) -> Self {
        wire::Schema { version: schema.version, block: Some(schema.block.into()) }
    }
}

impl From<schema::Block> for wire::Block {
    fn from(block: schema::Block) -> Self {
        wire::Block {
            version: 0,
            attributes: attributes(block.attributes),
            block_types: block
                .blocks
                .into_iter()
                .map(|(type_name, nested)| wire::NestedBlock {
                    type_name,
                    block: Some(nested.block.into()),
                    nesting: block_nesting(nested.nesting),
                    min_items: nested.min,
                    max_items: nested.max,
                })
                .collect(),
            description: block.description,
            description_kind: MARKDOWN,
            deprecated: block.deprecated,
        }
    }
}

fn attributes(all: impl IntoIterator<Item = (String, schema::Attribute)>) -> Vec<wire::Attribute> {
    all.into_iter().map(|(name, attribute)| self::attribute(name, attribute)).collect()
}

fn attribute(name: String, attribute: schema::Attribute) -> wire::Attribute {
    let (r#type, nested_type) = match attribute.of {
        Nested::Type(of) => (of.to_json().to_string().into_bytes(), None),
        Nested::Attributes(nesting, nested) => (
            Vec::new(),
            Some(wire::Object { attributes: attributes(nested), nesting: object_nesting(nesting) }),
        ),
    };
    wire::Attribute {
        name,
        r#type,
        nested_type,
        description: attribute.description,
        required: attribute.required,
        optional: attribute.optional,
        computed: attribute.computed,
        sensitive: attribute.sensitive,
        description_kind: MARKDOWN,
        deprecated: attribute.deprecated,
        write_only: attribute.write_only,
    }
}

fn block_nesting(nesting: Nesting) -> i32 {
    match nesting {
        Nesting::Single => 1,
        Nesting::List => 2,
        Nesting::Set => 3,
        Nesting::Map => 4,
        Nesting::Group => 5,
    }
}

/// Attributes know no groups; a single object is the nearest.
fn object_nesting(nesting: Nesting) -> i32 {
    match nesting {
        Nesting::Single | Nesting::Group => 1,
        Nesting::List => 2,
        Nesting::Set => 3,
        Nesting::Map => 4,
    }
}
