//! What AWS would refuse of a spec wherever its lake lives: what the plan blocks by settings alone, told before there is a plan.

use super::{expand, foreseen};
use crate::{
    LakeSpec, diff,
    expand::Scope,
    graph::{Hold, Node},
    kind::Refusal,
    kinds::KINDS,
    owner::Owner,
    place::Place,
};
use lake_api::{FieldPath, Finding, names::Word};
use serde_json::Value;

/// All of it, each at the field that says it. `lake` is the lake's bare name, `namespace` that of Kubernetes.
///
/// Where the lake will live is not known here, so it is taken to be where ARNs are shortest: what is too large there is too
/// large anywhere. Of what holds a value that is not known yet nothing is told.
#[must_use]
pub fn refusals(spec: &LakeSpec, lake: &str, namespace: &str) -> Vec<Finding> {
    let place = Place {
        partition: "aws".to_owned(),
        // No code of a region is shorter.
        region: spec.region.as_ref().and_then(Word::known).unwrap_or("eu-west-1").to_owned(),
        account: "0".repeat(12),
    };
    let owner = Owner { door: String::new(), instance: String::new(), lake: lake.to_owned() };
    let scope = Scope { place, owner, lake: lake.to_owned(), namespace: namespace.to_owned() };
    let graph = expand(spec, &scope);
    let refused = graph.iter().filter(|(_, node)| node.hold == Hold::Own).filter_map(|(id, node)| {
        let settings = foreseen(id, node.settings.as_ref()?, &graph, &scope.place);
        Some((node, KINDS.refused(&settings, &scope.place)?))
    });
    let refused: Vec<(&Node, Refusal)> = refused.collect();
    if refused.is_empty() {
        return Vec::new();
    }
    let said = serde_json::to_value(spec).unwrap_or_default();
    let mut told: Vec<Finding> =
        refused.iter().map(|(node, refusal)| finding(node, refusal, &said)).collect();
    told.sort();
    told
}

/// A refusal at the first of its fields that the member says.
fn finding(node: &Node, refusal: &Refusal, said: &Value) -> Finding {
    let paths = || refusal.fields.iter().map(|field| node.origin.field(*field));
    let at: Option<FieldPath> =
        paths().find(|path| diff::get(said, path).is_some_and(is_given)).or_else(|| paths().next());
    let detail = format!(
        "{} It is at least so much: where the lake lives, names of regions may be longer.",
        refusal.remedy
    );
    Finding::error(at.unwrap_or_else(|| node.origin.clone()), refusal.why.clone(), detail)
}

fn is_given(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lake_api::input::unknown;
    use serde_json::json;

    fn told(spec: &Value) -> Vec<(String, String)> {
        let spec: LakeSpec = serde_json::from_value(spec.clone()).unwrap();
        refusals(&spec, "lake", "").into_iter().map(|it| (it.path.to_string(), it.summary)).collect()
    }

    /// Statements about so many buckets, 40 characters each.
    fn about(buckets: usize, name: &str) -> Value {
        let resources: Vec<String> =
            (0..buckets).map(|number| format!("arn:aws:s3:::{name}-{number:04}")).collect();
        json!([{ "actions": ["s3:GetObject"], "resources": resources }])
    }

    fn role(fields: Value) -> Value {
        let mut role = json!({ "assumedBy": { "services": ["glue.amazonaws.com"] } });
        role.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        json!({ "roles": { "etl": role } })
    }

    #[test]
    fn each_policy_is_told_at_the_field_that_says_it() {
        let many = about(500, "a-name-of-some-length");
        let inline = json!({ "own": { "statements": many } });
        let point = json!({ "bucket": "store", "statements": [{
            "actions": ["s3:GetObject"], "principals": { "aws": (0..600).map(|number| {
                format!("arn:aws:iam::123456789012:role/some-role-{number:04}")
            }).collect::<Vec<_>>() } }] });
        let principals: Vec<String> =
            (0..200).map(|number| format!("arn:aws:iam::{number:012}:role/a")).collect();
        for (spec, path, words) in [
            (role(json!({ "inlinePolicies": inline })), "roles.etl.inlinePolicies", "AWS takes 10240"),
            (role(json!({ "assumedBy": { "arns": principals } })), "roles.etl.assumedBy", "AWS takes 4096"),
            (
                json!({ "buckets": { "store": {} }, "accessPoints": { "door": point } }),
                "accessPoints.door.statements",
                "`allow` with `statements` comes to",
            ),
            (
                json!({ "buckets": { "store": { "policy": { "statements": about(900, "a-name-of-some-length") } } } }),
                "buckets.store.policy",
                "AWS takes 20480",
            ),
        ] {
            let told = told(&spec);
            assert!(matches!(&told[..], [(at, said)] if at == path && said.contains(words)), "{told:?}");
        }
    }

    #[test]
    fn only_what_is_too_large_anywhere_is_told() {
        let spec = |buckets| {
            role(json!({ "inlinePolicies": { "own": { "statements": about(buckets, "b-{region}") } } }))
        };
        let at = |region: &str, buckets| {
            let spec: LakeSpec = serde_json::from_value(spec(buckets)).unwrap();
            let place =
                Place { partition: "aws".into(), region: region.into(), account: "123456789012".into() };
            let owner = Owner { door: "terraform".into(), instance: "tests".into(), lake: "lake".into() };
            let scope = Scope { place: place.clone(), owner, lake: "lake".into(), namespace: String::new() };
            let graph = expand(&spec, &scope);
            KINDS.refused(graph[&"role/etl".into()].settings.as_ref().unwrap(), &place)
        };
        let most = (1..400).take_while(|buckets| at("eu-west-1", *buckets).is_none()).last().unwrap();
        assert_eq!(told(&spec(most)), []);
        assert!(at("ap-southeast-1", most).is_some(), "elsewhere it is too large");
        let words = at("eu-west-1", most + 1).unwrap().why;
        assert_eq!(told(&spec(most + 1)), [("roles.etl.inlinePolicies".to_owned(), words)]);
        let mut elsewhere = spec(most);
        elsewhere["region"] = json!("ap-southeast-1");
        assert_eq!(told(&elsewhere).len(), 1, "where the spec names its region, that counts");
    }

    #[test]
    fn of_what_is_not_known_nothing_is_told() {
        let mut many = about(500, "a-name-of-some-length");
        many[0]["resources"][7] = unknown();
        assert_eq!(told(&role(json!({ "inlinePolicies": { "own": { "statements": many } } }))), []);
        assert_eq!(told(&json!({ "roles": { "theirs": { "external": "admin" } } })), []);
    }
}
