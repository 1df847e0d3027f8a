//! The kinds that are data, before the AWS of tests.

use super::law;
use crate::{
    aws::{Access, Aws},
    kinds, policy,
};
use lake_tests::aws::{Endpoint, REGION};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn every_kind_keeps_the_field_law_by_the_calls_that_it_needs() {
    let endpoint = Endpoint::start();
    let access = Access {
        region: Some(REGION.into()),
        access_key: Some("AKIAIOSFODNN7EXAMPLE".into()),
        secret_key: Some("secret".into()),
        endpoint_url: Some(endpoint.url.clone()),
        ..Access::default()
    };
    let aws = Aws::connect(&access).await.unwrap();
    for kind in kinds::simple() {
        endpoint.clear_journal();
        let makes_sense = |settings: &Value| kind.makes_sense(settings);
        for (key, one) in (kind.examples().1.full)().as_object().into_iter().flatten() {
            assert!(makes_sense(one), "{} {key}", kind.name);
        }
        let mut named = json!({ "name": "it" });
        if !makes_sense(&named) {
            named = (kind.examples().1.small)()["small"].take();
            named["name"] = json!("it");
        }
        assert_eq!(law::broken(kind, &aws, &named, &makes_sense).await, [""; 0], "{}", kind.name);
        let needed = kind.needs(&named, &aws.place);
        let needed: BTreeSet<String> =
            needed.iter().flat_map(|need| &need.calls).flat_map(|call| policy::actions(call)).collect();
        let made: BTreeSet<String> =
            endpoint.journal().iter().flat_map(|call| policy::actions(&call.name())).collect();
        assert_eq!(made, needed, "{}", kind.name);
    }
}
