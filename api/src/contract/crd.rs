//! The schema of the custom resource's definition, a projection of the contract's types.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::clean::clean;
use crate::names::MEMBER_KEY;
use crate::status::LakeStatus;

/// The schema of a whole resource, with the `x-lake-*` keys that its definition does without.
pub fn json_schema<R: JsonSchema>() -> Value {
    let settings = SchemaSettings::openapi3().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    settings.into_generator().into_root_schema_for::<R>().to_value()
}

/// The schema of a resource whose spec is of this type, beside [`LakeStatus`]: what Kubernetes' structural schemas can say, with
/// the defaults told in the descriptions.
pub fn resource_schema<S: JsonSchema>(description: &str, generator: &mut SchemaGenerator) -> Schema {
    let mut spec = S::json_schema(generator).to_value();
    let mut status = LakeStatus::json_schema(generator).to_value();
    clean(&mut spec, true);
    tell_defaults(&mut spec);
    clean(&mut status, false);
    // Before the operator's first look no generation has been observed: by kstatus, an object that tells nothing of the
    // kind is as wanted.
    status["default"] = json!({ "observedGeneration": -1 });
    schemars::json_schema!({
        "type": "object",
        "description": description,
        "required": ["spec"],
        "properties": { "spec": spec, "status": status },
        "x-kubernetes-validations": [{
            "rule": format!("self.metadata.name.matches('{MEMBER_KEY}')"),
            "message": "the name of a lake is 1 to 63 lower-case letters, digits and inner hyphens",
        }],
    })
}

/// Lets each description end its first paragraph with the field's default, which `kubectl explain` does not show else.
fn tell_defaults(schema: &mut Value) {
    let Value::Object(keywords) = schema else { return };
    let default = match keywords.get("default") {
        // What an object is without being told stands at its fields.
        None | Some(Value::Object(_)) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
    };
    if let (Some(default), Some(Value::String(text))) = (default, keywords.get_mut("description")) {
        let end = text.find("\n\n").unwrap_or(text.len());
        text.insert_str(end, &format!(" Default: `{default}`."));
    }
    for (keyword, inner) in keywords.iter_mut() {
        match (keyword.as_str(), inner) {
            ("properties", Value::Object(fields)) => fields.values_mut().for_each(tell_defaults),
            ("items" | "additionalProperties", inner) => tell_defaults(inner),
            _ => {}
        }
    }
}
