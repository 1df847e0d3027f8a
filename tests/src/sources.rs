//! The sources of the repository, as the tests that read them see them.

use crate::root;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// The source files of a folder, at every depth.
///
/// # Panics
/// When it is no folder of the repository.
#[must_use]
pub fn sources(folder: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("a folder of the repository").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found
}

/// The text of a source file.
///
/// # Panics
/// When it cannot be read.
#[must_use]
pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a source file")
}

/// A file's path below the repository's root.
///
/// # Panics
/// When it is none of the repository.
#[must_use]
pub fn name(path: &Path) -> String {
    path.strip_prefix(root()).expect("a file of the repository").display().to_string()
}

/// The folders of the workspace's crates.
///
/// # Panics
/// When the workspace does not list them.
#[must_use]
pub fn crates() -> Vec<&'static str> {
    static CRATES: OnceLock<Vec<String>> = OnceLock::new();
    let members = || {
        let text = read(&root().join("Cargo.toml"));
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("members = ["))
            .expect("the members stand in a line");
        line.split('"').skip(1).step_by(2).map(str::to_owned).collect()
    };
    CRATES.get_or_init(members).iter().map(String::as_str).collect()
}

/// The sources of all crates that users get, without their tests.
#[must_use]
pub fn shipped() -> Vec<PathBuf> {
    let shipped = crates().into_iter().filter(|name| *name != "tests");
    shipped.flat_map(|name| sources(&format!("{name}/src"))).collect()
}

/// The code of a source file, without what is there for unit tests alone.
///
/// # Panics
/// When it is no Rust.
#[must_use]
pub fn code(text: &str) -> TokenStream {
    fn walk(stream: TokenStream) -> TokenStream {
        let mut kept = Vec::new();
        let mut tokens = stream.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(sign) if sign.as_char() == '#' => {
                    if tokens.next_if(|next| next.to_string() == "[cfg (test)]").is_none() {
                        kept.push(TokenTree::Punct(sign));
                        continue;
                    }
                    while tokens.next().is_some_and(|token| !ends_an_item(&token)) {}
                }
                TokenTree::Group(group) => {
                    let inner = walk(group.stream());
                    kept.push(TokenTree::Group(proc_macro2::Group::new(group.delimiter(), inner)));
                }
                token => kept.push(token),
            }
        }
        kept.into_iter().collect()
    }
    walk(text.parse().expect("a source file is Rust"))
}

fn ends_an_item(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => token.to_string() == ";",
    }
}
