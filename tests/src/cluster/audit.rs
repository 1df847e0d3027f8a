//! Every request that the API server was asked.

use super::{Cluster, User};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Seek, SeekFrom},
    sync::atomic::{AtomicU64, Ordering},
};

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who asked, as [`User::name`] says it.
    pub user: String,
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`; for what is no resource the HTTP method.
    pub verb: String,
    /// `lakes`, `lakes/status`; for what is no resource the path.
    pub resource: String,
    /// Where the object is, if it is in a namespace.
    pub namespace: String,
    /// The object's name, if the request names one.
    pub name: String,
    /// The answer's HTTP status.
    pub code: u64,
    /// The client's own name for itself.
    pub agent: String,
}

/// The requests since some moment.
#[derive(Debug)]
pub struct Audit<'a> {
    cluster: &'a Cluster,
    from: u64,
}

impl<'a> Audit<'a> {
    pub(super) fn from_now(cluster: &'a Cluster) -> Self {
        let mut audit = Audit { cluster, from: 0 };
        audit.restart();
        audit
    }

    /// Count from now on.
    pub fn restart(&mut self) {
        let text = self.complete();
        self.from += text.len() as u64;
    }

    /// All requests, in the order of their answers; a watch stands where it began.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        let mut known = BTreeSet::new();
        self.complete()
            .lines()
            .map(|line| serde_json::from_str(line).expect("the audit log is JSON, line by line"))
            // A watch has a second line as it ends.
            .filter(|line: &Value| known.insert(line["auditID"].to_string()))
            .map(|line| Request::from_json(&line))
            .filter(|request| !request.resource.starts_with(MARK))
            .collect()
    }

    /// The requests of one user.
    #[must_use]
    pub fn of(&self, user: User) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.user == user.name()).collect()
    }

    /// How often one user did what: `{"list lakes": 1, "patch lakes/status": 2}`.
    #[must_use]
    pub fn counts(&self, user: User) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for request in self.of(user) {
            *counts.entry(format!("{} {}", request.verb, request.resource)).or_default() += 1;
        }
        counts
    }

    /// The log from the beginning on, with all that was answered before this call: the answer to a request may
    /// arrive before its line is written, so requests of our own are sent until one is found in it.
    fn complete(&self) -> String {
        static MARKS: AtomicU64 = AtomicU64::new(0);
        loop {
            let mark = format!("{MARK}{}", MARKS.fetch_add(1, Ordering::Relaxed));
            let _ = self.cluster.kubectl(&["get", "--raw", &mark]).ok();
            let text = self.read();
            if text.contains(&mark) {
                return text;
            }
        }
    }

    fn read(&self) -> String {
        let mut file =
            std::fs::File::open(self.cluster.folder().join("audit.log")).expect("the cluster writes one");
        file.seek(SeekFrom::Start(self.from)).expect("a file");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("a file");
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        bytes.truncate(whole);
        String::from_utf8(bytes).expect("the audit log is UTF-8")
    }
}

/// A path that nobody else asks for.
const MARK: &str = "/version?mark=";

impl Request {
    fn from_json(line: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let of = &line["objectRef"];
        let resource = match (of["resource"].as_str(), of["subresource"].as_str()) {
            (Some(resource), Some(sub)) => format!("{resource}/{sub}"),
            (Some(resource), None) => resource.to_owned(),
            (None, _) => text(&line["requestURI"]),
        };
        Request {
            user: text(&line["user"]["username"]),
            verb: text(&line["verb"]),
            resource,
            namespace: text(&of["namespace"]),
            name: text(&of["name"]),
            code: line["responseStatus"]["code"].as_u64().unwrap_or_default(),
            agent: text(&line["userAgent"]),
        }
    }
}
