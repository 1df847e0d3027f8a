//! What a crawler looks at, and how Glue spells it.

use super::spec::JdbcMetadata;
use crate::kinds::glue::{Location, seen, text, texts};
use aws_sdk_glue::types;
use lake_api::Input;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a crawler looks at. Lists keep their order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Targets {
    /// Folders in S3.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub s3: Vec<S3Target>,
    /// Tables that are in the catalogue already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub catalog: Vec<CatalogTarget>,
    /// Databases behind a JDBC connection.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jdbc: Vec<JdbcTarget>,
    /// DynamoDB tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dynamodb: Vec<DynamodbTarget>,
    /// MongoDB and DocumentDB collections.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mongodb: Vec<MongodbTarget>,
    /// Delta Lake tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delta: Vec<DeltaTarget>,
    /// Folders that hold Iceberg tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub iceberg: Vec<TableFormatTarget>,
    /// Folders that hold Hudi tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hudi: Vec<TableFormatTarget>,
}

/// A folder in S3.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct S3Target {
    /// The bucket's name.
    pub bucket: Input<String>,
    /// The folder; empty means the whole bucket.
    pub prefix: Input<String>,
    /// Glob patterns of what is left out, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<Input<String>>,
    /// How many files of each leaf folder are looked at; `None` is all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_size: Option<i32>,
    /// The connection through which a VPC reaches S3, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<Input<String>>,
    /// The SQS queue of S3's events, by ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_queue: Option<Input<String>>,
    /// The SQS queue of events that failed, by ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_letter_queue: Option<Input<String>>,
}

/// Tables that are in the catalogue already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CatalogTarget {
    /// Their database's name.
    pub database: Input<String>,
    /// The tables by name.
    pub tables: BTreeSet<Input<String>>,
    /// The connection through which a VPC reaches the data, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<Input<String>>,
    /// The SQS queue of S3's events, by ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_queue: Option<Input<String>>,
    /// The SQS queue of events that failed, by ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_letter_queue: Option<Input<String>>,
}

/// A database behind a JDBC connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JdbcTarget {
    /// The connection, by name.
    pub connection: Input<String>,
    /// Database, schema and table.
    pub path: Input<String>,
    /// Glob patterns of what is left out, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<Input<String>>,
    /// What is taken over beyond the columns.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub metadata: BTreeSet<JdbcMetadata>,
}

/// A DynamoDB table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DynamodbTarget {
    /// The table, by name.
    pub table: Input<String>,
    /// Whether all items are read rather than a sample.
    pub scan_all: bool,
    /// The share of the table's read capacity that the crawl may use; `None` is Glue's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan_rate: Option<f64>,
}

/// A MongoDB or DocumentDB collection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MongodbTarget {
    /// The connection, by name.
    pub connection: Input<String>,
    /// Database and collection.
    pub path: Input<String>,
    /// Whether all documents are read rather than a sample.
    pub scan_all: bool,
}

/// Delta Lake tables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeltaTarget {
    /// Where the tables lie.
    pub locations: Vec<Location>,
    /// The connection through which a VPC reaches S3, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<Input<String>>,
    /// Whether the crawler writes manifests for engines that cannot read Delta Lake.
    pub write_manifest: bool,
    /// Whether the tables of the catalogue are native ones.
    pub create_native_table: bool,
}

/// Folders that hold tables of an open format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TableFormatTarget {
    /// The folders.
    pub locations: Vec<Location>,
    /// The connection through which a VPC reaches S3, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<Input<String>>,
    /// Glob patterns of what is left out, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<Input<String>>,
    /// How many folders deep tables are looked for.
    pub max_depth: i32,
}

/// How deep Glue looks where a target does not say.
const MAX_DEPTH: i32 = 10;

impl Targets {
    /// As they are sent: every list, since an update keeps those that are left out.
    pub(super) fn wire(&self) -> types::CrawlerTargets {
        types::CrawlerTargets::builder()
            .set_s3_targets(Some(self.s3.iter().map(S3Target::wire).collect()))
            .set_catalog_targets(Some(self.catalog.iter().map(CatalogTarget::wire).collect()))
            .set_jdbc_targets(Some(self.jdbc.iter().map(JdbcTarget::wire).collect()))
            .set_dynamo_db_targets(Some(self.dynamodb.iter().map(DynamodbTarget::wire).collect()))
            .set_mongo_db_targets(Some(self.mongodb.iter().map(MongodbTarget::wire).collect()))
            .set_delta_targets(Some(self.delta.iter().map(DeltaTarget::wire).collect()))
            .set_iceberg_targets(Some(self.iceberg.iter().map(TableFormatTarget::iceberg).collect()))
            .set_hudi_targets(Some(self.hudi.iter().map(TableFormatTarget::hudi).collect()))
            .build()
    }

    /// As Glue has them.
    pub(super) fn seen(live: &types::CrawlerTargets) -> Self {
        Targets {
            s3: live.s3_targets().iter().map(S3Target::seen).collect(),
            catalog: live.catalog_targets().iter().map(CatalogTarget::seen).collect(),
            jdbc: live.jdbc_targets().iter().map(JdbcTarget::seen).collect(),
            dynamodb: live.dynamo_db_targets().iter().map(DynamodbTarget::seen).collect(),
            mongodb: live.mongo_db_targets().iter().map(MongodbTarget::seen).collect(),
            delta: live.delta_targets().iter().map(DeltaTarget::seen).collect(),
            iceberg: live
                .iceberg_targets()
                .iter()
                .map(|live| {
                    let depth = live.maximum_traversal_depth;
                    TableFormatTarget::seen(live.paths(), live.connection_name(), live.exclusions(), depth)
                })
                .collect(),
            hudi: live
                .hudi_targets()
                .iter()
                .map(|live| {
                    let depth = live.maximum_traversal_depth;
                    TableFormatTarget::seen(live.paths(), live.connection_name(), live.exclusions(), depth)
                })
                .collect(),
        }
    }
}

impl S3Target {
    fn wire(&self) -> types::S3Target {
        let place = Location { bucket: self.bucket.clone(), prefix: self.prefix.clone() };
        types::S3Target::builder()
            .path(text(&place.uri()))
            .set_exclusions(Some(texts(&self.exclusions)))
            .set_sample_size(self.sample_size)
            .set_connection_name(self.connection.as_ref().map(text))
            .set_event_queue_arn(self.event_queue.as_ref().map(text))
            .set_dlq_event_queue_arn(self.dead_letter_queue.as_ref().map(text))
            .build()
    }

    fn seen(live: &types::S3Target) -> Self {
        let Location { bucket, prefix } = Location::of(live.path().unwrap_or_default());
        S3Target {
            bucket,
            prefix,
            exclusions: inputs(live.exclusions()),
            sample_size: live.sample_size,
            connection: seen(live.connection_name()),
            event_queue: seen(live.event_queue_arn()),
            dead_letter_queue: seen(live.dlq_event_queue_arn()),
        }
    }
}

impl CatalogTarget {
    fn wire(&self) -> types::CatalogTarget {
        types::CatalogTarget::builder()
            .database_name(text(&self.database))
            .set_tables(Some(texts(&self.tables)))
            .set_connection_name(self.connection.as_ref().map(text))
            .set_event_queue_arn(self.event_queue.as_ref().map(text))
            .set_dlq_event_queue_arn(self.dead_letter_queue.as_ref().map(text))
            .build()
            .expect("database and tables are given")
    }

    fn seen(live: &types::CatalogTarget) -> Self {
        CatalogTarget {
            database: Input::from(live.database_name()),
            tables: live.tables().iter().map(|table| Input::from(table.as_str())).collect(),
            connection: seen(live.connection_name()),
            event_queue: seen(live.event_queue_arn()),
            dead_letter_queue: seen(live.dlq_event_queue_arn()),
        }
    }
}

impl JdbcTarget {
    fn wire(&self) -> types::JdbcTarget {
        let metadata = self.metadata.iter().map(|metadata| match metadata {
            JdbcMetadata::Comments => types::JdbcMetadataEntry::Comments,
            JdbcMetadata::RawTypes => types::JdbcMetadataEntry::Rawtypes,
        });
        types::JdbcTarget::builder()
            .connection_name(text(&self.connection))
            .path(text(&self.path))
            .set_exclusions(Some(texts(&self.exclusions)))
            .set_enable_additional_metadata(Some(metadata.collect()))
            .build()
    }

    fn seen(live: &types::JdbcTarget) -> Self {
        JdbcTarget {
            connection: Input::from(live.connection_name().unwrap_or_default()),
            path: Input::from(live.path().unwrap_or_default()),
            exclusions: inputs(live.exclusions()),
            metadata: live
                .enable_additional_metadata()
                .iter()
                .filter_map(|metadata| match metadata {
                    types::JdbcMetadataEntry::Comments => Some(JdbcMetadata::Comments),
                    types::JdbcMetadataEntry::Rawtypes => Some(JdbcMetadata::RawTypes),
                    _ => None,
                })
                .collect(),
        }
    }
}

impl DynamodbTarget {
    fn wire(&self) -> types::DynamoDbTarget {
        types::DynamoDbTarget::builder()
            .path(text(&self.table))
            .scan_all(self.scan_all)
            .set_scan_rate(self.scan_rate)
            .build()
    }

    fn seen(live: &types::DynamoDbTarget) -> Self {
        DynamodbTarget {
            table: Input::from(live.path().unwrap_or_default()),
            scan_all: live.scan_all.unwrap_or(true),
            scan_rate: live.scan_rate,
        }
    }
}

impl MongodbTarget {
    fn wire(&self) -> types::MongoDbTarget {
        types::MongoDbTarget::builder()
            .connection_name(text(&self.connection))
            .path(text(&self.path))
            .scan_all(self.scan_all)
            .build()
    }

    fn seen(live: &types::MongoDbTarget) -> Self {
        MongodbTarget {
            connection: Input::from(live.connection_name().unwrap_or_default()),
            path: Input::from(live.path().unwrap_or_default()),
            scan_all: live.scan_all.unwrap_or(true),
        }
    }
}

impl DeltaTarget {
    fn wire(&self) -> types::DeltaTarget {
        types::DeltaTarget::builder()
            .set_delta_tables(Some(uris(&self.locations)))
            .set_connection_name(self.connection.as_ref().map(text))
            .write_manifest(self.write_manifest)
            .create_native_delta_table(self.create_native_table)
            .build()
    }

    fn seen(live: &types::DeltaTarget) -> Self {
        DeltaTarget {
            locations: live.delta_tables().iter().map(|uri| Location::of(uri)).collect(),
            connection: seen(live.connection_name()),
            write_manifest: live.write_manifest.unwrap_or_default(),
            create_native_table: live.create_native_delta_table.unwrap_or_default(),
        }
    }
}

impl TableFormatTarget {
    fn iceberg(&self) -> types::IcebergTarget {
        types::IcebergTarget::builder()
            .set_paths(Some(uris(&self.locations)))
            .set_connection_name(self.connection.as_ref().map(text))
            .set_exclusions(Some(texts(&self.exclusions)))
            .maximum_traversal_depth(self.max_depth)
            .build()
    }

    fn hudi(&self) -> types::HudiTarget {
        types::HudiTarget::builder()
            .set_paths(Some(uris(&self.locations)))
            .set_connection_name(self.connection.as_ref().map(text))
            .set_exclusions(Some(texts(&self.exclusions)))
            .maximum_traversal_depth(self.max_depth)
            .build()
    }

    fn seen(
        paths: &[String],
        connection: Option<&str>,
        exclusions: &[String],
        max_depth: Option<i32>,
    ) -> Self {
        TableFormatTarget {
            locations: paths.iter().map(|uri| Location::of(uri)).collect(),
            connection: seen(connection),
            exclusions: inputs(exclusions),
            max_depth: max_depth.unwrap_or(MAX_DEPTH),
        }
    }
}

fn inputs(texts: &[String]) -> Vec<Input<String>> {
    texts.iter().map(|text| Input::from(text.as_str())).collect()
}

fn uris(locations: &[Location]) -> Vec<String> {
    locations.iter().map(|location| text(&location.uri())).collect()
}
