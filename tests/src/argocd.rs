//! A real ArgoCD, working on a cluster, and git repositories for it to look at.

use crate::{
    cluster::{Cluster, Namespace, User},
    part::part,
    ran::Ran,
    root,
};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::OnceLock,
};
use tempfile::TempDir;

/// How often ArgoCD compares every Application, in seconds: three of these are three of its periods.
pub const RESYNC: u64 = 5;

/// ArgoCD's application controller, repository server and redis, with our health check and actions in `argocd-cm` as
/// a user puts them there.
#[derive(Debug)]
pub struct ArgoCd<'a> {
    cluster: &'a Cluster,
    folder: TempDir,
    process: Child,
    stdin: Option<ChildStdin>,
}

impl<'a> ArgoCd<'a> {
    /// Install ArgoCD into a cluster and start it. One per cluster.
    ///
    /// # Panics
    /// When it does not start; it says why on stderr.
    #[must_use]
    pub fn start(cluster: &'a Cluster) -> Self {
        let settings = Command::new(root().join("operator/argocd/argocd-cm"))
            .output()
            .expect("operator/argocd/argocd-cm is executable");
        let argocd = cluster.namespace("argocd");
        let _ = argocd.apply(&String::from_utf8_lossy(&settings.stdout)).ok();

        let folder = tempfile::Builder::new().prefix("argocd").tempdir().expect("a folder for ArgoCD");
        // Charts are rendered by the helm that it finds.
        let helm = part("helm");
        let mut search = vec![helm.parent().expect("a part stands in a folder").to_owned()];
        search.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let mut process = Command::new(binary())
            .args(["--until-stdin-closes", "--resync", &format!("{RESYNC}s"), "--kubeconfig"])
            .arg(cluster.kubeconfig(User::Admin))
            .arg("--dir")
            .arg(folder.path())
            .env("PATH", std::env::join_paths(search).expect("folders of a PATH"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("ArgoCD starts");
        let stdin = process.stdin.take();
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("stdout is piped"))
            .read_line(&mut line)
            .expect("ArgoCD speaks UTF-8");
        let argocd = ArgoCd { cluster, folder, process, stdin };
        assert_eq!(
            line.trim(),
            "ready",
            "ArgoCD did not start; its reason stands above, or in:\n{}",
            argocd.log()
        );
        argocd
    }

    /// Where Applications are.
    #[must_use]
    pub fn namespace(&self) -> Namespace<'a> {
        self.cluster.in_namespace("argocd")
    }

    /// What ArgoCD has had to say so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("argocd.log")).unwrap_or_default()
    }

    /// Let ArgoCD keep a folder of a repository in sync with a namespace: automatically, with pruning and self-healing,
    /// by server-side apply and server-side diff, the cascade of its deletion on.
    ///
    /// # Panics
    /// When the Application is refused.
    pub fn sync(&self, name: &str, repository: &Repository, path: &str, into: &str) {
        let application = json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {
                "name": name,
                "annotations": { "argocd.argoproj.io/compare-options": "ServerSideDiff=true" },
                "finalizers": ["resources-finalizer.argocd.argoproj.io"],
            },
            "spec": {
                "project": "default",
                "source": { "repoURL": repository.url(), "path": path, "targetRevision": "main" },
                "destination": { "server": "https://kubernetes.default.svc", "namespace": into },
                "syncPolicy": {
                    "automated": { "prune": true, "selfHeal": true },
                    "syncOptions": ["ServerSideApply=true"],
                    // A sync that failed is tried again, and by default with the revision that failed: only after
                    // the last attempt is a commit that mends it looked at.
                    "retry": {
                        "limit": 5, "refresh": true,
                        "backoff": { "duration": "1s", "factor": 2, "maxDuration": "10s" },
                    },
                },
            },
        });
        let _ = self.namespace().apply(&format!("---\n{application}")).ok();
    }

    /// Ask for a look now rather than after [`RESYNC`].
    ///
    /// # Panics
    /// When there is no such Application.
    pub fn refresh(&self, name: &str) {
        let look = json!({ "metadata": { "annotations": { "argocd.argoproj.io/refresh": "normal" } } });
        let _ = self.namespace().patch(&format!("application/{name}"), &look).ok();
    }

    /// Wait until an Application is as wanted, and return it so.
    #[must_use]
    pub fn until(&self, name: &str, wanted: impl FnMut(&Value) -> bool) -> Value {
        self.namespace().until(&format!("application/{name}"), wanted)
    }

    /// Wait until an Application is in sync with this revision and its health is so.
    #[must_use]
    pub fn until_synced(&self, name: &str, revision: &str, health: &str) -> Value {
        self.until(name, |application| {
            let status = &application["status"];
            status["sync"]["status"] == "Synced"
                && status["sync"]["revision"] == revision
                && status["health"]["status"] == health
        })
    }

    /// Run an action on a lake, as picking it from ArgoCD's menu does.
    #[must_use]
    pub fn action(&self, namespace: &str, lake: &str, action: &str) -> Ran {
        Command::new(binary())
            .args(["action", "--kubeconfig"])
            .arg(self.cluster.kubeconfig(User::Admin))
            .args([namespace, lake, action])
            .stdin(Stdio::null())
            .output()
            .expect("ArgoCD starts")
            .into()
    }
}

impl Drop for ArgoCd<'_> {
    fn drop(&mut self) {
        drop(self.stdin.take()); // it ends when its standard input does
        let _ = self.process.wait();
    }
}

/// Run the tests that customizations bring with them (`health_test.yaml`, `actions/action_test.yaml`) in ArgoCD's own
/// Lua.
///
/// # Panics
/// When ArgoCD cannot be built or started.
#[must_use]
pub fn check_customizations(folder: &Path) -> Ran {
    Command::new(binary()).arg("customizations").arg(folder).output().expect("ArgoCD starts").into()
}

fn binary() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| part("argocd"))
}

/// A git repository with one branch, `main`.
#[derive(Debug)]
pub struct Repository {
    folder: TempDir,
}

impl Repository {
    /// An empty one.
    ///
    /// # Panics
    /// When there is no git.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("repository").tempdir().expect("a folder for git");
        let repository = Repository { folder };
        let _ = repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    /// Where ArgoCD finds it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("file://{}", self.folder.path().display())
    }

    /// Commit one file, and return the revision.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn commit(&self, path: &str, text: &str) -> String {
        let file = self.folder.path().join(path);
        std::fs::create_dir_all(file.parent().expect("a file stands in a folder"))
            .expect("a folder for the file");
        std::fs::write(file, text).expect("the repository can be written");
        self.record(path)
    }

    /// Commit folders of our own repository as they are, links as links, and return the revision.
    ///
    /// # Panics
    /// When one of them is not there.
    pub fn commit_ours(&self, folders: &[&str]) -> String {
        for folder in folders {
            let to = self.folder.path().join(folder);
            let to = to.parent().expect("a folder of the repository");
            std::fs::create_dir_all(to).expect("the repository can be written");
            let copied = Command::new("cp").arg("-RP").arg(root().join(folder)).arg(to).status();
            assert!(copied.expect("cp is a program everywhere").success(), "{folder}");
        }
        self.record(&folders.join(", "))
    }

    /// Commit that a file is gone, and return the revision.
    ///
    /// # Panics
    /// When it was not there.
    pub fn remove(&self, path: &str) -> String {
        std::fs::remove_file(self.folder.path().join(path)).expect("the file is there");
        self.record(path)
    }

    fn record(&self, path: &str) -> String {
        let _ = self.git(&["add", "--all"]);
        let _ = self.git(&["commit", "--quiet", "--message", path]);
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args([
                "-c",
                "user.name=tests",
                "-c",
                "user.email=tests@example.invalid",
                "-c",
                "commit.gpgsign=false",
            ])
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .expect("git is installed");
        assert!(
            output.status.success(),
            "git {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Default for Repository {
    fn default() -> Self {
        Repository::new()
    }
}
