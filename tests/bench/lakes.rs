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
    let folder = terraform.folder();
    std::os::unix::fs::symlink(built::example("notes"), folder.join("terraform-provider-notes"))
        .expect("terraform's folder can be written");
    let overrides = format!("\"example/notes\" = \"{}\"", folder.display());
    terraform.file(
        "terraform.rc",
        &format!("provider_installation {{\n  dev_overrides {{\n{overrides}\n}}\n}}\n"),
    );
    terraform.file("versions.tf", include_str!("note.tf"));
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
