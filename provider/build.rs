//! How the program is linked.

#[allow(clippy::print_stdout, reason = "that is how a build script speaks")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // At a fixed address, as Go links every other provider. Else 1.3 MB of the binary are a list of places to be rewritten
    // at each of the two to five starts that terraform makes per command. The cost: where the program's own code lies is
    // no secret to who attacks it; heap, stack and libraries still lie anywhere.
    let target = |of: &str| std::env::var(format!("CARGO_CFG_TARGET_{of}")).unwrap_or_default();
    let released = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if released && target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
