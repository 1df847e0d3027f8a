//! The lakes of a file, as `kubectl apply` takes it, for the verbs that work from a shell.

use super::kubectl;
use crate::object::Name;
use lake_api::Finding;
use lake_reconcile::{LakeSpec, graph::Reach};
use serde::Deserialize;
use serde_json::Value;
use std::{
    io::{self, Read},
    path::{Path, PathBuf},
};

/// A lake that is wanted.
pub(super) struct Wanted {
    pub(super) name: Name,
    pub(super) spec: LakeSpec,
}

impl Wanted {
    /// The region that the lake names.
    pub(super) fn region(&self) -> Option<String> {
        self.spec.region.as_ref()?.0.known().map(ToString::to_string)
    }
}

/// A file that cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoLakes {
    #[error("{path}: {1}", path = .0.display())]
    Unreadable(PathBuf, io::Error),
    #[error("{path}: this is no good YAML: {1}", path = .0.display())]
    Malformed(PathBuf, Box<serde_saphyr::Error>),
    #[error("{path}: {1}", path = .0.display())]
    Ambiguous(PathBuf, String),
    #[error("{}: no lake stands in it", .0.display())]
    None(PathBuf),
    #[error("{}", findings(.0, .1))]
    Wrong(Name, Vec<Finding>),
}

fn findings(lake: &Name, all: &[Finding]) -> String {
    let lines: Vec<String> = all.iter().map(|finding| format!("{lake}: {finding}")).collect();
    lines.join("\n")
}

#[derive(Deserialize)]
struct Manifest {
    kind: String,
    metadata: Metadata,
    #[serde(default)]
    spec: Value,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
    namespace: Option<String>,
}

/// The checked lakes of a file, or of standard input for `-`, as lakes of a cluster. What is no lake is passed over.
pub(super) fn read(file: &Path, namespace: &str, instance: &str) -> Result<Vec<Wanted>, NoLakes> {
    let unreadable = |error| NoLakes::Unreadable(file.to_owned(), error);
    let mut text = String::new();
    if file == Path::new("-") {
        io::stdin().read_to_string(&mut text).map_err(unreadable)?;
    } else {
        text = std::fs::read_to_string(file).map_err(unreadable)?;
    }
    let all: Vec<Value> = serde_saphyr::from_multiple(&text)
        .map_err(|error| NoLakes::Malformed(file.to_owned(), Box::new(error)))?;
    let otherwise = kubectl::otherwise(&text);
    let mut lakes = Vec::new();
    let mut ambiguous = Vec::new();
    for (number, document) in all.into_iter().filter(|document| !document.is_null()).enumerate() {
        let Ok(manifest) = serde_json::from_value::<Manifest>(kubectl::whole(document)) else { continue };
        if manifest.kind == "Lake" {
            ambiguous.extend(otherwise.get(number).into_iter().flatten().cloned());
            lakes.push(manifest);
        }
    }
    if !ambiguous.is_empty() {
        return Err(NoLakes::Ambiguous(file.to_owned(), ambiguous.join("\n")));
    }
    let lakes: Vec<Wanted> =
        lakes.into_iter().map(|manifest| check(manifest, namespace, instance)).collect::<Result<_, _>>()?;
    if lakes.is_empty() { Err(NoLakes::None(file.to_owned())) } else { Ok(lakes) }
}

fn check(manifest: Manifest, namespace: &str, instance: &str) -> Result<Wanted, NoLakes> {
    let Metadata { name, namespace: own } = manifest.metadata;
    let name = Name { namespace: own.unwrap_or_else(|| namespace.to_owned()), name };
    // What the operator lets which namespace take over is not known here, and who asks works with credentials of their own.
    match name.check(manifest.spec, &name.owner(instance), &Reach::All) {
        Ok(spec) => Ok(Wanted { name, spec }),
        Err(findings) => Err(NoLakes::Wrong(name, findings)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> (tempfile::NamedTempFile, PathBuf) {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("it can be written");
        let path = file.path().to_owned();
        (file, path)
    }

    #[test]
    fn the_lakes_of_a_file_are_found_among_others() {
        let (_kept, path) = file(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n---\napiVersion: lake.dev/v1alpha1\nkind: Lake\n\
             metadata: { name: events }\nspec: { buckets: { store: {} } }\n",
        );
        let lakes = read(&path, "data", "c1").expect("the lake is good");
        assert_eq!(lakes[0].name.to_string(), "data/events");
    }

    #[test]
    fn what_kubectl_reads_otherwise_is_told_of_lakes_alone() {
        let lake = "kind: Lake\nmetadata: { name: events }\nspec: { buckets: { no: {} } }\n";
        let (_kept, path) = file(&format!("kind: ConfigMap\ndata: {{ no: 010 }}\n---\n{lake}"));
        let told = read(&path, "data", "c1").err().expect("kubectl reads another key").to_string();
        assert!(
            told.ends_with("line 6: kubectl reads no as false: quote it, \"no\", or write false"),
            "{told}"
        );
        let (_kept, path) =
            file(&format!("kind: ConfigMap\ndata: {{ no: 010 }}\n---\n{}", lake.replace("no:", "\"no\":")));
        assert_eq!(read(&path, "data", "c1").expect("it is quoted").len(), 1);
        let (_kept, path) = file(
            "kind: Lake\nmetadata: { name: events }\nspec:\n  roles: { r: { assumedBy: { services: [glue.amazonaws.com] } } }\n  \
             buckets: { b: { objects: { o: { key: a.py, content: x } } } }\n  \
             jobs: { j: { role: r, script: { bucket: b, key: a.py }, timeout: 1e1 } }\n",
        );
        assert_eq!(read(&path, "data", "c1").expect("a whole number").len(), 1);
    }

    #[test]
    fn all_findings_are_told_with_their_paths() {
        let (_kept, path) = file(
            "kind: Lake\nmetadata: { name: events }\nspec: { crawlers: { c: { role: r, database: d, targets: { s3: [ { bucket: b } ] } } } }\n",
        );
        let told = read(&path, "data", "c1").err().expect("three references lead nowhere").to_string();
        for path in ["crawlers.c.role", "crawlers.c.database", "crawlers.c.targets.s3[0].bucket"] {
            assert!(told.contains(path), "{path} is not in {told}");
        }
    }
}
