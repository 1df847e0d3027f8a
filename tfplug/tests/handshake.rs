//! A provider's process, from the outside: what a host sees, and what anybody else sees.
#![expect(clippy::unwrap_used, reason = "a test says by its name what was expected")]

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use http_body_util::{BodyExt, Full};
use hyper::{Request, body::Bytes, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use rustls::{
    ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime},
};
use std::{path::PathBuf, process::Stdio, sync::Arc};
use tfplug::{Type, Value};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::UnixStream,
    process::{Child, Command},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// `examples/notes.rs`, which cargo builds with the tests.
fn provider() -> Command {
    let deps = std::env::current_exe().unwrap();
    let notes = deps.ancestors().nth(2).unwrap().join("examples/notes");
    let mut command = Command::new(notes);
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

fn hosted() -> Command {
    let mut command = provider();
    command
        .env("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
        .env("PLUGIN_PROTOCOL_VERSIONS", "5,6");
    command
}

/// A host's key, as go-plugin makes it: P-521, self-signed, an authority.
struct Host {
    key: rcgen::KeyPair,
    certificate: rcgen::Certificate,
}

impl Host {
    fn new() -> Self {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).unwrap();
        let mut parameters = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        Host { certificate: parameters.self_signed(&key).unwrap(), key }
    }
}

/// A provider that has said where it listens.
struct Listening {
    child: Child,
    socket: PathBuf,
    certificate: CertificateDer<'static>,
}

async fn start(host: &Host) -> Listening {
    let mut child = hosted().env("PLUGIN_CLIENT_CERT", host.certificate.pem()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).await.unwrap();
    let fields: Vec<&str> = line.trim_end().split('|').collect();
    let [core, protocol, network, socket, kind, certificate] = fields[..] else { panic!("{line:?}") };
    assert_eq!((core, protocol, network, kind), ("1", "6", "unix", "grpc"));
    let certificate = STANDARD_NO_PAD.decode(certificate).unwrap().into();
    Listening { child, socket: socket.into(), certificate }
}

/// Accepts the certificate that the handshake line told, as go-plugin does.
#[derive(Debug)]
struct Told(CertificateDer<'static>, WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Told {
    fn verify_server_cert(
        &self,
        end: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        assert_eq!(*end, self.0);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.1)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.1)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.1.supported_schemes()
    }
}

async fn connect(listening: &Listening, host: Option<&Host>) -> std::io::Result<TlsStream<UnixStream>> {
    let crypto = Arc::new(aws_lc_rs::default_provider());
    let told = Told(listening.certificate.clone(), crypto.signature_verification_algorithms);
    let config = ClientConfig::builder_with_provider(crypto)
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(told));
    let mut config = match host {
        Some(host) => {
            let key = PrivatePkcs8KeyDer::from(host.key.serialize_der());
            config.with_client_auth_cert(vec![host.certificate.der().clone()], key.into()).unwrap()
        }
        None => config.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    let socket = UnixStream::connect(&listening.socket).await?;
    TlsConnector::from(Arc::new(config)).connect("localhost".try_into().unwrap(), socket).await
}

/// One gRPC call with an empty request; its status and the answer's bytes.
async fn call(sender: &mut http2::SendRequest<Full<Bytes>>, path: &str) -> (String, Bytes) {
    call_with(sender, path, &[]).await
}

async fn call_with(
    sender: &mut http2::SendRequest<Full<Bytes>>,
    path: &str,
    message: &[u8],
) -> (String, Bytes) {
    let length = u32::try_from(message.len()).unwrap();
    let frame = [&[0][..], &length.to_be_bytes()[..], message].concat();
    let request = Request::post(format!("http://localhost{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Full::new(Bytes::from(frame)))
        .unwrap();
    let answer = sender.send_request(request).await.unwrap();
    let headers = answer.headers().clone();
    let body = answer.into_body().collect().await.unwrap();
    let status =
        body.trailers().and_then(|trailers| trailers.get("grpc-status")).or(headers.get("grpc-status"));
    let status = status.unwrap().to_str().unwrap().to_owned();
    let bytes = body.to_bytes();
    (status, bytes.get(5..).map(Bytes::copy_from_slice).unwrap_or_default())
}

async fn http2(stream: TlsStream<UnixStream>) -> http2::SendRequest<Full<Bytes>> {
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

/// As much of GetProviderSchema's answer as tells that it is one.
#[derive(Clone, PartialEq, Message)]
struct Schemas {
    #[prost(map = "string, message", tag = "2")]
    resources: std::collections::HashMap<String, Nothing>,
}

#[derive(Clone, PartialEq, Message)]
struct Nothing {}

/// As much of ValidateResourceConfig's question and answer as this needs.
#[derive(Clone, PartialEq, Message)]
struct Validate {
    #[prost(string, tag = "1")]
    type_name: String,
    #[prost(message, optional, tag = "2")]
    config: Option<Config>,
}

#[derive(Clone, PartialEq, Message)]
struct Config {
    #[prost(bytes = "vec", tag = "1")]
    msgpack: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Answer {
    #[prost(message, repeated, tag = "1")]
    diagnostics: Vec<Diagnostic>,
}

#[derive(Clone, PartialEq, Message)]
struct Diagnostic {
    #[prost(string, tag = "2")]
    summary: String,
    #[prost(string, tag = "3")]
    detail: String,
}

#[tokio::test]
async fn whatever_goes_wrong_in_a_call_is_told_and_survived() {
    let host = Host::new();
    let mut listening = start(&host).await;
    let mut sender = http2(connect(&listening, Some(&host)).await.unwrap()).await;
    let of = Type::Object(["title", "text"].map(|name| (name.to_owned(), Type::String)).into());
    let panics = Value::map([("title", Value::from("x")), ("text", Value::from("panic"))]).encode(&of);
    for (type_name, msgpack, summary, detail) in [
        ("notes_note", panics, "The provider panicked", "examples/notes.rs:"),
        ("notes_note", vec![0x81], "Cannot read what terraform sent", "another version"),
        ("notes_nope", vec![0xc0], "No resource notes_nope", "no resource of the type notes_nope"),
        ("notes_note", vec![0xc0], "", ""),
    ] {
        let question = Validate { type_name: type_name.to_owned(), config: Some(Config { msgpack }) };
        let path = "/tfplugin6.Provider/ValidateResourceConfig";
        let (status, answer) = call_with(&mut sender, path, &question.encode_to_vec()).await;
        assert_eq!(status, "0");
        let answer = Answer::decode(answer).unwrap();
        let told = answer.diagnostics.first().cloned().unwrap_or_default();
        assert_eq!(told.summary, summary);
        assert!(told.detail.contains(detail), "{told:?}");
    }
    drop(sender);
    assert!(listening.child.wait().await.unwrap().success());
}

#[tokio::test]
async fn a_host_is_served_and_the_process_ends_when_it_asks() {
    let host = Host::new();
    let mut listening = start(&host).await;
    let mut sender = http2(connect(&listening, Some(&host)).await.unwrap()).await;

    let (status, schemas) = call(&mut sender, "/tfplugin6.Provider/GetProviderSchema").await;
    assert_eq!(status, "0");
    let schemas = Schemas::decode(schemas).unwrap();
    assert_eq!(schemas.resources.keys().collect::<Vec<_>>(), ["notes_note"]);
    assert_eq!(call(&mut sender, "/grpc.health.v1.Health/Check").await.0, "0");
    let unimplemented = "12";
    assert_eq!(call(&mut sender, "/tfplugin6.Provider/NoSuchCall").await.0, unimplemented);

    assert_eq!(call(&mut sender, "/plugin.GRPCController/Shutdown").await.0, "0");
    assert!(listening.child.wait().await.unwrap().success());
    assert!(!listening.socket.parent().unwrap().exists(), "the socket's folder is removed");
}

#[tokio::test]
async fn the_process_ends_when_the_host_goes_away() {
    let host = Host::new();
    let mut listening = start(&host).await;
    let stream = connect(&listening, Some(&host)).await.unwrap();
    drop(stream);
    assert!(listening.child.wait().await.unwrap().success());
}

#[tokio::test]
async fn the_process_ends_when_the_host_dies_before_it_connects() {
    let told = hosted();
    let mut shell = Command::new("sh");
    // The shell is the host: it goes as soon as its standard input is closed.
    shell.args(["-c", "\"$0\" & read -r _"]).arg(told.as_std().get_program());
    shell.env_clear().envs(told.as_std().get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut host = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(host.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).await.unwrap();
    drop(host.stdin.take());
    host.wait().await.unwrap();
    // The provider's standard output ends with the provider.
    assert_eq!(out.read_line(&mut line).await.unwrap(), 0);
    let socket = PathBuf::from(line.split('|').nth(3).unwrap());
    assert!(!socket.parent().unwrap().exists(), "the socket's folder is removed");
}

#[tokio::test]
async fn nobody_but_the_host_is_served() {
    let host = Host::new();
    let mut listening = start(&host).await;
    for stranger in [None, Some(&Host::new())] {
        // TLS 1.3 tells a client of its refusal with the first bytes that it reads.
        let refused = match connect(&listening, stranger).await {
            Ok(mut stream) => stream.read_u8().await.is_err(),
            Err(_) => true,
        };
        assert!(refused);
    }
    let mut garbage = UnixStream::connect(&listening.socket).await.unwrap();
    garbage.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut rest = Vec::new();
    let _ = garbage.read_to_end(&mut rest).await;

    let mut sender = http2(connect(&listening, Some(&host)).await.unwrap()).await;
    assert_eq!(
        call(&mut sender, "/tfplugin6.Provider/GetMetadata").await.0,
        "0",
        "the host is served all the same"
    );
    assert_eq!(call(&mut sender, "/plugin.GRPCController/Shutdown").await.0, "0");
    assert!(listening.child.wait().await.unwrap().success());
}

#[tokio::test]
async fn the_sockets_folder_is_the_users_alone() {
    use std::os::unix::fs::PermissionsExt;
    let host = Host::new();
    let mut listening = start(&host).await;
    let folder = std::fs::metadata(listening.socket.parent().unwrap()).unwrap();
    assert_eq!(folder.permissions().mode() & 0o777, 0o700);
    drop(connect(&listening, Some(&host)).await.unwrap());
    assert!(listening.child.wait().await.unwrap().success());
}

#[tokio::test]
async fn whoever_starts_it_by_hand_is_told_in_one_line() {
    for (mut command, words) in [
        (provider(), "is a Terraform provider"),
        (
            {
                let mut it = hosted();
                it.env("PLUGIN_PROTOCOL_VERSIONS", "4,5");
                it
            },
            "speaks version 6",
        ),
        (
            {
                let mut it = hosted();
                it.env("PLUGIN_CLIENT_CERT", "garbage");
                it
            },
            "PLUGIN_CLIENT_CERT",
        ),
    ] {
        let output = command.output().await.unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success());
        assert_eq!(output.stdout, b"");
        assert_eq!(told.lines().count(), 1, "{told}");
        assert!(told.contains(words), "{told}");
    }
}

#[tokio::test]
async fn a_debugger_is_told_what_terraform_must_be_told_and_interrupts() {
    let mut child = provider().arg("--debug").spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).await.unwrap();
    let json = line.trim_end().strip_prefix("TF_REATTACH_PROVIDERS='").unwrap().strip_suffix('\'').unwrap();
    let told: serde_json::Value = serde_json::from_str(json).unwrap();
    let told = &told["registry.terraform.io/example/notes"];
    assert_eq!(told["ProtocolVersion"], 6);
    assert_eq!(told["Test"], true);
    let socket = told["Addr"]["String"].as_str().unwrap();
    assert!(UnixStream::connect(socket).await.is_ok());
    interrupt(&child).await;
    assert!(child.wait().await.unwrap().success());
    assert!(!PathBuf::from(socket).exists());
}

#[tokio::test]
async fn the_hosts_interrupt_is_not_ours() {
    let host = Host::new();
    let mut listening = start(&host).await;
    let mut sender = http2(connect(&listening, Some(&host)).await.unwrap()).await;
    interrupt(&listening.child).await;
    assert_eq!(call(&mut sender, "/grpc.health.v1.Health/Check").await.0, "0");
    assert_eq!(call(&mut sender, "/tfplugin6.Provider/StopProvider").await.0, "0");
    assert_eq!(call(&mut sender, "/plugin.GRPCController/Shutdown").await.0, "0");
    assert!(listening.child.wait().await.unwrap().success());
}

async fn interrupt(child: &Child) {
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().await.unwrap().success());
}
