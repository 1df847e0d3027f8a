//! Bad input gets all its findings at once, each at its line, and touches nothing.

use lake_tests::{aws::Endpoint, terraform::Terraform};
use serde_json::Value;

/// A lake with twelve mistakes of sense; behind each stand words of the finding that tells it, and of no other.
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
    schedule = "cron(* * * * ? *)" # wants at least 5
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
    rows       = "country == 'IN'" # One sign is enough
  }
}
"#;

/// Mistakes of form and of sense in the same members.
const MIXED: &str = r#"resource "lake" "x" {
  name = "mistakes"
  bucket "a" {
    on_delete = "Maybe" # none of
    logging {
      bucket = "a" # logs requests to itself
    }
    lifecycle_rule {
      id = "dup"
      expire {
        days = 5
      }
    }
    lifecycle_rule {
      id = "dup" # wo rules have the id
      expire {
        days = 30
      }
    }
    encryption {
      sse = "S3"
      key = "arn:aws:kms:eu-west-1:123456789012:key/1" # KMS key is named
    }
    policy {
      statement {
        actions   = ["s3:GetObject"]
        resources = [] # Given and empty is not the same
        principals {
          aws = ["123456789012"]
        }
      }
    }
    ignore_drift = ["public_access_block.block_public_acls", "no.such.path"] # to leave alone
  }
  role "etl" {
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
  }
  crawler "c" {
    role     = "etl"
    database = "nodb" # is no member of
    targets {         # least one of
    }
  }
}
"#;

#[test]
fn twelve_mistakes_are_twelve_findings_each_at_its_line() {
    each_is_told_at_its_line(TWELVE, 12);
}

#[test]
fn a_mistake_of_form_hides_none_of_sense() {
    each_is_told_at_its_line(MIXED, 8);
}

/// Policies that are larger than AWS takes.
const TOO_LARGE: &str = r#"resource "lake" "x" {
  name = "mistakes"
  bucket "store" {
  }
  role "etl" {
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
    inline_policy "own" {
      statement {
        actions   = ["s3:GetObject"]
        resources = [for number in range(300) : "arn:aws:s3:::a-bucket-with-a-name-of-some-length-${number}/*"]
      }
    }
  }
  access_point "door" {
    bucket = "store"
    statement {
      actions = ["s3:GetObject"]
      principals {
        aws = [for number in range(500) : "arn:aws:iam::123456789012:role/a-role-with-a-name-${number}"]
      }
    }
  }
}
"#;

#[test]
fn policies_that_are_too_large_are_told_with_size_and_limit_and_without_a_call() {
    let aws = Endpoint::start();
    let terraform = Terraform::new(&aws);
    terraform.main(TOO_LARGE);
    let mut told = Vec::new();
    for finding in terraform.findings().iter().filter(|finding| finding["severity"] == "error") {
        told.push(format!("{} {}", finding["range"]["start"]["line"], finding["summary"]));
    }
    let says = |line: u64, words: [&str; 2]| {
        let fits =
            |it: &&String| it.starts_with(&format!("{line} ")) && words.iter().all(|word| it.contains(word));
        assert_eq!(told.iter().filter(fits).count(), 1, "{line}: {told:#?}");
    };
    // Blocks with labels are pointed at by their member.
    says(5, ["`inline_policy` comes to 17084 characters", "AWS takes 10240"]);
    says(18, ["`statement` comes to 28139 characters", "AWS takes 20480"]);
    assert_eq!(told.len(), 2, "{told:#?}");
    assert_eq!(aws.journal(), []);
}

/// A configuration whose mistakes stand before words of the finding that tells each.
fn each_is_told_at_its_line(configuration: &str, mistakes: usize) {
    let aws = Endpoint::given_or_start();
    let terraform = Terraform::new(&aws);
    terraform.main(configuration);
    let findings = terraform.findings();
    let errors: Vec<_> = findings.iter().filter(|finding| finding["severity"] == "error").collect();
    let said = |finding: &Value| format!("{}\n{}", finding["summary"], finding["detail"]);
    let mut wrong = Vec::new();
    for (line, text) in (1_u64..).zip(configuration.lines()) {
        let here = errors.iter().filter(|finding| finding["range"]["start"]["line"] == line);
        let told: Vec<String> = here.map(|finding| said(finding)).collect();
        let right = match text.split_once("# ") {
            Some((_, words)) => matches!(&told[..], [one] if one.contains(words)),
            None => told.is_empty(),
        };
        if !right {
            wrong.push(format!("{line}: {text}: {told:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(errors.len(), mistakes, "{findings:#?}");
}

#[test]
fn a_misspelt_key_at_every_depth_is_an_error_at_its_line_with_the_right_word() {
    let aws = Endpoint::given_or_start();
    let terraform = Terraform::new(&aws);
    terraform.main("");
    let lake = terraform.schema();
    let mut misspelt = Vec::new();
    every_block(&lake, "", "", &mut misspelt);

    let mut lines = vec![String::new()];
    let mut expected = Vec::new();
    for (number, (before, wrong, right, after)) in misspelt.iter().enumerate() {
        lines.push(format!("resource \"lake\" \"n{number}\" {{\n  name = \"n\"\n{before}"));
        lines = lines.join("\n").lines().map(str::to_owned).collect();
        lines.push(wrong.clone());
        expected.push((lines.len() as u64, right.clone()));
        lines.push(format!("{after}}}"));
    }
    terraform.main(&lines.join("\n"));
    let findings = terraform.findings();
    assert!(expected.len() > 60, "every block is tried: {}", expected.len());
    for (line, right) in expected {
        let told = findings.iter().any(|finding| {
            finding["range"]["start"]["line"].as_u64() == Some(line)
                && finding["detail"].as_str().is_some_and(|detail| detail.contains(&format!("\"{right}\"")))
        });
        assert!(told, "line {line}, which should have said {right}: {}", lines_at(&terraform, line));
    }
}

fn lines_at(terraform: &Terraform, line: u64) -> String {
    let text = std::fs::read_to_string(terraform.folder().join("main.tf")).expect("main.tf was written");
    let from = usize::try_from(line).expect("a line of a file").saturating_sub(6);
    text.lines().skip(from).take(8).collect::<Vec<_>>().join("\n")
}

/// For each block: what stands before the misspelt line, the line, the right word, and what stands after it.
fn every_block(block: &Value, before: &str, after: &str, found: &mut Vec<(String, String, String, String)>) {
    let blocks = block["block_types"].as_object();
    let settable = |attribute: &Value| attribute["optional"] == true || attribute["required"] == true;
    let attributes = block["attributes"].as_object().into_iter().flatten();
    // The longest word is the farthest from all others.
    let longest =
        attributes.filter(|(_, it)| settable(it)).map(|(name, _)| name).max_by_key(|name| name.len());
    match (longest, blocks.and_then(|blocks| blocks.keys().max_by_key(|name| name.len()))) {
        (Some(right), _) => {
            found.push((before.to_owned(), format!("{right}x = null"), right.clone(), after.to_owned()));
        }
        (None, Some(right)) => {
            found.push((before.to_owned(), format!("{right}x {{}}"), right.clone(), after.to_owned()));
        }
        (None, None) => {}
    }
    for (name, nested) in blocks.into_iter().flatten() {
        let label = if nested["nesting_mode"] == "map" { " \"k\"" } else { "" };
        every_block(&nested["block"], &format!("{before}{name}{label} {{\n"), &format!("}}\n{after}"), found);
    }
}
