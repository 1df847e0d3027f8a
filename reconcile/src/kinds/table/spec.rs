//! The section of tables of the Glue catalogue.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::database::spec::DatabaseRef;
use crate::kinds::glue::texts::{CatalogName, Description, ParameterValue};
use crate::spec::location::{Location, ObjectLocation};
use lake_api::member::{OnDelete, Settings};
use lake_api::names::REFERENCE;
use lake_api::names::Text;
use lake_api::rule;

/// A table of the Glue catalogue. What crawlers, engines and Iceberg's commits write into it beside the fields given here
/// stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    rule::at_most_one(&["format", "iceberg"]),
    rule::at_least_one(&["format", "iceberg", "serde"]),
    rule::exactly_one(&["location", "iceberg"]),
]))]
pub struct Table {
    /// The table's name in the catalogue, in lower case. Default: `{lake}-{key}`. Cannot be changed: another name is
    /// another table.
    pub name: Option<CatalogName>,

    /// The database: the key of a member of `databases`, or an ARN. Cannot be changed.
    pub database: DatabaseRef,

    /// A description, at most 2048 characters.
    pub description: Option<Description>,

    /// The columns in their order, without those that partition the table. Those of an Iceberg table are in its
    /// metadata.
    #[serde(default)]
    pub columns: Vec<Column>,

    /// The columns that partition the table, in the order of its folders. Cannot be changed.
    #[serde(default)]
    pub partition_keys: Vec<Column>,

    /// Where the data lies.
    pub location: Option<Location>,

    /// The format of the data, which brings readers and writers.
    pub format: Option<Format>,

    /// The metadata that an Iceberg table begins with, which tells columns and location; its commits go on from there. Whether a
    /// table is one cannot be changed.
    pub iceberg: Option<ObjectLocation>,

    /// How rows are read and written, where the format's own way does not do; and whole, where there is no format.
    pub serde: Option<Serde>,

    /// Whether the data is compressed by a codec that its reader must be told of.
    #[serde(default)]
    pub compressed: bool,

    /// The columns by which data is spread over a number of files.
    pub buckets: Option<Bucketing>,

    /// The columns by which each file is sorted.
    #[serde(default)]
    pub sort_columns: Vec<SortColumn>,

    /// Partitions by calculation instead of by listing them in the catalogue.
    pub projection: Option<Projection>,

    /// Parameters of the table. Those that others add stay.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, ParameterValue>")]
    pub parameters: BTreeMap<String, Text>,

    /// How many days data is kept, for whoever asks the catalogue; nothing is deleted by it.
    #[serde(default)]
    #[schemars(range(min = 0, max = 36_500))]
    pub retention: i64,
}

impl Settings for Table {
    const ON_DELETE: OnDelete = OnDelete::Retain;
    const HOLDS_DATA: bool = true;
    const ARN: Option<&'static str> = Some("arn:{partition}:glue:{region}:{account}:table/database/name");
    const EXTERNAL: Option<&'static str> = Some("database/table");
}

/// One column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Column {
    /// Its name, in lower case, at most 255 characters.
    pub name: ColumnName,
    /// Its type in Hive's words, `bigint` or `struct<a:int>`.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    /// A comment, at most 255 characters in one line.
    #[schemars(with = "Option<Comment>")]
    pub comment: Option<Text>,
    /// Parameters of the column.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, ParameterValue>")]
    pub parameters: BTreeMap<String, Text>,
}

/// The format of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Format {
    /// Apache Parquet.
    Parquet,
    /// Apache ORC.
    Orc,
    /// One JSON object per line.
    Json,
    /// Text with commas (OpenCSV).
    Csv,
}

/// How rows are read and written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Serde {
    /// A name for people.
    pub name: Option<Text>,
    /// The class that reads and writes rows. Default: the format's.
    pub library: Option<Text>,
    /// The class that reads files. Default: the format's.
    pub input_format: Option<Text>,
    /// The class that writes files. Default: the format's.
    pub output_format: Option<Text>,
    /// Parameters of the library, `separatorChar: ";"`; they stand before the format's own.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, ParameterValue>")]
    pub parameters: BTreeMap<String, Text>,
}

/// The columns by which data is spread over files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bucketing {
    /// The columns, in order.
    #[schemars(length(min = 1))]
    pub columns: Vec<ColumnName>,
    /// The number of files.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub count: i64,
}

/// A column by which files are sorted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SortColumn {
    /// The column.
    pub column: ColumnName,
    /// Which way.
    #[serde(default)]
    pub order: SortOrder,
}

/// Which way data is sorted.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum SortOrder {
    /// The least first.
    #[default]
    Ascending,
    /// The greatest first.
    Descending,
}

/// Partitions by calculation (Athena's partition projection).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Projection {
    /// How the values of each partition key are found, by its name; every partition key is here.
    #[schemars(extend("minProperties" = 1))]
    pub columns: BTreeMap<String, ProjectedColumn>,
    /// Where the partitions lie, `s3://…/${day}/` (`storage.location.template`); may use `{account}` and the other words
    /// of names. Default: `key=value/` below the table's location.
    pub location_template: Option<Text>,
}

/// How the values of a partition key are found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProjectedColumn {
    /// By what rule.
    #[serde(rename = "type")]
    pub projection_type: ProjectionType,
    /// The values, for `Enum`, in order.
    #[serde(default)]
    pub values: Vec<Text>,
    /// The first and the last value, for `Integer` and `Date`: `1,100`, `2020-01-01,NOW`.
    pub range: Option<Text>,
    /// The distance between two values, for `Integer` and `Date`. Default: 1.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub interval: Option<i64>,
    /// The unit of the distance, for `Date`.
    pub interval_unit: Option<IntervalUnit>,
    /// The format of days and times, for `Date`, `yyyy-MM-dd`.
    pub format: Option<Text>,
    /// The number of digits to which `Integer` values are filled up with zeros.
    #[schemars(range(min = 1, max = 19))]
    pub digits: Option<i64>,
}

/// By what rule the values of a partition key are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum ProjectionType {
    /// A list of values.
    Enum,
    /// Whole numbers in a range.
    Integer,
    /// Days or times in a range.
    Date,
    /// Whatever a query asks for by equality.
    Injected,
}

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum IntervalUnit {
    /// Years.
    Years,
    /// Months.
    Months,
    /// Weeks.
    Weeks,
    /// Days.
    Days,
    /// Hours.
    Hours,
    /// Minutes.
    Minutes,
    /// Seconds.
    Seconds,
    /// Thousandths of a second.
    Milliseconds,
}

crate::simple::words! {
    /// A reference to a table: the key of a member of `tables`, or an ARN.
    TableRef { max: 512, pattern: Some(REFERENCE), member_of: Some("tables") }
    /// A type in Hive's words, `bigint` or `struct<a:int,b:array<string>>`.
    ColumnType { max: 131_072 }
    /// The name of a column, in lower case.
    ColumnName { max: 255 }
    /// A comment in one line, at most 255 characters (<https://docs.aws.amazon.com/glue/latest/webapi/API_Column.html>).
    Comment { max: 255, pattern: Some("^[^\\x00-\\x08\\x0a-\\x1f]*$"), allowed: Some("A comment is one line without control characters") }
}
