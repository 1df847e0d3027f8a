//! A way to the API server that can hold a write of a lake's status between the moment that a client decides on it and the
//! moment that the server reads it.

use super::{Cluster, User};
use serde_json::json;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread,
};

#[derive(Debug, Default)]
struct State {
    is_shut: bool,
    /// Writes that came while it was shut, and are not answered yet.
    held: usize,
}

/// The gate; clients that come through it are administrators.
#[derive(Debug)]
pub struct Gate {
    kubeconfig: PathBuf,
    /// `kubectl proxy`, which says to the API server who it is.
    proxy: Child,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl Cluster {
    /// A gate to this cluster, which is open.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn gate(&self) -> Gate {
        let mut proxy = self
            .command(User::Admin, &["proxy", "--port=0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("kubectl starts");
        let mut said = String::new();
        let stdout = proxy.stdout.take().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut said).expect("kubectl speaks UTF-8");
        let server = said.trim().rsplit(' ').next().and_then(|address| address.parse().ok());
        let server: SocketAddr = server.unwrap_or_else(|| panic!("the proxy serves nothing: {said}"));

        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("the port has a number");
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "gate",
            "clusters": [{ "name": "gate", "cluster": { "server": format!("http://{address}") } }],
            "users": [{ "name": "gate", "user": {} }],
            "contexts": [{ "name": "gate", "context": { "cluster": "gate", "user": "gate" } }],
        });
        let kubeconfig = self.folder().join(format!("gate-{}.kubeconfig", address.port()));
        std::fs::write(&kubeconfig, config.to_string()).expect("the cluster's folder can be written");

        let state = Arc::new((Mutex::new(State::default()), Condvar::new()));
        let shared = state.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let state = shared.clone();
                // Whoever goes while it is served has its reasons.
                thread::spawn(move || drop(pass(client, server, &state)));
            }
        });
        Gate { kubeconfig, proxy, state }
    }
}

impl Gate {
    /// The file with which a client finds the cluster through the gate.
    #[must_use]
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Hold writes of statuses from now on.
    ///
    /// # Panics
    /// When a thread of the gate has panicked.
    pub fn shut(&self) {
        self.state.0.lock().expect("no thread panics with it").is_shut = true;
    }

    /// Wait until a write is held.
    ///
    /// # Panics
    /// When a thread of the gate has panicked.
    pub fn until_held(&self) {
        let state = self.state.0.lock().expect("no thread panics with it");
        drop(self.state.1.wait_while(state, |state| state.held == 0).expect("no thread panics with it"));
    }

    /// Let through what is held, and wait until the API server has answered it.
    ///
    /// # Panics
    /// When a thread of the gate has panicked.
    pub fn open(&self) {
        let mut state = self.state.0.lock().expect("no thread panics with it");
        state.is_shut = false;
        self.state.1.notify_all();
        drop(self.state.1.wait_while(state, |state| state.held > 0).expect("no thread panics with it"));
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        let _ = self.proxy.kill();
        let _ = self.proxy.wait();
    }
}

/// Pass one request on, and its answer back. There is one for each connection: the server is asked to close it then.
fn pass(mut client: TcpStream, server: SocketAddr, state: &(Mutex<State>, Condvar)) -> std::io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let lower = line.to_ascii_lowercase();
        if let Some(told) = lower.strip_prefix("content-length:") {
            length = told.trim().parse().unwrap_or(0);
        }
        if line == "\r\n" {
            break;
        }
        if !lower.starts_with("connection:") {
            head.push_str(&line);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;

    let first = head.lines().next().unwrap_or_default();
    let path = first.split(' ').nth(1).and_then(|target| target.split('?').next()).unwrap_or_default();
    let mut is_held = false;
    if first.starts_with("PATCH ") && path.ends_with("/status") {
        let mut state_now = state.0.lock().expect("no thread panics with it");
        if state_now.is_shut {
            is_held = true;
            state_now.held += 1;
            state.1.notify_all();
            drop(state.1.wait_while(state_now, |state| state.is_shut).expect("no thread panics with it"));
        }
    }
    let mut upstream = TcpStream::connect(server)?;
    write!(upstream, "{head}Connection: close\r\n\r\n")?;
    upstream.write_all(&body)?;
    let answered = std::io::copy(&mut upstream, &mut client);
    if is_held {
        state.0.lock().expect("no thread panics with it").held -= 1;
        state.1.notify_all();
    }
    answered.map(drop)
}
