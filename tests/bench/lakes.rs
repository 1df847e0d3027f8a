//! The lakes that are measured.

use lake_tests::{
    aws::Endpoint,
    example,
    terraform::{Terraform, release},
};

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
