//! A Glue crawler.

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
use std::collections::BTreeMap;

/// A crawler, as a lake asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Crawler {
    /// The crawler's name.
    pub name: Input<String>,
    /// What people are told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Input<String>>,
    /// The user's tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, Input<String>>,
}

impl Kind for Crawler {
    /// The crawler's name.
    type Key = String;

    const NAME: &'static str = "crawler";
    const FACTS: &'static [&'static str] = &["arn", "name"];
    const FIXED: &'static [&'static str] = &["name"];
    const WEARS: Wears = Wears::Tags;
    const HOLDS_DATA: bool = false;
    const REPLACE: Replace = Replace::DeleteFirst;
    const GOES_BEFORE: &'static [&'static str] = &["table", "database", "bucket", "role"];

    fn expand(_spec: &LakeSpec, _scope: &Scope) -> Vec<(NodeId, Node)> {
        Vec::new()
    }

    fn key(&self, _place: &Place) -> Option<String> {
        self.name.known().cloned()
    }

    fn predict(&self, _place: &Place) -> Facts {
        Facts::new()
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
