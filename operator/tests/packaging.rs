//! What is packaged and written down is what the operator is: the chart, the image, the pages of `operator/docs`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use expect_test::expect_file;
use lake_operator::{
    metrics::{Came, Metrics},
    options::Options,
};
use lake_reconcile::aws::{Called, Meter};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
    time::Duration,
};

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

/// Without an engine: what the Dockerfile names is in its context, and the context is a workspace that cargo can read.
#[test]
fn the_image_has_all_that_it_is_built_from() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let context = tempfile::tempdir().unwrap();
    let run = |program: &Path, arguments: &[&str]| {
        let ran = Command::new(program).args(arguments).output().unwrap();
        assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    };
    let to = context.path().display().to_string();
    let _ = run(&root.join("tools/image"), &["--to", &to]);

    let dockerfile = read("Dockerfile");
    let copied = dockerfile.lines().filter_map(|line| line.strip_prefix("COPY ")?.split(' ').next());
    for source in copied.filter(|source| !source.starts_with("--from")) {
        assert!(context.path().join(source).exists(), "COPY {source}: it is not in the context");
    }
    let made = "/out/lake-operator";
    assert!(
        dockerfile.contains(&format!("install -D target/release/lake-operator {made}")),
        "the build makes it"
    );
    assert!(dockerfile.contains(&format!("COPY --from=build {made} /usr/local/bin/lake-operator")));
    assert!(dockerfile.contains("ENTRYPOINT [\"/usr/local/bin/lake-operator\"]"));
    let values: Value = serde_saphyr::from_str(&read("chart/values.yaml")).unwrap();
    assert!(
        dockerfile.contains(&format!("USER {0}:{0}", values["runAsUser"])),
        "the chart's user is the image's"
    );

    let manifest = format!("--manifest-path={to}/Cargo.toml");
    let cargo = ["metadata", "--format-version=1", "--no-deps", "--offline", "--locked", &manifest];
    let metadata: Value = serde_json::from_str(&run(Path::new(env!("CARGO")), &cargo)).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let targets = packages.iter().flat_map(|package| package["targets"].as_array().unwrap());
    let missing: Vec<&str> = targets
        .map(|target| target["src_path"].as_str().unwrap())
        .filter(|source| !Path::new(source).exists())
        .collect();
    assert_eq!(missing, [""; 0], "cargo does not build a workspace that lacks them");
    let bins = packages.iter().filter(|package| package["name"] == "lake-operator");
    assert!(
        bins.flat_map(|package| package["targets"].as_array().unwrap())
            .any(|it| it["name"] == "lake-operator")
    );
    // What sources include is read while they are built.
    let included = run(
        Path::new("grep"),
        &["-rhoE", "--include=*.rs", "include_(str|bytes)!\\(\"[^\"]+", &format!("{to}/tfplug/src")],
    );
    for path in included.lines().filter_map(|line| line.split('"').nth(1)) {
        assert!(
            context.path().join("tfplug/src").join(path).exists(),
            "{path} is included, and not in the context"
        );
    }
}

#[test]
fn the_chart_has_the_version_of_the_operator() {
    let chart: Value = serde_saphyr::from_str(&read("chart/Chart.yaml")).unwrap();
    assert_eq!([&chart["version"], &chart["appVersion"]], [env!("CARGO_PKG_VERSION"); 2]);
}

/// The first column of a table's rows, without its backquotes.
fn first_column(page: &str) -> impl Iterator<Item = &str> {
    page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next())
}

#[test]
fn every_argument_is_told_and_the_chart_gives_no_other() {
    let command = <Options as clap::Args>::augment_args(clap::Command::new("run"));
    let page = read("docs/install.md");
    let mut known = BTreeSet::new();
    for argument in command.get_arguments() {
        let long = format!("--{}", argument.get_long().unwrap());
        let row = page.lines().find(|line| line.starts_with(&format!("| `{long}` |")));
        let row = row.unwrap_or_else(|| panic!("docs/install.md does not tell {long}"));
        for default in argument.get_default_values() {
            assert!(row.contains(&format!("| `{}` |", default.display())), "{long}: {default:?}, not {row}");
        }
        let variable = format!("LAKE_{}", long[2..].replace('-', "_").to_uppercase());
        assert_eq!(argument.get_env().unwrap().to_str(), Some(&*variable));
        known.insert(long);
    }
    let told: BTreeSet<String> =
        first_column(&page).filter(|it| it.starts_with("--")).map(str::to_owned).collect();
    assert_eq!(told, known);

    let template = read("chart/templates/deployment.yaml");
    let given = template.lines().filter_map(|line| line.trim().strip_prefix("- --")?.split('=').next());
    let unknown: Vec<&str> = given.filter(|name| !known.contains(&format!("--{name}"))).collect();
    assert_eq!(unknown, [""; 0]);
}

/// Everything counted once: what was never counted is not served.
fn counted() -> Metrics {
    let metrics = Metrics::new();
    metrics.begins();
    metrics.ends(Came::Error, Duration::ZERO);
    metrics.failed("Refused");
    metrics.drifted("bucket");
    metrics.lost();
    metrics.leads("lake-operator", true);
    metrics.called(&Called { service: "s3", operation: "HeadBucket", failed: None, took: Duration::ZERO });
    metrics.waited("s3", Duration::ZERO);
    metrics
}

#[test]
fn every_metric_is_told_and_alerts_ask_for_no_other() {
    let text = counted().text(|_| (0, 0), BTreeMap::from([("Reconciled".to_owned(), 1)]));
    let families = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let served: BTreeSet<String> = families
        .map(|(name, kind)| if kind == "counter" { format!("{name}_total") } else { name.to_owned() })
        .collect();
    assert!(served.len() > 5, "{text}");
    let page = read("docs/metrics.md");
    let told: BTreeSet<String> = first_column(&page)
        .filter(|it| it.contains('_'))
        .filter_map(|it| Some(it.split('{').next()?.to_owned()))
        .collect();
    assert_eq!(told, served);

    let rules = read("chart/templates/prometheusrule.yaml");
    let words = rules.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let asked: BTreeSet<String> = words
        .filter(|word| {
            ["lake_", "controller_", "workqueue_", "leader_"].iter().any(|start| word.starts_with(start))
        })
        .map(str::to_owned)
        .collect();
    assert!(asked.len() > 5 && asked.is_subset(&served), "{asked:?}");

    let fresh = Metrics::new().text(|_| (0, 0), BTreeMap::new());
    for class in rules.split("class=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        let series = format!("lake_errors_total{{class=\"{class}\"}} 0");
        assert!(fresh.contains(&series), "an alert asks for {class}, which does not stand at 0 in\n{fresh}");
    }

    let stalled = rules.lines().find(|line| line.contains("state=~")).unwrap();
    let conditions = read("docs/conditions.md");
    let section = conditions.split("### Somebody has to change something").nth(1).unwrap();
    for reason in first_column(section.split("###").next().unwrap()) {
        assert!(stalled.contains(reason), "LakeStalled does not fire for {reason}");
    }

    let alerts = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: "));
    let told: BTreeSet<&str> = first_column(&page).filter(|it| it.starts_with("Lake")).collect();
    assert_eq!(told, alerts.collect());
}

/// Words in quotes that begin with a capital, outside of tests.
fn words(file: &str) -> BTreeSet<String> {
    let source = read(file);
    let code = source.split("#[cfg(test)]").next().unwrap();
    let quoted: Vec<&str> = if file.ends_with("/error.rs") {
        // Beside the words of classes it names codes and operations of AWS's.
        code.split("=> \"").skip(1).filter_map(|arm| arm.split('"').next()).collect()
    } else {
        code.split('"').skip(1).step_by(2).collect()
    };
    quoted
        .into_iter()
        .filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase()))
        .filter(|word| word.len() > 2 && word.chars().all(|c| c.is_ascii_alphanumeric()))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_reason_is_told() {
    // Types and statuses of conditions, actions of events, and what only Terraform tells.
    let no_reasons = [
        "Ready",
        "Reconciling",
        "Stalled",
        "True",
        "False",
        "Unknown",
        "Apply",
        "Observe",
        "Reconcile",
        "Release",
        "Stopped",
        "NotLeading",
        "Overtaken",
    ];
    let page = read("docs/conditions.md");
    for file in [
        "src/summary.rs",
        "src/summary/outcome.rs",
        "src/reconciler/report.rs",
        "src/reconciler/installation.rs",
        "../engine/src/error.rs",
        "../engine/src/failure.rs",
        "../engine/src/plan/leaving.rs",
        "../engine/src/plan/wanted.rs",
    ] {
        let words = words(file);
        assert!(!words.is_empty(), "{file} tells no reason any more");
        for word in words.iter().filter(|word| !no_reasons.contains(&word.as_str())) {
            assert!(page.contains(&format!("`{word}`")), "docs/conditions.md does not tell {word} of {file}");
        }
    }
}
