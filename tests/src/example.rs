//! The lakes that end-to-end tests and benchmarks share: those of `examples/`, and one of any size.

use crate::{
    aws::{ACCOUNT, REGION},
    canary::canary,
    root,
    terraform::Terraform,
};
use serde_json::Value;

/// Lakes that use every field of every kind.
pub const FULL: &str =
    concat!(include_str!("../tests/portable/full.tf"), "\n", include_str!("../tests/portable/kinds.tf"));

/// The bucket of first-lake, by its default name.
#[must_use]
pub fn first_bucket() -> String {
    format!("first-store-{ACCOUNT}-{REGION}")
}

/// first-lake as its manifest has it, without a namespace, and with a canary for its salt.
///
/// # Panics
/// When the example cannot be read.
#[must_use]
pub fn first_lake_manifest() -> String {
    let mut text = std::fs::read_to_string(root().join("examples/first-lake/lake.yaml"))
        .expect("the example can be read");
    for (from, to) in [("  namespace: data\n", ""), ("change-me", &canary("salt"))] {
        assert_eq!(text.matches(from).count(), 1, "the example says {from:?} once");
        text = text.replace(from, to);
    }
    text
}

/// The same as an object, of which nothing is retained when it leaves.
///
/// # Panics
/// When the example cannot be read.
#[must_use]
pub fn first_lake_not_retained() -> Value {
    let mut lake: Value = serde_saphyr::from_str(&first_lake_manifest()).expect("the example is YAML");
    lake["spec"]["buckets"]["store"]["onDelete"] = "Empty".into();
    lake["spec"]["databases"]["lake"]["onDelete"] = "Delete".into();
    lake["spec"]["tables"]["events"]["onDelete"] = "Delete".into();
    lake
}

/// Put first-lake into a configuration, as its README has it, with a canary for its salt.
///
/// # Panics
/// When the example cannot be read.
pub fn first_lake(terraform: &mut Terraform) {
    let folder = root().join("examples/first-lake");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("the example can be read");
    std::fs::remove_file(terraform.folder().join("versions.tf"))
        .expect("the example names its own providers");
    terraform.main(&read("main.tf"));
    terraform.file("etl.py", &read("etl.py"));
    terraform.set("TF_VAR_salt", &canary("salt"));
}

/// Let nothing of first-lake be retained when it leaves.
pub fn nothing_retained(terraform: &Terraform) {
    terraform.edit("  bucket \"store\" {\n", "  bucket \"store\" {\n    on_delete = \"Empty\"\n");
    terraform.edit("  database \"lake\" {\n", "  database \"lake\" {\n    on_delete = \"Delete\"\n");
    terraform.edit("  table \"events\" {\n", "  table \"events\" {\n    on_delete = \"Delete\"\n");
}

/// Take first-lake down, and what it would retain with it: whoever comes next finds the endpoint as it was.
///
/// # Panics
/// When terraform cannot.
pub fn take_down(terraform: &Terraform) {
    nothing_retained(terraform);
    let _ = terraform.apply().ok();
    let _ = terraform.destroy().ok();
}

/// Put a lake of many members into a configuration: a bucket, a database, two roles, and four for each of its zones.
/// Nothing of it is retained.
pub fn zones(terraform: &mut Terraform, zones: usize) {
    terraform.main(&include_str!("zones.tf").replace("ZONES", &zones.to_string()));
}
