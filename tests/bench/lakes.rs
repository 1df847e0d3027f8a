//! The lakes that are measured.

use lake_tests::{
    aws::Endpoint,
    example,
    terraform::{Terraform, release},
};

/// Not even a provider; an output, since terraform plans no configuration without anything.
pub(crate) fn none(aws: &Endpoint) -> Terraform {
    let terraform = Terraform::with(aws, release());
    std::fs::remove_file(terraform.folder().join("versions.tf"))
        .expect("a configuration begins with versions.tf");
    terraform.main("output \"nothing\" {\n  value = null\n}\n");
    terraform
}

/// The provider, and nothing of it: what terraform takes to start it and to read its schema.
pub(crate) fn only_the_provider(aws: &Endpoint) -> Terraform {
    let terraform = Terraform::with(aws, release());
    terraform.main("provider \"lake\" {}\n");
    terraform
}

/// first-lake, with the release build.
pub(crate) fn first(aws: &Endpoint) -> Terraform {
    let mut terraform = Terraform::with(aws, release());
    example::first_lake(&mut terraform);
    example::nothing_retained(&terraform);
    terraform
}

/// A lake of a hundred members.
pub(crate) fn hundred(aws: &Endpoint) -> Terraform {
    let mut terraform = Terraform::with(aws, release());
    example::zones(&mut terraform, 24);
    terraform
}
