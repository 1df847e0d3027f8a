//! An in-process Terraform core for tests of providers.
