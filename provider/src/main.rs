//! The Terraform door.
fn main() {}
