//! The provider killed in the middle of a create, an update and a destroy, at every fifth call that changes something, and
//! in `make long` before and after each: what was left is taken up, nothing exists twice, and the world in the end is that
//! of an undisturbed run.

use lake_tests::{aws::Endpoint, example, is_long, terraform::Terraform};
use serde_json::{Value, json};
use std::process::Command;

/// The calls of so many that a kill is tried at, from the first on, and whether the call is carried out. The simulation
/// tries them all.
fn moments(writes: usize) -> Vec<(usize, bool)> {
    assert!(writes > 5, "a command of many calls: {writes}");
    if is_long() {
        (1..=writes).flat_map(|nth| [(nth, false), (nth, true)]).collect()
    } else {
        (1..=writes).step_by(5).map(|nth| (nth, nth % 2 == 0)).collect()
    }
}

fn fresh(aws: &Endpoint) -> Terraform {
    aws.reset();
    let mut terraform = Terraform::new(aws);
    example::first_lake(&mut terraform);
    example::nothing_retained(&terraform);
    terraform
}

/// Run a command and kill the provider while its `nth` call that changes something is under way; the call itself is
/// carried out if `committed`.
fn killed(aws: &Endpoint, terraform: &Terraform, arguments: &[&str], nth: usize, committed: bool) {
    let hold = if committed { "after" } else { "before" };
    aws.faults(json!([{ "mutating": true, "afterCalls": nth, "times": 1, "hold": hold }]));
    let mut running = terraform.start(arguments);
    let held = aws.held(|| running.try_wait().expect("terraform can be waited for").is_some());
    assert!(held, "{arguments:?} ended before call {nth}");
    let providers = terraform.providers();
    assert!(!providers.is_empty(), "{arguments:?} makes call {nth}, and no provider runs");
    for pid in providers {
        let killed = Command::new("kill").args(["-9", &pid.to_string()]).status().expect("kill runs");
        assert!(killed.success(), "the provider runs until it is killed");
    }
    aws.faults(json!([]));
    let _ = running.wait().expect("terraform can be waited for");
}

fn main(terraform: &Terraform) -> String {
    std::fs::read_to_string(terraform.folder().join("main.tf")).expect("main.tf was written")
}

fn undisturbed(aws: &Endpoint) -> (Value, usize, usize) {
    let terraform = fresh(aws);
    aws.clear_journal();
    let _ = terraform.apply().ok();
    let (world, made) = (aws.hand().world(), aws.writes_of_provider().len());
    aws.clear_journal();
    let _ = terraform.destroy().ok();
    (world, made, aws.writes_of_provider().len())
}

#[test]
fn killed_while_it_creates() {
    let aws = Endpoint::start();
    let (world, writes, _) = undisturbed(&aws);
    for (nth, committed) in moments(writes) {
        let terraform = fresh(&aws);
        killed(&aws, &terraform, &["apply", "-no-color", "-auto-approve"], nth, committed);
        let plan = terraform.plan().never_says("is tainted").never_says("must be replaced");
        if plan.flat().contains("import {") {
            // Everything was done but telling terraform: the plan says how to go on, and nothing is done again.
            aws.clear_journal();
            let _ = terraform.run(&["import", "-no-color", "lake.first", "first"]).ok();
            let _ = terraform.apply().ok();
            assert_eq!(aws.writes_of_provider(), [], "killed at call {nth}");
        } else {
            let _ = terraform.apply().ok();
        }
        terraform.plan().nothing();
        assert_eq!(aws.hand().world(), world, "killed at call {nth}");
        let _ = terraform.destroy().ok();
    }
}

/// Change something of every kind; a crawler leaves and another one comes.
fn changed(terraform: &Terraform) {
    terraform.file("etl.py", "print('another script')\n");
    for (from, to) in [
        ("tags = { project = \"first-lake\" }", "tags = { project = \"first-lake\", stage = \"second\" }"),
        ("days = 7", "days = 14"),
        ("masked, through the access point", "masked"),
        ("    name = \"first_lake\"\n", "    name = \"first_lake\"\n    description = \"Masked.\"\n"),
        ("The last four digits.", "Its end."),
        ("    count = 2", "    count = 3"),
        ("crawler \"processed\"", "crawler \"events\""),
        (
            "roles = [\"analyst\"]\n      read {\n        prefix = \"processed/",
            "roles = [\"analyst\"]\n      read {\n        prefix = \"raw/",
        ),
        ("country = 'IN'", "country = 'DE'"),
    ] {
        terraform.edit(from, to);
    }
}

/// A lake that stands and whose configuration has changed since.
fn changed_meanwhile(aws: &Endpoint) -> Terraform {
    let terraform = fresh(aws);
    let _ = terraform.apply().ok();
    changed(&terraform);
    aws.clear_journal();
    terraform
}

fn undisturbed_update(aws: &Endpoint) -> (Value, usize) {
    let terraform = changed_meanwhile(aws);
    let _ = terraform.apply().ok();
    (aws.hand().world(), aws.writes_of_provider().len())
}

#[test]
fn killed_while_it_updates() {
    let aws = Endpoint::start();
    let (world, writes) = undisturbed_update(&aws);
    for (nth, committed) in moments(writes) {
        let terraform = changed_meanwhile(&aws);
        killed(&aws, &terraform, &["apply", "-no-color", "-auto-approve"], nth, committed);
        let _ = terraform.plan().never_says("is tainted").never_says("must be replaced");
        let _ = terraform.apply().ok();
        terraform.plan().nothing();
        assert_eq!(aws.hand().world(), world, "killed at call {nth}");
    }
}

#[test]
fn what_a_killed_update_made_is_deleted_when_the_change_was_taken_back() {
    let aws = Endpoint::start();
    let (_, writes) = undisturbed_update(&aws);
    let terraform = fresh(&aws);
    let _ = terraform.apply().ok();
    let (before, text) = (aws.hand().world(), main(&terraform));
    let script = std::fs::read_to_string(terraform.folder().join("etl.py")).expect("first-lake has a script");
    changed(&terraform);
    killed(&aws, &terraform, &["apply", "-no-color", "-auto-approve"], writes, true);
    assert!(
        aws.hand().world()["crawlers"]["first-events"].is_object(),
        "the crawler was made before the kill"
    );

    terraform.main(&text);
    terraform.file("etl.py", &script);
    let _ = terraform.plan().changes().says("crawler/events");
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    assert_eq!(aws.hand().world(), before);
}

#[test]
fn killed_while_it_destroys() {
    let aws = Endpoint::start();
    let (_, _, writes) = undisturbed(&aws);
    let nothing = {
        aws.reset();
        aws.hand().world()
    };
    for (nth, committed) in moments(writes) {
        let terraform = fresh(&aws);
        let _ = terraform.apply().ok();
        killed(&aws, &terraform, &["destroy", "-no-color", "-auto-approve"], nth, committed);
        let _ = terraform.destroy().ok();
        assert_eq!(aws.hand().world(), nothing, "killed at call {nth}");
    }
}

#[test]
fn what_a_killed_create_left_is_deleted_when_its_member_was_dropped_meanwhile() {
    let aws = Endpoint::start();
    let (_, writes, _) = undisturbed(&aws);
    let terraform = fresh(&aws);
    killed(&aws, &terraform, &["apply", "-no-color", "-auto-approve"], writes.saturating_sub(2), true);
    let crawler = aws.hand().world()["crawlers"]["first-processed"].clone();
    assert!(crawler.is_object(), "the crawler was made before the kill");

    let text = main(&terraform);
    let start = text.find("  crawler \"processed\"").expect("first-lake has a crawler");
    let end = text.find("  access_point \"analysts\"").expect("first-lake has an access point");
    terraform.main(&format!("{}{}", &text[..start], &text[end..]));
    let _ = terraform.plan().changes().says("crawler/processed");
    let _ = terraform.apply().ok();
    assert_eq!(aws.hand().world()["crawlers"], json!({}));
    terraform.plan().nothing();
}
