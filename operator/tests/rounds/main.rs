//! A lake's rounds, with an API server and a cloud in this process and in simulated time: what becomes of status,
//! finalizer and resources when somebody or something else writes, refuses or vanishes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod cluster;
mod emptying;
mod installations;
mod lost;
mod protected;
mod signals;
#[path = "../../../reconcile/tests/sim/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the laws use all of it")]
mod sim;
mod stage;
mod told;
