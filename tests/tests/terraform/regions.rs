//! One lake in two regions: a module that is applied with two aliases of the provider.

use lake_tests::{
    aws::{ACCOUNT, Endpoint, REGION},
    terraform::Terraform,
};
use serde_json::{Value, json};

const OTHER: &str = "us-east-1";

const MODULE: &str = r#"terraform {
  required_providers {
    lake = {
      source = "lake-dev/lake"
    }
  }
}

resource "lake" "this" {
  name = "lk"
  bucket "a" {
    on_delete = "Empty"
  }
  role "r" {
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
    allow {
      write {
        bucket = "a"
      }
    }
  }
  job "j" {
    role = "r"
    script {
      bucket  = "a"
      key     = "x.py"
      content = "print(1)"
    }
  }
}
"#;

const PROVIDERS: &str = r#"provider "lake" {
  owner = "t"
}

provider "lake" {
  alias  = "us"
  region = "us-east-1"
  owner  = "t"
}
"#;

const HERE: &str = r#"
module "eu" {
  source    = "./lake"
  providers = { lake = lake }
}
"#;

const THERE: &str = r#"
module "us" {
  source    = "./lake"
  providers = { lake = lake.us }
}
"#;

fn with(terraform: &Terraform, modules: &[&str]) {
    terraform.main(&format!("{PROVIDERS}{}", modules.concat()));
    let _ = terraform.run(&["get", "-no-color"]).ok();
}

fn of_module(aws: &Endpoint) -> Terraform {
    let terraform = Terraform::new(aws);
    terraform.file("lake/main.tf", MODULE);
    terraform
}

/// What there is of the lake in a region: its bucket, its role and its job.
fn lake(aws: &Endpoint, region: &str) -> [Value; 3] {
    let world = aws.hand().in_region(region).world();
    [
        world["buckets"][format!("lk-a-{ACCOUNT}-{region}")].clone(),
        world["roles"][format!("lk-r-{region}")].clone(),
        world["jobs"]["lk-j"].clone(),
    ]
}

fn stands(lake: &[Value; 3]) -> bool {
    lake.iter().all(Value::is_object)
}

#[test]
fn one_lake_in_two_regions_is_two_that_never_touch_each_other() {
    let aws = Endpoint::start();
    let terraform = of_module(&aws);
    with(&terraform, &[HERE, THERE]);
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    let (here, there) = (lake(&aws, REGION), lake(&aws, OTHER));
    assert!(stands(&here) && stands(&there), "{here:#?}\n{there:#?}");
    for (lake, other) in [(&here, OTHER), (&there, REGION)] {
        assert!(!json!(lake).to_string().contains(other), "neither knows of the other: {lake:#?}");
    }

    with(&terraform, &[HERE]);
    let _ = terraform.plan().changes().says("role/r (lk-r-us-east-1) is deleted");
    let _ = terraform.apply().ok();
    assert_eq!(lake(&aws, OTHER), [Value::Null, Value::Null, Value::Null]);
    assert_eq!(lake(&aws, REGION), here, "the other lake is as it was");
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
}

#[test]
fn one_lake_in_two_regions_one_after_the_other() {
    let aws = Endpoint::start();
    let terraform = of_module(&aws);
    with(&terraform, &[HERE]);
    let _ = terraform.apply().ok();
    let here = lake(&aws, REGION);

    with(&terraform, &[HERE, THERE]);
    let _ = terraform.plan().changes().says("1 to add, 0 to change, 0 to destroy").never_says("import {");
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    assert_eq!(lake(&aws, REGION), here);
    let there = lake(&aws, OTHER);
    assert!(stands(&there), "{there:#?}");

    with(&terraform, &[THERE]);
    let _ = terraform.apply().ok();
    assert_eq!(lake(&aws, REGION), [Value::Null, Value::Null, Value::Null]);
    assert_eq!(lake(&aws, OTHER), there, "the other lake is as it was");
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
    assert_eq!(aws.hand().world()["roles"], json!({}));
}
