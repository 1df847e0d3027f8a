//! A lake that uses every field of every kind.

use lake_tests::{aws::Endpoint, terraform::Terraform};
use serde_json::Value;
use std::collections::BTreeSet;

const FULL: &str = include_str!("full.tf");

/// Words that the lake cannot hold: they stand against others, or are told by the provider.
const ELSEWHERE: [&str; 11] = [
    "adopt_from",
    "bucket_account",
    "external",
    "iceberg",
    "outputs",
    "resources",
    "region",
    "timeouts",
    "create",
    "delete",
    "update",
];

#[test]
fn a_lake_of_every_field_applies_and_its_second_plan_is_empty() {
    let aws = Endpoint::given_or_start();
    let before = aws.hand().world();
    let terraform = Terraform::new(&aws);
    terraform.main(FULL);
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
    assert_eq!(aws.hand().world(), before);
}

#[test]
fn every_field_is_in_that_lake() {
    let aws = Endpoint::given_or_start();
    let terraform = Terraform::new(&aws);
    terraform.main(FULL);
    let told = terraform.command(&["providers", "schema", "-json"]).output().expect("terraform starts");
    let schema: Value = serde_json::from_slice(&told.stdout).expect("the schema is JSON");
    let providers = schema["provider_schemas"].as_object().expect("providers");
    let lake = &providers.values().next().expect("one provider")["resource_schemas"]["lake"]["block"];
    let mut words = BTreeSet::new();
    gather(lake, &mut words);
    let used: BTreeSet<&str> =
        FULL.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').collect();
    let missing: Vec<_> = words
        .iter()
        .filter(|word| !used.contains(word.as_str()) && !ELSEWHERE.contains(&word.as_str()))
        .collect();
    assert!(words.len() > 100, "the schema has words: {words:?}");
    assert_eq!(missing, Vec::<&String>::new());
}

fn gather(block: &Value, words: &mut BTreeSet<String>) {
    for (name, _) in block["attributes"].as_object().into_iter().flatten() {
        words.insert(name.clone());
    }
    for (name, nested) in block["block_types"].as_object().into_iter().flatten() {
        words.insert(name.clone());
        gather(&nested["block"], words);
    }
}
