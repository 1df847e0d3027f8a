//! What is secret is told nowhere: not in plans, states' resources and outputs, errors, nor in logs at any level. The
//! fixture searches all that a story writes.

use lake_tests::{
    aws::Endpoint,
    canary::{canary, untold},
    terraform::Terraform,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A lake with jobs, some of whose fields are these, behind keys that are secret too.
fn lake(objects: &str, arguments: &str, script: &str, binary: &str) -> String {
    format!(
        r#"provider "lake" {{
  owner      = "secrets"
  access_key = "AKIAOFTHECANARIES"
  secret_key = "{secret_key}"
  token      = "{token}"
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
  job "binary" {{
    role = "etl"
    script {{
      bucket = "store"
      key    = "binary.py"
{binary}
    }}
  }}
}}
"#,
        secret_key = canary("secret-key"),
        token = canary("token"),
    )
}

/// The arguments that the schema of the provider itself calls sensitive.
fn sensitive(terraform: &Terraform) -> BTreeSet<String> {
    let schema = terraform.command(&["providers", "schema", "-json"]).output().expect("terraform starts");
    let schema: Value = serde_json::from_slice(&schema.stdout).expect("the schema is JSON");
    let provider = schema["provider_schemas"].as_object().and_then(|all| all.values().next());
    let arguments = provider.expect("the provider")["provider"]["block"]["attributes"].as_object();
    let secret = arguments.into_iter().flatten().filter(|(_, argument)| argument["sensitive"] == true);
    secret.map(|(name, _)| name.clone()).collect()
}

#[test]
fn a_secret_is_told_nowhere() {
    let aws = Endpoint::start();
    let terraform = Terraform::new(&aws);
    let text = |name: &str| format!("      {name} = \"{}\"", canary(name));
    let bytes = |of: &str| format!("      secret_content_base64 = base64encode(\"{}\")", canary(of));
    let objects = format!(
        "    object \"text\" {{\n      key = \"text\"\n{}\n    }}\n    object \"bytes\" {{\n      key = \"bytes\"\n{}\n    }}",
        text("secret_content"),
        bytes("object-bytes"),
    );
    let arguments = format!("    secret_arguments = {{ \"--salt\" = \"{}\" }}", canary("secret-arguments"));
    let secret = lake(&objects, &arguments, &text("secret_content"), &bytes("script-bytes"));
    terraform.main(&secret);
    for name in sensitive(&terraform) {
        let told =
            secret.lines().any(|line| line.trim_start().starts_with(&name) && line.contains(&canary("")));
        assert!(told, "the provider's {name} has no canary");
    }
    let _ = terraform.apply().ok();
    assert_eq!(untold(&terraform.lakes()), BTreeSet::new(), "each secret field has a canary");
    terraform.plan().nothing();

    // AWS quotes what it was sent, and the removal of all secrets fails.
    let shown = "      content = \"print()\"";
    terraform.main(&lake("", "    arguments = { \"--pepper\" = \"black\" }", shown, shown));
    let quoted = format!("The value '{}' of --salt cannot be removed", canary("secret-arguments"));
    let refused = |operation: &str| json!({ "operation": operation, "code": "InvalidInputException", "status": 400, "message": quoted });
    aws.faults(json!([refused("UpdateJob")]));
    let _ = terraform.plan().changes();
    let _ = terraform.apply().failed().says("The value '(secret)' of --salt cannot be removed");
    aws.faults(json!([]));
    let _ = terraform.plan().changes().says("(secret, differs)");
    let _ = terraform.run(&["show", "-no-color"]).ok();
    let _ = terraform.state();
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
    assert!(terraform.log().contains("glue:UpdateJob"), "the provider logs its calls");
}
