//! The operator's real binary, at work on a cluster and an AWS endpoint. Whatever it tells is searched for what is secret.

mod search;

use crate::{
    aws::Endpoint,
    built, canary,
    cluster::{Cluster, User, WITHIN},
    ran::Ran,
};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::{Duration, Instant},
};

/// How an operator is started.
#[derive(Clone, Debug)]
pub struct Setting {
    /// As whom it speaks to the API server.
    pub kubeconfig: PathBuf,
    /// The namespaces that it watches; all, when empty.
    pub namespaces: Vec<String>,
    /// Its lease; replicas of one operator share it.
    pub lease: String,
    /// Whether it is the binary as users get it, for measuring.
    pub released: bool,
    /// Further arguments.
    pub arguments: Vec<String>,
    /// Further variables of its environment, after those of the endpoint.
    pub variables: Vec<(String, String)>,
}

impl Setting {
    /// An operator for one namespace, with a lease of its own there, that may do everything.
    #[must_use]
    pub fn of(cluster: &Cluster, namespace: &str) -> Self {
        Setting {
            kubeconfig: cluster.kubeconfig(User::Admin),
            namespaces: vec![namespace.to_owned()],
            lease: "lake-operator".to_owned(),
            released: false,
            arguments: vec!["--lease-namespace".to_owned(), namespace.to_owned()],
            variables: Vec::new(),
        }
    }
}

impl Setting {
    /// The operator that a Deployment of the chart describes, with the rights of its service account.
    ///
    /// # Panics
    /// When it describes none.
    #[must_use]
    pub fn of_deployment(cluster: &Cluster, deployment: &Value) -> Self {
        let namespace = deployment["metadata"]["namespace"].as_str().expect("it stands in a namespace");
        let pod = &deployment["spec"]["template"]["spec"];
        let account = pod["serviceAccountName"].as_str().expect("a service account");
        let given = pod["containers"][0]["args"].as_array().expect("arguments").iter();
        let given = given.map(|it| it.as_str().expect("an argument is a text").to_owned());
        // What `Operator::start` says by itself.
        let (own, arguments): (Vec<String>, Vec<String>) = given.partition(|it| {
            ["run", "--listen", "--lease-name", "--log-format"].iter().any(|own| it.starts_with(own))
        });
        let lease = own.iter().find_map(|it| it.strip_prefix("--lease-name="));
        Setting {
            kubeconfig: cluster.service_account(namespace, account),
            namespaces: Vec::new(),
            lease: lease.expect("the lease has a name").to_owned(),
            released: false,
            arguments,
            variables: [("POD_NAMESPACE", namespace), ("POD_NAME", "lake-operator-0")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        }
    }

    /// The same as a replica of this name, which its AWS calls show as [`Setting::access_key`]. Whoever comes back under
    /// the same name leads at once.
    #[must_use]
    pub fn replica(mut self, name: &str) -> Self {
        self.arguments.extend(["--identity".to_owned(), name.to_owned()]);
        self.variables.push(("AWS_ACCESS_KEY_ID".to_owned(), Self::access_key(name)));
        self
    }

    /// With this argument too.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// What the calls of a replica of this name are signed with.
    #[must_use]
    pub fn access_key(name: &str) -> String {
        format!("AKIA{}", name.to_uppercase())
    }
}

/// A running operator; it is killed with the value.
#[derive(Debug)]
pub struct Operator {
    process: Child,
    /// As whom it speaks to the API server.
    kubeconfig: PathBuf,
    /// The namespaces that it watches; all, when empty.
    namespaces: Vec<String>,
    /// What it has said that holds a secret.
    leaked: Arc<Mutex<Vec<String>>>,
    /// Reads what it says, to its end.
    reader: Option<thread::JoinHandle<()>>,
    /// Where metrics and probes are served: `http://127.0.0.1:…`
    pub url: String,
}

impl Operator {
    /// Start one, and wait until it runs.
    ///
    /// # Panics
    /// When it does not start; what it said stands on stderr.
    #[must_use]
    pub fn start(setting: &Setting, endpoint: &Endpoint) -> Self {
        let binary = if setting.released { built::released } else { built::tested };
        let mut process = Command::new(binary("lake-operator"))
            .args(["run", "--listen", "127.0.0.1:0", "--log-format", "json", "--lease-name", &setting.lease])
            .args(setting.namespaces.iter().flat_map(|namespace| ["--namespaces", namespace]))
            .args(&setting.arguments)
            .envs(endpoint.variables())
            .envs(setting.variables.iter().map(|(name, value)| (name, value)))
            .env("KUBECONFIG", &setting.kubeconfig)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the operator starts");
        let lines = BufReader::new(process.stderr.take().expect("stderr is piped")).lines();
        let (to, from) = mpsc::channel();
        // What it says goes on to the test's own stderr, and never blocks it.
        let leaked = Arc::new(Mutex::new(Vec::new()));
        let leaks = leaked.clone();
        let reader = thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                eprintln!("{line}");
                leaks.lock().expect("nobody panics with it").extend(canary::found(&line).map(str::to_owned));
                let said: Value = serde_json::from_str(&line).unwrap_or_default();
                if let Some(address) = said["address"].as_str() {
                    let _ = to.send(address.to_owned());
                }
            }
        });
        let address = from.recv_timeout(WITHIN).expect("the operator says where it listens");
        let (kubeconfig, namespaces) = (setting.kubeconfig.clone(), setting.namespaces.clone());
        let url = format!("http://{address}");
        Operator { process, kubeconfig, namespaces, leaked, reader: Some(reader), url }
    }

    /// Prometheus' text.
    ///
    /// # Panics
    /// When it does not answer.
    #[must_use]
    pub fn metrics(&self) -> String {
        let answer = ureq::get(format!("{}/metrics", self.url)).call().expect("the operator answers");
        answer.into_body().read_to_string().expect("metrics are text")
    }

    /// The value of one metric with exactly these labels, `lake_lost_total` or `lake_drift_total{kind="job"}`.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<f64> {
        let text = self.metrics();
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
    }

    /// The sum of a metric over all its labels.
    ///
    /// # Panics
    /// When it does not answer.
    #[must_use]
    pub fn sum(&self, name: &str) -> f64 {
        let text = self.metrics();
        let lines =
            text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('{')?.rsplit(' ').next());
        lines.filter_map(|value| value.parse::<f64>().ok()).sum()
    }

    /// Go on only if nothing that it has told so far, beside its log, is secret.
    ///
    /// # Panics
    /// When something is.
    pub fn tells_no_secret(&self) {
        self.told().holds_no_secret();
    }

    /// Whether it says that it is ready.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        ureq::get(format!("{}/readyz", self.url)).call().is_ok()
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Kill it as a power cut does.
    ///
    /// # Panics
    /// When that is not possible.
    pub fn kill(mut self) {
        self.process.kill().expect("it can be killed");
        self.process.wait().expect("it can be waited for");
    }

    /// Send it a signal by name: `STOP`, `CONT`, `TERM`.
    ///
    /// # Panics
    /// When that is not possible.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.id().to_string()]).status();
        assert!(sent.expect("kill is a program everywhere").success());
    }

    /// End it politely and wait for that.
    ///
    /// # Panics
    /// When it cannot be waited for.
    #[must_use]
    pub fn end(self) -> ExitStatus {
        self.tells_no_secret();
        self.signal("TERM");
        self.ended()
    }

    /// Wait until it has ended by itself.
    ///
    /// # Panics
    /// When it cannot be waited for.
    #[must_use]
    pub fn ended(mut self) -> ExitStatus {
        self.process.wait().expect("it can be waited for")
    }

    /// Wait until this is so of it.
    ///
    /// # Panics
    /// When it does not come about within [`WITHIN`].
    pub fn until(&self, what: &str, so: impl FnMut(&Self) -> bool) {
        self.until_within(WITHIN, what, so);
    }

    /// Wait so long until this is so of it.
    ///
    /// # Panics
    /// When it does not come about.
    pub fn until_within(&self, within: Duration, what: &str, mut so: impl FnMut(&Self) -> bool) {
        let deadline = Instant::now() + within;
        while !so(self) {
            assert!(Instant::now() < deadline, "not within {within:?}: {what}\n{}", self.metrics());
            thread::sleep(Duration::from_millis(50)); // between two looks
        }
    }

    /// Whether it has ended by itself.
    #[must_use]
    pub fn has_ended(&mut self) -> bool {
        self.process.try_wait().is_ok_and(|ended| ended.is_some())
    }
}

/// Run another verb of the operator's program, as a user of the cluster, and search what it prints for what is secret.
///
/// # Panics
/// When it cannot be started, or tells a secret.
#[must_use]
pub fn verb(arguments: &[&str], kubeconfig: &Path, endpoint: &Endpoint) -> Ran {
    let ran: Ran = Command::new(built::tested("lake-operator"))
        .args(arguments)
        .envs(endpoint.variables())
        .env("KUBECONFIG", kubeconfig)
        .env("RUST_LOG", "trace")
        .stdin(Stdio::null())
        .output()
        .expect("the operator's program starts")
        .into();
    canary::none_in(&format!("lake-operator {}", arguments.join(" ")), &ran.text);
    ran
}

impl Drop for Operator {
    fn drop(&mut self) {
        // A story that has failed says why; nothing is searched then.
        let told = (!thread::panicking()).then(|| self.told());
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = self.reader.take().map(thread::JoinHandle::join);
        if let Some(told) = told {
            told.holds_no_secret();
            let leaked = self.leaked.lock().map(|leaked| leaked.join("\n")).unwrap_or_default();
            canary::none_in("the operator's log", &leaked);
        }
    }
}
