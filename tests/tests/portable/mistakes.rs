//! Bad input gets all its findings at once, each at its line, and touches nothing.

use lake_tests::{aws::Endpoint, terraform::Terraform};
use std::collections::BTreeSet;

/// A lake with twelve mistakes of sense; each line that holds one says which words tell it.
const TWELVE: &str = r#"resource "lake" "x" {
  name = "mistakes"
  bucket "store" {
    name = "Not_A_Bucket" # name
    lifecycle_rule {
      prefix = "old/"
      transition {
        days          = 10 # 30
        storage_class = "StandardIa"
      }
    }
  }
  role "etl" {
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
    allow {
      read {
        bucket = "stor" # store
      }
    }
  }
  database "lake" {
    name = "Upper" # lower case
  }
  job "etl" {
    role         = "elt" # etl
    max_capacity = 2     # workers
    script {
      bucket = "store"
      key    = "etl.py"
    }
    arguments = {
      "--TempDir" = "s3://x/" # temp_dir
    }
  }
  crawler "raw" {
    role     = "etl"
    database = "lake"
    schedule = "cron(* * * * ? *)" # 5 minutes
    recrawl  = "NewFoldersOnly"
    schema_change { # Log
      update = "Log"
    }
    targets {
      s3 {
        bucket      = "store"
        sample_size = 250 # 249
      }
    }
  }
  access_point "a" {
    name   = "x" # 3
    bucket = "store"
  }
  filter "f" {
    database   = "lake"
    table_name = "t"
    rows       = "country == 'IN'" # position
  }
}
"#;

#[test]
fn twelve_mistakes_are_twelve_findings_each_at_its_line() {
    let aws = Endpoint::given_or_start();
    let terraform = Terraform::new(&aws);
    terraform.main(TWELVE);
    let findings = terraform.findings();
    let errors: Vec<_> = findings.iter().filter(|finding| finding["severity"] == "error").collect();
    let lines: BTreeSet<u64> =
        errors.iter().filter_map(|finding| finding["range"]["start"]["line"].as_u64()).collect();
    let marked: BTreeSet<u64> =
        (1..).zip(TWELVE.lines()).filter(|(_, line)| line.contains('#')).map(|(number, _)| number).collect();
    assert_eq!(lines, marked, "{findings:#?}");
    assert_eq!(errors.len(), 12, "{findings:#?}");
}

#[test]
fn a_misspelt_key_is_an_error_at_its_line_with_the_right_word() {
    let aws = Endpoint::given_or_start();
    let terraform = Terraform::new(&aws);
    for (wrong, right, text) in [
        ("nam", "name", "  nam = \"x\"\n"),
        ("buckt", "bucket", "  buckt \"s\" {\n  }\n"),
        ("versionin", "versioning", "  bucket \"s\" {\n    versionin = true\n  }\n"),
        ("expir", "expire", "  bucket \"s\" {\n    lifecycle_rule {\n      expir {\n      }\n    }\n  }\n"),
        (
            "dayss",
            "days",
            "  bucket \"s\" {\n    lifecycle_rule {\n      expire {\n        dayss = 1\n      }\n    }\n  }\n",
        ),
        (
            "prefx",
            "prefix",
            "  crawler \"c\" {\n    targets {\n      s3 {\n        prefx = \"a\"\n      }\n    }\n  }\n",
        ),
    ] {
        terraform.main(&format!("resource \"lake\" \"x\" {{\n{text}}}\n"));
        let _ = terraform.validate().failed().says(&format!("\"{wrong}\"")).says(&format!("\"{right}\""));
    }
}
