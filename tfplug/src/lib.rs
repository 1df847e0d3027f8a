//! Terraform's plugin protocol 6 for Rust.
