//! The section of data cells filters of Lake Formation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::database::spec::DatabaseRef;
use crate::kinds::glue::texts::CatalogName;
use crate::kinds::table::spec::{ColumnName, TableRef};
use lake_api::collections::Set;
use lake_api::member::{OnDelete, Settings};
use lake_api::names::AwsName;
use lake_api::rule;

/// A data cells filter: the rows and columns of a table that a grant on the filter opens. A filter on a table that does
/// not exist yet, because a crawl will bring it, waits for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    rule::exactly_one(&["table", "tableName"]),
    rule::needs("tableName", "database"),
]))]
pub struct Filter {
    /// The filter's name, unique on its table. Default: `{lake}-{key}`. Cannot be changed: another name is another
    /// filter.
    pub name: Option<AwsName>,

    /// The table's database: the key of a member of `databases`, or an ARN. Needed with `tableName`; a `table` brings
    /// its own. Cannot be changed.
    pub database: Option<DatabaseRef>,

    /// The table: the key of a member of `tables`, or an ARN. Cannot be changed.
    pub table: Option<TableRef>,

    /// The name of a table that no member declares, because a crawl brings it. Cannot be changed.
    pub table_name: Option<CatalogName>,

    /// The rows, as an expression of Lake Formation: `country = 'IN' AND (age >= 18 OR age IS NULL)`, with the operators
    /// `= <> != < <= > >= BETWEEN IN LIKE NOT IS`, text in single quotes. Default: all rows.
    pub rows: Option<RowFilter>,

    /// The columns. Default: all columns.
    pub columns: Option<Columns>,
}

impl Settings for Filter {
    const ON_DELETE: OnDelete = OnDelete::Delete;
    const EXTERNAL: Option<&'static str> = Some("database/table/filter");
}

/// Some columns of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [rule::exactly_one(&["only", "except"])]))]
pub struct Columns {
    /// These columns and no others.
    #[schemars(length(min = 1))]
    pub only: Option<Set<ColumnName>>,
    /// All columns but these, those included that the table gets later.
    #[schemars(length(min = 1))]
    pub except: Option<Set<ColumnName>>,
}

crate::simple::words! {
    /// A row filter in Lake Formation's grammar, `country = 'IN'`, at most 2048 characters.
    RowFilter { max: 2048 }
}
