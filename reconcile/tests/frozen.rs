//! Records that earlier releases have written, in Terraform's private bytes and in the status of a Lake: read whole, and
//! written as they were. What is added to a record since is left out where it says nothing.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use base64::{Engine, prelude::BASE64_STANDARD};
use lake_reconcile::{kinds::KINDS, record::Record};
use lake_tests::frozen;
use serde_json::Value;

fn unchanged(release: &str, record: &Value) {
    let read = Record::of(KINDS, record.clone()).unwrap_or_else(|error| panic!("{release}: {error}"));
    let written: Value = serde_json::from_str(&read.to_string()).unwrap();
    assert_eq!(&written, record, "{release}");
}

#[test]
fn a_record_of_every_release_in_private_bytes_is_read_whole() {
    for (release, state) in frozen::all("state.json") {
        let state: Value = serde_json::from_str(&state).unwrap();
        let resources = state["resources"].as_array().unwrap();
        for lake in resources.iter().filter(|resource| resource["type"] == "lake") {
            let private = lake["instances"][0]["private"].as_str().unwrap();
            let private = BASE64_STANDARD.decode(private).unwrap();
            let private: Value = serde_json::from_slice(&private).unwrap();
            unchanged(&release, &private["record"]);
        }
        let text = state.to_string();
        assert!(KINDS.all().count() < 9 || text.contains("\"filter/india\""), "{release} has every kind");
    }
}

#[test]
fn a_record_of_every_release_in_a_status_is_read_whole() {
    for (release, lake) in frozen::all("lake.json") {
        let lake: Value = serde_json::from_str(&lake).unwrap();
        let record = &lake["status"]["record"];
        let record = match record.as_str() {
            Some(text) => serde_json::from_str(text).unwrap(),
            None => record.clone(),
        };
        assert_eq!(record["nodes"].as_object().map(serde_json::Map::len), Some(10), "{release}");
        unchanged(&release, &record);
        let status: lake_api::LakeStatus = serde_json::from_value(lake["status"].clone()).unwrap();
        assert_eq!(serde_json::to_value(status).unwrap(), lake["status"], "{release}");
    }
}
