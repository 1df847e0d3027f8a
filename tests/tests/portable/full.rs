//! A lake that uses every field of every kind.

use lake_tests::{aws::Endpoint, canary::untold, example::FULL, terraform::Terraform};
use serde_json::Value;
use std::collections::BTreeSet;

/// Where the lake would be refused: policies of a role name nobody, and its trust policy no resource.
const REFUSED: [&str; 6] = [
    // Members are told in blocks here: `values` tells them so.
    "sensitive_spec",
    "spec",
    "role.assumed_by.statement.resources",
    "role.assumed_by.statement.not_resources",
    "role.inline_policy.statement.principals",
    "role.inline_policy.statement.not_principals",
];

#[test]
fn a_lake_of_every_field_applies_and_its_second_plan_is_empty() {
    let aws = Endpoint::given_or_start();
    let before = aws.hand().world();
    let terraform = Terraform::new(&aws);
    terraform.main(FULL);
    let _ = terraform.apply().ok();
    assert_eq!(untold(&terraform.lakes()), BTreeSet::new(), "each secret field has a canary");
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
    assert_eq!(aws.hand().world(), before);
}

#[test]
fn every_field_is_in_that_lake() {
    let aws = Endpoint::given_or_start();
    let terraform = Terraform::new(&aws);
    terraform.main(FULL);
    let lake = terraform.schema();
    let mut known = BTreeSet::new();
    every_path(&lake, "", &mut known);
    let plan = terraform.plan_json();
    let mut given = BTreeSet::new();
    for resource in plan["configuration"]["root_module"]["resources"].as_array().expect("resources") {
        given_paths(&lake, &resource["expressions"], "", &mut given);
    }
    let refused = |path: &str| REFUSED.iter().any(|refused| path.starts_with(refused));
    let missing: Vec<_> = known.difference(&given).filter(|path| !refused(path)).collect();
    assert!(known.len() > 400, "the schema has {} paths", known.len());
    assert_eq!(missing, Vec::<&String>::new());
    assert_eq!(given.iter().find(|path| refused(path)), None, "it is not refused any more");
}

/// The paths that a configuration may give.
fn every_path(block: &Value, at: &str, paths: &mut BTreeSet<String>) {
    for (name, attribute) in entries(&block["attributes"]) {
        if attribute["optional"] == true || attribute["required"] == true {
            paths.insert(format!("{at}{name}"));
        }
    }
    for (name, nested) in entries(&block["block_types"]) {
        paths.insert(format!("{at}{name}"));
        every_path(&nested["block"], &format!("{at}{name}."), paths);
    }
}

/// Those that it gives, from the expressions that a plan tells of it.
fn given_paths(block: &Value, given: &Value, at: &str, paths: &mut BTreeSet<String>) {
    for (name, _) in entries(&block["attributes"]).filter(|(name, _)| given.get(name).is_some()) {
        paths.insert(format!("{at}{name}"));
    }
    for (name, nested) in entries(&block["block_types"]) {
        let Some(told) = given.get(name) else { continue };
        paths.insert(format!("{at}{name}"));
        let each: Vec<&Value> = match nested["nesting_mode"].as_str() {
            Some("map") => entries(told).map(|(_, entry)| entry).collect(),
            Some("list" | "set") => told.as_array().into_iter().flatten().collect(),
            _ => vec![told],
        };
        each.iter().for_each(|inner| given_paths(&nested["block"], inner, &format!("{at}{name}."), paths));
    }
}

fn entries(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}
