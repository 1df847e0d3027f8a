//! The project's own binaries, built when they are not current.

use crate::root;
use std::{
    collections::HashMap,
    path::PathBuf,
    process::Command,
    sync::{Mutex, PoisonError},
};

/// A binary as tests use it. `LAKE_TEST_PROVIDER` and `LAKE_TEST_OPERATOR` name ones that were built elsewhere.
///
/// Else cargo builds it with the features that all tests are built with, a test among its targets, so that the SDK
/// crates are not built a second time.
///
/// # Panics
/// When it does not build.
#[must_use]
pub fn tested(binary: &str) -> PathBuf {
    let given = match binary {
        "lake-operator" => "LAKE_TEST_OPERATOR",
        _ => "LAKE_TEST_PROVIDER",
    };
    match std::env::var_os(given) {
        Some(given) => given.into(),
        None => {
            once(&format!("debug/{binary}"), &["build", "--workspace", "--bin", binary, "--test", "tidy"])
        }
    }
}

/// A binary as users get it. `LAKE_BENCH_PROVIDER` and `LAKE_BENCH_OPERATOR` name ones that were built elsewhere.
///
/// # Panics
/// When it does not build.
#[must_use]
pub fn released(binary: &str) -> PathBuf {
    let given = match binary {
        "lake-operator" => "LAKE_BENCH_OPERATOR",
        _ => "LAKE_BENCH_PROVIDER",
    };
    match std::env::var_os(given) {
        Some(given) => given.into(),
        None => once(&format!("release/{binary}"), &release_of(binary)),
    }
}

/// An example's program, built as users' binaries are.
///
/// # Panics
/// When it does not build.
#[must_use]
pub fn example(name: &str) -> PathBuf {
    once(&format!("release/examples/{name}"), &["build", "--release", "--workspace", "--example", name])
}

/// What cargo is told so that it builds a binary as `make release` does.
#[must_use]
pub fn release_of(binary: &str) -> [&str; 5] {
    ["build", "--release", "--workspace", "--bin", binary]
}

/// Let cargo run such a command once in this process, and find its binary.
fn once(binary: &str, command: &[&str]) -> PathBuf {
    static BUILT: Mutex<Option<HashMap<String, PathBuf>>> = Mutex::new(None);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    built
        .get_or_insert_default()
        .entry(binary.to_owned())
        .or_insert_with(|| {
            cargo(command);
            target().join(binary)
        })
        .clone()
}

/// Let cargo do this.
///
/// # Panics
/// When it fails.
pub fn cargo(command: &[&str]) {
    let done = Command::new(env!("CARGO"))
        .args(&command[..1])
        .args(["--quiet", "--locked"])
        .args(&command[1..])
        .current_dir(root())
        .status()
        .expect("cargo runs");
    assert!(done.success(), "cargo {} failed", command.join(" "));
}

/// Where cargo puts what it builds.
#[must_use]
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
