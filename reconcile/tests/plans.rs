//! Plan stories: what a lake says, how AWS was found, and the plan that comes of it, as text.
//!
//! A story is a folder of `plans/`: `lake.yaml` is the spec that is wanted (its first comment says why the story
//! exists), `inventory.yaml` how things stand, `plan.txt` the plan. In `inventory.yaml`, `was` is the spec that was
//! last applied: all that it asks for is there as it asked, and recorded. `found` tells, by node, what differs from
//! that: one sight or, for a node with several keys, a list of them. Whatever else is wanted was looked at and is
//! absent; `unseen` names what nobody looked at. `UPDATE_EXPECT=1` writes the plans anew.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod story;

use expect_test::expect_file;
use std::path::{Path, PathBuf};

fn stories() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans");
    let mut stories: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("tests/plans is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    stories.sort();
    stories
}

#[test]
fn every_story_ends_as_written() {
    for folder in stories() {
        let plan = story::read(&folder).plan();
        expect_file![folder.join("plan.txt")].assert_eq(&lake_reconcile::render::render(&plan));
    }
}

#[test]
fn every_story_says_why_it_exists() {
    for folder in stories() {
        let lake = std::fs::read_to_string(folder.join("lake.yaml")).expect("a story has a lake.yaml");
        assert!(lake.starts_with("# "), "{} begins without a reason", folder.display());
    }
}
