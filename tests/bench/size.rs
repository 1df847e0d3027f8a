//! The size of the release binary, and what each SDK crate adds to it.

use crate::Figure;
use lake_tests::{built, terraform::release};
use std::{cmp::Reverse, collections::BTreeMap, process::Command};

pub(crate) fn figures() -> Vec<Figure> {
    let stripped = std::fs::metadata(release()).expect("the provider is built").len();
    let shares: Vec<String> =
        shares().into_iter().map(|(name, bytes)| format!("{name} {} kB", bytes / 1000)).collect();
    // The build with symbols took the binary's place.
    built::cargo(&built::release_of(PROVIDER));
    vec![
        Figure::new("stripped release binary", "≤ 20 MB", format!("{:.1} MB", stripped as f64 / 1e6)),
        Figure::new("the SDK's code in it, by crate", "", shares.join(", ")),
    ]
}

const PROVIDER: &str = "terraform-provider-lake";
const SDK: [&str; 5] = ["aws_sdk_", "aws_config", "aws_smithy_", "aws_runtime", "aws_sigv4"];

/// Bytes of code by crate of the SDK, the most first, from the symbols of a build that keeps them. What several share
/// counts for the one that it is named after first.
fn shares() -> Vec<(String, u64)> {
    let keep = format!("profile.release.package.{PROVIDER}.strip=\"none\"");
    built::cargo(&[&built::release_of(PROVIDER)[..], &["--config", &keep]].concat());
    let symbols = Command::new("nm")
        .args(["--print-size", "--demangle"])
        .arg(built::target().join("release").join(PROVIDER))
        .output()
        .expect("nm of binutils is needed");
    let mut shares: BTreeMap<String, u64> = BTreeMap::new();
    for line in String::from_utf8_lossy(&symbols.stdout).lines() {
        let mut words = line.splitn(4, ' ').skip(1);
        let (Some(size), Some(_), Some(name)) = (words.next(), words.next(), words.next()) else { continue };
        let Some(start) = SDK.iter().filter_map(|start| name.find(start)).min() else { continue };
        let name = name[start..].split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        *shares.entry(name.to_owned()).or_default() += u64::from_str_radix(size, 16).unwrap_or(0);
    }
    let mut shares: Vec<_> = shares.into_iter().collect();
    shares.sort_by_key(|(_, bytes)| Reverse(*bytes));
    shares
}
