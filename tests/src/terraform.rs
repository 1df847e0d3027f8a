//! The real terraform (or OpenTofu), with the provider's real binary, in a folder of its own.
//!
//! Whatever a story writes is searched for what is secret.

mod search;

pub use crate::ran::Ran;
use crate::{aws::Endpoint, built, part::part, root};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};
use tempfile::TempDir;

/// The provider as tests use it.
#[must_use]
pub fn provider() -> PathBuf {
    built::tested("terraform-provider-lake")
}

/// The provider as users get it.
#[must_use]
pub fn release() -> PathBuf {
    built::released("terraform-provider-lake")
}

/// The terraform on the PATH, or what `tools/terraform` makes in its place.
///
/// # Panics
/// When there is none and none can be made; the message says how to get one.
pub fn binary() -> &'static str {
    static FOUND: OnceLock<String> = OnceLock::new();
    FOUND.get_or_init(|| {
        let found =
            Command::new(root().join("tools/terraform")).output().expect("tools/terraform is executable");
        assert!(found.status.success(), "{}", String::from_utf8_lossy(&found.stderr));
        String::from_utf8_lossy(&found.stdout).trim().to_owned()
    })
}

/// A configuration and its state.
#[derive(Debug)]
pub struct Terraform {
    program: PathBuf,
    folder: TempDir,
    variables: Vec<(String, String)>,
    /// Texts that are told nowhere, canaries aside.
    secrets: Vec<String>,
}

impl Terraform {
    /// An empty configuration whose AWS is `endpoint`, with the provider as tests use it, which logs all that it can.
    #[must_use]
    pub fn new(endpoint: &Endpoint) -> Self {
        let mut terraform = Terraform::with(endpoint, provider());
        let log = terraform.folder().join("log").display().to_string();
        terraform.set("TF_LOG_PROVIDER", "TRACE");
        terraform.set("TF_LOG_PATH", &log);
        terraform
    }

    /// The same with OpenTofu in terraform's place.
    ///
    /// # Panics
    /// When OpenTofu cannot be built.
    #[must_use]
    pub fn opentofu(endpoint: &Endpoint) -> Self {
        let mut terraform = Terraform::new(endpoint);
        terraform.program = part("tofu");
        terraform
    }

    /// An empty configuration with another build of the provider.
    ///
    /// # Panics
    /// When the folder cannot be written.
    #[must_use]
    pub fn with(endpoint: &Endpoint, provider: impl AsRef<Path>) -> Self {
        let folder = tempfile::Builder::new().prefix("lake").tempdir().expect("a folder for terraform");
        let mut variables: Vec<(String, String)> =
            endpoint.variables().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        variables.extend([
            ("TF_CLI_CONFIG_FILE".to_owned(), folder.path().join("terraform.rc").display().to_string()),
            ("CHECKPOINT_DISABLE".to_owned(), "1".to_owned()),
            ("TF_IN_AUTOMATION".to_owned(), "1".to_owned()),
            ("TF_INPUT".to_owned(), "0".to_owned()),
        ]);
        let is_key = |(name, _): &&(String, String)| name == "AWS_SECRET_ACCESS_KEY";
        let secrets = variables.iter().filter(is_key).map(|(_, key)| key.clone()).collect();
        let terraform = Terraform { program: binary().into(), folder, variables, secrets };
        let built = provider.as_ref().parent().expect("the provider stands in a folder");
        terraform.provided_by("lake-dev/lake", built);
        terraform.file(
            "versions.tf",
            "terraform {\n  required_providers {\n    lake = {\n      source = \"lake-dev/lake\"\n    }\n  }\n}\n",
        );
        terraform
    }

    /// Let the program in this folder serve as the provider of this address, and no other be overridden.
    ///
    /// # Panics
    /// When the folder of the configuration cannot be written.
    pub fn provided_by(&self, address: &str, folder: &Path) {
        let folder = folder.display();
        let overrides = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"{address}\" = \"{folder}\"\n  }}\n  direct {{}}\n}}\n"
        );
        self.file("terraform.rc", &overrides);
    }

    /// Let the provider be installed by `terraform init` from a mirror in a folder, laid out as `terraform providers mirror`
    /// does it, in a version of the user's choice.
    ///
    /// # Panics
    /// When the folder cannot be written.
    pub fn mirrored(&self, version: &str) {
        let told = self.command(&["version", "-json"]).output().expect("terraform starts");
        let told: Value = serde_json::from_slice(&told.stdout).expect("version -json prints JSON");
        let platform = told["platform"].as_str().expect("a platform");
        let mirror = self.folder().join("mirror");
        let place = mirror.join(format!("registry.terraform.io/lake-dev/lake/{version}/{platform}"));
        std::fs::create_dir_all(&place).expect("terraform's folder can be written");
        std::os::unix::fs::symlink(provider(), place.join(format!("terraform-provider-lake_v{version}")))
            .expect("terraform's folder can be written");
        let text = format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n",
            mirror.display()
        );
        self.file("terraform.rc", &text);
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Write a file of the configuration, in a folder of its own where its name says one.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn file(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        let folder = path.parent().expect("it stands in a folder");
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&path, text))
            .expect("terraform's folder can be written");
    }

    /// Write `main.tf`.
    pub fn main(&self, text: &str) {
        self.file("main.tf", text);
    }

    /// Replace a part of `main.tf`.
    ///
    /// # Panics
    /// When it is not there exactly once.
    pub fn edit(&self, from: &str, to: &str) {
        let path = self.folder.path().join("main.tf");
        let text = std::fs::read_to_string(&path).expect("main.tf was written");
        assert_eq!(text.matches(from).count(), 1, "main.tf holds {from:?} once:\n{text}");
        self.main(&text.replace(from, to));
    }

    /// A variable of the environment for the commands to come.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// The command, ready to be started.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    /// Start a command and leave it running, its output in the file `output` of the folder.
    ///
    /// # Panics
    /// When terraform cannot be started.
    #[must_use]
    pub fn start(&self, arguments: &[&str]) -> Child {
        let output = std::fs::File::create(self.folder.path().join("output")).expect("a file for the output");
        self.command(arguments)
            .stdout(output.try_clone().expect("a second handle of the output"))
            .stderr(output)
            .spawn()
            .expect("terraform starts")
    }

    /// The process ids of the providers that a terraform in this folder has started.
    ///
    /// # Panics
    /// Where there is no /proc.
    #[must_use]
    pub fn providers(&self) -> Vec<u32> {
        let entries = std::fs::read_dir("/proc").expect("Linux shows its processes");
        let ours = provider().canonicalize().expect("the provider is built");
        let folder = self.folder().canonicalize().expect("the folder is there");
        let is_ours = |pid: &u32| {
            let link = |what: &str| std::fs::read_link(format!("/proc/{pid}/{what}")).ok();
            link("exe").as_ref() == Some(&ours) && link("cwd").as_ref() == Some(&folder)
        };
        let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        ids.filter(is_ours).collect()
    }

    /// Run a command to its end.
    ///
    /// # Panics
    /// When terraform cannot be started.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().expect("terraform starts");
        let ran = Ran::from(output);
        self.tells_no_secret(&format!("terraform {}", arguments.join(" ")), &ran.text);
        Ran { text: plain(&ran.text), ..ran }
    }

    /// `terraform validate`
    #[must_use]
    pub fn validate(&self) -> Ran {
        self.run(&["validate", "-no-color"])
    }

    /// The findings of `terraform validate`, as its JSON tells them.
    ///
    /// # Panics
    /// When it prints no JSON.
    #[must_use]
    pub fn findings(&self) -> Vec<Value> {
        let ran = self.run(&["validate", "-json"]);
        let start = ran.text.find('{').expect("validate -json prints JSON");
        let answer: Value = serde_json::from_str(&ran.text[start..]).expect("validate -json prints JSON");
        answer["diagnostics"].as_array().cloned().unwrap_or_default()
    }

    /// `terraform plan`, whose code tells whether anything would change.
    #[must_use]
    pub fn plan(&self) -> Ran {
        self.plan_with(&[])
    }

    /// The same with further arguments.
    #[must_use]
    pub fn plan_with(&self, arguments: &[&str]) -> Ran {
        self.run(&[&["plan", "-no-color", "-detailed-exitcode"], arguments].concat())
    }

    /// `terraform apply`
    #[must_use]
    pub fn apply(&self) -> Ran {
        self.apply_with(&[])
    }

    /// The same with further arguments.
    #[must_use]
    pub fn apply_with(&self, arguments: &[&str]) -> Ran {
        self.run(&[&["apply", "-no-color", "-auto-approve"], arguments].concat())
    }

    /// `terraform destroy`
    #[must_use]
    pub fn destroy(&self) -> Ran {
        self.run(&["destroy", "-no-color", "-auto-approve"])
    }

    /// The schema of the lake, as terraform tells it.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn schema(&self) -> Value {
        let told = self.command(&["providers", "schema", "-json"]).output().expect("terraform starts");
        let schema: Value = serde_json::from_slice(&told.stdout).expect("the schema is JSON");
        let providers = schema["provider_schemas"].as_object().expect("providers");
        providers.values().next().expect("one provider")["resource_schemas"]["lake"]["block"].clone()
    }

    /// The plan as JSON tells it.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn plan_json(&self) -> Value {
        let planned = self.plan_with(&["-out=plan.out"]);
        assert!(planned.code == 0 || planned.code == 2, "{}", planned.text);
        let shown = self.command(&["show", "-json", "plan.out"]).output().expect("terraform starts");
        serde_json::from_slice(&shown.stdout).expect("show -json prints JSON")
    }

    /// The lake's attributes in the state; `null` when the state holds no lake.
    ///
    /// # Panics
    /// When the state cannot be read.
    #[must_use]
    pub fn state(&self) -> Value {
        let shown = self.command(&["show", "-json"]).output().expect("terraform starts");
        let state: Value = serde_json::from_slice(&shown.stdout).expect("show -json prints JSON");
        let resources = state["values"]["root_module"]["resources"].as_array().cloned().unwrap_or_default();
        let lake = resources.into_iter().find(|r| r["type"] == "lake");
        let lake = lake.map_or(Value::Null, |mut r| r["values"].take());
        self.lake_tells_no_secret(&lake);
        lake
    }
}

/// What a plan said: with `-detailed-exitcode` 0 is "no changes", 2 is "changes".
impl Ran {
    /// Go on only if the plan is empty.
    ///
    /// # Panics
    /// When it is not.
    pub fn nothing(self) {
        assert_eq!(self.code, 0, "a plan with changes:\n{}", self.text);
        assert!(self.text.contains("No changes."), "{}", self.text);
    }

    /// Go on only if the plan holds changes.
    ///
    /// # Panics
    /// When it is empty or failed.
    #[must_use]
    pub fn changes(self) -> Self {
        assert_eq!(self.code, 2, "{}", self.text);
        self
    }

    /// The lines of a plan that change something, without their indentation.
    #[must_use]
    pub fn changed_lines(&self) -> Vec<String> {
        self.text
            .lines()
            .skip_while(|line| !line.contains("will perform the following actions"))
            .map(str::trim)
            .filter(|line| ["+ ", "- ", "~ ", "-/+ ", "+/- "].iter().any(|sign| line.starts_with(sign)))
            .map(str::to_owned)
            .collect()
    }
}

/// Without terraform's frames around diagnostics and its warning about development overrides.
fn plain(text: &str) -> String {
    text.lines()
        .map(|line| line.trim_start_matches(['│', '╷', '╵']).trim_end())
        .collect::<Vec<_>>()
        .join("\n")
}
