//! The custom resource's definition, a projection of the one schema.

use std::borrow::Cow;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::CustomResourceExt;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::clean::clean;
use crate::names::MEMBER_KEY;
use crate::spec::{Lake, LakeSpec};
use crate::status::LakeStatus;

/// The definition of the custom resource `lakes.lake.dev`, as it is installed in a cluster.
pub fn crd() -> CustomResourceDefinition {
    Lake::crd()
}

/// The schema of a whole lake, with the `x-lake-*` keys that the CRD does without.
pub fn json_schema() -> Value {
    let settings = SchemaSettings::openapi3().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    settings.into_generator().into_root_schema_for::<Lake>().to_value()
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

impl JsonSchema for Lake {
    fn schema_name() -> Cow<'static, str> {
        "Lake".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut spec = LakeSpec::json_schema(generator).to_value();
        let mut status = LakeStatus::json_schema(generator).to_value();
        clean(&mut spec, true);
        tell_defaults(&mut spec);
        clean(&mut status, false);
        // Before the operator's first look no generation has been observed: by kstatus, an object that tells nothing of the
        // kind is as wanted.
        status["default"] = json!({ "observedGeneration": -1 });
        json_schema!({
            "type": "object",
            "description": "A data lake on AWS, declared as one object.",
            "required": ["spec"],
            "properties": { "spec": spec, "status": status },
            "x-kubernetes-validations": [{
                "rule": format!("self.metadata.name.matches('{MEMBER_KEY}')"),
                "message": "the name of a lake is 1 to 63 lower-case letters, digits and inner hyphens",
            }],
        })
    }
}
