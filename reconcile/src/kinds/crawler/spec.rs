//! The section of Glue crawlers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::bucket::spec::{BucketRef, Prefix};
use crate::kinds::database::spec::DatabaseRef;
use crate::kinds::glue::texts::{CatalogName, Description};
use crate::kinds::role::spec::RoleRef;
use crate::kinds::table::spec::TableRef;
use crate::spec::location::Location;
use lake_api::collections::{Set, Tags};
use lake_api::member::{OnDelete, Settings};
use lake_api::names::REFERENCE;
use lake_api::names::{AccountId, Arn, AwsName, JsonText, Text};
use lake_api::{default, rule};

/// A Glue crawler: looks at data and writes tables and partitions into the catalogue. Tables that it writes are never
/// the lake's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Crawler {
    /// The crawler's name on AWS. Default: `{lake}-{key}`. Cannot be changed: another name is another crawler.
    pub name: Option<AwsName>,

    /// A description, at most 2048 characters.
    pub description: Option<Description>,

    /// The role that the crawler runs as: the key of a member of `roles`, or an ARN.
    pub role: RoleRef,

    /// The database that takes the tables: the key of a member of `databases`, or an ARN.
    pub database: DatabaseRef,

    /// What is crawled.
    pub targets: Targets,

    /// What the names of the tables start with, in lower case, at most 128 characters.
    #[schemars(length(max = 128))]
    pub table_prefix: Option<Text>,

    /// When the crawler starts by itself. Default: never.
    pub schedule: Option<Cron>,

    /// What becomes of a table whose data changed or went.
    #[serde(default)]
    pub schema_change: SchemaChange,

    /// Which folders are crawled again. `NewFoldersOnly` and `EventMode` need `Log` for both of `schemaChange`.
    #[serde(default)]
    pub recrawl: Recrawl,

    /// Whether Glue keeps the lineage of data.
    #[serde(default)]
    pub lineage: bool,

    /// Crawling data that Lake Formation guards.
    pub lake_formation: Option<CrawlerLakeFormation>,

    /// Custom classifiers by name, in the order in which they are tried, before Glue's own.
    #[serde(default)]
    pub classifiers: Vec<AwsName>,

    /// How tables and partitions are made of what is found.
    #[serde(default)]
    pub configuration: CrawlerConfiguration,

    /// The security configuration of Glue, by name: how logs are encrypted.
    pub security_configuration: Option<AwsName>,

    /// Tags of the crawler, beside the lake's.
    #[serde(default)]
    pub tags: Tags,
}

impl Settings for Crawler {
    const ON_DELETE: OnDelete = OnDelete::Delete;
    const ARN: Option<&'static str> = Some("arn:{partition}:glue:{region}:{account}:crawler/name");
}

/// What a crawler looks at. Catalogue tables go with nothing else and need `Log` for `schemaChange.delete`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    rule::at_least_one(&["s3", "catalog", "jdbc", "dynamodb", "mongodb", "delta", "iceberg", "hudi"]),
]))]
pub struct Targets {
    /// Folders in S3.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1))]
    pub s3: Vec<S3Target>,
    /// Tables that are in the catalogue already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1))]
    pub catalog: Vec<CatalogTarget>,
    /// Databases behind a JDBC connection.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1))]
    pub jdbc: Vec<JdbcTarget>,
    /// DynamoDB tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1))]
    pub dynamodb: Vec<DynamodbTarget>,
    /// MongoDB and DocumentDB collections.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1))]
    pub mongodb: Vec<MongodbTarget>,
    /// Delta Lake tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1))]
    pub delta: Vec<DeltaTarget>,
    /// Folders that hold Iceberg tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1))]
    pub iceberg: Vec<TableFormatTarget>,
    /// Folders that hold Hudi tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1))]
    pub hudi: Vec<TableFormatTarget>,
}

/// A folder in S3.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct S3Target {
    /// The bucket: the key of a member of `buckets`, or an ARN.
    pub bucket: BucketRef,
    /// The folder. Default: the whole bucket.
    pub prefix: Option<Prefix>,
    /// Glob patterns of what is left out, `**.tmp`, in order, at most 100.
    #[serde(default)]
    pub exclusions: Vec<Text>,
    /// How many files of each leaf folder are looked at. Default: all of them.
    #[schemars(range(min = 1, max = 249))]
    pub sample_size: Option<i64>,
    /// The connection through which a VPC reaches S3, by name.
    pub connection: Option<AwsName>,
    /// The SQS queue of S3's events, by ARN, for `recrawl: EventMode`.
    pub event_queue: Option<Arn>,
    /// The SQS queue of events that failed, by ARN.
    pub dead_letter_queue: Option<Arn>,
}

/// Tables that are in the catalogue already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [rule::at_least_one(&["tables", "tableNames"])]))]
pub struct CatalogTarget {
    /// Their database: the key of a member of `databases`, or an ARN.
    pub database: DatabaseRef,
    /// The tables: keys of members of `tables`, or ARNs.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    #[schemars(length(min = 1))]
    pub tables: Set<TableRef>,
    /// Tables that no member declares, by name.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    #[schemars(length(min = 1))]
    pub table_names: Set<CatalogName>,
    /// The connection through which a VPC reaches the data, by name.
    pub connection: Option<AwsName>,
    /// The SQS queue of S3's events, by ARN, for `recrawl: EventMode`.
    pub event_queue: Option<Arn>,
    /// The SQS queue of events that failed, by ARN.
    pub dead_letter_queue: Option<Arn>,
}

/// A database behind a JDBC connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JdbcTarget {
    /// The connection, by name.
    pub connection: AwsName,
    /// Database, schema and table, `sales/public/%`.
    pub path: Text,
    /// Glob patterns of what is left out, in order.
    #[serde(default)]
    pub exclusions: Vec<Text>,
    /// What is taken over beyond the columns.
    #[serde(default)]
    pub metadata: Set<JdbcMetadata>,
}

/// What a JDBC crawl takes over beyond the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum JdbcMetadata {
    /// Comments of tables and columns.
    Comments,
    /// The database's own types of columns.
    RawTypes,
}

/// A DynamoDB table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DynamodbTarget {
    /// The table, by name.
    pub table: AwsName,
    /// Whether all items are read rather than a sample.
    #[serde(default = "default::yes")]
    pub scan_all: bool,
    /// The share of the table's read capacity that the crawl may use. Default: 0.5, Glue's own.
    #[schemars(range(min = 0.1, max = 1.5))]
    pub scan_rate: Option<f64>,
}

/// A MongoDB or DocumentDB collection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MongodbTarget {
    /// The connection, by name.
    pub connection: AwsName,
    /// Database and collection, `shop/orders`.
    pub path: Text,
    /// Whether all documents are read rather than a sample.
    #[serde(default = "default::yes")]
    pub scan_all: bool,
}

/// Delta Lake tables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeltaTarget {
    /// Where the tables lie.
    #[schemars(length(min = 1))]
    pub locations: Vec<Location>,
    /// The connection through which a VPC reaches S3, by name.
    pub connection: Option<AwsName>,
    /// Whether the crawler writes manifests for engines that cannot read Delta Lake.
    #[serde(default)]
    pub write_manifest: bool,
    /// Whether the tables of the catalogue are native ones, for engines that read Delta Lake.
    #[serde(default)]
    pub create_native_table: bool,
}

/// Folders that hold tables of an open format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TableFormatTarget {
    /// The folders.
    #[schemars(length(min = 1))]
    pub locations: Vec<Location>,
    /// The connection through which a VPC reaches S3, by name.
    pub connection: Option<AwsName>,
    /// Glob patterns of what is left out, in order.
    #[serde(default)]
    pub exclusions: Vec<Text>,
    /// How many folders deep tables are looked for.
    #[schemars(range(min = 1, max = 20))]
    #[serde(default = "default::number::<10>")]
    pub max_depth: i64,
}

/// What becomes of a table whose data changed or went.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SchemaChange {
    /// When data changed.
    #[serde(default)]
    pub update: OnDataChanged,
    /// When data went.
    #[serde(default)]
    pub delete: OnDataGone,
}

/// What becomes of a table whose data changed.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum OnDataChanged {
    /// The change is logged and the table stays as it is.
    Log,
    /// The table is changed.
    #[default]
    UpdateInDatabase,
}

/// What becomes of a table whose data went.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum OnDataGone {
    /// It is logged and the table stays as it is.
    Log,
    /// The table is deleted.
    DeleteFromDatabase,
    /// The table stays, marked as deprecated.
    #[default]
    DeprecateInDatabase,
}

/// Which folders are crawled again.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Recrawl {
    /// All of them.
    #[default]
    Everything,
    /// Those that came since the last crawl.
    NewFoldersOnly,
    /// Those that S3's events name; needs an event queue at the targets.
    EventMode,
}

/// Crawling data that Lake Formation guards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CrawlerLakeFormation {
    /// Whether the crawler uses Lake Formation's credentials rather than those of its role.
    #[serde(default = "default::yes")]
    pub use_credentials: bool,
    /// The account whose data is crawled, where it is another one.
    pub account: Option<AccountId>,
}

/// How tables and partitions are made of what is found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CrawlerConfiguration {
    /// Whether files of compatible schemas become one table, whatever their paths (`TableGroupingPolicy`).
    #[serde(default)]
    pub combine_compatible_schemas: bool,

    /// At which level of folders a table begins, the bucket being 1 (`TableLevelConfiguration`). Default: Glue finds out.
    #[schemars(range(min = 1, max = 100))]
    pub table_level: Option<i64>,

    /// The most tables that a crawl may write (`TableThreshold`). Default: no limit.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub table_threshold: Option<i64>,

    /// Whether new columns are added and the others of a table stay as they are (`MergeNewColumns`).
    #[serde(default)]
    pub merge_new_columns: bool,

    /// Whether partitions take over columns and format from their table (`InheritFromTable`).
    #[serde(default)]
    pub partitions_inherit: bool,

    /// Whether new tables get an index of their partitions (`CreatePartitionIndex`). On by default, as Glue does it.
    #[serde(default = "default::yes")]
    pub partition_index: bool,

    /// Anything else, as a JSON object that is merged in.
    pub other: Option<JsonText>,
}

impl Default for CrawlerConfiguration {
    fn default() -> Self {
        Self {
            combine_compatible_schemas: false,
            table_level: None,
            table_threshold: None,
            merge_new_columns: false,
            partitions_inherit: false,
            partition_index: true,
            other: None,
        }
    }
}

crate::simple::words! {
    /// A reference to a crawler: the key of a member of `crawlers`, or an ARN.
    CrawlerRef { max: 512, pattern: Some(REFERENCE), member_of: Some("crawlers") }
    /// A schedule in UTC as six fields, `cron(0 3 * * ? *)`, no more often than every 5 minutes.
    Cron { min: 16, max: 128, pattern: Some("^cron\\(.+\\)$"), allowed: Some("A schedule is six fields in `cron(…)`: minute, hour, day of month, month, day of week, year") }
}
