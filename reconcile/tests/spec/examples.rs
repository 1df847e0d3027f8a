//! The examples that users start from.

use lake_reconcile::CONTRACT;
use serde_json::Value;

/// Every lake among the examples that is written in YAML.
fn examples() -> Vec<Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
    let entries = std::fs::read_dir(folder).expect("there is a folder of examples");
    entries
        .filter_map(|entry| std::fs::read_to_string(entry.ok()?.path().join("lake.yaml")).ok())
        .map(|yaml| serde_saphyr::from_str::<Value>(&yaml).expect("an example is good YAML"))
        .filter(|example| example["kind"] == "Lake")
        .collect()
}

#[test]
fn every_example_is_a_lake_without_findings() {
    let examples = examples();
    assert!(!examples.is_empty());
    for lake in examples {
        let name = lake["metadata"]["name"].as_str().unwrap();
        let spec =
            CONTRACT.decode(lake["spec"].clone()).unwrap_or_else(|findings| panic!("{name}: {findings:#?}"));
        assert_eq!(lake_reconcile::lint::lint(&spec, name), [], "{name}");
    }
}
