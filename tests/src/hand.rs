//! A hand on AWS that is not ours: boto3. What the tests know of the world comes through it, and what others do
//! behind our back is done with it.

use crate::{
    aws::{Endpoint, REGION},
    root,
};
use serde_json::Value;
use std::process::Command;

/// boto3, pointed at an endpoint.
#[derive(Debug)]
pub struct Hand<'a> {
    endpoint: &'a Endpoint,
    region: &'a str,
}

impl<'a> Hand<'a> {
    pub(crate) fn new(endpoint: &'a Endpoint) -> Self {
        Hand { endpoint, region: REGION }
    }

    /// The same hand in another region.
    #[must_use]
    pub fn in_region(self, region: &'a str) -> Self {
        Hand { region, ..self }
    }

    /// Call one operation, by boto3's names: `call("s3", "put_bucket_versioning", json!({…}))`.
    ///
    /// # Panics
    /// When AWS refuses.
    #[must_use]
    pub fn call(&self, client: &str, operation: &str, parameters: Value) -> Value {
        self.python(&["call", client, operation, &parameters.to_string()])
    }

    /// The same for what only its effect is wanted of.
    ///
    /// # Panics
    /// When AWS refuses.
    pub fn does(&self, client: &str, operation: &str, parameters: Value) {
        let _ = self.call(client, operation, parameters);
    }

    /// One operation with the credentials of another account.
    ///
    /// # Panics
    /// When AWS refuses.
    pub fn other_account(&self, client: &str, operation: &str, parameters: Value) {
        let _ = self.python(&["other-account", client, operation, &parameters.to_string()]);
    }

    /// Every bucket, object, access point, role, database, table, job, crawler and filter there is, with all its
    /// settings and without what differs from run to run (times, version ids, request ids).
    #[must_use]
    pub fn world(&self) -> Value {
        without_lineages(self.python(&["world"]))
    }

    fn python(&self, arguments: &[&str]) -> Value {
        let output = Command::new(root().join("tests/aws/run"))
            .arg("--python")
            .arg(root().join("tests/hand.py"))
            .args(arguments)
            .envs(self.endpoint.variables())
            .env("AWS_DEFAULT_REGION", self.region)
            .output()
            .expect("tests/aws/run is executable");
        assert!(
            output.status.success(),
            "{}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).expect("hand.py answers in JSON")
    }
}

/// A world in which lakes that were created at different times are alike: each has a lineage of its own.
fn without_lineages(value: Value) -> Value {
    let is_lineage =
        |text: &str| text.len() == 32 && text.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
    match value {
        Value::String(text) if is_lineage(&text) => "a lineage".into(),
        Value::Array(items) => items.into_iter().map(without_lineages).collect(),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, without_lineages(value))).collect())
        }
        other => other,
    }
}
