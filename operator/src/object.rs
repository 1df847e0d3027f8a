//! A lake as the API server has it, kept small: thousands of them stand in memory.

mod received;
mod told;

use crate::{adoption, text::Text};
use jiff::Timestamp;
use k8s_openapi::{NamespaceResourceScope, apimachinery::pkg::apis::meta::v1::ObjectMeta};
use kube::{Resource, runtime::reflector::ObjectRef};
use lake_api::{Finding, LakeStatus};
use lake_reconcile::{
    CONTRACT, Lake, LakeSpec,
    expand::{Scope, expand, refusals},
    graph::{Graph, Reach},
    lint,
    owner::Owner,
    place::Place,
    spec::reconcile::{Mode, Reconcile},
};
use received::Received;
use serde::Deserialize;
use serde_json::Value;
use std::{borrow::Cow, fmt, time::Duration};
pub use told::Unreadable;

/// The annotation that asks for a look at once.
pub const REQUESTED_AT: &str = "lake.dev/reconcile-requested-at";
/// The annotation that approves a plan.
pub const APPROVE: &str = "lake.dev/approve";
/// What keeps a deleted lake's object until its resources are gone.
pub const FINALIZER: &str = "lake.dev/lake";
/// Who writes the status, as managed fields name it.
pub const MANAGER: &str = "lake-operator";

/// Which lake: `namespace/name`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// The namespace.
    pub namespace: String,
    /// The object's name.
    pub name: String,
}

impl Name {
    /// Whose marks the lake's resources wear; `instance` is the cluster.
    #[must_use]
    pub fn owner(&self, instance: &str) -> Owner {
        Owner { door: "kubernetes".to_owned(), instance: instance.to_owned(), lake: self.to_string() }
    }

    /// The lake's spec, if it is good for this owner and asks for nothing that is out of its reach.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn check(&self, spec: Value, owner: &Owner, reach: &Reach) -> Result<LakeSpec, Vec<Finding>> {
        let sense = |spec: &LakeSpec| {
            let refused = refusals(spec, &self.name, &self.namespace);
            lint::lint(spec, &self.name).into_iter().chain(refused).collect::<Vec<_>>()
        };
        let spec = CONTRACT.decode(spec.clone()).map_err(|_| {
            let all = lint::look_over_by(&spec, sense).into_iter();
            all.filter(Finding::is_error).collect::<Vec<_>>()
        })?;
        let of_owner = lint::lint_for(&spec, &owner.to_string());
        let findings = sense(&spec).into_iter().chain(of_owner);
        let findings = findings.chain(adoption::check(&spec, reach));
        let errors: Vec<Finding> = findings.filter(Finding::is_error).collect();
        if errors.is_empty() { Ok(spec) } else { Err(errors) }
    }

    /// What may well be meant otherwise in a spec that is good.
    #[must_use]
    pub fn warnings(&self, spec: &LakeSpec) -> Vec<Finding> {
        lint::lint(spec, &self.name).into_iter().filter(|finding| !finding.is_error()).collect()
    }

    /// What the lake's spec wants at a place, for this owner.
    #[must_use]
    pub fn graph(&self, spec: &LakeSpec, place: &Place, owner: &Owner) -> Graph {
        let scope = Scope {
            place: place.clone(),
            owner: owner.clone(),
            lake: self.name.clone(),
            namespace: self.namespace.clone(),
        };
        expand(spec, &scope)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// A lake's object. What it says is checked when it is worked on and not when it is received, so that one lake that
/// cannot be read hides no other. Of its metadata only what is read here is kept.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Received")]
pub struct Object {
    /// Its metadata.
    pub metadata: ObjectMeta,
    /// What its user wants.
    spec: Text,
    /// What was told last.
    status: Text,
    /// When another than this operator has written to the status, if any of that still stands.
    pub foreign_write: Option<Timestamp>,
}

impl Resource for Object {
    type DynamicType = ();
    type Scope = NamespaceResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        Lake::kind(&())
    }

    fn group((): &()) -> Cow<'_, str> {
        Lake::group(&())
    }

    fn version((): &()) -> Cow<'_, str> {
        Lake::version(&())
    }

    fn plural((): &()) -> Cow<'_, str> {
        Lake::plural(&())
    }

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}

impl Object {
    /// Which lake it is.
    #[must_use]
    pub fn name(&self) -> Name {
        Name {
            namespace: self.metadata.namespace.clone().unwrap_or_default(),
            name: self.metadata.name.clone().unwrap_or_default(),
        }
    }

    /// Its uid.
    #[must_use]
    pub fn uid(&self) -> &str {
        self.metadata.uid.as_deref().unwrap_or_default()
    }

    /// The generation of its spec.
    #[must_use]
    pub fn generation(&self) -> i64 {
        self.metadata.generation.unwrap_or_default()
    }

    /// Whether its user has deleted it.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        self.metadata.deletion_timestamp.is_some()
    }

    /// Whether its status says that this very spec is as wanted, and nobody asks for anything.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let status = self.status();
        status.is_ready()
            && !self.is_leaving()
            && status.observed_generation == Some(self.generation())
            && status.last_handled_reconcile_at.as_deref() == self.annotation(REQUESTED_AT)
    }

    /// Whether it waits for us when it is deleted.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.metadata.finalizers.iter().flatten().any(|held| held == FINALIZER)
    }

    /// What an annotation says.
    #[must_use]
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.metadata.annotations.as_ref()?.get(name).map(String::as_str)
    }

    /// What its user wants.
    #[must_use]
    pub fn spec(&self) -> Value {
        self.spec.read().unwrap_or_default()
    }

    /// What was told last. What a later release has told in a form that cannot be read is left out.
    #[must_use]
    pub fn status(&self) -> LakeStatus {
        told::status(&self.status)
    }

    /// What the lake remembers, as the status holds it; nothing where it holds nothing.
    ///
    /// # Errors
    /// When the status holds a memory in a form that cannot be read.
    pub fn record(&self) -> Result<Option<String>, Unreadable> {
        told::record(&self.status)
    }

    /// How the operator shall go about it. The API server has filled in the defaults, where the section is there.
    #[must_use]
    pub fn options(&self) -> ReconcileOptions {
        let section: Option<Reconcile> = serde_json::from_value(self.spec()["reconcile"].clone()).ok();
        ReconcileOptions::of(section.unwrap_or_default())
    }

    /// How events name it.
    #[must_use]
    pub fn reference(&self) -> k8s_openapi::api::core::v1::ObjectReference {
        let mut reference: k8s_openapi::api::core::v1::ObjectReference = ObjectRef::from_obj(self).into();
        reference.api_version = Some(Lake::api_version(&()).into_owned());
        reference
    }
}

/// How the operator goes about a lake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReconcileOptions {
    /// How long after a quiet look it is looked at again.
    pub interval: Duration,
    /// Whether it is left alone.
    pub suspended: bool,
    /// Whether plans wait for approval.
    pub asks: bool,
}

/// The shortest interval, which the contract asks for.
const SHORTEST: Duration = Duration::from_secs(30);

impl ReconcileOptions {
    fn of(section: Reconcile) -> Self {
        ReconcileOptions {
            // The spec is not checked yet, and less than a look takes would be a busy loop.
            interval: section.interval.length().unwrap_or(Duration::from_secs(300)).max(SHORTEST),
            suspended: section.suspend,
            asks: section.mode == Mode::Plan,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(reconcile: Value) -> Object {
        serde_json::from_value(json!({
            "apiVersion": "lake.dev/v1alpha1",
            "kind": "Lake",
            "metadata": {"name": "events", "namespace": "data", "uid": "u", "generation": 3,
                         "managedFields": [], "annotations": {"kubectl.kubernetes.io/last": "…", APPROVE: "p1"}},
            "spec": {"reconcile": reconcile, "nonsense": 1},
        }))
        .unwrap()
    }

    #[test]
    fn a_lake_is_received_whatever_it_says() {
        let lake = object(json!({}));
        assert_eq!(lake.name().to_string(), "data/events");
        assert_eq!(
            (lake.annotation(APPROVE), lake.annotation("kubectl.kubernetes.io/last")),
            (Some("p1"), None)
        );
        assert_eq!(lake.spec()["nonsense"], 1);
        assert_eq!(lake.status(), LakeStatus::default());
    }

    #[test]
    fn who_else_writes_into_the_status_is_noticed() {
        let written = |by: &str, what: &str| {
            let time = "2026-01-02T03:04:05Z";
            json!({"manager": by, "operation": "Apply", "subresource": what, "time": time, "apiVersion": "lake.dev/v1alpha1"})
        };
        let foreign_write = |managers: Value| {
            let lake = json!({"metadata": {"name": "events", "managedFields": managers}});
            serde_json::from_value::<Object>(lake).unwrap().foreign_write
        };
        let spec = json!({"manager": "kubectl", "operation": "Apply", "apiVersion": "lake.dev/v1alpha1"});
        assert_eq!(foreign_write(json!([written(MANAGER, "status"), spec])), None);
        assert!(foreign_write(json!([written(MANAGER, "status"), written("kubectl", "status")])).is_some());
    }

    #[test]
    fn the_manner_is_read_from_the_spec() {
        let options = object(json!({"interval": "1h30m", "suspend": true, "mode": "Plan"})).options();
        assert_eq!(
            options,
            ReconcileOptions { interval: Duration::from_secs(5400), suspended: true, asks: true }
        );
        assert_eq!(object(json!(null)).options().interval, Duration::from_secs(300));
        assert_eq!(object(json!({"interval": "1s"})).options().interval, SHORTEST);
    }
}
