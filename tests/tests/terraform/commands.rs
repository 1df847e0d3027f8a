//! Terraform's own commands and switches, as people use them beside `apply`.

use lake_tests::{
    aws::{ACCOUNT, Endpoint, REGION},
    example,
    terraform::Terraform,
};
use serde_json::json;
use std::process::Command;

const TWO: &str = r#"resource "lake" "one" {
  name = "one"
  bucket "store" {
    on_delete = "Delete"
  }
}

resource "lake" "two" {
  name = "two"
  bucket "store" {
    on_delete = "Delete"
  }
}
"#;

fn bucket(lake: &str) -> String {
    format!("{lake}-store-{ACCOUNT}-{REGION}")
}

#[test]
fn a_provider_from_a_mirror_is_installed_locked_and_works() {
    let aws = Endpoint::start();
    let terraform = Terraform::new(&aws);
    terraform.main(TWO);
    terraform.mirrored("0.1.0");
    let _ = terraform.run(&["init", "-no-color"]).ok().says("Installed lake-dev/lake v0.1.0");
    let lock = std::fs::read_to_string(terraform.folder().join(".terraform.lock.hcl")).expect("it is locked");
    assert!(lock.contains("registry.terraform.io/lake-dev/lake") && lock.contains("h1:"), "{lock}");
    let _ = terraform.apply().ok();
    let _ = terraform.run(&["init", "-no-color", "-lockfile=readonly"]).ok();
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
}

#[test]
fn target_refresh_only_moved_and_state_rm_do_what_they_say() {
    let aws = Endpoint::start();
    let terraform = Terraform::new(&aws);
    terraform.main(TWO);

    // -target: the other lake is left out.
    let _ = terraform.apply_with(&["-target=lake.one"]).ok();
    let world = aws.hand().world();
    assert!(
        world["buckets"][bucket("one")].is_object() && world["buckets"][bucket("two")].is_null(),
        "{world:#}"
    );
    let _ = terraform.apply().ok();
    terraform.plan().nothing();

    // -refresh-only: what differs is told and remembered, and not mended.
    let versioning = |status: &str| {
        let configuration = json!({ "Status": status });
        let parameters = json!({ "Bucket": bucket("one"), "VersioningConfiguration": configuration });
        aws.hand().does("s3", "put_bucket_versioning", parameters);
    };
    versioning("Enabled");
    aws.clear_journal();
    let _ = terraform.plan_with(&["-refresh-only"]).changes().says("\"versioning\"");
    let _ = terraform.apply_with(&["-refresh-only"]).ok();
    assert_eq!(aws.writes(), []);
    let _ = terraform.plan().changes();
    let _ = terraform.apply().ok();
    terraform.plan().nothing();

    // moved: another address, and the same lake.
    aws.clear_journal();
    terraform.edit("resource \"lake\" \"one\"", "resource \"lake\" \"first\"");
    terraform.file("moved.tf", "moved {\n  from = lake.one\n  to   = lake.first\n}\n");
    let _ = terraform.plan().changes().says("lake.one has moved to lake.first");
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    assert_eq!(aws.writes(), []);

    // state rm: the lake is forgotten and stands; the plan says how it comes back.
    let world = aws.hand().world();
    aws.clear_journal();
    let _ = terraform.run(&["state", "rm", "lake.first"]).ok();
    let _ = terraform.plan().says("import {");
    let _ = terraform.apply().failed().says("import {");
    assert_eq!((aws.writes(), aws.hand().world()), (Vec::new(), world.clone()));
    let _ = terraform.run(&["import", "-no-color", "lake.first", "one"]).ok();
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    assert_eq!((aws.writes_of_provider(), aws.hand().world()), (Vec::new(), world));
    let _ = terraform.destroy().ok();
}

#[test]
fn a_configuration_is_generated_for_an_import_and_nothing_is_written() {
    let aws = Endpoint::start();
    let terraform = Terraform::new(&aws);
    terraform.main(TWO);
    let _ = terraform.apply().ok();
    let _ = terraform.run(&["state", "rm", "lake.two"]).ok();
    let (kept, _) = TWO.split_once("resource \"lake\" \"two\"").expect("two lakes");
    terraform.main(&format!("{kept}import {{\n  to = lake.generated\n  id = \"two\"\n}}\n"));
    aws.clear_journal();
    let planned = terraform.plan_with(&["-generate-config-out=generated.tf"]);
    let generated = std::fs::read_to_string(terraform.folder().join("generated.tf"));
    let generated = generated.unwrap_or_else(|_| panic!("nothing was generated:\n{}", planned.text));
    assert!(
        generated.contains("resource \"lake\" \"generated\"") && generated.contains("\"two\""),
        "{generated}"
    );
    assert_eq!(aws.writes(), []);
    let _ = terraform.validate().ok();
}

/// As a shell does it: the signal reaches terraform and the providers alike.
#[test]
fn an_interrupted_apply_ends_its_call_saves_what_is_true_and_the_next_one_finishes() {
    let aws = Endpoint::start();
    let mut terraform = Terraform::new(&aws);
    example::first_lake(&mut terraform);
    example::nothing_retained(&terraform);
    aws.faults(json!([{ "mutating": true, "afterCalls": 4, "times": 1, "hold": "before" }]));
    let mut running = terraform.start(&["apply", "-no-color", "-auto-approve"]);
    let is_over = || running.try_wait().expect("terraform can be waited for").is_some();
    assert!(aws.held(is_over), "the apply makes four calls that write");
    let providers = terraform.providers();
    assert!(!providers.is_empty(), "a provider is at work");
    for process in providers.into_iter().chain([running.id()]) {
        let sent = Command::new("kill").args(["-INT", &process.to_string()]).status().expect("kill runs");
        assert!(sent.success(), "{process} runs until it is interrupted");
    }
    let output = || std::fs::read_to_string(terraform.folder().join("output")).expect("terraform's output");
    while !output().contains("Interrupt received") {
        assert!(running.try_wait().expect("terraform can be waited for").is_none(), "{}", output());
        std::thread::yield_now();
    }
    aws.faults(json!([]));
    let ended = running.wait().expect("terraform can be waited for");
    assert_eq!(ended.code(), Some(1), "{}", output());
    assert!(output().contains("Stopped before its turn came"), "{}", output());
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    aws.assert_nothing_made_twice();
    let _ = terraform.destroy().ok();
}

#[test]
fn logs_of_every_level_tell_calls_and_keep_secrets() {
    let aws = Endpoint::start();
    let mut terraform = Terraform::new(&aws);
    example::first_lake(&mut terraform);
    let _ = terraform.apply().ok();
    let _ = terraform.destroy().ok();
    // It is searched for secrets when this ends.
    assert!(terraform.log().contains("CreateBucket"), "calls are told");
}
