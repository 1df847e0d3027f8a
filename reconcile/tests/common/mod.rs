//! What the tests of the kinds share: the AWS of tests, clients on it, and the round that every kind must come
//! through.

#![allow(dead_code, reason = "each test crate uses its own part")]

use lake_reconcile::{
    LakeSpec,
    aws::{Access, Aws},
    diff::{FieldChange, Sharing, diff},
    expand::{Scope, expand},
    graph::{Graph, NodeId},
    inventory::{Seen, Sight},
    kind::{Data, Wears},
    kinds::Typed,
    owner::{Lineage, Marking, Owner, Worn},
    settings::Settings,
};
pub(crate) use lake_tests::aws::Endpoint;
use lake_tests::aws::REGION;
use serde_json::Value;
use std::collections::BTreeSet;

/// Clients on an endpoint, as the provider would make them.
pub(crate) async fn connect(endpoint: &Endpoint) -> Aws {
    connect_by(&access(endpoint)).await
}

/// Clients with other words of access.
pub(crate) async fn connect_by(access: &Access) -> Aws {
    Aws::connect(access).await.expect("the AWS of tests takes any credentials")
}

/// How to reach an endpoint.
pub(crate) fn access(endpoint: &Endpoint) -> Access {
    Access {
        region: Some(REGION.to_owned()),
        access_key: Some("AKIAIOSFODNN7EXAMPLE".to_owned()),
        secret_key: Some("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned()),
        endpoint_url: Some(endpoint.url.clone()),
        ..Access::default()
    }
}

/// The owner of everything that these tests make.
pub(crate) fn owner() -> Owner {
    Owner { door: "terraform".into(), instance: "tests".into(), lake: "kinds".into() }
}

/// The mark of a node of these tests, `bucket/store`.
pub(crate) fn mark(node: &str) -> Worn {
    Worn {
        owner: owner().to_string(),
        node: node.to_owned(),
        creating: false,
        lineage: Some(LINEAGE.to_owned()),
        region: node.starts_with("role/").then(|| "eu-west-1".to_owned()),
    }
}

/// The lineage of the lakes of these tests.
const LINEAGE: &str = "0123456789abcdef0123456789abcdef";

/// The lineage that an engine of these tests gives a new lake.
pub(crate) fn lineage() -> Lineage {
    Lineage::Compared(LINEAGE.to_owned())
}

/// What a lake of this spec, in YAML, asks for.
pub(crate) fn graph(aws: &Aws, yaml: &str) -> Graph {
    let spec: LakeSpec = serde_saphyr::from_str(yaml).expect("the spec is one");
    let scope =
        Scope { place: aws.place.clone(), owner: owner(), lake: "kinds".into(), namespace: String::new() };
    expand(&spec, &scope)
}

/// What a lake asks for of one node.
pub(crate) fn settings(graph: &Graph, node: &str) -> Settings {
    graph[&NodeId::from(node.to_owned())].settings.clone().expect("nothing is unknown here")
}

/// Look at one resource.
pub(crate) async fn look<K: Typed>(aws: &Aws, key: &K::Key) -> Sight<K> {
    K::read(aws, std::slice::from_ref(key)).await.pop().expect("every key is answered")
}

/// What is there.
pub(crate) async fn found<K: Typed>(aws: &Aws, key: &K::Key) -> Seen<K> {
    match look(aws, key).await {
        Sight::Present(seen) => seen,
        other => panic!("{key:?} should be there: {other:?}"),
    }
}

/// What an update from one state to another is told, when nothing of ours shall leave a map into which others write.
pub(crate) fn changes<K: Typed>(was: &K, wanted: &K) -> Vec<FieldChange> {
    changes_after(wanted, was, wanted)
}

/// What an update from one state to another is told. What was `applied` last tells which entries of a map into which
/// others write are ours.
pub(crate) fn changes_after<K: Typed>(applied: &K, was: &K, wanted: &K) -> Vec<FieldChange> {
    let json = |settings: &K| serde_json::to_value(settings).expect("settings are plain data");
    let owned = shared::<K>(&json(applied));
    let (was, wanted) = (json(was), json(wanted));
    let mut changes = diff(&was, &wanted, Sharing { maps: K::SHARED, owned: Some(&owned) });
    changes.retain(|change| {
        let below = |path: &&str| path.parse().is_ok_and(|path| change.path.starts_with(&path));
        let left_to_aws = change.wanted.is_none() && K::LEFT_TO_AWS.iter().any(|(path, _)| below(path));
        !left_to_aws && !K::UNREAD.iter().any(below)
    });
    changes
}

/// The entries of the maps into which others write too, as a record remembers ours.
fn shared<K: Typed>(settings: &Value) -> BTreeSet<String> {
    let entries = |map: &&str| {
        let path: lake_api::FieldPath = map.parse().expect("a kind's paths are paths");
        let entries = lake_reconcile::diff::get(settings, &path).and_then(Value::as_object).cloned();
        entries.into_iter().flatten().map(move |(key, _)| path.key(key).to_string()).collect::<Vec<_>>()
    };
    K::SHARED.iter().flat_map(entries).collect()
}

/// A kind's round: made with the least (`base`), changed to each variant and back again, deleted. What was read
/// after the creation is read again after each way back.
pub(crate) async fn comes_round<K: Typed>(aws: &Aws, node: &str, base: &K, variants: &[(&str, K)]) {
    let key = base.key(&aws.place).expect("all is known");
    let mark = mark(node);
    let worn = (K::WEARS != Wears::Nothing).then_some(&mark);
    assert!(matches!(look::<K>(aws, &key).await, Sight::Absent), "{node} should not be there yet");
    assert_eq!(K::worn(aws, &key).await.expect("readable"), None);
    base.create(aws, &mark).await.expect("it can be made");
    let first = found::<K>(aws, &key).await;
    assert_eq!(changes(&first.settings, base), [], "a second plan of {node} is empty");
    assert_eq!(first.worn.as_ref(), worn, "{node} wears its mark");
    assert_eq!(K::worn(aws, &key).await.expect("readable"), Some(worn.cloned()));
    for (fact, value) in base.predict(&aws.place) {
        assert_eq!(first.facts.get(&fact), Some(&value), "the predicted {fact} of {node}");
    }
    assert_eq!(first.birth.is_some(), K::BIRTH.is_some(), "{node} tells its birth: {:?}", first.birth);
    for fact in K::FACTS {
        assert!(first.facts.contains_key(*fact), "{node} tells its {fact}");
    }
    for (name, variant) in variants {
        let there = changes(&first.settings, variant);
        assert_ne!(there, [], "{name} differs");
        variant.update(aws, &key, &there).await.unwrap_or_else(|e| panic!("{node} to {name}: {e}"));
        let seen = found::<K>(aws, &key).await;
        assert_eq!(changes(&seen.settings, variant), [], "{node} is {name}");
        assert_eq!(seen.worn.as_ref(), worn, "{node} keeps its mark when it becomes {name}");
        let back = changes_after(variant, &seen.settings, base);
        base.update(aws, &key, &back).await.unwrap_or_else(|e| panic!("{node} back from {name}: {e}"));
        assert_eq!(found::<K>(aws, &key).await, first, "{node} is as it was before {name}");
    }
    let other = Worn { node: format!("{node}-moved"), creating: true, ..mark.clone() };
    for mark in [&other, &mark] {
        K::mark(aws, &key, &Marking::of(mark)).await.expect("it can be marked");
        let seen = found::<K>(aws, &key).await;
        assert_eq!(seen.worn.as_ref(), worn.map(|_| mark));
        assert_eq!(changes(&seen.settings, base), [], "a mark changes nothing else");
    }
    for _ in 0..2 {
        K::delete(aws, &key, Data::Keep).await.expect("it can be deleted, and that again");
        assert!(matches!(look::<K>(aws, &key).await, Sight::Absent), "{node} is gone");
    }
    if K::BIRTH.is_some() {
        base.create(aws, &mark).await.expect("it can be made anew");
        assert_ne!(found::<K>(aws, &key).await.birth, first.birth, "{node} was made anew");
        K::delete(aws, &key, Data::Keep).await.expect("it can be deleted again");
    }
}
