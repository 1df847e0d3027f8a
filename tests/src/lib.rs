//! What the end-to-end tests and the benchmarks stand on: the real terraform, a real Kubernetes control plane, the
//! provider's real binary, an AWS endpoint, and a hand on that endpoint which is not ours (boto3).

pub mod argocd;
pub mod aws;
pub mod built;
pub mod canary;
pub mod cluster;
pub mod example;
pub mod frozen;
pub mod hand;
pub mod helm;
pub mod operator;
pub mod part;
pub mod ran;
pub mod sources;
pub mod terraform;

use std::path::PathBuf;

/// The repository's root.
#[must_use]
pub fn root() -> PathBuf {
    let tests = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("tests/ stands in the repository").to_owned()
}

/// Whether tests take their long form (`make long`) in place of the short one.
#[must_use]
pub fn is_long() -> bool {
    std::env::var_os("LAKE_TEST_LONG").is_some_and(|it| it == "yes")
}
