//! Every lake of `examples/` is one that a user could write: it keeps the contract and makes sense.

use std::path::Path;

use lake_api::{contract, lint};
use serde_json::Value;

#[test]
fn examples_have_no_findings() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut seen = 0;
    for example in std::fs::read_dir(examples).unwrap() {
        let path = example.unwrap().path().join("lake.yaml");
        let lake: Value = serde_saphyr::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let spec = contract::decode(lake["spec"].clone())
            .unwrap_or_else(|findings| panic!("{path:?}: {findings:#?}"));
        let findings = lint::lint(&spec, lake["metadata"]["name"].as_str().unwrap());
        assert_eq!(findings, [], "{path:?}");
        seen += 1;
    }
    assert!(seen > 0, "there are examples");
}
