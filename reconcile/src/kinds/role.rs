//! An IAM role: who may assume it, and what it may do.

use crate::{
    aws::Aws,
    diff::FieldChange,
    error::CloudError,
    graph::{Node, NodeId},
    inventory::{Facts, Sight},
    kind::{Data, Kind, Replace, Scope, Wears},
    owner::Worn,
    place::Place,
};
use lake_api::{Input, spec::LakeSpec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
    /// The ARNs of the attached managed policies.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub managed_policies: BTreeSet<Input<String>>,
    /// The ARN of the policy that bounds what the role may do at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<Input<String>>,
    /// The longest session, in seconds, 3600 to 43200.
    pub max_session_duration: i32,
    /// The user's tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, Input<String>>,
}

impl Kind for Role {
    /// The role's name.
    type Key = String;

    const NAME: &'static str = "role";
    const FACTS: &'static [&'static str] = &["arn", "name", "uniqueId"];
    const FIXED: &'static [&'static str] = &["name", "path"];
    const WEARS: Wears = Wears::Tags;
    const HOLDS_DATA: bool = false;
    const REPLACE: Replace = Replace::DeleteFirst;
    const GOES_BEFORE: &'static [&'static str] = &[];

    fn expand(_spec: &LakeSpec, _scope: &Scope) -> Vec<(NodeId, Node)> {
        Vec::new()
    }

    fn key(&self, _place: &Place) -> Option<String> {
        self.name.known().cloned()
    }

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

    async fn read(_aws: &Aws, keys: &[String]) -> Vec<Sight<Self>> {
        keys.iter().map(|_| Sight::Absent).collect()
    }

    async fn worn(_aws: &Aws, _key: &String) -> Result<Option<Option<Worn>>, CloudError> {
        Ok(None)
    }

    async fn create(&self, _aws: &Aws, _mark: &Worn) -> Result<(), CloudError> {
        Ok(())
    }

    async fn update(&self, _aws: &Aws, _key: &String, _changes: &[FieldChange]) -> Result<(), CloudError> {
        Ok(())
    }

    async fn mark(_aws: &Aws, _key: &String, _mark: &Worn) -> Result<(), CloudError> {
        Ok(())
    }

    async fn delete(_aws: &Aws, _key: &String, _data: Data) -> Result<(), CloudError> {
        Ok(())
    }
}
