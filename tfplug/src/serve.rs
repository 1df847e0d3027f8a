//! The process of a provider, as go-plugin's host starts it: cookie, handshake line, mutual TLS, sockets, the end.

mod connection;
mod handshake;
mod tls;

use crate::{
    Provider, log,
    server::{Server, guard},
};
use handshake::Handshake;
use std::{io, os::unix::process::parent_id, sync::Arc, time::Duration};
use tokio::{
    net::UnixListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc,
};
use tracing::level_filters::LevelFilter;

/// How a provider is served.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// The provider's address in configurations: `registry.terraform.io/namespace/name`.
    pub address: String,
    /// Serve one terraform after the other until interrupted, and print what it must be told to find us, instead of
    /// the handshake. For debuggers.
    pub debug: bool,
    /// Targets of the log, by the beginnings of their names, of which never more is shown than a level, whatever
    /// TF_LOG says: what a library traces may be what nobody may read, such as the bodies of its requests.
    pub capped: &'static [(&'static str, LevelFilter)],
}

/// Why a provider cannot be served. Each is one line that explains.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Somebody started the program by hand.
    #[error(
        "this program is a Terraform provider: terraform starts it. To try it under a debugger, start it with --debug"
    )]
    NotStartedByHost,
    /// The host speaks older versions of the protocol only.
    #[error(
        "this provider speaks version 6 of Terraform's plugin protocol, and the host offers {0}: use Terraform 1.0 or newer"
    )]
    Version(String),
    /// The certificate that the host sent is none.
    #[error("the host's certificate (PLUGIN_CLIENT_CERT) cannot be used: {0}")]
    Certificate(String),
    /// The socket cannot be made, for this reason.
    #[error("cannot make the socket on which terraform would call: {0}")]
    Socket(String),
    /// Standard output cannot be written to, for this reason.
    #[error("cannot write the handshake: {0}")]
    Output(String),
}

/// How long calls under way may take to their end once the host has gone. Longer than any single request to a
/// service takes; the host itself waits for as long as a call takes, and then kills what is left after two seconds.
const FAREWELL: Duration = Duration::from_secs(30);

/// How long until a connection is accepted again after one could not be.
const PAUSE: Duration = Duration::from_millis(100);

/// Serve a provider until the host asks for the end or goes away.
///
/// Must run within a tokio runtime with I/O, time and signals. Standard output belongs to the handshake: nothing else
/// may be written to it.
///
/// # Errors
/// When the process was not started by a host, or the host cannot be served. The text of the error is one line for
/// standard error; the exit code must not be 0.
pub async fn serve(provider: impl Provider, options: ServeOptions) -> Result<(), ServeError> {
    let orphaned = orphaned(parent_id());
    let socket = |why: io::Error| ServeError::Socket(why.to_string());
    let handshake = if options.debug { Handshake::debug() } else { Handshake::from_host()? };
    log::init(options.capped);
    guard::install();
    let server = Arc::new(Server::new(provider));
    let asked = server.clone();
    // It takes some milliseconds until the host calls: what its first call asks for is made ready meanwhile.
    tokio::task::spawn_blocking(move || asked.prepare());
    let folder = handshake.folder().map_err(socket)?;
    let path = folder.path().join("provider.sock");
    let listener = UnixListener::bind(&path).map_err(socket)?;
    let tls = handshake.tls()?;
    let mut signals = Signals::new().map_err(socket)?;
    if options.debug {
        handshake::print_reattach(&options.address, &path)
    } else {
        handshake::print_line(&path, tls.as_ref().map(|tls| tls.certificate.as_str()))
    }
    .map_err(|why| ServeError::Output(why.to_string()))?;

    let mut shutdown = server.shutdown.subscribe();
    let (alive, mut all_gone) = mpsc::channel::<()>(1);
    tokio::pin!(orphaned);
    loop {
        tokio::select! {
            // The host hears them too, and says itself what is to end (StopProvider). A debugger's user means us.
            () = signals.any() => if options.debug { break },
            () = &mut orphaned, if !options.debug => break,
            _ = shutdown.wait_for(|wanted| *wanted) => break,
            socket = accepted(|| listener.accept()) => {
                let (server, alive) = (server.clone(), alive.clone());
                let acceptor = tls.as_ref().map(|tls| tls.acceptor.clone());
                tokio::spawn(async move {
                    connection::serve(socket, acceptor, server, options.debug).await;
                    drop(alive);
                });
            },
        }
    }
    // The host is done, or gone: what is under way ends, and nothing is begun any more.
    server.stopping.send_replace(true);
    server.shutdown.send_replace(true);
    drop(alive);
    let mut under_way = server.under_way.subscribe();
    let ended = async {
        // An error of the second says that the server is gone, and its calls with it.
        while all_gone.recv().await.is_some() {}
        let _ = under_way.wait_for(|calls| *calls == 0).await;
    };
    if tokio::time::timeout(FAREWELL, ended).await.is_err() {
        tracing::warn!("calls are still under way; they are cut off");
    }
    Ok(())
}

/// The next connection. What cannot be accepted (no file handles are left) is tried again after a pause: the host still
/// waits, and a try costs a turn of the loop.
async fn accepted<T, P, F>(accept: impl Fn() -> F) -> T
where
    F: Future<Output = io::Result<(T, P)>>,
{
    loop {
        match accept().await {
            Ok((socket, _)) => return socket,
            Err(error) => tracing::warn!(%error, "a connection was not accepted"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The signals that reach a host's whole process group, Ctrl-C and a cancelled job: they end nobody here.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn any(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Ends when the process that started this one has ended: a host that dies before it connects drops no connection.
async fn orphaned(host: u32) {
    let mut now_and_then = tokio::time::interval(Duration::from_secs(1));
    while parent_id() == host {
        now_and_then.tick().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_accepted_is_tried_again_after_a_pause() {
        let (begun, tries) = (Instant::now(), Cell::new(0));
        let accept = || {
            tries.set(tries.get() + 1);
            let left = tries.get() > 3;
            async move { if left { Ok(("socket", ())) } else { Err(io::Error::other("no handles")) } }
        };
        assert_eq!(accepted(accept).await, "socket");
        assert_eq!(begun.elapsed(), PAUSE * 3);
    }
}
