//! Lakes that teams share: a module with variables, for each of a map of lakes, and where a toggle says so.

use lake_tests::{aws::Endpoint, canary::canary, terraform::Terraform};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What each lake has, in a file as Kubernetes takes it.
const LAKE: &str = r#"apiVersion: lake.dev/v1alpha1
kind: Lake
metadata: { name: base }
spec:
  buckets:
    landing: { onDelete: Empty, versioning: true }
  roles:
    reader:
      assumedBy: { services: [glue.amazonaws.com] }
      allow:
        - read: { bucket: landing }
  jobs:
    load:
      role: reader
      script: { bucket: landing, key: load.py, content: print(1) }
"#;

/// The module: members from a file, from a map, and by a toggle; settings that are known at apply; a secret.
const MODULE: &str = r#"terraform {
  required_providers {
    lake = {
      source = "lake-dev/lake"
    }
  }
}

variable "name" {
  type = string
}

variable "base" {
  type = any
}

variable "zones" {
  type = map(object({
    versioning = optional(bool)
    days       = optional(number)
  }))
  default = {}
}

variable "writer" {
  type    = bool
  default = false
}

variable "salt" {
  type      = string
  sensitive = true
}

resource "terraform_data" "later" {
  input = { team = "team-of-${var.name}", days = 30, session = 7200 }
}

resource "lake" "this" {
  name = var.name

  spec = merge(var.base, {
    tags = { team = terraform_data.later.output.team }
    buckets = merge(var.base.buckets, {
      for key, zone in var.zones : key => {
        onDelete       = "Delete"
        versioning     = zone.versioning
        lifecycleRules = [{ prefix = "tmp/", expire = { days = coalesce(zone.days, terraform_data.later.output.days) } }]
      }
    })
    roles = merge(var.base.roles, {
      for key in var.writer ? ["writer"] : [] : key => {
        assumedBy          = { services = ["glue.amazonaws.com"] }
        allow              = [for zone in keys(var.zones) : { write = { bucket = zone } }]
        maxSessionDuration = terraform_data.later.output.session
      }
    })
  })

  sensitive_spec = { jobs = { load = { secretArguments = { "--salt" = var.salt } } } }
}

output "roles" {
  value = [for node, facts in lake.this.outputs : facts.name if startswith(node, "role/")]
}
"#;

const MAIN: &str = r#"variable "lakes" {
  type = map(object({
    zones  = map(object({ versioning = optional(bool), days = optional(number) }))
    writer = optional(bool)
  }))
  default = {
    sales   = { zones = { raw = { versioning = true }, clean = { days = 3 } }, writer = true }
    returns = { zones = { raw = {} } }
  }
}

variable "reporting" {
  type    = bool
  default = true
}

variable "salt" {
  type      = string
  sensitive = true
}

locals {
  base = yamldecode(file("lake.yaml")).spec
}

module "lake" {
  source   = "./lake"
  for_each = var.lakes

  name   = each.key
  base   = local.base
  zones  = each.value.zones
  writer = each.value.writer == true
  salt   = var.salt
}

module "reporting" {
  source = "./lake"
  count  = var.reporting ? 1 : 0

  name = "reporting"
  base = local.base
  salt = var.salt
}

output "roles" {
  value = { for name, lake in module.lake : name => lake.roles }
}
"#;

fn buckets(aws: &Endpoint) -> BTreeSet<String> {
    let world = aws.hand().world();
    let names = world["buckets"].as_object().expect("buckets").keys();
    names.map(|name| name.split("-123456789012-").next().unwrap_or_default().to_owned()).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_module_makes_a_lake_for_each_entry_of_a_map_and_where_a_toggle_is_on() {
    let aws = Endpoint::start();
    let mut terraform = Terraform::new(&aws);
    terraform.file("lake.yaml", LAKE);
    terraform.file("lake/main.tf", MODULE);
    terraform.main(MAIN);
    terraform.set("TF_VAR_salt", &canary("salt"));
    let _ = terraform.run(&["get", "-no-color"]).ok();
    let _ = terraform.validate().ok();
    let _ = terraform.plan().changes().says("6 to add");
    let _ = terraform.apply().ok();
    assert_eq!(
        buckets(&aws),
        set(&[
            "sales-landing",
            "sales-raw",
            "sales-clean",
            "returns-landing",
            "returns-raw",
            "reporting-landing"
        ])
    );
    let world = aws.hand().world();
    let role = &world["roles"]["sales-writer-eu-west-1"]["role"];
    assert_eq!(role["MaxSessionDuration"], json!(7200), "what was known at apply is there");
    assert!(role["Tags"].to_string().contains("team-of-sales"), "{role:#}");
    let days = |bucket: &str| {
        let rules = &world["buckets"][format!("{bucket}-123456789012-eu-west-1")]["facets"];
        rules["get_bucket_lifecycle_configuration"]["Rules"][0]["Expiration"]["Days"].clone()
    };
    assert_eq!((days("sales-clean"), days("sales-raw")), (json!(3), json!(30)));
    assert_eq!(world["roles"]["returns-writer-eu-west-1"], Value::Null, "its toggle is off");
    terraform.plan().nothing();

    // A toggle of a member, one of a module, and another entry of the map: each lake for itself.
    aws.clear_journal();
    terraform.edit(
        "    returns = { zones = { raw = {} } }\n",
        "    returns = { zones = { raw = {} }, writer = true }\n",
    );
    let _ = terraform.plan().changes().says("0 to add, 1 to change, 0 to destroy");
    let _ = terraform.apply().ok();
    assert!(aws.hand().world()["roles"]["returns-writer-eu-west-1"].is_object());
    let others: Vec<_> = aws.writes().into_iter().filter(|call| !call.resource.contains("returns")).collect();
    assert_eq!(others, [], "no other lake is touched");
    terraform.plan().nothing();

    terraform.set("TF_VAR_reporting", "false");
    terraform.edit("  default = {\n    sales", "  default = {\n    costs   = { zones = {} }\n    sales");
    let _ = terraform.plan().changes().says("2 to add, 0 to change, 2 to destroy");
    let _ = terraform.apply().ok();
    assert_eq!(
        buckets(&aws),
        set(&[
            "costs-landing",
            "sales-landing",
            "sales-raw",
            "sales-clean",
            "returns-landing",
            "returns-raw"
        ])
    );
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
    assert_eq!(buckets(&aws), set(&[]));
}
