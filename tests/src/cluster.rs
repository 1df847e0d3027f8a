//! A real Kubernetes control plane that ends with the test that started it: etcd, kube-apiserver and
//! kube-controller-manager (`go-harness/controlplane`), the definition of lakes in place.

mod audit;
mod gate;
mod namespace;
mod told;
mod watch;

pub use audit::{Audit, Request};
pub use gate::Gate;
pub use namespace::{Namespace, condition, is_ready};
pub(crate) use told::tells_no_secret;
pub use watch::{Seen, Watch};

use crate::{part::part, ran::Ran, root};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, OnceLock},
};

/// How long a test waits for what has to come about. Generous: machines that run tests are busy.
pub const WITHIN: std::time::Duration = std::time::Duration::from_secs(120);

/// One whom the API server knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum User {
    /// May do everything.
    Admin,
    /// The service account `lake-operator` in `lake-system`: may do what the chart binds to it, so nothing at first.
    Operator,
    /// One tenant: may do what a test binds to `tenant-a`, so nothing at first.
    TenantA,
    /// Another one, `tenant-b`.
    TenantB,
}

impl User {
    /// The name in roles' bindings and in the audit log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            User::Admin => "admin",
            User::Operator => "system:serviceaccount:lake-system:lake-operator",
            User::TenantA => "tenant-a",
            User::TenantB => "tenant-b",
        }
    }

    fn file(self) -> &'static str {
        match self {
            User::Operator => "operator",
            other => other.name(),
        }
    }
}

/// A control plane.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    launcher: Child,
    orders: Mutex<Option<Orders>>,
}

#[derive(Debug)]
struct Orders {
    to: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Cluster {
    /// Start one, with lakes defined and an audit log.
    ///
    /// # Panics
    /// When it does not start; it says why on stderr.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("lake").tempdir().expect("a folder").keep();
        let mut launcher = Command::new(part("controlplane"))
            .args(["--audit", "--until-stdin-closes", "--discard", "--crd"])
            .arg(root().join("crds/lake.yaml"))
            .arg("--dir")
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the control plane starts");
        let to = launcher.stdin.take().expect("stdin is piped");
        let mut answers = BufReader::new(launcher.stdout.take().expect("stdout is piped"));
        let mut line = String::new();
        answers.read_line(&mut line).expect("the control plane speaks UTF-8");
        assert!(line.starts_with("ready "), "the control plane did not start; its reason stands above");
        Cluster { folder, launcher, orders: Mutex::new(Some(Orders { to, answers })) }
    }

    /// The one that the tests of a binary share: each works in namespaces of its own, and none of them restarts the
    /// API server. It ends with the process.
    #[must_use]
    pub fn shared() -> &'static Cluster {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(Cluster::start)
    }

    /// The file with which this user finds the cluster.
    #[must_use]
    pub fn kubeconfig(&self, user: User) -> PathBuf {
        self.folder.join(format!("{}.kubeconfig", user.file()))
    }

    /// The file with which a service account finds the cluster, by a token that the API server has signed.
    ///
    /// # Panics
    /// When there is no such service account.
    #[must_use]
    pub fn service_account(&self, namespace: &str, name: &str) -> PathBuf {
        let token = self.kubectl(&["create", "token", name, "-n", namespace, "--duration=6h"]).ok();
        let mut config = self.json(&["config", "view", "--raw", "--output=json"]);
        config["users"][0]["user"] = json!({ "token": token.text.trim() });
        let file = self.folder.join(format!("{namespace}.{name}.kubeconfig"));
        std::fs::write(&file, config.to_string()).expect("the cluster's folder can be written");
        file
    }

    /// The folder with kubeconfigs, logs and `bin/kubectl`; it goes with the cluster.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// kubectl as this user, ready to be run.
    #[must_use]
    pub fn command(&self, user: User, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.folder.join("bin/kubectl"));
        command
            .args(arguments)
            .env("KUBECONFIG", self.kubeconfig(user))
            // What it learns of one cluster must not be believed of the next one on the same port.
            .env("KUBECACHEDIR", self.folder.join("kubectl"))
            .env("KUBERC", "off")
            .stdin(Stdio::null());
        command
    }

    /// Run kubectl as the administrator.
    #[must_use]
    pub fn kubectl(&self, arguments: &[&str]) -> Ran {
        self.kubectl_as(User::Admin, arguments)
    }

    /// Run kubectl as this user.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn kubectl_as(&self, user: User, arguments: &[&str]) -> Ran {
        self.command(user, arguments).output().expect("kubectl starts").into()
    }

    /// What kubectl prints as JSON; null when it prints nothing.
    ///
    /// # Panics
    /// When the command fails.
    #[must_use]
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.command(User::Admin, arguments).output().expect("kubectl starts");
        assert!(
            output.status.success(),
            "kubectl {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        if output.stdout.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&output.stdout).expect("kubectl prints JSON")
    }

    /// Server-side apply of manifests, by the administrator.
    #[must_use]
    pub fn apply(&self, manifests: &str) -> Ran {
        self.with_input(User::Admin, &["apply", "--server-side", "--filename=-"], manifests)
    }

    fn with_input(&self, user: User, arguments: &[&str], input: &str) -> Ran {
        let mut child = self
            .command(user, arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("kubectl starts");
        let mut stdin = child.stdin.take().expect("stdin is piped");
        // kubectl may refuse and end before it has read all.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        child.wait_with_output().expect("kubectl ends").into()
    }

    /// A new namespace.
    ///
    /// # Panics
    /// When there is one of this name already.
    #[must_use]
    pub fn namespace(&self, name: &str) -> Namespace<'_> {
        let _ = self.kubectl(&["create", "namespace", name]).ok();
        self.in_namespace(name)
    }

    /// A namespace that is there already.
    #[must_use]
    pub fn in_namespace(&self, name: &str) -> Namespace<'_> {
        Namespace::new(self, name)
    }

    /// The requests from now on.
    #[must_use]
    pub fn audit(&self) -> Audit<'_> {
        Audit::from_now(self)
    }

    /// Restart the API server on the same port with the same data: all watches end, and who goes on from what it saw
    /// before may be told 410 Gone.
    pub fn restart_apiserver(&self) {
        self.order("restart-apiserver");
    }

    /// End the API server: politely, its requests served to their end.
    pub fn stop_apiserver(&self) {
        self.order("stop-apiserver");
    }

    /// End the API server as a power cut does.
    pub fn kill_apiserver(&self) {
        self.order("kill-apiserver");
    }

    /// Start the API server again.
    pub fn start_apiserver(&self) {
        self.order("start-apiserver");
    }

    /// Let the store forget all revisions but the newest.
    pub fn compact(&self) {
        self.order("compact");
    }

    fn order(&self, order: &str) {
        let mut orders = self.orders.lock().expect("no order has panicked");
        let orders = orders.as_mut().expect("the cluster runs");
        writeln!(orders.to, "{order}").expect("the control plane listens");
        let mut answer = String::new();
        orders.answers.read_line(&mut answer).expect("the control plane speaks UTF-8");
        assert_eq!(answer.trim(), format!("done {order}"));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Ok(orders) = self.orders.get_mut() {
            drop(orders.take()); // it ends when its standard input does
        }
        let _ = self.launcher.wait();
    }
}
