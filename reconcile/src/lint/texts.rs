//! Every text of a spec, with what the schema says of it.

use crate::CONTRACT;
use lake_api::FieldPath;
use lake_api::contract::{Shape, Text};
use serde_json::Value;

/// Call `see` with the place, the form and the value of every known text of a spec.
pub(super) fn each(spec: &Value, see: &mut dyn FnMut(&FieldPath, &Text, &str)) {
    walk(CONTRACT.shape(), spec, &FieldPath::root(), see);
}

fn walk(shape: &Shape, value: &Value, path: &FieldPath, see: &mut dyn FnMut(&FieldPath, &Text, &str)) {
    match (shape, value) {
        (Shape::Text(form), Value::String(text)) => see(path, form, text),
        (Shape::Object(object), Value::Object(fields)) => {
            for (name, field) in &object.fields {
                if let Some(value) = fields.get(name) {
                    walk(&field.shape, value, &path.field(name), see);
                }
            }
        }
        (Shape::Map(map), Value::Object(entries)) => {
            for (key, value) in entries {
                walk(&map.entry, value, &path.key(key), see);
            }
        }
        (Shape::List(_) | Shape::Set(_), Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                shape.entry().into_iter().for_each(|entry| walk(entry, item, &path.index(index), see));
            }
        }
        _ => {}
    }
}
