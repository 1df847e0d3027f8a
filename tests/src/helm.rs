//! The real helm, with a home of its own.

use crate::{
    cluster::{Cluster, User},
    part::part,
    ran::Ran,
};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};
use tempfile::TempDir;

/// Helm, with a cluster to install into or without one.
#[derive(Debug)]
pub struct Helm {
    home: TempDir,
    kubeconfig: PathBuf,
}

impl Helm {
    /// Helm without a cluster: to lint and to render.
    #[must_use]
    pub fn alone() -> Self {
        let home = tempfile::Builder::new().prefix("helm").tempdir().expect("a folder for helm");
        let kubeconfig = home.path().join("no-cluster"); // else it finds the one of whoever runs the tests
        Helm { home, kubeconfig }
    }

    /// Helm as the administrator of this cluster.
    #[must_use]
    pub fn on(cluster: &Cluster) -> Self {
        Helm { kubeconfig: cluster.kubeconfig(User::Admin), ..Helm::alone() }
    }

    /// A folder that goes with this value.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Run helm.
    ///
    /// # Panics
    /// When it cannot be built or started.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.command(arguments).output().expect("helm starts").into()
    }

    /// `helm lint --strict`
    #[must_use]
    pub fn lint(&self, chart: &Path, arguments: &[&str]) -> Ran {
        self.run(&[&["lint", "--strict", &chart.to_string_lossy()], arguments].concat())
    }

    /// What `helm template` renders for a release `lake` in `lake-system`, an object per document.
    ///
    /// # Panics
    /// When it renders nothing, or no YAML.
    #[must_use]
    pub fn render(&self, chart: &Path, arguments: &[&str]) -> Vec<Value> {
        let chart = chart.to_string_lossy();
        let all = [&["template", "lake", &chart, "--namespace", "lake-system"], arguments].concat();
        let output = self.command(&all).output().expect("helm starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout);
        let documents: Vec<Value> = serde_saphyr::from_multiple(&text).expect("helm renders YAML");
        documents.into_iter().filter(|document| !document.is_null()).collect()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        static BUILT: OnceLock<PathBuf> = OnceLock::new();
        let mut command = Command::new(BUILT.get_or_init(|| part("helm")));
        command.args(arguments).env("KUBECONFIG", &self.kubeconfig).stdin(Stdio::null());
        for (variable, folder) in
            [("HELM_CACHE_HOME", "cache"), ("HELM_CONFIG_HOME", "config"), ("HELM_DATA_HOME", "data")]
        {
            command.env(variable, self.home.path().join(folder));
        }
        command
    }
}
