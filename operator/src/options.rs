//! What `lake-operator run` may be told. Each argument is a variable of the environment too, `LAKE_…`.

use crate::queue::Bounds;
use std::{net::SocketAddr, path::PathBuf, time::Duration};

/// How to run.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Where metrics and probes are served: /metrics, /livez and /readyz.
    #[arg(long, env = "LAKE_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The only namespaces whose lakes are worked on, separated by commas. All, when left out.
    #[arg(long, env = "LAKE_NAMESPACES", value_delimiter = ',', value_parser = namespace)]
    pub namespaces: Vec<String>,
    /// The namespace of the lease that decides which replica writes.
    #[arg(long, env = "LAKE_LEASE_NAMESPACE")]
    pub lease_namespace: Option<String>,
    /// The name of the lease.
    #[arg(long, env = "LAKE_LEASE_NAME", default_value = "lake-operator")]
    pub lease_name: String,
    /// How long a replica that shows no life keeps the lease.
    #[arg(long, env = "LAKE_LEASE_DURATION", default_value = "15s", value_parser = duration)]
    pub lease_duration: Duration,
    /// This replica's name in the lease and in events. Default: POD_NAME, else the host's name and the process id.
    #[arg(long, env = "LAKE_IDENTITY")]
    pub identity: Option<String>,
    /// What marks on AWS call this cluster: 1 to 64 letters, digits, dots, underscores and hyphens. Default: the uid of
    /// the namespace kube-system. Give the old one when a cluster's lakes have moved to a new cluster.
    #[arg(long, env = "LAKE_INSTANCE", value_parser = instance)]
    pub instance: Option<String>,
    /// A YAML file that says whose credentials work for which namespace.
    #[arg(long, env = "LAKE_TENANTS")]
    pub tenants: Option<PathBuf>,
    /// The AWS region of lakes that name none. Default: AWS_REGION, or the profile's.
    #[arg(long, env = "LAKE_REGION")]
    pub region: Option<String>,
    /// Let lakes be taken over from owners outside of this cluster, such as `terraform/team-a/events`, in every namespace.
    /// Without, only from those that the tenants file names for a namespace.
    #[arg(long, env = "LAKE_ADOPT_FOREIGN_OWNERS")]
    pub adopt_foreign_owners: bool,
    /// Watch the secrets from which lakes take contents, for which they must be listed. Without, a secret is read by its
    /// name alone, and a change of it is seen when its lake is looked at next.
    #[arg(long, env = "LAKE_WATCH_SECRETS")]
    pub watch_secrets: bool,
    /// How many lakes are worked on at once.
    #[arg(long, env = "LAKE_CONCURRENCY", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    pub concurrency: u16,
    /// How long AWS may take to answer one attempt of a call. What is not answered is tried again, within four times as
    /// long in all; an upload may take 20 times as long, and so may a round.
    #[arg(long, env = "LAKE_CALL_TIMEOUT", default_value = "30s", value_parser = some_duration)]
    pub call_timeout: Duration,
    /// How long the calls under way may take to end after SIGTERM.
    #[arg(long, env = "LAKE_GRACE", default_value = "25s", value_parser = duration)]
    pub grace: Duration,
    /// How log lines are written.
    #[arg(long, env = "LAKE_LOG_FORMAT", default_value = "json")]
    pub log_format: LogFormat,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// An object a line, for machines.
    Json,
    /// For people.
    Text,
}

impl Options {
    /// This replica's name.
    #[must_use]
    pub fn identity(&self) -> String {
        let host = || std::env::var("HOSTNAME").unwrap_or_else(|_| "lake-operator".to_owned());
        let own =
            || std::env::var("POD_NAME").unwrap_or_else(|_| format!("{}-{}", host(), std::process::id()));
        self.identity.clone().unwrap_or_else(own)
    }

    /// The namespace of the lease: the one this process runs in.
    #[must_use]
    pub fn lease_namespace(&self) -> String {
        let mounted =
            || std::fs::read_to_string("/var/run/secrets/kubernetes.io/serviceaccount/namespace").ok();
        let own =
            self.lease_namespace.clone().or_else(|| std::env::var("POD_NAMESPACE").ok()).or_else(mounted);
        own.unwrap_or_else(|| "lake-system".to_owned())
    }

    /// The lease as lakes name it, `namespace/name`.
    #[must_use]
    pub fn lease(&self) -> String {
        format!("{}/{}", self.lease_namespace(), self.lease_name)
    }

    /// How many lakes are worked on at once: a quarter of the room is kept for those that somebody has changed.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        let all = usize::from(self.concurrency);
        Bounds { all, routine: (all * 3 / 4).max(1) }
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration =
        text.parse().map_err(|_| "a time like 90s, 10m or 1h30m is wanted".to_owned())?;
    Duration::try_from(span).map_err(|_| "a time cannot be negative".to_owned())
}

fn some_duration(text: &str) -> Result<Duration, String> {
    duration(text)
        .and_then(|time| if time.is_zero() { Err("it is no time at all".to_owned()) } else { Ok(time) })
}

/// A namespace's name (RFC 1123, a label), with spaces around it forgiven.
fn namespace(text: &str) -> Result<String, String> {
    let name = text.trim();
    let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() {
        return Err("a namespace has a name; to work on all namespaces, leave this out".to_owned());
    }
    if name.len() > 63 || !name.chars().all(is_inner) || name.starts_with('-') || name.ends_with('-') {
        return Err(format!("`{name}` is no namespace: lower-case letters, digits and hyphens, 63 at most"));
    }
    Ok(name.to_owned())
}

pub(crate) fn instance(text: &str) -> Result<String, String> {
    let fits = (1..=64).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    if fits {
        Ok(text.to_owned())
    } else {
        Err("1 to 64 letters, digits, dots, underscores and hyphens".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_are_names_whatever_stands_around_them() {
        #[derive(clap::Parser)]
        struct Arguments {
            #[command(flatten)]
            options: Options,
        }
        let given = |text: &str| {
            let parsed = <Arguments as clap::Parser>::try_parse_from(["run", "--namespaces", text]);
            parsed.map(|it| it.options.namespaces).map_err(|error| error.to_string())
        };
        assert_eq!(given("ta, tb ").unwrap(), ["ta", "tb"]);
        for (text, told) in [
            ("", "leave this out"),
            ("ta,", "leave this out"),
            ("Ta", "no namespace"),
            ("a b", "no namespace"),
        ] {
            let error = given(text).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }
}
