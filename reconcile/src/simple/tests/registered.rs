//! The kinds that are data, before the AWS of tests.

use super::law;
use crate::{
    CONTRACT,
    aws::{Access, Aws},
    kinds, policy,
};
use lake_api::contract::Shape;
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

/// What a user may write as an ARN in a reference is the ARN of the calls.
#[test]
fn a_kind_tells_one_section_and_one_arn() {
    for kind in kinds::simple() {
        assert_eq!(kinds::of_section(kind.section), Some(kind.name));
        let Some(Shape::Map(section)) =
            CONTRACT.shape().object().and_then(|lake| Some(&lake.fields.get(kind.section)?.shape))
        else {
            panic!("{} is no section", kind.section)
        };
        let (service, resource) = kind.arn.split_once(':').unwrap_or_default();
        let resource = resource.replace(['{', '}'], "");
        let form = format!("arn:{{partition}}:{service}:{{region}}:{{account}}:{resource}");
        assert_eq!(section.arn.as_ref(), Some(&form), "{}", kind.name);
    }
}
