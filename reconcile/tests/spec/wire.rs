//! A lake as it comes from an apiserver, and a status as it goes there.

use lake_api::LakeStatus;
use lake_api::status::{PlaceStatus, PlanStatus, ResourceStatus, State};
use lake_reconcile::{CONTRACT, Lake};
use serde_json::{Value, json};

/// A lake as an apiserver answers: every default filled in, also beside `external`, and fields of its own.
fn answer() -> Value {
    let spec = json!({
        "buckets": { "store": { "versioning": true }, "theirs": { "external": "their-bucket" } },
        "roles": { "etl": { "assumedBy": { "services": ["glue.amazonaws.com"] } } },
        "reconcile": { "suspend": true },
    });
    json!({
        "apiVersion": "lake.dev/v1alpha1",
        "kind": "Lake",
        "metadata": {
            "name": "events",
            "namespace": "data",
            "uid": "0b8f5d9c-7f0c-4f06-9a5c-6d3a9f1f3f51",
            "generation": 3,
            "resourceVersion": "812",
            "creationTimestamp": "2026-01-31T08:00:00Z",
            "finalizers": ["lake.dev/lake"],
            "managedFields": [{ "manager": "kubectl", "operation": "Apply", "apiVersion": "lake.dev/v1alpha1",
                "time": "2026-01-31T08:00:00Z", "fieldsType": "FieldsV1", "fieldsV1": { "f:spec": {} } }],
        },
        "spec": CONTRACT.complete(spec),
        "status": {
            "observedGeneration": 2,
            "conditions": [{ "type": "Ready", "status": "True", "reason": "Reconciled", "message": "",
                "lastTransitionTime": "2026-01-31T08:00:01Z", "observedGeneration": 2 }],
            "nextAttempt": "2026-01-31T08:05:00Z",
            "resources": { "bucket/store": { "state": "Present" } },
        },
    })
}

#[test]
fn what_an_apiserver_answers_can_be_read() {
    let typed: Lake = serde_json::from_value(answer()).unwrap();
    assert!(typed.spec.buckets["theirs"].external().is_some());
    assert!(typed.spec.buckets["store"].own().unwrap().versioning);
    let reconcile = typed.spec.reconcile.as_ref().unwrap();
    assert!(reconcile.suspend);
    assert_eq!(reconcile.interval.length().map(|length| length.as_secs()), Some(300));
    assert_eq!(typed.status.as_ref().unwrap().conditions[0].reason, "Reconciled");
    assert_eq!(CONTRACT.decode(answer()["spec"].take()), Ok(typed.spec));
}

#[test]
fn a_status_tells_only_what_there_is_to_tell() {
    assert_eq!(serde_json::to_value(LakeStatus::default()).unwrap(), json!({}));
    let waiting = LakeStatus {
        observed_generation: Some(4),
        last_handled_reconcile_at: Some("2026-01-31".into()),
        members: Some("7/8".into()),
        drifted: Some(0),
        plan: Some(PlanStatus { id: "ab12".into(), changes: 1, text: "+ bucket/store".into() }),
        place: Some(PlaceStatus {
            partition: "aws".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        }),
        resources: [("bucket/store".to_owned(), ResourceStatus { state: State::Absent, drift: [].into() })]
            .into(),
        ..LakeStatus::default()
    };
    let told = serde_json::to_value(&waiting).unwrap();
    assert_eq!(
        told,
        json!({
            "observedGeneration": 4,
            "lastHandledReconcileAt": "2026-01-31",
            "members": "7/8",
            "drifted": 0,
            "plan": { "id": "ab12", "changes": 1, "text": "+ bucket/store" },
            "place": { "partition": "aws", "region": "eu-west-1", "account": "123456789012" },
            "resources": { "bucket/store": { "state": "Absent" } },
        })
    );
    assert_eq!(serde_json::from_value::<LakeStatus>(told).unwrap(), waiting);
}
