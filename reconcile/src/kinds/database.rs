//! A database of the Glue Data Catalog.
//!
//! `UpdateDatabase` replaces the whole definition, into which engines write parameters of their own: what an update
//! does not name is carried over from what is there.

mod empty;
mod expand;
pub(crate) mod lint;
mod needs;
pub mod spec;
mod wire;

use super::glue::{self, Location};
use crate::{
    LakeSpec,
    aws::{Aws, from_sdk},
    contents::Held,
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
    #[serde(default)]
    pub parameters: BTreeMap<String, Input<String>>,
    /// Whom tables are opened to that are created from now on.
    pub create_table_defaults: CreateTableDefaults,
    /// The user's tags.
    #[serde(default)]
    pub tags: BTreeMap<String, Input<String>>,
}

/// Permissions that every new table of a database gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateTableDefaults {
    /// Whether IAM alone decides about new tables (`ALL` for `IAM_ALLOWED_PRINCIPALS`).
    pub iam_allowed: bool,
    /// Further permissions, a principal each, ordered by principal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<PrincipalPermissions>,
}

/// What one principal may do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PrincipalPermissions {
    /// The principal.
    pub principal: Input<String>,
    /// What it may do, in the spec's words (`Select`), in order.
    pub permissions: Vec<String>,
}

impl CreateTableDefaults {
    /// Permissions by principal, each principal once and in order.
    fn of(iam_allowed: bool, permissions: impl IntoIterator<Item = (Input<String>, String)>) -> Self {
        let mut by_principal: BTreeMap<Input<String>, BTreeSet<String>> = BTreeMap::new();
        for (principal, permission) in permissions {
            by_principal.entry(principal).or_default().insert(permission);
        }
        CreateTableDefaults {
            iam_allowed,
            permissions: by_principal
                .into_iter()
                .map(|(principal, permissions)| PrincipalPermissions {
                    principal,
                    permissions: permissions.into_iter().collect(),
                })
                .collect(),
        }
    }
}

/// What addresses a database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DatabaseKey {
    /// The catalog: an account's 12 digits.
    pub catalog: String,
    /// The database's name.
    pub name: String,
}

impl DatabaseKey {
    fn arn(&self, place: &Place) -> String {
        glue::arn(place, &self.catalog, &format!("database/{}", self.name))
    }

    fn facts(&self, place: &Place) -> Facts {
        Facts::from([("arn".to_owned(), self.arn(place)), ("name".to_owned(), self.name.clone())])
    }
}

impl Typed for Database {
    type Key = DatabaseKey;

    const NAME: &'static str = "database";
    const FACTS: &'static [&'static str] = &["arn", "name"];
    const FIXED: &'static [&'static str] = &["catalog", "name"];
    const SHARED: &'static [&'static str] = &["parameters"];
    const BIRTH: Option<&'static str> = Some("CreateTime");
    const WEARS: Wears = Wears::Tags;
    const HOLDS_DATA: bool = <spec::Database as lake_api::member::Settings>::HOLDS_DATA;
    const GOES_BEFORE: &'static [&'static str] = &["bucket", "role"];
    const NAMES: Option<&'static Rule> = Some(&lint::NAME);

    fn small() -> Value {
        json!({ "small": { "name": "events", "location": { "bucket": "small", "prefix": "processed/" } } })
    }

    fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
        lint::lint(spec, lake, told);
    }

    fn expand(spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)> {
        expand::all(spec, scope)
    }

    fn key(&self, _place: &Place) -> Option<DatabaseKey> {
        Some(DatabaseKey { catalog: self.catalog.known()?.clone(), name: self.name.known()?.clone() })
    }

    fn predict(&self, place: &Place) -> Facts {
        self.key(place).map(|key| key.facts(place)).unwrap_or_default()
    }

    fn needs(&self, place: &Place) -> Vec<Need> {
        needs::needs(self, place)
    }

    fn key_of_arn(arn: &str, place: &Place) -> Option<DatabaseKey> {
        let (catalog, name) = glue::key_of_arn(arn, "database", place)?;
        Some(DatabaseKey { catalog: catalog.to_owned(), name: name.to_owned() })
    }

    async fn read(aws: &Aws, keys: &[DatabaseKey]) -> Vec<Sight<Self>> {
        wire::read(aws, keys).await
    }

    async fn worn(aws: &Aws, key: &DatabaseKey) -> Result<Option<Option<Worn>>, CloudError> {
        glue::worn(aws, &key.arn(&aws.place)).await
    }

    async fn create(&self, aws: &Aws, mark: &Worn) -> Result<(), CloudError> {
        let mut tags = glue::map(&self.tags);
        tags.extend(mark.tags());
        aws.glue
            .create_database()
            .catalog_id(glue::text(&self.catalog))
            .database_input(self.input())
            .set_tags(Some(tags))
            .send()
            .await
            .map_err(|error| from_sdk("glue:CreateDatabase", error))?;
        Ok(())
    }

    async fn update(&self, aws: &Aws, key: &DatabaseKey, changes: &[FieldChange]) -> Result<(), CloudError> {
        if glue::more_than_tags(changes) {
            let live = wire::get(aws, key).await?;
            aws.glue
                .update_database()
                .catalog_id(&key.catalog)
                .name(&key.name)
                .database_input(self.merged(live, changes))
                .send()
                .await
                .map_err(|error| from_sdk("glue:UpdateDatabase", error))?;
        }
        glue::retag(aws, &key.arn(&aws.place), changes, &self.tags).await
    }

    async fn mark(aws: &Aws, key: &DatabaseKey, marking: &Marking) -> Result<(), CloudError> {
        glue::mark(aws, &key.arn(&aws.place), marking).await
    }

    async fn held(aws: &Aws, key: &DatabaseKey) -> Result<Option<Held>, CloudError> {
        empty::held(aws, key).await
    }

    /// `DeleteDatabase` takes every table of the database with it, so tables are looked for first: with
    /// [`Data::Keep`] the database must be empty, with [`Data::Empty`] no table may wear a lake's mark.
    async fn delete(aws: &Aws, key: &DatabaseKey, data: Data) -> Result<(), CloudError> {
        empty::clear(aws, key, data).await?;
        match aws.glue.delete_database().catalog_id(&key.catalog).name(&key.name).send().await {
            Ok(_) => Ok(()),
            Err(error) => match from_sdk("glue:DeleteDatabase", error) {
                gone if gone.is_gone() => Ok(()),
                error => Err(error),
            },
        }
    }
}
