//! Every member of a spec, with what the schema says of it.

use crate::CONTRACT;
use crate::spec::singular::singular;
use lake_api::FieldPath;
use lake_api::contract::{Object, Shape};
use serde_json::Value;

/// A member as it stands in a spec.
pub(super) struct Found<'a> {
    /// Its place.
    pub(super) path: FieldPath,
    /// The name of its node, with the keys of outer members before its own: `object/store.script`.
    pub(super) node: String,
    /// Whether it stands within another member.
    pub(super) is_nested: bool,
    /// What such members may say.
    pub(super) form: &'a Object,
    /// What it says.
    pub(super) value: &'a Value,
}

/// Call `see` with every member of a spec, nested ones included.
pub(super) fn each(spec: &Value, see: &mut dyn FnMut(Found<'_>)) {
    if let Some(root) = CONTRACT.shape().object() {
        below(root, spec, &FieldPath::root(), "", see);
    }
}

/// The members below an object, which stands below members of these keys.
fn below(object: &Object, value: &Value, path: &FieldPath, outer: &str, see: &mut dyn FnMut(Found<'_>)) {
    for (name, field) in &object.fields {
        let Shape::Map(map) = &field.shape else { continue };
        let entries = value.get(name).and_then(Value::as_object).filter(|_| map.members);
        let (Some(kind), Some(form), Some(entries)) = (singular(name), map.entry.object(), entries) else {
            continue;
        };
        for (key, value) in entries {
            let path = path.field(name).key(key);
            below(form, value, &path, &format!("{outer}{key}."), see);
            let node = format!("{kind}/{outer}{key}");
            see(Found { path, node, is_nested: !outer.is_empty(), form, value });
        }
    }
}
