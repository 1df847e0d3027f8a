//! Prints the definition of the custom resource, as committed in `crds/lake.yaml`.

use std::io::{Write, stdout};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let yaml = serde_saphyr::to_string(&lake_reconcile::lake::crd())?;
    Ok(stdout().write_all(yaml.as_bytes())?)
}
