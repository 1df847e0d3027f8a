//! A Lake Formation data cells filter: which rows and columns of a table may be granted.

mod expand;
mod lint;
mod needs;
mod read;
mod rows;
pub mod spec;
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
    kind::{Data, Wears},
    kinds::{Table, Typed, table::TableKey},
    lint::names::Rule,
    owner::{Marking, Owner, Worn},
    place::Place,
    policy::{Need, Texts},
};
use lake_api::{Finding, Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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
    /// The rows that pass, as an expression in Lake Formation's grammar, compared as text; `None` lets all pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<Input<String>>,
    /// The columns that pass; `None` lets all pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Columns>,
}

/// Which columns pass a filter. Their order says nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Columns {
    /// These, and columns that the table gets later do not.
    Only(Texts),
    /// All but these, and columns that the table gets later do.
    Except(Texts),
}

/// What addresses a filter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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

impl FilterKey {
    /// The table that the filter is on.
    #[must_use]
    pub fn of_table(&self) -> TableKey {
        TableKey { catalog: self.catalog.clone(), database: self.database.clone(), name: self.table.clone() }
    }
}

impl Typed for Filter {
    type Key = FilterKey;

    const NAME: &'static str = "filter";
    /// A filter has no ARN: grants name it by catalog, database, table and name.
    const FACTS: &'static [&'static str] = &["name"];
    const FIXED: &'static [&'static str] = &["catalog", "database", "name", "table"];
    const WEARS: Wears = Wears::Nothing;
    const HOLDS_DATA: bool = <spec::Filter as lake_api::member::Settings>::HOLDS_DATA;
    const GOES_BEFORE: &'static [&'static str] = &["table", "database"];
    const NAMES: Option<&'static Rule> = Some(&lint::NAME);

    fn small() -> Value {
        json!({ "small": { "table": "small", "rows": "country = 'IN'", "columns": { "except": ["credit_card"] } } })
    }

    fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
        lint::lint(spec, lake, told);
    }

    fn expand(spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)> {
        expand::expand(spec, scope)
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

    fn needs(&self, _place: &Place) -> Vec<Need> {
        needs::needs()
    }

    fn hangs_on(key: &FilterKey) -> Option<Key> {
        Some(Table::erased_key(&key.of_table()))
    }

    async fn read(aws: &Aws, keys: &[FilterKey]) -> Vec<Sight<Self>> {
        read::read(aws, keys).await
    }

    async fn worn(aws: &Aws, key: &FilterKey) -> Result<Option<Option<Worn>>, CloudError> {
        Ok(read::get(aws, key).await?.map(|_| None))
    }

    /// Lake Formation knows no tags: the mark is nowhere.
    async fn create(&self, aws: &Aws, _mark: &Worn) -> Result<(), CloudError> {
        write::create(self, aws).await
    }

    async fn update(&self, aws: &Aws, key: &FilterKey, _changes: &[FieldChange]) -> Result<(), CloudError> {
        write::update(self, aws, key).await
    }

    async fn mark(_aws: &Aws, _key: &FilterKey, _marking: &Marking) -> Result<(), CloudError> {
        Ok(())
    }

    async fn delete(aws: &Aws, key: &FilterKey, _data: Data) -> Result<(), CloudError> {
        write::delete(aws, key).await
    }

    /// The filters on tables that are this lake's, one listing a table.
    async fn leftovers(
        aws: &Aws,
        _owner: &Owner,
        parents: &[Key],
    ) -> Result<Vec<(FilterKey, Option<Worn>)>, CloudError> {
        read::on_tables(aws, parents).await
    }
}
