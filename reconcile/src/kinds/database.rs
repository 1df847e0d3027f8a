//! A database of the Glue Data Catalog.

use crate::{
    aws::Aws,
    diff::FieldChange,
    error::CloudError,
    graph::{Node, NodeId},
    inventory::{Facts, Sight},
    kind::{Data, Kind, Replace, Scope, Wears},
    kinds::glue::Location,
    owner::Worn,
    place::Place,
};
use lake_api::{Input, spec::LakeSpec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A database, as a lake asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Database {
    /// The catalog: an account's 12 digits.
    pub catalog: Input<String>,
    /// The database's name, in lower case.
    pub name: Input<String>,
    /// What people are told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Input<String>>,
    /// Where tables lie that name no place of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Parameters; engines write others beside them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Input<String>>,
    /// What is granted on every table that is made in it, by principal; none at all means that Lake Formation's
    /// grants alone decide.
    pub create_table_default_permissions: BTreeMap<String, BTreeSet<String>>,
    /// The user's tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, Input<String>>,
}

/// What addresses a database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DatabaseKey {
    /// The catalog: an account's 12 digits.
    pub catalog: String,
    /// The database's name.
    pub name: String,
}

impl Kind for Database {
    type Key = DatabaseKey;

    const NAME: &'static str = "database";
    const FACTS: &'static [&'static str] = &["arn", "name"];
    const FIXED: &'static [&'static str] = &["catalog", "name"];
    const SHARED: &'static [&'static str] = &["parameters"];
    const WEARS: Wears = Wears::Tags;
    const HOLDS_DATA: bool = true;
    const REPLACE: Replace = Replace::DeleteFirst;
    const GOES_BEFORE: &'static [&'static str] = &["bucket", "role"];

    fn expand(_spec: &LakeSpec, _scope: &Scope) -> Vec<(NodeId, Node)> {
        Vec::new()
    }

    fn key(&self, _place: &Place) -> Option<DatabaseKey> {
        Some(DatabaseKey { catalog: self.catalog.known()?.clone(), name: self.name.known()?.clone() })
    }

    fn predict(&self, _place: &Place) -> Facts {
        Facts::new()
    }

    async fn read(_aws: &Aws, keys: &[DatabaseKey]) -> Vec<Sight<Self>> {
        keys.iter().map(|_| Sight::Absent).collect()
    }

    async fn worn(_aws: &Aws, _key: &DatabaseKey) -> Result<Option<Option<Worn>>, CloudError> {
        Ok(None)
    }

    async fn create(&self, _aws: &Aws, _mark: &Worn) -> Result<(), CloudError> {
        Ok(())
    }

    async fn update(
        &self,
        _aws: &Aws,
        _key: &DatabaseKey,
        _changes: &[FieldChange],
    ) -> Result<(), CloudError> {
        Ok(())
    }

    async fn mark(_aws: &Aws, _key: &DatabaseKey, _mark: &Worn) -> Result<(), CloudError> {
        Ok(())
    }

    async fn delete(_aws: &Aws, _key: &DatabaseKey, _data: Data) -> Result<(), CloudError> {
        Ok(())
    }
}
