//! The section of databases of the Glue catalogue.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::glue::texts::{CatalogName, Description, ParameterValue};
use crate::spec::location::Location;
use crate::spec::statement::Principal;
use lake_api::collections::{Set, Tags};
use lake_api::default;
use lake_api::member::{OnDelete, Settings};
use lake_api::names::REFERENCE;
use lake_api::names::Text;

/// A database of the Glue catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Database {
    /// The database's name in the catalogue, in lower case. Default: `{lake}-{key}`. Cannot be changed: another name
    /// is another database.
    pub name: Option<CatalogName>,

    /// A description, at most 2048 characters.
    pub description: Option<Description>,

    /// Where tables lie that name no place of their own. Default: nowhere, so that each table must name one.
    pub location: Option<Location>,

    /// Parameters of the database. Those that others add stay.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, ParameterValue>")]
    pub parameters: BTreeMap<String, Text>,

    /// Whom tables are opened to that are created from now on.
    #[serde(default)]
    pub create_table_defaults: CreateTableDefaults,

    /// Tags of the database, beside the lake's.
    #[serde(default)]
    pub tags: Tags,
}

impl Settings for Database {
    const ON_DELETE: OnDelete = OnDelete::Retain;
    const HOLDS_DATA: bool = true;
    const CAN_BE_EMPTIED: bool = true;
    const ARN: Option<&'static str> = Some("arn:{partition}:glue:{region}:{account}:database/name");
}

/// Permissions that every new table of a database gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateTableDefaults {
    /// Whether IAM alone decides about new tables: all permissions for `IAM_ALLOWED_PRINCIPALS`, as in accounts that
    /// do not enforce Lake Formation. Off, new tables are Lake Formation's.
    #[serde(default = "default::yes")]
    pub iam_allowed: bool,

    /// Further permissions on new tables.
    #[serde(default)]
    pub permissions: Vec<PrincipalPermissions>,
}

impl Default for CreateTableDefaults {
    fn default() -> Self {
        Self { iam_allowed: true, permissions: Vec::new() }
    }
}

/// What one principal may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PrincipalPermissions {
    /// The principal, by ARN.
    pub principal: Principal,
    /// What it may do.
    #[schemars(length(min = 1))]
    pub permissions: Set<TablePermission>,
}

/// A permission of Lake Formation on a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum TablePermission {
    /// All of them.
    All,
    /// Read rows.
    Select,
    /// Add rows.
    Insert,
    /// Remove rows.
    Delete,
    /// Change the definition.
    Alter,
    /// Drop the table.
    Drop,
}

crate::simple::words! {
    /// A reference to a database: the key of a member of `databases`, or an ARN.
    DatabaseRef { max: 512, pattern: Some(REFERENCE), member_of: Some("databases") }
}
