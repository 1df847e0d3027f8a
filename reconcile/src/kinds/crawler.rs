//! A Glue crawler.
//!
//! `UpdateCrawler` merges: what a call leaves out stays as it is. So every field is always sent, and an empty one
//! where nothing is wanted. A running crawler can neither be changed nor deleted: a change waits for its end, a
//! deletion stops it first.

mod configuration;
pub(crate) mod crawls;
mod expand;
mod lint;
mod needs;
pub mod spec;
mod targets;
mod wire;

pub use configuration::Configuration;
pub use targets::{
    CatalogTarget, DeltaTarget, DynamodbTarget, JdbcTarget, MongodbTarget, S3Target, TableFormatTarget,
    Targets,
};

use super::glue;
use crate::{
    LakeSpec,
    aws::Aws,
    diff::FieldChange,
    error::CloudError,
    expand::Scope,
    graph::{Node, NodeId},
    inventory::{Facts, Sight},
    kind::{Data, Wears},
    kinds::Typed,
    lint::names::Rule,
    owner::{Marking, Worn},
    place::Place,
    policy::Need,
};
use lake_api::{Finding, Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spec::{Recrawl, SchemaChange};
use std::collections::BTreeMap;

/// A crawler, as a lake asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Crawler {
    /// The crawler's name, unique within the account and region.
    pub name: Input<String>,
    /// What people are told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Input<String>>,
    /// The name of the role that it runs as: Glue tells a crawler's role without its path. Names of roles are unique
    /// within an account, so the name alone is compared.
    pub role: Input<String>,
    /// The role's ARN, which is sent; never read back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<Input<String>>,
    /// The database that takes the tables.
    pub database: Input<String>,
    /// What is crawled.
    pub targets: Targets,
    /// What the names of the tables start with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table_prefix: Option<Input<String>>,
    /// When the crawler starts by itself; `None` is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Input<String>>,
    /// What becomes of a table whose data changed or went.
    pub schema_change: SchemaChange,
    /// Which folders are crawled again.
    pub recrawl: Recrawl,
    /// Whether Glue keeps the lineage of data.
    pub lineage: bool,
    /// Crawling data that Lake Formation guards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lake_formation: Option<LakeFormation>,
    /// Custom classifiers by name, in the order in which they are tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classifiers: Vec<Input<String>>,
    /// How tables and partitions are made of what is found.
    pub configuration: Configuration,
    /// The security configuration of Glue, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_configuration: Option<Input<String>>,
    /// The user's tags.
    #[serde(default)]
    pub tags: BTreeMap<String, Input<String>>,
}

/// Crawling data that Lake Formation guards.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LakeFormation {
    /// Whether the crawler uses Lake Formation's credentials rather than those of its role.
    pub use_credentials: bool,
    /// The account whose data is crawled, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Input<String>>,
}

fn arn(place: &Place, name: &str) -> String {
    glue::arn(place, &place.account, &format!("crawler/{name}"))
}

fn facts(place: &Place, name: &str) -> Facts {
    Facts::from([("arn".to_owned(), arn(place, name)), ("name".to_owned(), name.to_owned())])
}

impl Typed for Crawler {
    /// The crawler's name.
    type Key = String;

    const NAME: &'static str = "crawler";
    const FACTS: &'static [&'static str] = &["arn", "name"];
    const FIXED: &'static [&'static str] = &["name"];
    const UNREAD: &'static [&'static str] = &["roleArn"];
    const BIRTH: Option<&'static str> = Some("CreationTime");
    const WEARS: Wears = Wears::Tags;
    const HOLDS_DATA: bool = <spec::Crawler as lake_api::member::Settings>::HOLDS_DATA;
    const GOES_BEFORE: &'static [&'static str] = &["table", "database", "bucket", "role"];
    const NAMES: Option<&'static Rule> = Some(&lint::NAME);

    fn small() -> Value {
        json!({ "small": {
            "role": "small",
            "database": "small",
            "targets": { "s3": [{ "bucket": "small", "prefix": "processed/" }] },
        } })
    }

    fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
        lint::lint(spec, lake, told);
    }

    fn expand(spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)> {
        expand::all(spec, scope)
    }

    fn key(&self, _place: &Place) -> Option<String> {
        self.name.known().cloned()
    }

    fn predict(&self, place: &Place) -> Facts {
        self.name.text().map(|name| facts(place, name)).unwrap_or_default()
    }

    fn needs(&self, place: &Place) -> Vec<Need> {
        needs::needs(self, place)
    }

    fn key_of_arn(arn: &str, place: &Place) -> Option<String> {
        glue::key_of_arn(arn, "crawler", place).map(|(_, name)| name.to_owned())
    }

    async fn read(aws: &Aws, keys: &[String]) -> Vec<Sight<Self>> {
        wire::read(aws, keys).await
    }

    async fn worn(aws: &Aws, key: &String) -> Result<Option<Option<Worn>>, CloudError> {
        glue::worn(aws, &arn(&aws.place, key)).await
    }

    async fn create(&self, aws: &Aws, mark: &Worn) -> Result<(), CloudError> {
        wire::create(self, aws, mark).await
    }

    async fn update(&self, aws: &Aws, key: &String, changes: &[FieldChange]) -> Result<(), CloudError> {
        if glue::more_than_tags(changes) {
            wire::update(self, aws, key).await?;
        }
        glue::retag(aws, &arn(&aws.place, key), changes, &self.tags).await
    }

    async fn mark(aws: &Aws, key: &String, marking: &Marking) -> Result<(), CloudError> {
        glue::mark(aws, &arn(&aws.place, key), marking).await
    }

    /// A running crawler is told to stop, and busy until it has: then the deletion is asked for again. The tables
    /// that it made stay.
    async fn delete(aws: &Aws, key: &String, _data: Data) -> Result<(), CloudError> {
        wire::delete(aws, key).await
    }
}
