//! Statements of IAM's policy language, typed.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use lake_api::collections::Set;
use lake_api::names::{Arn, Text};
use lake_api::rule;

/// Whether a statement allows or forbids.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Effect {
    /// The actions are allowed.
    #[default]
    Allow,
    /// The actions are forbidden, whatever else allows them.
    Deny,
}

/// Whom a statement is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [rule::at_least_one(&["aws", "services", "federated"])]))]
pub struct Principals {
    /// Accounts, roles and users by ARN or account id; `*` is everybody.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    #[schemars(length(min = 1))]
    pub aws: Set<Principal>,
    /// Services of AWS, `glue.amazonaws.com`.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    #[schemars(length(min = 1))]
    pub services: Set<ServicePrincipal>,
    /// Identity providers by ARN, or by host name as `cognito-identity.amazonaws.com`.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    #[schemars(with = "Set<Federated>", length(min = 1))]
    pub federated: Set<Arn>,
}

/// The conditions of a statement: operator, then key, then values, as `StringEquals: { "aws:PrincipalTag/team": [a] }`.
pub type Conditions = BTreeMap<String, BTreeMap<String, Vec<Text>>>;

/// Conditions none of whose levels is empty: an operator without keys and a key without values say nothing.
fn conditions(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = BTreeMap::<String, BTreeMap<String, Vec<ConditionValue>>>::json_schema(generator);
    let mut level = schema.as_object_mut();
    while let Some(keywords) = level {
        let (bound, inner) = match keywords.contains_key("items") {
            true => ("minItems", "items"),
            false => ("minProperties", "additionalProperties"),
        };
        if !keywords.contains_key(inner) {
            break;
        }
        keywords.insert(bound.to_owned(), json!(1));
        level = keywords.get_mut(inner).and_then(Value::as_object_mut);
    }
    schema
}

/// One statement of a policy. Policies are compared by meaning: the order of statements and values, and one value
/// beside a list of one, are no difference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    rule::exactly_one(&["actions", "notActions"]),
    rule::at_most_one(&["resources", "notResources"]),
    rule::at_most_one(&["principals", "notPrincipals"]),
]))]
pub struct Statement {
    /// A name for people, letters and digits only.
    pub sid: Option<Text>,
    /// Whether the statement allows or forbids.
    #[serde(default)]
    pub effect: Effect,
    /// The actions, `s3:GetObject`.
    #[schemars(length(min = 1))]
    pub actions: Option<Set<Text>>,
    /// All actions but these.
    #[schemars(length(min = 1))]
    pub not_actions: Option<Set<Text>>,
    /// The resources by ARN; may use `{lake} {namespace} {account} {region} {partition}`. In a bucket's policy the
    /// default is the bucket and all objects in it, in an access point's all objects behind it.
    #[schemars(length(min = 1))]
    pub resources: Option<Set<Text>>,
    /// All resources but these.
    #[schemars(length(min = 1))]
    pub not_resources: Option<Set<Text>>,
    /// Whom the statement is about. Only in policies of resources; a role's own policies have none.
    pub principals: Option<Principals>,
    /// Everybody but these.
    pub not_principals: Option<Principals>,
    /// When the statement holds: operator, then key, then values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "conditions")]
    pub conditions: Conditions,
}

crate::simple::words! {
    /// A value of a condition, which may be empty (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/walkthrough1.html>).
    ConditionValue { min: 0, max: 2048 }
    /// An identity provider, by ARN or by host name (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>).
    Federated { max: 2048, pattern: Some("^(arn:.+|[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+)$"), allowed: Some("An identity provider is an ARN or a host name, `cognito-identity.amazonaws.com`") }
    /// A principal: an ARN, an account's 12 digits or `*`.
    Principal { max: 2048 }
    /// A service that AWS calls a principal, `glue.amazonaws.com`.
    ServicePrincipal { min: 3, max: 128, pattern: Some("^[a-z0-9.-]+\\.[a-z]+(\\.[a-z]+)?$"), allowed: Some("A service is called as `glue.amazonaws.com`, in lower case") }
}
