//! What is taken of an object as it is received: a list of lakes comes a page at a time, and who wrote which field is
//! many times as much as all the rest.

use super::{APPROVE, MANAGER, Object, REQUESTED_AT};
use crate::text::Text;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use serde::Deserialize;
use std::collections::BTreeMap;

/// An object, without what nobody here reads.
#[derive(Deserialize)]
pub(super) struct Received {
    metadata: Metadata,
    #[serde(default)]
    spec: Text,
    #[serde(default)]
    status: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    name: Option<String>,
    namespace: Option<String>,
    uid: Option<String>,
    generation: Option<i64>,
    resource_version: Option<String>,
    deletion_timestamp: Option<Time>,
    finalizers: Option<Vec<String>>,
    annotations: Option<BTreeMap<String, String>>,
    #[serde(default)]
    managed_fields: Vec<Writer>,
}

/// Who has written something, and when; what, is not asked.
#[derive(Deserialize)]
struct Writer {
    manager: Option<String>,
    subresource: Option<String>,
    time: Option<Time>,
}

impl Writer {
    /// Whether it is another who has written to the status.
    fn is_foreign(&self) -> bool {
        self.subresource.as_deref() == Some("status") && self.manager.as_deref() != Some(MANAGER)
    }
}

impl From<Received> for Object {
    fn from(Received { metadata, spec, status }: Received) -> Self {
        let heeded = |(name, _): &(String, String)| [REQUESTED_AT, APPROVE].contains(&name.as_str());
        let foreign_writes = metadata.managed_fields.iter().filter(|writer| writer.is_foreign());
        Object {
            foreign_write: foreign_writes.filter_map(|it| Some(it.time.as_ref()?.0)).max(),
            metadata: ObjectMeta {
                name: metadata.name,
                namespace: metadata.namespace,
                uid: metadata.uid,
                generation: metadata.generation,
                resource_version: metadata.resource_version,
                deletion_timestamp: metadata.deletion_timestamp,
                finalizers: metadata.finalizers,
                annotations: metadata.annotations.map(|all| all.into_iter().filter(heeded).collect()),
                ..ObjectMeta::default()
            },
            spec,
            status,
        }
    }
}
