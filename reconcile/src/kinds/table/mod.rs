//! A table of the Glue Data Catalog.

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
use std::collections::BTreeMap;

/// A table, as a lake asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Table {
    /// The catalog: an account's 12 digits.
    pub catalog: Input<String>,
    /// The database's name, in lower case.
    pub database: Input<String>,
    /// The table's name, in lower case.
    pub name: Input<String>,
    /// What people are told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Input<String>>,
    /// The columns that are stored in the files, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// The columns that are told by a file's place, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partition_keys: Vec<Column>,
    /// Where the files lie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// The class that reads the files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_format: Option<Input<String>>,
    /// The class that writes the files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_format: Option<Input<String>>,
    /// The class that turns records into rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serde_library: Option<Input<String>>,
    /// The parameters of that class; crawlers write others beside them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub serde_parameters: BTreeMap<String, Input<String>>,
    /// Parameters; crawlers and engines write others beside them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Input<String>>,
    /// That it is an Iceberg table, and how it begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iceberg: Option<Iceberg>,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Column {
    /// The column's name, in lower case.
    pub name: Input<String>,
    /// Its type in Hive's words, without white space.
    #[serde(rename = "type")]
    pub kind: Input<String>,
    /// What people are told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Input<String>>,
}

/// How an Iceberg table begins. What it is later is written by the commits of engines, and not compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Iceberg {
    /// The columns of its first schema.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// The metadata file of a table that exists already and is registered; `None` makes a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Input<String>>,
}

/// What addresses a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TableKey {
    /// The catalog: an account's 12 digits.
    pub catalog: String,
    /// The database's name.
    pub database: String,
    /// The table's name.
    pub name: String,
}

impl Kind for Table {
    type Key = TableKey;

    const NAME: &'static str = "table";
    const FACTS: &'static [&'static str] = &["arn", "name"];
    const FIXED: &'static [&'static str] = &["catalog", "database", "name", "partitionKeys", "iceberg"];
    const LEFT_TO_AWS: &'static [(&'static str, &'static str)] = &[
        ("iceberg.columns", "engines change an Iceberg table's schema by commits"),
        ("iceberg.metadata", "every commit writes another metadata file"),
    ];
    const SHARED: &'static [&'static str] = &["parameters", "serdeParameters"];
    const WEARS: Wears = Wears::Parameters;
    const HOLDS_DATA: bool = true;
    const REPLACE: Replace = Replace::DeleteFirst;
    const GOES_BEFORE: &'static [&'static str] = &["database"];

    fn expand(_spec: &LakeSpec, _scope: &Scope) -> Vec<(NodeId, Node)> {
        Vec::new()
    }

    fn key(&self, _place: &Place) -> Option<TableKey> {
        Some(TableKey {
            catalog: self.catalog.known()?.clone(),
            database: self.database.known()?.clone(),
            name: self.name.known()?.clone(),
        })
    }

    fn predict(&self, _place: &Place) -> Facts {
        Facts::new()
    }

    async fn read(_aws: &Aws, keys: &[TableKey]) -> Vec<Sight<Self>> {
        keys.iter().map(|_| Sight::Absent).collect()
    }

    async fn worn(_aws: &Aws, _key: &TableKey) -> Result<Option<Option<Worn>>, CloudError> {
        Ok(None)
    }

    async fn create(&self, _aws: &Aws, _mark: &Worn) -> Result<(), CloudError> {
        Ok(())
    }

    async fn update(&self, _aws: &Aws, _key: &TableKey, _changes: &[FieldChange]) -> Result<(), CloudError> {
        Ok(())
    }

    async fn mark(_aws: &Aws, _key: &TableKey, _mark: &Worn) -> Result<(), CloudError> {
        Ok(())
    }

    async fn delete(_aws: &Aws, _key: &TableKey, _data: Data) -> Result<(), CloudError> {
        Ok(())
    }
}
