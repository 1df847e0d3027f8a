//! An S3 access point: a door into a bucket with an address and a policy of its own.

use crate::{
    aws::Aws,
    diff::FieldChange,
    error::CloudError,
    graph::{Node, NodeId},
    inventory::{Facts, Sight},
    kind::{Data, Kind, Replace, Scope, Wears},
    owner::Worn,
    place::Place,
    policy::Statements,
};
use lake_api::{
    Input,
    spec::{LakeSpec, bucket::PublicAccessBlock},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An S3 access point, as a lake asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessPoint {
    /// The access point's name, unique in account and region.
    pub name: Input<String>,
    /// The name of the bucket behind it.
    pub bucket: Input<String>,
    /// The account that owns the bucket.
    pub bucket_account: Input<String>,
    /// The one VPC from which it can be reached; without one, the internet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<Input<String>>,
    /// What is refused that would make data public.
    pub public_access_block: PublicAccessBlock,
    /// The statements of its policy, those of `allow` among them.
    #[serde(default)]
    pub statements: Statements,
    /// The user's tags.
    #[serde(default)]
    pub tags: BTreeMap<String, Input<String>>,
}

impl Kind for AccessPoint {
    /// The access point's name.
    type Key = String;

    const NAME: &'static str = "accessPoint";
    const FACTS: &'static [&'static str] = &["arn", "alias", "name", "domainName", "networkOrigin"];
    const FIXED: &'static [&'static str] = &["name", "bucket", "bucketAccount", "vpcId", "publicAccessBlock"];
    const WEARS: Wears = Wears::Tags;
    const HOLDS_DATA: bool = false;
    const REPLACE: Replace = Replace::DeleteFirst;
    const GOES_BEFORE: &'static [&'static str] = &["bucket", "role"];

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
