//! What a user may say of a lake, and what is told when it is wrong.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod apiserver;
mod content;
mod crd;
mod custody;
mod empty;
mod examples;
mod findings;
mod laws;
mod lint;
mod wire;
