//! A lake in the words of Terraform's state, told in the words of the CRD: the fields are those of the definition's schema.

use lake_tests::root;
use serde_json::{Map, Value};

/// The spec that says what these attributes of a resource say.
pub(crate) fn spec(lake: &Value) -> Value {
    let definition = std::fs::read_to_string(root().join("crds/lake.yaml")).expect("the definition is there");
    let definition: Value = serde_saphyr::from_str(&definition).expect("the definition is YAML");
    let schema = &definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"];
    assert_eq!(schema["type"], "object");
    object(schema, lake)
}

fn value(schema: &Value, told: &Value) -> Value {
    match told {
        Value::Object(entries) if !schema["additionalProperties"].is_null() => {
            let each = entries.iter().filter(|(_, entry)| !entry.is_null());
            let entry = |(key, entry): (&String, &Value)| {
                (key.clone(), value(&schema["additionalProperties"], entry))
            };
            each.map(entry).collect::<Map<_, _>>().into()
        }
        Value::Array(items) if schema["type"] == "array" => {
            items.iter().map(|item| value(&schema["items"], item)).collect()
        }
        told if schema["properties"].is_object() => object(schema, told),
        told => told.clone(),
    }
}

fn object(schema: &Value, told: &Value) -> Value {
    let fields = schema["properties"].as_object().into_iter().flatten();
    let given = fields.filter_map(|(name, schema)| {
        let told = as_attribute_or_block(name, schema, told)?;
        Some((name.clone(), value(schema, told)))
    });
    given.collect::<Map<_, _>>().into()
}

/// What is told of a field: an attribute has its name, a block that of one entry.
fn as_attribute_or_block<'a>(name: &str, schema: &Value, told: &'a Value) -> Option<&'a Value> {
    let plural = snake(name);
    // `policies`, `databases`, `buses`: which of them is one, a block of that name tells.
    let singulars = [("ies", "y"), ("s", ""), ("es", "")]
        .map(|(many, one)| plural.strip_suffix(many).map(|stem| format!("{stem}{one}")));
    let of_one = || singulars.iter().flatten().find_map(|one| told.get(one));
    let holds_objects =
        ["items", "additionalProperties"].iter().any(|of| schema[of]["properties"].is_object());
    let found = if holds_objects { of_one().or_else(|| told.get(&plural)) } else { told.get(&plural) };
    // A block that nobody wrote is empty, and an attribute null.
    found.filter(|told| match told {
        Value::Null => false,
        Value::Array(items) => !(holds_objects && items.is_empty()),
        Value::Object(entries) => !(holds_objects && entries.is_empty()),
        _ => true,
    })
}

fn snake(camel: &str) -> String {
    let letters = camel.chars().flat_map(|letter| {
        let gap = letter.is_ascii_uppercase().then_some('_');
        gap.into_iter().chain([letter.to_ascii_lowercase()])
    });
    letters.collect()
}

#[test]
fn blocks_and_attributes_are_found_by_their_words() {
    let told = serde_json::json!({
        "deletion_protection": false, "name": "full", "outputs": { "bucket/store": {} }, "adopt_from": null,
        "bucket": { "store": {
            "on_delete": "Empty", "tags": { "zone": "raw" }, "cors_rule": [], "policy": null, "object": {},
            "lifecycle_rule": [{ "expire": { "days": 7 }, "transition": [{ "after_days": 3 }] }],
        } },
        "role": { "etl": { "inline_policy": { "more": { "statement": [{ "sid": "A" }] } }, "allow": [{ "read": { "bucket": "store" } }] } },
    });
    let spec = spec(&told);
    assert_eq!(
        spec["buckets"]["store"],
        serde_json::json!({ "onDelete": "Empty", "tags": { "zone": "raw" }, "lifecycleRules": spec["buckets"]["store"]["lifecycleRules"] })
    );
    assert_eq!(spec["deletionProtection"], false);
    assert_eq!(spec["roles"]["etl"]["inlinePolicies"]["more"]["statements"][0]["sid"], "A");
    assert_eq!(spec["roles"]["etl"]["allow"][0]["read"]["bucket"], "store");
    let fields: Vec<&String> = spec.as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["buckets", "deletionProtection", "roles"]);
}
