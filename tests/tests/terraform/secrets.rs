//! What is secret is told nowhere: not in plans, states' resources and outputs, errors, nor in logs at any level.

use lake_tests::{
    aws::Endpoint,
    canary::{canary, found, none_in},
    terraform::Terraform,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A lake with a job, some of whose fields are these.
fn lake(objects: &str, arguments: &str, script: &str) -> String {
    format!(
        r#"provider "lake" {{
  owner = "secrets"
}}

resource "lake" "quiet" {{
  name = "quiet"
  bucket "store" {{
    name      = "quiet-store"
    on_delete = "Empty"
{objects}
  }}
  role "etl" {{
    assumed_by {{
      services = ["glue.amazonaws.com"]
    }}
  }}
  job "etl" {{
    role = "etl"
{arguments}
    script {{
      bucket = "store"
      key    = "etl.py"
{script}
    }}
  }}
}}
"#
    )
}

/// The names of the attributes of blocks that the provider's schema calls sensitive.
fn sensitive(block: &Value, depth: usize, names: &mut BTreeSet<String>) {
    for (name, attribute) in block["attributes"].as_object().into_iter().flatten() {
        // Those of the lake itself are the whole spec in one.
        if depth > 0 && attribute["sensitive"] == true {
            names.insert(name.clone());
        }
    }
    for nested in block["block_types"].as_object().into_iter().flat_map(|types| types.values()) {
        sensitive(&nested["block"], depth + 1, names);
    }
}

#[test]
fn a_secret_is_told_nowhere() {
    let aws = Endpoint::start();
    let mut terraform = Terraform::new(&aws);
    let log = terraform.folder().join("log");
    terraform.set("TF_LOG", "TRACE");
    terraform.set("TF_LOG_PATH", &log.display().to_string());
    let secret = lake(
        &format!(
            "    object \"text\" {{\n      key = \"text\"\n      secret_content = \"{}\"\n    }}\n    object \"bytes\" \
             {{\n      key = \"bytes\"\n      secret_content_base64 = base64encode(\"{}\")\n    }}",
            canary("secret-content"),
            canary("secret-content-base64")
        ),
        &format!("    secret_arguments = {{ \"--salt\" = \"{}\" }}", canary("secret-arguments")),
        &format!("      secret_content = \"{}\"", canary("script")),
    );
    terraform.main(&secret);
    let schema = terraform.command(&["providers", "schema", "-json"]).output().expect("terraform starts");
    let schema: Value = serde_json::from_slice(&schema.stdout).expect("JSON");
    let provider = schema["provider_schemas"].as_object().and_then(|all| all.values().next());
    let mut names = BTreeSet::new();
    sensitive(&provider.expect("the provider")["resource_schemas"]["lake"]["block"], 0, &mut names);
    assert!(!names.is_empty());
    for name in names {
        let told = secret.lines().any(|line| line.contains(&format!("{name} =")) && found(line).is_some());
        assert!(told, "{name} has no canary");
    }
    let _ = terraform.apply().ok();
    terraform.plan().nothing();

    // AWS quotes what it was sent, and the removal of all secrets fails.
    terraform.main(&lake("", "    arguments = { \"--pepper\" = \"black\" }", "      content = \"print()\""));
    let quoted = format!("The value '{}' of --salt cannot be removed", canary("secret-arguments"));
    let refused = |operation: &str| json!({ "operation": operation, "code": "InvalidInputException", "status": 400, "message": quoted });
    aws.faults(json!([refused("UpdateJob")]));
    let _ = terraform.plan().changes();
    let _ = terraform.apply().failed().says("The value '(secret)' of --salt cannot be removed");
    aws.faults(json!([]));
    let _ = terraform.plan().changes().says("(secret, differs)");
    let _ = terraform.run(&["show", "-no-color"]).ok();
    let state = terraform.state();
    for told in ["resources", "outputs"] {
        none_in(told, &state[told].to_string());
    }
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();

    let log = std::fs::read_to_string(log).expect("terraform has written a log");
    let ours: Vec<&str> = log.lines().filter(|line| line.contains("terraform-provider-lake")).collect();
    assert!(ours.iter().any(|line| line.contains("glue:UpdateJob")), "the provider logs its calls");
    none_in("the log", &ours.join("\n"));
}
