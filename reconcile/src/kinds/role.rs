//! An IAM role: who may assume it, and what it may do.

mod account;
mod expand;
mod leftovers;
mod lint;
mod needs;
mod read;
pub mod spec;
mod trust;
mod write;

use crate::{
    LakeSpec,
    aws::Aws,
    diff::FieldChange,
    error::CloudError,
    expand::Scope,
    graph::{Node, NodeId},
    inventory::{Facts, Sight},
    key::Key,
    kind::{Data, Refusal, Wears},
    kinds::Typed,
    lint::names::Rule,
    owner::{Marking, Owner, Worn},
    place::Place,
    policy::{self, Need, Statements, Texts},
};
use lake_api::{Finding, Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The name of the inline policy that `allow` is compiled into.
pub(crate) const ALLOW: &str = "lake";

/// An IAM role, as a lake asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Role {
    /// The role's name, at most 64 characters, unique within the account.
    pub name: Input<String>,
    /// The path of the name, from slash to slash.
    pub path: Input<String>,
    /// What people are told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Input<String>>,
    /// The trust policy: who may assume the role.
    #[serde(default)]
    pub assumed_by: Statements,
    /// The inline policy `lake`, into which `allow` is compiled; none while it has no statements.
    #[serde(default)]
    pub allow: Statements,
    /// All other inline policies, by name.
    #[serde(default)]
    pub inline_policies: BTreeMap<String, Statements>,
    /// The ARNs of the attached managed policies.
    #[serde(default)]
    pub managed_policies: Texts,
    /// The ARN of the policy that bounds what the role may do at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<Input<String>>,
    /// The longest session, in seconds, 3600 to 43200.
    pub max_session_duration: i64,
    /// The user's tags.
    #[serde(default)]
    pub tags: BTreeMap<String, Input<String>>,
}

impl Typed for Role {
    /// The role's name.
    type Key = String;

    const NAME: &'static str = "role";
    const FACTS: &'static [&'static str] = &["arn", "name", "uniqueId"];
    const FIXED: &'static [&'static str] = &["name", "path"];
    const BIRTH: Option<&'static str> = Some("RoleId");
    const WEARS: Wears = Wears::Tags;
    const HOLDS_DATA: bool = false;
    const GLOBAL: bool = true;
    const GOES_BEFORE: &'static [&'static str] = &[];
    const LISTS: &'static [&'static str] = &["iam:GetAccountAuthorizationDetails", "iam:ListRoles"];
    const NAMES: Option<&'static Rule> = Some(&lint::NAME);

    fn small() -> Value {
        json!({ "small": {
            "assumedBy": { "services": ["glue.amazonaws.com"] },
            "allow": [{ "read": { "bucket": "small", "prefix": "raw/" } }, { "write": { "bucket": "small", "prefix": "processed/" } }],
        } })
    }

    fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
        lint::lint(spec, lake, told);
    }

    fn expand(spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)> {
        expand::expand(spec, scope)
    }

    fn key(&self, _place: &Place) -> Option<String> {
        self.name.known().cloned()
    }

    /// The ARN follows from path and name; the unique id is IAM's own and another one after each creation.
    fn predict(&self, place: &Place) -> Facts {
        let mut facts = Facts::new();
        if let Some(name) = self.name.text() {
            facts.insert("name".to_owned(), name.to_owned());
            if let Some(path) = self.path.text() {
                facts.insert("arn".to_owned(), place.global_arn("iam", &format!("role{path}{name}")));
            }
        }
        facts
    }

    /// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>: 10,240 characters of own
    /// policies; 2,048 of trust, which AWS raises to 4,096 on request.
    fn refused(&self, _place: &Place) -> Option<Refusal> {
        let own = std::iter::once(&self.allow)
            .filter(|allow| !allow.is_empty())
            .chain(self.inline_policies.values());
        policy::too_large(&["allow", "inlinePolicies"], own, 10_240)
            .or_else(|| policy::too_large(&["assumedBy"], [&self.assumed_by], 4_096))
    }

    fn needs(&self, place: &Place) -> Vec<Need> {
        needs::needs(self, place)
    }

    fn key_of_arn(arn: &str, place: &Place) -> Option<String> {
        let path_and_name = arn.strip_prefix(&place.global_arn("iam", "role/"))?;
        path_and_name.rsplit('/').next().map(ToOwned::to_owned)
    }

    async fn read(aws: &Aws, keys: &[String]) -> Vec<Sight<Self>> {
        read::read(aws, keys).await
    }

    async fn worn(aws: &Aws, key: &String) -> Result<Option<Option<Worn>>, CloudError> {
        read::worn(aws, key).await
    }

    async fn create(&self, aws: &Aws, mark: &Worn) -> Result<(), CloudError> {
        write::create(self, aws, mark).await
    }

    async fn update(&self, aws: &Aws, key: &String, changes: &[FieldChange]) -> Result<(), CloudError> {
        write::update(self, aws, key, changes).await
    }

    async fn mark(aws: &Aws, key: &String, marking: &Marking) -> Result<(), CloudError> {
        write::mark(aws, key, marking).await
    }

    async fn delete(aws: &Aws, key: &String, _data: Data) -> Result<(), CloudError> {
        write::delete(aws, key).await
    }

    async fn leftovers(
        aws: &Aws,
        owner: &Owner,
        parents: &[Key],
    ) -> Result<Vec<(String, Option<Worn>)>, CloudError> {
        leftovers::leftovers(aws, owner, parents).await
    }
}
