//! The lakes that are measured.

use lake_tests::{
    aws::Endpoint,
    built, example,
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

/// A resource of two attributes, of a provider that has no other and does next to nothing (tfplug's example): what
/// terraform takes for a provider of any sort.
pub(crate) fn note(aws: &Endpoint) -> Terraform {
    let terraform = Terraform::with(aws, release());
    example_in_place_of(&terraform, "notes", "example/notes");
    terraform.file("versions.tf", include_str!("note.tf"));
    terraform
}

/// first-lake, with a provider that knows its schema and does nothing: what terraform takes for this configuration.
pub(crate) fn silent(aws: &Endpoint) -> Terraform {
    let terraform = first(aws);
    example_in_place_of(&terraform, "silent", "lake-dev/lake");
    terraform
}

/// Let an example serve as the provider of this name.
fn example_in_place_of(terraform: &Terraform, example: &str, provider: &str) {
    let folder = terraform.folder();
    let (_, name) = provider.split_once('/').expect("a provider has a namespace");
    std::os::unix::fs::symlink(built::example(example), folder.join(format!("terraform-provider-{name}")))
        .expect("terraform's folder can be written");
    terraform.provided_by(provider, folder);
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
