//! The schema of the custom resource.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::clean::clean;
use crate::names::MEMBER_KEY;
use crate::spec::{Lake, LakeSpec};
use crate::status::LakeStatus;

impl JsonSchema for Lake {
    fn schema_name() -> Cow<'static, str> {
        "Lake".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = json_schema!({
            "type": "object",
            "description": "A data lake on AWS, declared as one object.",
            "required": ["spec"],
            "properties": {
                "spec": LakeSpec::json_schema(generator),
                "status": LakeStatus::json_schema(generator),
            },
            "x-kubernetes-validations": [{
                "rule": format!("self.metadata.name.matches('{MEMBER_KEY}')"),
                "message": "the name of a lake is 1 to 63 lower-case letters, digits and inner hyphens",
            }],
        });
        clean(&mut schema);
        schema
    }
}
