//! A lake told as a value: `spec` and `sensitive_spec` beside the blocks.

use lake_tests::{aws::Endpoint, example, terraform::Terraform};
use serde_json::json;

/// The same file that Kubernetes takes, its secret aside, and then as blocks would have it: no call, no change.
#[test]
fn a_lake_of_kubernetes_is_one_of_terraform() {
    let aws = Endpoint::start();
    let terraform = Terraform::new(&aws);
    terraform.file("lake.yaml", &example::first_lake_manifest());
    terraform.main(
        r#"locals {
  lake = yamldecode(file("lake.yaml")).spec
}

resource "lake" "x" {
  name = "first"
  spec = local.lake
}
"#,
    );
    let _ = terraform
        .validate()
        .failed()
        .says("spec.jobs.etl.secretArguments")
        .says("Say it in `sensitive_spec`");
    terraform.edit(
        "  spec = local.lake\n",
        r#"  spec = merge(local.lake, {
    jobs = { for key, job in local.lake.jobs : key => { for field, value in job : field => value if field != "secretArguments" } }
  })
  sensitive_spec = {
    jobs = { for key, job in local.lake.jobs : key => { secretArguments = job.secretArguments } }
  }
"#,
    );
    let _ = terraform.apply().ok();
    terraform.plan().nothing();

    let written = aws.writes();
    let path = terraform.folder().join("main.tf");
    let text = std::fs::read_to_string(&path).expect("main.tf was written");
    let databases = "  spec = merge(local.lake, {\n    databases = {}\n";
    terraform.main(&text.replace("  spec = merge(local.lake, {\n", databases));
    terraform.edit(
        "  name = \"first\"\n",
        r#"  name = "first"
  database "lake" {
    name = "first_lake"
    location {
      bucket = "store"
      prefix = "processed/"
    }
  }
"#,
    );
    let _ = terraform.apply().ok();
    assert_eq!(aws.writes(), written, "what moves into a block is the same member");
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
}

/// Members from a variable, toggles among them, one that says nothing of a field, and one that moves to a block.
const MODULE: &str = r#"variable "buckets" {
  type = map(object({
    versioning = optional(bool)
    days       = optional(number)
  }))
  default = {
    raw   = { versioning = true }
    clean = { days = 3 }
  }
}

variable "reader" {
  type    = bool
  default = true
}

resource "terraform_data" "later" {
  input = "known-later"
}

resource "terraform_data" "list" {
  input = ["a", "b"]
}

resource "lake" "x" {
  name = "values"

  spec = {
    buckets = {
      for key, bucket in var.buckets : key => {
        onDelete       = "Delete"
        versioning     = bucket.versioning
        lifecycleRules = bucket.days == null ? null : [{ prefix = "tmp/", expire = { days = bucket.days } }]
        tags           = { later = terraform_data.later.output }
      }
    }
    roles = {
      for key in var.reader ? ["reader"] : [] : key => {
        assumedBy          = { services = ["glue.amazonaws.com"] }
        allow              = [{ read = { bucket = "raw" } }]
        maxSessionDuration = 3600 + length(terraform_data.list.output)
      }
    }
  }

  bucket "own" {
    on_delete = "Delete"
    lifecycle_rule {
      prefix = "${terraform_data.later.output}/"
      expire {
        days = length(terraform_data.list.output)
      }
    }
  }

  lifecycle {
    ignore_changes = [spec.buckets.raw.versioning]
  }
}
"#;

#[test]
fn members_come_from_variables_and_may_hold_what_is_known_later() {
    let aws = Endpoint::start();
    let terraform = Terraform::new(&aws);
    terraform.main(MODULE);
    let _ = terraform.plan().changes();
    let _ = terraform.apply().ok();
    let made = terraform.state()["outputs"].clone();
    let nodes: Vec<&String> = made.as_object().expect("outputs").keys().collect();
    assert_eq!(nodes, ["bucket/clean", "bucket/own", "bucket/raw", "role/reader"]);
    terraform.plan().nothing();

    // What is ignored changes nothing, and a toggle takes its member away.
    terraform.edit("raw   = { versioning = true }", "raw   = { versioning = false }");
    terraform.plan().nothing();
    let _ = terraform.plan_with(&["-var=reader=false"]).changes().says("role/reader");
    let _ = terraform.apply_with(&["-var=reader=false"]).ok();
    assert_eq!(aws.hand().world()["roles"], json!({}));
    let _ = terraform.destroy().ok();
}

/// A lake whose buckets are known only after apply, whenever the list of them changes.
fn known_later(on_delete: &str, zones: &str) -> String {
    format!(
        r#"resource "terraform_data" "zones" {{
  input = {zones}
}}

resource "lake" "x" {{
  name = "later"
  spec = {{
    buckets = {{ for zone in terraform_data.zones.output : zone => {{ onDelete = "{on_delete}" }} }}
    roles   = {{ reader = {{ assumedBy = {{ services = ["glue.amazonaws.com"] }}, allow = [{{ read = {{ bucket = "raw" }} }}] }} }}
  }}
}}
"#
    )
}

fn buckets(aws: &Endpoint) -> Vec<String> {
    let world = aws.hand().world();
    world["buckets"].as_object().expect("buckets").keys().cloned().collect()
}

/// Which members there are is known only after apply: nothing is looked at, and the plan says that it cannot tell.
#[test]
fn members_that_are_known_later_are_planned_without_a_look() {
    let aws = Endpoint::start();
    let terraform = Terraform::new(&aws);
    terraform.main(&known_later("Retain", "[\"raw\"]"));
    let _ = terraform.plan().changes();
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    terraform.main(&known_later("Retain", "[\"raw\", \"clean\"]"));
    let _ = terraform.plan().changes().says("cannot tell what will be deleted");
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    assert_eq!(buckets(&aws).len(), 2);
    let _ = terraform.destroy().ok();
}

/// Terraform carries nothing from a plan to its apply by which the apply could know what the plan did not show.
#[test]
fn what_holds_data_is_not_deleted_by_an_apply_whose_plan_could_not_show_it() {
    let aws = Endpoint::start();
    let terraform = Terraform::new(&aws);
    terraform.main(&known_later("Empty", "[\"raw\", \"clean\"]"));
    let _ = terraform.apply().ok();
    let clean = buckets(&aws).into_iter().find(|name| name.contains("clean")).expect("it was made");
    aws.hand().does("s3", "put_object", json!({ "Bucket": clean, "Key": "data/x", "Body": "1" }));
    terraform.main(&known_later("Empty", "[\"raw\"]"));
    aws.clear_journal();
    let refused = "could delete data that this plan cannot show";
    let _ = terraform.plan().failed().says(refused).says("bucket/clean").says("-target");
    let _ = terraform.apply().failed().says(refused);
    assert_eq!(aws.writes(), []);

    // A plan that knows them shows it, and then it is done.
    let _ = terraform.apply_with(&["-target=terraform_data.zones"]).ok();
    let _ = terraform.plan().changes().says("bucket/clean").says("emptied and deleted");
    let _ = terraform.apply().ok();
    assert!(!buckets(&aws).contains(&clean));
    terraform.plan().nothing();

    // What stands under a key that is known stays, whatever else comes.
    terraform.main(&known_later("Empty", "[\"raw\", \"more\"]").replace(
        "buckets = { for zone",
        "buckets = { for zone in [\"raw\"] : zone => { onDelete = \"Empty\" } }\n    databases = { for zone",
    ).replace("zone => { onDelete = \"Empty\" } }\n    roles", "zone => { onDelete = \"Delete\" } }\n    roles"));
    let _ = terraform.plan().changes().says("cannot tell what will be deleted");
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
    assert_eq!(buckets(&aws), Vec::<String>::new());
}

#[test]
fn another_region_in_spec_is_another_lake() {
    let aws = Endpoint::start();
    let terraform = Terraform::new(&aws);
    terraform.main(
        r#"resource "lake" "x" {
  name = "moves"
  spec = {
    region = "eu-west-1"
    roles  = { reader = { assumedBy = { services = ["glue.amazonaws.com"] } } }
  }
}
"#,
    );
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    terraform.edit("eu-west-1", "eu-central-1");
    let _ = terraform.plan().changes().says("must be replaced").says("forces replacement");
    terraform.edit("  name = \"moves\"", "  name   = \"moves\"\n  region = \"eu-central-1\"");
    let _ = terraform.validate().failed().says("Region is told twice");
}
