//! A Lake Formation data cells filter: which rows and columns of a table may be granted.

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
use std::collections::BTreeSet;

/// A data cells filter, as a lake asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Filter {
    /// The filter's name, unique within its table.
    pub name: Input<String>,
    /// The catalog of the table: an account's 12 digits.
    pub catalog: Input<String>,
    /// The database of the table, in lower case.
    pub database: Input<String>,
    /// The table, in lower case.
    pub table: Input<String>,
    /// The rows that pass, as an expression in Lake Formation's grammar; `None` lets all pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<Input<String>>,
    /// The columns that pass; `None` lets all pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Columns>,
}

/// Which columns pass a filter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Columns {
    /// These, and columns that the table gets later do not.
    Only(BTreeSet<Input<String>>),
    /// All but these, and columns that the table gets later do.
    Except(BTreeSet<Input<String>>),
}

/// What addresses a filter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FilterKey {
    /// The catalog of the table: an account's 12 digits.
    pub catalog: String,
    /// The database of the table.
    pub database: String,
    /// The table.
    pub table: String,
    /// The filter's name.
    pub name: String,
}

impl Kind for Filter {
    type Key = FilterKey;

    const NAME: &'static str = "filter";
    const FACTS: &'static [&'static str] = &["name"];
    const FIXED: &'static [&'static str] = &["name", "catalog", "database", "table"];
    const WEARS: Wears = Wears::Nothing;
    const HOLDS_DATA: bool = false;
    const REPLACE: Replace = Replace::DeleteFirst;
    const GOES_BEFORE: &'static [&'static str] = &["table", "database"];

    fn expand(_spec: &LakeSpec, _scope: &Scope) -> Vec<(NodeId, Node)> {
        Vec::new()
    }

    fn key(&self, _place: &Place) -> Option<FilterKey> {
        Some(FilterKey {
            catalog: self.catalog.known()?.clone(),
            database: self.database.known()?.clone(),
            table: self.table.known()?.clone(),
            name: self.name.known()?.clone(),
        })
    }

    fn predict(&self, _place: &Place) -> Facts {
        self.name.known().map(|name| ("name".to_owned(), name.clone())).into_iter().collect()
    }

    async fn read(_aws: &Aws, keys: &[FilterKey]) -> Vec<Sight<Self>> {
        keys.iter().map(|_| Sight::Absent).collect()
    }

    async fn worn(_aws: &Aws, _key: &FilterKey) -> Result<Option<Option<Worn>>, CloudError> {
        Ok(None)
    }

    async fn create(&self, _aws: &Aws, _mark: &Worn) -> Result<(), CloudError> {
        Ok(())
    }

    async fn update(&self, _aws: &Aws, _key: &FilterKey, _changes: &[FieldChange]) -> Result<(), CloudError> {
        Ok(())
    }

    async fn mark(_aws: &Aws, _key: &FilterKey, _mark: &Worn) -> Result<(), CloudError> {
        Ok(())
    }

    async fn delete(_aws: &Aws, _key: &FilterKey, _data: Data) -> Result<(), CloudError> {
        Ok(())
    }
}
