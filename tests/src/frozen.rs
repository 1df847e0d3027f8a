//! What releases have written and later ones must read: states, and objects of the API server with their status. Made once for
//! each release, and never again.

use crate::root;
use std::path::PathBuf;

fn folder() -> PathBuf {
    root().join("tests/tests/frozen")
}

/// Write a file of this release, unless it is there.
///
/// # Panics
/// When it is missing and `UPDATE_EXPECT=1` does not ask for it.
pub fn keep(name: &str, make: impl FnOnce() -> String) {
    let folder = folder().join(env!("CARGO_PKG_VERSION"));
    let file = folder.join(name);
    if !file.exists() {
        let asked = std::env::var_os("UPDATE_EXPECT").is_some_and(|it| it == "1");
        assert!(asked, "{} is missing: UPDATE_EXPECT=1 writes it, once", file.display());
        std::fs::create_dir_all(&folder).expect("the repository can be written");
        std::fs::write(&file, make()).expect("the repository can be written");
    }
}

/// The file of this name of each release, with the release.
///
/// # Panics
/// When a release lacks it.
#[must_use]
pub fn all(name: &str) -> Vec<(String, String)> {
    let releases = std::fs::read_dir(folder()).expect("there is a release").flatten();
    let all: Vec<_> = releases
        .map(|release| {
            let text =
                std::fs::read_to_string(release.path().join(name)).expect("each release has each file");
            (release.file_name().display().to_string(), text)
        })
        .collect();
    assert!(!all.is_empty(), "no release has {name}");
    all
}
