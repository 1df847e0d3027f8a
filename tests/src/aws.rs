//! The AWS of tests: an endpoint that ends with the test that started it.

use crate::{hand::Hand, root};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    process::{Child, ChildStdin, Command, Stdio},
};

/// The account that the endpoint's credentials lead to.
pub const ACCOUNT: &str = "123456789012";
/// The region of every lake of the tests.
pub const REGION: &str = "eu-west-1";

/// Where AWS answers.
#[derive(Debug)]
pub struct Endpoint {
    /// `http://127.0.0.1:…`
    pub url: String,
    ours: Option<(Child, Option<ChildStdin>)>,
}

impl Endpoint {
    /// Start the AWS of tests on a free port.
    ///
    /// # Panics
    /// When it does not start; it says why on stderr.
    #[must_use]
    pub fn start() -> Self {
        let mut child = Command::new(root().join("tests/aws/run"))
            .args(["--port", "0", "--region", REGION, "--account", ACCOUNT, "--until-stdin-closes"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("tests/aws/run is executable");
        let stdin = child.stdin.take();
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout is piped"))
            .read_line(&mut line)
            .expect("the AWS of tests speaks UTF-8");
        let url = line
            .trim()
            .strip_prefix("listening ")
            .unwrap_or_else(|| panic!("tests/aws/run did not start (run it by hand to see why): {line:?}"))
            .to_owned();
        Endpoint { url, ours: Some((child, stdin)) }
    }

    /// The endpoint named by `LAKE_TEST_ENDPOINT`, else one of our own.
    #[must_use]
    pub fn given_or_start() -> Self {
        match std::env::var("LAKE_TEST_ENDPOINT") {
            Ok(url) if !url.is_empty() => Endpoint { url, ours: None },
            _ => Endpoint::start(),
        }
    }

    /// The variables with which the SDKs find this endpoint.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let mut all = vec![("AWS_REGION", REGION.to_owned()), ("AWS_DEFAULT_REGION", REGION.to_owned())];
        if self.url == "aws" {
            return all; // a real account: the caller's own credentials
        }
        all.extend([
            ("AWS_ENDPOINT_URL", self.url.clone()),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ]);
        all
    }

    /// A hand on this endpoint that is not ours.
    #[must_use]
    pub fn hand(&self) -> Hand<'_> {
        Hand::new(self)
    }

    /// The calls since the journal was last cleared.
    #[must_use]
    pub fn journal(&self) -> Vec<Call> {
        let calls = self.control("GET", "journal", None);
        calls.as_array().expect("the journal is a list").iter().map(Call::from_json).collect()
    }

    /// Forget the calls so far.
    pub fn clear_journal(&self) {
        self.control("DELETE", "journal", None);
    }

    /// The calls since the journal was last cleared that may have changed something.
    #[must_use]
    pub fn writes(&self) -> Vec<Call> {
        self.journal().into_iter().filter(|call| call.mutates).collect()
    }

    /// The same without the calls of a hand that is not ours.
    #[must_use]
    pub fn writes_of_provider(&self) -> Vec<Call> {
        self.writes().into_iter().filter(|call| call.by_provider).collect()
    }

    /// Fail if anything was created twice.
    ///
    /// # Panics
    /// When there were two creations of one name that AWS carried out.
    pub fn assert_nothing_made_twice(&self) {
        let mut made = BTreeSet::new();
        for call in self.writes() {
            if call.operation.starts_with("Create") && call.carried_out {
                assert!(made.insert((call.name(), call.resource.clone())), "twice: {call:?}");
            }
        }
    }

    /// Forget everything: resources, journal, faults.
    pub fn reset(&self) {
        self.control("POST", "reset", None);
    }

    /// Wait until a call is held by a `hold` fault; false when `ended` says first that no more calls will come.
    pub fn held(&self, mut ended: impl FnMut() -> bool) -> bool {
        loop {
            // Answers when a call is held, or after half a second.
            if self.control("GET", "held", None).as_array().is_some_and(|held| !held.is_empty()) {
                return true;
            }
            if ended() {
                return false;
            }
        }
    }

    /// Let calls go wrong by these rules (`tests/aws/README.md`), in place of earlier ones.
    pub fn faults(&self, rules: Value) {
        self.control("DELETE", "faults", None);
        if rules.as_array().is_none_or(|rules| !rules.is_empty()) {
            self.control("POST", "faults", Some(rules));
        }
    }

    /// Let every call take this long.
    pub fn latency(&self, ms: u64) {
        self.control("POST", "latency", Some(json!({ "ms": ms })));
    }

    /// Let a crawl have brought a table, as `POST /_lake/glue/crawled` describes it.
    pub fn crawled(&self, table: Value) {
        self.control("POST", "glue/crawled", Some(table));
    }

    /// Fail if any call met something that is not emulated, or was answered against AWS's model.
    ///
    /// # Panics
    /// When there was such a call.
    pub fn assert_all_emulated(&self) {
        let odd = self.control("GET", "unemulated", None);
        assert_eq!(odd, json!([]), "calls that the AWS of tests cannot answer truly");
    }

    fn control(&self, method: &str, what: &str, body: Option<Value>) -> Value {
        let url = format!("{}/_lake/{what}", self.url);
        let agent = ureq::Agent::new_with_defaults();
        let answer = match (method, body) {
            ("GET", _) => agent.get(&url).call(),
            ("DELETE", _) => agent.delete(&url).call(),
            (_, body) => agent.post(&url).send_json(body.unwrap_or_default()),
        };
        let mut answer = answer.unwrap_or_else(|e| panic!("{method} {url}: {e}"));
        // The journal of thousands of lakes is longer than what the client takes by default.
        let body = answer.body_mut().with_config().limit(u64::MAX);
        let text = body.read_to_string().expect("the control answers in UTF-8");
        if text.trim().is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).expect("the control answers in JSON")
        }
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        if let Some((child, stdin)) = &mut self.ours {
            drop(stdin.take()); // it ends when its standard input does
            let _ = child.wait();
        }
    }
}

/// One call of the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// `s3`
    pub service: String,
    /// `CreateBucket`
    pub operation: String,
    /// What it was about: a name or a key.
    pub resource: String,
    /// Whether it may have changed something.
    pub mutates: bool,
    /// The answer's HTTP status.
    pub status: u64,
    /// Whether the provider or the operator made it, rather than boto3.
    pub by_provider: bool,
    /// Whether AWS did what it asks for, and not only received it.
    pub carried_out: bool,
    /// The account that it was made in.
    pub account: String,
    /// The region that it was made in.
    pub region: String,
    /// Whose access key it was signed with.
    pub access_key: String,
    /// When it began to be answered, in milliseconds of one clock.
    pub began: f64,
    /// When it was answered, by the same clock.
    pub ended: f64,
}

impl Call {
    fn from_json(json: &Value) -> Self {
        let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
        Call {
            service: text("service"),
            operation: text("operation"),
            resource: text("resource"),
            mutates: json["mutates"].as_bool().unwrap_or_default(),
            status: json["status"].as_u64().unwrap_or_default(),
            carried_out: json["code"].is_null() || json["code"] == "LOST",
            by_provider: !text("userAgent").starts_with("Boto3"),
            account: text("account"),
            region: text("region"),
            access_key: text("accessKey"),
            began: json["began"].as_f64().unwrap_or_default(),
            ended: json["ended"].as_f64().unwrap_or_default(),
        }
    }

    /// `s3:CreateBucket`
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }
}
