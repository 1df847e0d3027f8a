//! The size of the release binary, and what each SDK crate adds to it.

use crate::Figure;
use lake_tests::terraform::{build, release};
use std::{collections::BTreeMap, process::Command};

pub(crate) fn figures() -> Vec<Figure> {
    let stripped = std::fs::metadata(release()).expect("the provider is built").len();
    let shares = shares();
    // The build with symbols took the binary's place.
    build(&["build", "--release"], &[]);
    let mut figures =
        vec![Figure::new("stripped release binary", "≤ 20 MB", format!("{:.1} MB", stripped as f64 / 1e6))];
    figures.extend(shares.into_iter().map(|(name, bytes)| {
        Figure::new(format!("code of {name}"), "", format!("{:.2} MB", bytes as f64 / 1e6))
    }));
    figures
}

/// Bytes of code by SDK crate, from the symbols of a build that keeps them.
fn shares() -> BTreeMap<String, u64> {
    build(&["rustc", "--release"], &["--", "-C", "strip=none"]);
    let symbols = Command::new("nm")
        .args(["--print-size", "--demangle"])
        .arg(release())
        .output()
        .expect("nm of binutils");
    let mut shares = BTreeMap::new();
    for line in String::from_utf8_lossy(&symbols.stdout).lines() {
        let mut words = line.splitn(4, ' ');
        let (Some(_), Some(size), Some(_), Some(name)) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            continue;
        };
        let Some(start) = name.find("aws_sdk_") else { continue };
        let name: String = name[start..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        *shares.entry(name).or_default() += u64::from_str_radix(size, 16).unwrap_or(0);
    }
    shares
}
