//! The real parts that are built from their Go modules (`go-harness/`), each once.

use crate::root;
use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

/// The binary of a part, built if it is not there yet.
///
/// # Panics
/// When it cannot be built; `tools/go-part` says on stderr why, and how to get what is missing.
#[must_use]
pub fn part(name: &str) -> PathBuf {
    let built = Command::new(root().join("tools/go-part"))
        .arg(name)
        .stderr(Stdio::inherit()) // building takes minutes: let it be seen
        .output()
        .expect("tools/go-part is executable");
    assert!(built.status.success(), "tools/go-part {name} did not build it; its reason stands above");
    PathBuf::from(String::from_utf8_lossy(&built.stdout).trim())
}
