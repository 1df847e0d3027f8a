//! The provider's peak resident memory during apply.

use crate::{Figure, lakes};
use lake_tests::{
    aws::Endpoint,
    terraform::{Terraform, release},
};
use std::time::Duration;

pub(crate) fn figures() -> Vec<Figure> {
    let aws = Endpoint::start();
    let first = peak(&lakes::first(&aws));
    aws.reset();
    let hundred = peak(&lakes::hundred(&aws));
    vec![
        Figure::new("peak resident memory of the provider, apply of first-lake", "≤ 25 MB", megabytes(first)),
        Figure::new("the same, a lake of 100 members", "≤ 40 MB", megabytes(hundred)),
    ]
}

fn megabytes(kib: u64) -> String {
    format!("{:.1} MB", kib as f64 * 1024.0 / 1e6)
}

/// The kernel keeps the peak itself; it is read until the process is gone.
fn peak(terraform: &Terraform) -> u64 {
    let mut apply = terraform.start(&["apply", "-no-color", "-auto-approve"]);
    let ours = release().canonicalize().expect("the provider is built");
    let mut peak = 0;
    while apply.try_wait().expect("terraform can be waited for").is_none() {
        for process in std::fs::read_dir("/proc").expect("Linux shows its processes").flatten() {
            if std::fs::read_link(process.path().join("exe")).ok().as_deref() == Some(ours.as_path()) {
                let status = std::fs::read_to_string(process.path().join("status")).unwrap_or_default();
                let high = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
                let high = high.and_then(|text| text.split_whitespace().next()?.parse().ok()).unwrap_or(0);
                peak = peak.max(high);
            }
        }
        std::thread::sleep(Duration::from_millis(2)); // a sampling interval
    }
    let output = std::fs::read_to_string(terraform.folder().join("output")).unwrap_or_default();
    assert!(output.contains("Apply complete"), "{output}");
    peak
}
