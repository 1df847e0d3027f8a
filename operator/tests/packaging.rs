//! What is packaged with the operator is what the operator is: the chart's list of values, the image's toolchain.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use expect_test::expect_file;
use serde_json::Value;
use std::{fs, path::Path};

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A row for each value: its path, its default, what it is.
fn rows(path: &str, schema: &Value, default: Option<&Value>, rows: &mut String) {
    let fields = schema["properties"].as_object();
    if fields.is_none() || schema["type"].is_array() {
        let default = match default {
            Some(Value::String(text)) if !text.is_empty() => format!("`{text}`"),
            Some(value) => format!("`{value}`"),
            None => String::new(),
        };
        let description = schema["description"].as_str().unwrap_or_else(|| panic!("{path} is not described"));
        rows.push_str(&format!("| `{path}` | {default} | {description} |\n"));
    }
    for (name, schema) in fields.into_iter().flatten().filter(|(name, _)| *name != "global") {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        self::rows(&path, schema, default.and_then(|value| value.get(name)), rows);
    }
}

#[test]
fn the_charts_readme_lists_every_value() {
    let schema: Value = serde_json::from_str(&read("chart/values.schema.json")).unwrap();
    let defaults: Value = serde_saphyr::from_str(&read("chart/values.yaml")).unwrap();
    let mut table = "| value | default | what it is |\n| --- | --- | --- |\n".to_owned();
    rows("", &schema, Some(&defaults), &mut table);
    let readme = read("chart/README.md");
    let (before, rest) = readme.split_once("<!-- values -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end of values -->").unwrap();
    let current = format!("{before}<!-- values -->\n{table}<!-- end of values -->{after}");
    expect_file!["../chart/README.md"].assert_eq(&current);
}

#[test]
fn the_image_is_built_with_the_toolchain_of_the_repository() {
    let toolchain = read("../rust-toolchain.toml");
    let channel = toolchain.split("channel = \"").nth(1).unwrap().split('"').next().unwrap();
    let image = read("Dockerfile");
    assert!(
        image.contains(&format!("/rust:{channel}-")),
        "operator/Dockerfile does not build with Rust {channel}"
    );
}

#[test]
fn the_chart_has_the_version_of_the_operator() {
    let chart: Value = serde_saphyr::from_str(&read("chart/Chart.yaml")).unwrap();
    assert_eq!([&chart["version"], &chart["appVersion"]], [env!("CARGO_PKG_VERSION"); 2]);
}
