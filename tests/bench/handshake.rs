//! From exec to the handshake line, with mutual TLS, as terraform starts a provider.

use crate::{Figure, least, median};
use lake_tests::terraform::release;
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Instant,
};

pub(crate) fn figures() -> Vec<Figure> {
    let times: Vec<f64> = (0..100).map(|_| once()).collect();
    vec![Figure::new(
        "exec to handshake line with mutual TLS, median and least of 100",
        "≤ 5 ms",
        format!("{:.1} ms, {:.1} ms", median(times.clone()), least(times.into_iter())),
    )]
}

fn once() -> f64 {
    let started = Instant::now();
    let mut provider = Command::new(release())
        .env("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
        .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
        .env("PLUGIN_CLIENT_CERT", certificate())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the provider starts");
    let mut line = String::new();
    BufReader::new(provider.stdout.take().expect("stdout is piped"))
        .read_line(&mut line)
        .expect("a handshake line");
    let took = started.elapsed().as_secs_f64() * 1000.0;
    assert!(line.starts_with("1|6|"), "{line:?}");
    provider.kill().expect("the provider runs");
    let _ = provider.wait();
    took
}

/// A certificate as go-plugin makes them: P-521, self-signed, an authority.
fn certificate() -> String {
    use std::sync::OnceLock;
    static MADE: OnceLock<String> = OnceLock::new();
    MADE.get_or_init(|| {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).expect("a P-521 key");
        let mut parameters = rcgen::CertificateParams::new(["localhost".to_owned()]).expect("a name");
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        parameters.self_signed(&key).expect("a certificate").pem()
    })
    .clone()
}
