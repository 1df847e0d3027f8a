//! A table of the Glue Data Catalog.
//!
//! Crawlers, engines and Iceberg's commits write into the same definition, and `UpdateTable` replaces all of it. So
//! an update starts from what is there, lays over it the fields that changed and nothing else, and names the version
//! that it started from: a commit in between is a conflict, not a loss. The mark is worn in the parameters, since
//! tables take no tags.

mod expand;
mod format;
mod lint;
mod merge;
mod needs;
mod projection;
pub mod spec;
mod wire;

pub(crate) use expand::looked_at;
pub(crate) use wire::{list, list_first};

use super::glue::{self, Location, ObjectPlace};
use crate::{
    LakeSpec,
    aws::{Aws, from_sdk},
    diff::FieldChange,
    error::CloudError,
    expand::Scope,
    graph::{Node, NodeId},
    inventory::{Facts, Sight},
    key::Key,
    kind::{Data, Wears},
    kinds::Typed,
    lint::names::Rule,
    owner::{Marking, Owner, Worn},
    place::Place,
    policy::Need,
};
use lake_api::{Finding, Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spec::SortOrder;
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
    /// The columns that are stored in the files, in their order. Those of an Iceberg table are in its metadata.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// The columns that are told by a file's place, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partition_keys: Vec<Column>,
    /// Where the files lie. That of an Iceberg table is in its metadata.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// How rows are read and written, whole; never for an Iceberg table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serde: Option<Serde>,
    /// The metadata that an Iceberg table begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iceberg: Option<ObjectPlace>,
    /// Whether the data is compressed by a codec that its reader must be told of.
    #[serde(default)]
    pub compressed: bool,
    /// The columns by which data is spread over a number of files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buckets: Option<Bucketing>,
    /// The columns by which each file is sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort_columns: Vec<SortColumn>,
    /// Parameters, those of the format and of partition projection among them; crawlers and engines write others
    /// beside them.
    #[serde(default)]
    pub parameters: BTreeMap<String, Input<String>>,
    /// How many days data is kept, for whoever asks the catalogue.
    #[serde(default)]
    pub retention: i32,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Column {
    /// Its name, in lower case.
    pub name: Input<String>,
    /// Its type in Hive's words, without needless white space.
    #[serde(rename = "type")]
    pub column_type: Input<String>,
    /// A comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Input<String>>,
    /// Parameters of the column.
    #[serde(default)]
    pub parameters: BTreeMap<String, Input<String>>,
}

/// How rows are read and written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Serde {
    /// A name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Input<String>>,
    /// The class that reads and writes rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<Input<String>>,
    /// The class that reads files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_format: Option<Input<String>>,
    /// The class that writes files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_format: Option<Input<String>>,
    /// Parameters of the library; crawlers write others beside them.
    #[serde(default)]
    pub parameters: BTreeMap<String, Input<String>>,
}

/// The columns by which data is spread over files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bucketing {
    /// The columns, in order.
    pub columns: Vec<Input<String>>,
    /// The number of files, at least 1.
    pub count: i32,
}

/// A column by which files are sorted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SortColumn {
    /// The column.
    pub column: Input<String>,
    /// Which way.
    pub order: SortOrder,
}

/// What addresses a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableKey {
    /// The catalog: an account's 12 digits.
    pub catalog: String,
    /// The database's name.
    pub database: String,
    /// The table's name.
    pub name: String,
}

impl TableKey {
    fn facts(&self, place: &Place) -> Facts {
        let arn = glue::arn(place, &self.catalog, &format!("table/{}/{}", self.database, self.name));
        Facts::from([("arn".to_owned(), arn), ("name".to_owned(), self.name.clone())])
    }
}

impl Typed for Table {
    type Key = TableKey;

    const NAME: &'static str = "table";
    const FACTS: &'static [&'static str] = &["arn", "name"];
    const FIXED: &'static [&'static str] =
        &["catalog", "database", "name", "partitionKeys[].name", "partitionKeys[].type", "iceberg"];
    // Every commit to an Iceberg table names another metadata file: ours is where it begins.
    const UNREAD: &'static [&'static str] = &["iceberg.bucket", "iceberg.key"];
    const SHARED: &'static [&'static str] = &["parameters", "serde.parameters"];
    const BIRTH: Option<&'static str> = Some("CreateTime");
    const WEARS: Wears = Wears::Parameters;
    const HOLDS_DATA: bool = <spec::Table as lake_api::member::Settings>::HOLDS_DATA;
    const GOES_BEFORE: &'static [&'static str] = &["database"];
    const NAMES: Option<&'static Rule> = Some(&lint::NAME);

    fn small() -> Value {
        json!({ "small": {
            "database": "small",
            "format": "Parquet",
            "location": { "bucket": "small", "prefix": "processed/" },
            "columns": [{ "name": "id", "type": "string" }, { "name": "credit_card", "type": "string" }],
            "partitionKeys": [{ "name": "country", "type": "string" }],
        } })
    }

    fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
        lint::lint(spec, lake, told);
    }

    fn expand(spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)> {
        expand::all(spec, scope)
    }

    fn key(&self, _place: &Place) -> Option<TableKey> {
        Some(TableKey {
            catalog: self.catalog.known()?.clone(),
            database: self.database.known()?.clone(),
            name: self.name.known()?.clone(),
        })
    }

    fn predict(&self, place: &Place) -> Facts {
        self.key(place).map(|key| key.facts(place)).unwrap_or_default()
    }

    fn needs(&self, place: &Place) -> Vec<Need> {
        needs::needs(self, place)
    }

    async fn read(aws: &Aws, keys: &[TableKey]) -> Vec<Sight<Self>> {
        wire::read(aws, keys).await
    }

    async fn worn(aws: &Aws, key: &TableKey) -> Result<Option<Option<Worn>>, CloudError> {
        match wire::get(aws, key).await {
            Ok(live) => Ok(Some(wire::worn(&live))),
            Err(gone) if gone.is_gone() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn create(&self, aws: &Aws, mark: &Worn) -> Result<(), CloudError> {
        aws.glue
            .create_table()
            .catalog_id(glue::text(&self.catalog))
            .database_name(glue::text(&self.database))
            .table_input(self.input(mark))
            .send()
            .await
            .map_err(|error| from_sdk("glue:CreateTable", error))?;
        Ok(())
    }

    async fn update(&self, aws: &Aws, key: &TableKey, changes: &[FieldChange]) -> Result<(), CloudError> {
        let live = wire::get(aws, key).await?;
        let version = live.version_id.clone();
        wire::put(aws, key, self.merged(live, changes), version).await
    }

    async fn mark(aws: &Aws, key: &TableKey, marking: &Marking) -> Result<(), CloudError> {
        let live = wire::get(aws, key).await?;
        let version = live.version_id.clone();
        wire::put(aws, key, merge::marked(live, marking), version).await
    }

    /// The table goes from the catalogue; its data stays in its bucket.
    async fn delete(aws: &Aws, key: &TableKey, _data: Data) -> Result<(), CloudError> {
        let call = aws.glue.delete_table().catalog_id(&key.catalog).database_name(&key.database);
        match call.name(&key.name).send().await {
            Ok(_) => Ok(()),
            Err(error) => match from_sdk("glue:DeleteTable", error) {
                gone if gone.is_gone() => Ok(()),
                error => Err(error),
            },
        }
    }

    /// Tables of this lake's databases that wear its mark: the tagging API lists no parameters.
    async fn leftovers(
        aws: &Aws,
        owner: &Owner,
        parents: &[Key],
    ) -> Result<Vec<(TableKey, Option<Worn>)>, CloudError> {
        wire::leftovers(aws, owner, parents).await
    }
}
