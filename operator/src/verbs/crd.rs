//! `lake-operator crd`: the custom resource definition, for those who install without the chart.

use std::{
    io::{Write, stdout},
    process::ExitCode,
};

/// Print it as YAML.
#[must_use]
pub(super) fn crd() -> ExitCode {
    let text = serde_saphyr::to_string(&lake_reconcile::lake::crd()).expect("a definition is plain data");
    match stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the text has had enough of it.
        Err(_) => ExitCode::FAILURE,
    }
}
