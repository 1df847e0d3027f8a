//! The examples that users start from.

use lake_api::contract::decode;
use serde_json::Value;

/// Every example in YAML, by its folder.
fn examples() -> Vec<(String, Value)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.join("lake.yaml").exists())
        .map(|path| {
            let yaml = std::fs::read_to_string(path.join("lake.yaml")).unwrap();
            (path.display().to_string(), serde_saphyr::from_str(&yaml).unwrap())
        })
        .collect()
}

#[test]
fn every_example_is_a_lake_without_findings() {
    let examples = examples();
    assert!(!examples.is_empty());
    for (folder, lake) in examples {
        let name = lake["metadata"]["name"].as_str().unwrap();
        let spec = decode(lake["spec"].clone()).unwrap_or_else(|findings| panic!("{folder}: {findings:#?}"));
        assert_eq!(lake_api::lint::lint(&spec, name), [], "{folder}");
    }
}
