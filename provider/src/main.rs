//! `terraform-provider-lake`, the program that Terraform starts.
//!
//! Standard output belongs to the handshake; everything else is said on standard error.

use lake_provider::{door::RealAws, policy, provider::LakeProvider};
use lake_reconcile::aws::DISCREET;
use std::{io::Write, process::ExitCode, sync::Arc};
use tfplug::{ServeOptions, serve};

/// Where registries know the provider.
const ADDRESS: &str = "registry.terraform.io/lake-dev/lake";

const HELP: &str = "usage: terraform-provider-lake [--debug | --version | policy FILE --account ID [--for plan|apply]]

Terraform starts this program by itself. --debug serves until interrupted and prints what terraform must be told to
find it; --version prints the version; policy prints the IAM policy that lakes need (policy --help).";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let debug = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--debug" | "-debug"] => true,
        ["--version" | "-version"] => {
            return print(concat!("terraform-provider-lake ", env!("CARGO_PKG_VERSION")));
        }
        ["--help" | "-h"] => return print(HELP),
        ["policy", "--help" | "-h"] => return print(policy::USAGE),
        ["policy", ref asked @ ..] => {
            return match policy::policy(asked, std::env::var("AWS_REGION").ok()) {
                Ok(documents) => print(&documents),
                Err(why) => fail(&why),
            };
        }
        _ => return fail(HELP),
    };
    // One thread: the program waits for AWS, and Terraform for it. Memory is what counts.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("terraform-provider-lake: cannot start: {error}")),
    };
    let options = ServeOptions { address: ADDRESS.to_owned(), debug, capped: &DISCREET };
    match runtime.block_on(serve(LakeProvider::new(Arc::new(RealAws)), options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("terraform-provider-lake: {error}")),
    }
}

fn print(text: &str) -> ExitCode {
    match writeln!(std::io::stdout(), "{text}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn fail(text: &str) -> ExitCode {
    // Nobody reads standard error: the exit code says it all.
    let _ = writeln!(std::io::stderr(), "{text}");
    ExitCode::FAILURE
}
