//! What host and provider tell each other before the first call (go-plugin's core protocol 1).

use super::{ServeError, tls::Tls};
use serde_json::json;
use std::{
    env,
    fs::Permissions,
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// Terraform's magic cookie: no secret, but a sign that a host has started the process.
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// What the host told.
pub(super) struct Handshake {
    /// The certificate with which it will come; none where it does without TLS.
    certificate: Option<String>,
    /// Where it wants the socket to be.
    folder: Option<PathBuf>,
}

impl Handshake {
    /// From the environment that a host sets.
    pub(super) fn from_host() -> Result<Self, ServeError> {
        if env::var(COOKIE.0).as_deref() != Ok(COOKIE.1) {
            return Err(ServeError::NotStartedByHost);
        }
        let offered = env::var("PLUGIN_PROTOCOL_VERSIONS").unwrap_or_default();
        if !offered.split(',').any(|version| version.trim() == "6") {
            return Err(ServeError::Version(if offered.is_empty() { "none".to_owned() } else { offered }));
        }
        let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
        Ok(Handshake {
            certificate: set("PLUGIN_CLIENT_CERT"),
            folder: set("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
        })
    }

    /// A host that is told by hand where to call.
    pub(super) fn debug() -> Self {
        Handshake { certificate: None, folder: None }
    }

    /// A folder for the socket that nobody else may enter; it goes with the process.
    pub(super) fn folder(&self) -> io::Result<TempDir> {
        tempfile::Builder::new()
            .prefix("tfplug")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(self.folder.clone().unwrap_or_else(env::temp_dir))
    }

    pub(super) fn tls(&self) -> Result<Option<Tls>, ServeError> {
        self.certificate.as_deref().map(Tls::for_host).transpose()
    }
}

/// `core protocol|protocol|network|address|kind|certificate`
pub(super) fn print_line(socket: &Path, certificate: Option<&str>) -> io::Result<()> {
    say(&format!("1|6|unix|{}|grpc|{}", socket.display(), certificate.unwrap_or_default()))
}

/// What terraform's environment must hold to find a provider that runs already. `Test` keeps it from ending us.
pub(super) fn print_reattach(address: &str, socket: &Path) -> io::Result<()> {
    let reattach = json!({
        address: {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": std::process::id(),
            "Test": true,
            "Addr": { "Network": "unix", "String": socket },
        },
    });
    say(&format!("TF_REATTACH_PROVIDERS='{reattach}'"))
}

fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
