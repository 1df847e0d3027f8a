//! The definition of the custom resource, as it is committed and as an apiserver wants it.

use expect_test::expect_file;
use lake_api::contract::{Shape, json_schema};
use lake_reconcile::lake::crd;
use lake_reconcile::spec::singular::{RESERVED, camel, singular, snake};
use lake_reconcile::{CONTRACT, Lake};
use serde_json::Value;

/// The definition in YAML.
fn yaml() -> String {
    let head = "# Generated from the types in reconcile/src/lake.rs: `cargo run -p lake-reconcile --example crd > crds/lake.yaml`.\n";
    format!("{head}{}", serde_saphyr::to_string(&crd()).expect("a definition can be written"))
}

#[test]
fn the_committed_definition_is_current() {
    expect_file!["../../../crds/lake.yaml"].assert_eq(&yaml());
}

#[test]
fn the_definition_fits_into_etcd_and_a_request() {
    let size = yaml().len();
    assert!(size < 900 * 1024, "{size} bytes");
}

#[test]
fn none_of_our_own_keys_is_in_the_definition() {
    assert!(!yaml().contains("x-lake"));
    assert!(json_schema::<Lake>().to_string().contains("x-lake-member-of"), "the schema itself has them");
}

#[test]
fn the_definition_is_structural() {
    let crd = serde_json::to_value(crd()).unwrap();
    let root = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    let mut wrong = Vec::new();
    structural(root, "", &mut wrong);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What Kubernetes asks of structural schemas, and what this project asks beyond.
fn structural(schema: &Value, at: &str, wrong: &mut Vec<String>) {
    let mut tell = |why: &str| wrong.push(format!("{at}: {why}"));
    let fields = schema["properties"].as_object();
    if !schema["type"].is_string() {
        tell("no type");
    }
    if fields.is_some() && !schema["additionalProperties"].is_null() {
        tell("fields and free keys at once");
    }
    for keyword in [
        "nullable",
        "anyOf",
        "oneOf",
        "allOf",
        "not",
        "uniqueItems",
        "$ref",
        "x-kubernetes-preserve-unknown-fields",
    ] {
        if !schema[keyword].is_null() {
            tell(keyword);
        }
    }
    if at.starts_with("/spec") {
        if schema["type"] == "string" && schema["enum"].is_null() && schema["maxLength"].is_null() {
            tell("a text without a bound");
        }
        // The cost of a rule is multiplied by the bounds around it.
        if schema["type"] == "array" && schema["maxItems"].as_u64().is_none_or(|most| most > 1000) {
            tell("a list without a bound of 1000 or less");
        }
        if !schema["additionalProperties"].is_null()
            && schema["maxProperties"].as_u64().is_none_or(|most| most > 1000)
        {
            tell("a map without a bound of 1000 or less");
        }
        if !schema["format"].is_null() {
            tell("a format");
        }
    }
    for (name, field) in fields.into_iter().flatten() {
        let at = format!("{at}/{name}");
        if field["description"].as_str().is_none_or(str::is_empty) {
            wrong.push(format!("{at}: no description"));
        }
        structural(field, &at, wrong);
    }
    for inner in ["items", "additionalProperties"] {
        if !schema[inner].is_null() {
            structural(&schema[inner], &format!("{at}/*"), wrong);
        }
    }
}

#[test]
fn defaults_are_whole_and_rules_are_about_fields_without_one() {
    let mut wrong = Vec::new();
    visit(CONTRACT.shape(), "", &mut |at, shape| {
        let Shape::Object(object) = shape else { return };
        for (name, field) in &object.fields {
            if let Some(default) = &field.default {
                let whole = lake_api::contract::complete_against(&field.shape, default.clone());
                if whole != *default {
                    wrong.push(format!("{at}/{name}: the default is not whole"));
                }
                let listed = matches!(&field.shape, Shape::List(list) if list.entry.holds_object());
                if listed {
                    wrong.push(format!("{at}/{name}: a block that is absent cannot have entries"));
                }
            }
        }
        for name in object.rules.iter().flat_map(|rule| rule.fields()) {
            match object.fields.get(name) {
                None => wrong.push(format!("{at}: a rule about {name}, which is no field")),
                Some(field) if field.default.is_some() => {
                    wrong.push(format!("{at}: a rule about {name}, which has a default"))
                }
                Some(_) => {}
            }
        }
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_block_of_terraform_has_a_name_that_is_free() {
    let root = CONTRACT.shape().object().unwrap();
    for (name, field) in &root.fields {
        let word = if field.shape.holds_object() && field.shape.object().is_none() {
            singular(name).unwrap()
        } else {
            name
        };
        assert!(!RESERVED.contains(&snake(word).as_str()), "{name} is Terraform's own");
    }
    visit(CONTRACT.shape(), "", &mut |at, shape| {
        let Shape::Object(object) = shape else { return };
        let mut words = std::collections::BTreeSet::new();
        for (name, field) in object.fields.iter().filter(|(_, field)| field.door.is_none()) {
            assert_eq!(camel(&snake(name)), *name, "{at}/{name} does not survive Terraform's spelling");
            let block = field.shape.entry().is_some_and(Shape::holds_object);
            let word = match block {
                true => singular(name).unwrap_or_else(|| panic!("{at}/{name} has no singular")),
                false => name,
            };
            assert!(words.insert(word), "{at}: two fields are called {word} in Terraform");
            let inner = field.shape.entry().and_then(Shape::entry);
            assert!(
                !inner.is_some_and(Shape::holds_object),
                "{at}/{name}: blocks within a collection of collections"
            );
        }
    });
}

#[test]
fn references_point_into_sections_that_are_there() {
    let root = CONTRACT.shape().object().unwrap();
    visit(CONTRACT.shape(), "", &mut |at, shape| {
        if let Shape::Text(text) = shape
            && let Some(section) = &text.member_of
        {
            assert!(root.fields.contains_key(section), "{at} points into {section}");
        }
    });
}

#[test]
fn every_pattern_is_one() {
    visit(CONTRACT.shape(), "", &mut |at, shape| {
        if let Shape::Text(text) = shape
            && let Some(pattern) = &text.pattern
        {
            assert!(regex_lite::Regex::new(pattern).is_ok(), "{at}: {pattern}");
            // What a finding tells instead of the pattern.
            let in_words = text.allowed.as_deref().or(text.member_of.as_deref());
            assert!(
                in_words.is_some_and(|words| !words.contains(['^', '$'])),
                "{at} has no words for {pattern}"
            );
        }
    });
}

#[test]
fn only_kubernetes_knows_what_stands_in_its_cluster() {
    let mut doors = Vec::new();
    visit(CONTRACT.shape(), "", &mut |at, shape| {
        let fields = shape.object().into_iter().flat_map(|object| &object.fields);
        doors.extend(fields.filter_map(|(name, field)| Some((format!("{at}/{name}"), field.door.clone()?))));
    });
    let kubernetes = |at: &str| (at.to_owned(), "kubernetes".to_owned());
    assert_eq!(
        doors,
        [
            "/reconcile",
            "/buckets/*/objects/*/contentFrom",
            "/jobs/*/secretArgumentsFrom",
            "/jobs/*/script/contentFrom",
        ]
        .map(kubernetes)
    );
}

#[test]
fn secrets_are_marked_and_nothing_else_is() {
    let mut secrets = Vec::new();
    visit(CONTRACT.shape(), "", &mut |at, shape| {
        let fields = shape.object().into_iter().flat_map(|object| &object.fields);
        secrets.extend(fields.filter(|(_, field)| field.secret()).map(|(name, _)| format!("{at}/{name}")));
    });
    assert_eq!(
        secrets,
        [
            "/buckets/*/objects/*/secretContent",
            "/buckets/*/objects/*/secretContentBase64",
            "/jobs/*/secretArguments",
            "/jobs/*/script/secretContent",
            "/jobs/*/script/secretContentBase64",
        ]
    );
}

#[test]
fn only_the_region_is_fixed_for_all_kinds() {
    assert_eq!(CONTRACT.immutable().iter().map(ToString::to_string).collect::<Vec<_>>(), ["region"]);
}

/// Looks at every form below one.
fn visit(shape: &Shape, at: &str, look: &mut impl FnMut(&str, &Shape)) {
    look(at, shape);
    if let Shape::Object(object) = shape {
        object.fields.iter().for_each(|(name, field)| visit(&field.shape, &format!("{at}/{name}"), look));
    }
    if let Some(entry) = shape.entry() {
        visit(entry, &format!("{at}/*"), look);
    }
}
